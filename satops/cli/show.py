"""`satops show`."""

import click

from satops.api.show import show
from satops.cli import completion, options
from satops.cli.context import Call
from satops.cli.output import finish
from satops.errors import ExitCode


@click.command("show")
@click.argument("name", shell_complete=completion.order_names)
@options.as_json
@click.pass_obj
def command(call: Call, name: str, as_json: bool) -> int:
    """Show all that is known of one order: its spec, its state, its events."""
    from satops.report.json.show import show_json
    from satops.report.text.ledger import show_blocks

    shown = show(call.repository, name, environ=call.environ)
    return finish(
        ExitCode.DONE,
        as_json=as_json,
        json=lambda: show_json(shown),
        text=lambda: show_blocks(shown),
    )
