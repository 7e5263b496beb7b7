"""`satops list`."""

import click

from satops.api import ledger
from satops.cli import options
from satops.cli.context import Call
from satops.cli.output import finish
from satops.errors import ExitCode


@click.command("list")
@options.as_json
@click.pass_obj
def command(call: Call, as_json: bool) -> int:
    """List the orders that the ledger knows.

    Reads the ledger alone: no order spec, no marketplace.
    """
    from satops.report.json import list_json
    from satops.report.text.ledger import list_blocks

    state, now = ledger.list_orders(call.repository, environ=call.environ)
    return finish(
        ExitCode.DONE,
        as_json=as_json,
        json=lambda: list_json(state, now),
        text=lambda: list_blocks(state, now),
    )
