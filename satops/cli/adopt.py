"""`satops adopt`."""

import click

from satops.api import resolve as settling
from satops.cli import options
from satops.cli.confirm import confirm
from satops.cli.context import Call
from satops.cli.output import finish, say
from satops.errors import ExitCode, UsageError


@click.command("adopt")
@click.argument("name")
@click.argument("order_no")
@options.because
@options.unchecked
@options.yes
@options.as_json
@click.pass_obj
def command(
    call: Call,
    name: str,
    order_no: str,
    because: str | None,
    unchecked: bool,
    yes: bool,
    as_json: bool,
) -> int:
    """Record an order that was placed elsewhere, so that satops never buys it.

    Where a spec of that name is in the tree, the marketplace's order must agree with it.
    """
    from satops.report.json import settled_json
    from satops.report.text.reconcile import adopted_blocks

    if not because:
        raise UsageError("A reason is needed: add --because TEXT. The ledger keeps it.")
    confirm(f"Record {order_no} as the order of {name}?", yes=yes)
    adopted = settling.adopt(
        call.repository,
        name,
        order_no,
        because=because,
        unchecked=unchecked,
        environ=call.environ,
        say=say,
    )
    return finish(
        ExitCode.DONE,
        as_json=as_json,
        json=lambda: settled_json(adopted),
        text=lambda: adopted_blocks(adopted),
    )
