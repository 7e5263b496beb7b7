"""`satops show`."""

import click

from satops.api.show import show
from satops.cli import completion, options
from satops.cli.context import Call
from satops.cli.output import finish_with, say


@click.command("show")
@click.argument("name", shell_complete=completion.order_names)
@options.as_json
@click.pass_obj
def command(call: Call, name: str, as_json: bool) -> int:
    """Show one order: its spec, its state, its events."""
    from satops.report.json.ledger import show_json
    from satops.report.text.ledger import show_blocks

    shown = show(call.repository, name, say=say, environ=call.environ)
    return finish_with(shown, show_json, show_blocks, as_json=as_json)
