"""`satops history`."""

import click

from satops.api.history import history
from satops.cli import completion, options
from satops.cli.context import Call
from satops.cli.output import finish_with


@click.command("history")
@click.argument("name", required=False, shell_complete=completion.order_names)
@options.as_json
@click.pass_obj
def command(call: Call, name: str | None, as_json: bool) -> int:
    """Show the events of the ledger, oldest first; with NAME, those of one order."""
    from satops.report.json.ledger import history_json
    from satops.report.text.ledger import history_blocks

    events = history(call.repository, name, environ=call.environ)
    return finish_with(events, history_json, history_blocks, as_json=as_json)
