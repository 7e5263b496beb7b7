"""`satops verify`."""

import click

from satops.api.verify import verify
from satops.cli import options
from satops.cli.context import Call
from satops.cli.output import finish
from satops.errors import ExitCode
from satops.workflow.verify import VerifyReport


@click.command("verify")
@click.option("--head", metavar="DIGEST", help="Demand that the ledger once ended with this head.")
@click.option("--ledger", metavar="FILE", help="Check this copy, not the ledger of the config.")
@options.as_json
@click.pass_obj
def command(call: Call, head: str | None, ledger: str | None, as_json: bool) -> int:
    """Check that the ledger is whole: every event, in order, unchanged.

    A head that was noted elsewhere, in a plan or in a commit, also shows a cut tail.
    """
    from satops.report.json.ledger import verify_json
    from satops.report.text.setup import verify_blocks

    report = verify(
        call.repository,
        head=head,
        ledger=None if ledger is None else call.path(ledger),
        environ=call.environ,
    )
    return finish(
        code_of(report),
        as_json=as_json,
        json=lambda: verify_json(report),
        text=lambda: verify_blocks(report),
    )


def code_of(report: VerifyReport) -> ExitCode:
    """Return 7 for a ledger that is not whole."""
    return ExitCode.DONE if report.sound else ExitCode.LEDGER
