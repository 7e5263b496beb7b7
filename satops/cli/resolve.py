"""`satops resolve`."""

import click

from satops.api import resolve as settling
from satops.cli import completion, options
from satops.cli.context import Call
from satops.cli.output import confirm, finish_with, say
from satops.errors import UsageError


@click.command("resolve")
@click.argument("name", shell_complete=completion.order_names)
@click.option("--placed", "order_no", metavar="ORDER_NO", help="It exists, with this number.")
@click.option("--not-placed", is_flag=True, help="It does not exist; the next apply buys it.")
@click.option(
    "--same-as", metavar="NAME", help="The marketplace took it and order NAME for one order."
)
@click.option("--correct", is_flag=True, help="Take back its last settlement.")
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
    same_as: str | None,
    correct: bool,
    because: str | None,
    unchecked: bool,
    yes: bool,
    as_json: bool,
) -> int:
    """Settle an order in doubt by hand.

    With --placed the marketplace must show the number, and the order must match the one that was
    sent. --not-placed needs --because, and an account that has not shown the order for long
    enough: if the order exists after all, it is bought twice. --correct takes back a wrong
    settlement: a placed order is in doubt again; an order that was not placed becomes the number
    of --placed.
    """
    from satops.report.json.run import settled_json
    from satops.report.text.reconcile import settled_blocks

    ways = [order_no is not None, not_placed, same_as is not None]
    if sum(ways) != 1 and not (correct and sum(ways) == 0):
        raise UsageError("Give one of --placed ORDER_NO, --not-placed and --same-as NAME.")
    if correct and (not_placed or same_as):
        raise UsageError("--correct stands alone, or with --placed ORDER_NO.")
    if order_no is None or unchecked or correct:
        options.reason(because)
    confirm(_question(name, order_no, same_as, correct=correct), yes=yes)
    settled = settling.resolve(
        call.repository,
        name,
        order_no=order_no,
        same_as=same_as,
        correct=correct,
        because=because,
        unchecked=unchecked,
        environ=call.environ,
        say=say,
    )
    return finish_with(settled, settled_json, settled_blocks, as_json=as_json)


def _question(name: str, order_no: str | None, same_as: str | None, *, correct: bool) -> str:
    if correct and order_no is None:
        return f"Take back that {name} was placed? It is in doubt again."
    if same_as is not None:
        return f"Record that {name} shares the number of {same_as}?"
    outcome = f"placed as {order_no}" if order_no else "NOT placed, and buy it again"
    return f"Record that {name} is {outcome}?"
