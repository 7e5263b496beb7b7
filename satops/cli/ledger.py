"""`satops ledger`."""

import click

from satops.api import ledger
from satops.cli import options
from satops.cli.confirm import confirm
from satops.cli.context import Call
from satops.cli.output import finish
from satops.core.safe import safe
from satops.errors import ExitCode


@click.group("ledger")
def command() -> None:
    """Begin a ledger, or copy one."""


@command.command("start")
@options.yes
@options.as_json
@click.pass_obj
def start(call: Call, yes: bool, as_json: bool) -> int:
    """Begin an empty ledger where there is none.

    A new ledger knows no orders: whatever is in the tree would be bought, also what was bought
    before. If the old ledger was lost, get it back from a copy instead.
    """
    from satops.report.json import document
    from satops.report.text.setup import started_blocks

    address = ledger.ledger_address(call.directory, environ=call.environ)
    confirm(
        f"Begin an empty ledger at {safe(address)}? "
        "Every order spec in the tree will count as new.",
        yes=yes,
    )
    begun = ledger.start_ledger(call.directory, environ=call.environ)
    return finish(
        ExitCode.DONE,
        as_json=as_json,
        json=lambda: document({"ledger": begun.ledger, "address": begun.address}),
        text=lambda: started_blocks(begun.address),
    )


@command.command("copy")
@click.argument("source", metavar="FROM")
@click.argument("target", metavar="TO")
@options.as_json
@click.pass_obj
def copy(call: Call, source: str, target: str, as_json: bool) -> int:
    """Copy a ledger to another store, event for event, and read it back.

    FROM and TO are written as `state` in satops.yaml. A copy that was cut short goes on when it
    is called again; a place that holds another ledger is never written to.
    """
    from satops.api.copy_ledger import copy_ledger
    from satops.report.json import copy_json
    from satops.report.text.setup import copied_blocks

    report = copy_ledger(call.directory, source, target)
    return finish(
        ExitCode.DONE,
        as_json=as_json,
        json=lambda: copy_json(report),
        text=lambda: copied_blocks(report),
    )
