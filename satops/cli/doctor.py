"""`satops doctor`."""

import click

from satops.api import doctor
from satops.cli import options
from satops.cli.context import Call
from satops.cli.output import finish_with, say


@click.command("doctor")
@click.option("--ask", is_flag=True, help="Also read one page of orders from the marketplace.")
@click.option("--write", is_flag=True, help="Also append an event to the ledger; it buys nothing.")
@options.as_json
@click.pass_obj
def command(call: Call, ask: bool, write: bool, as_json: bool) -> int:
    """Check the ledger, its store and this machine.

    Two writers race on a scratch ledger beside the real one: exactly one may win. The scratch
    ledger is removed again. This machine remembers the result, and apply requires it. Access rules
    of the ledger's own branch are tested only by --write.
    """
    from satops.report.json.doctor import doctor_json
    from satops.report.text.setup import doctor_blocks

    report = doctor.doctor(call.repository, ask=ask, write=write, say=say, environ=call.environ)
    return finish_with(report, doctor_json, doctor_blocks, as_json=as_json, code=report.exit_code)
