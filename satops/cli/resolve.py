"""`satops resolve`."""

import click

from satops.api import reconcile as settling
from satops.cli import options
from satops.cli.confirm import confirm
from satops.cli.context import Call
from satops.cli.output import finish, say
from satops.errors import ExitCode, UsageError


@click.command("resolve")
@click.argument("name")
@click.option("--placed", "order_no", metavar="ORDER_NO", help="It exists, under this number.")
@click.option("--not-placed", is_flag=True, help="It does not exist; the next apply buys it.")
@options.because
@options.unchecked
@options.yes
@options.as_json
@click.pass_obj
def command(
    call: Call,
    name: str,
    order_no: str | None,
    not_placed: bool,
    because: str | None,
    unchecked: bool,
    yes: bool,
    as_json: bool,
) -> int:
    """Settle an order in doubt by hand.

    With --placed the marketplace must show the number, and the order must be the one that was
    sent. --not-placed needs --because: if the order exists after all, it is bought twice.
    """
    from satops.report.json import settled_json
    from satops.report.text.reconcile import settled_blocks

    if (order_no is None) is not not_placed:
        raise UsageError("Give either --placed ORDER_NO or --not-placed.")
    if (not_placed or unchecked) and not because:
        raise UsageError("A reason is needed: add --because TEXT. The ledger keeps it.")
    outcome = "NOT placed, and buy it again" if not_placed else f"placed as {order_no}"
    confirm(f"Record that {name} is {outcome}?", yes=yes)
    settled = settling.resolve(
        call.directory,
        name,
        order_no=order_no,
        because=because,
        unchecked=unchecked,
        environ=call.environ,
        say=say,
    )
    return finish(
        ExitCode.DONE,
        as_json=as_json,
        json=lambda: settled_json(settled),
        text=lambda: settled_blocks(settled),
    )
