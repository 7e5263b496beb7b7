"""`satops foreign`."""

import click

from satops.api.foreign import foreign
from satops.cli import options
from satops.cli.context import Call
from satops.cli.output import confirm, finish_with, say


@click.command("foreign")
@click.argument("order_no")
@options.because
@options.yes
@options.as_json
@click.pass_obj
def command(call: Call, order_no: str, because: str | None, yes: bool, as_json: bool) -> int:
    """Record that an order of the account is not ours.

    It no longer holds back an order of the tree, and is not drift. Limits do not count it.
    """
    from satops.report.json.run import settled_json
    from satops.report.text.reconcile import foreign_blocks

    because = options.reason(because)
    confirm(f"Record that {order_no} is none of our orders?", yes=yes)
    noted = foreign(call.repository, order_no, because=because, environ=call.environ, say=say)
    return finish_with(noted, settled_json, foreign_blocks, as_json=as_json)
