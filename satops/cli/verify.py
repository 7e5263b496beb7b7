"""`satops verify`."""

import click

from satops.api.verify import verify, verify_deliveries
from satops.cli import options
from satops.cli.context import Call
from satops.cli.output import finish
from satops.errors import ExitCode, UsageError
from satops.workflow.verify import VerifyReport


@click.command("verify")
@click.option("--head", metavar="DIGEST", help="Require this head in the ledger.")
@click.option("--ledger", metavar="FILE", help="Check this copy instead of the configured ledger.")
@click.option("--deliveries", is_flag=True, help="Also hash the fetched products.")
@click.option("--to", metavar="TARGET", help="With --deliveries: their target.")
@options.as_json
@click.pass_obj
def command(
    call: Call,
    head: str | None,
    ledger: str | None,
    deliveries: bool,
    to: str | None,
    as_json: bool,
) -> int:
    """Check that the ledger is whole: every event, in order, unchanged.

    With a head that was noted elsewhere, in a plan or a commit, it also finds missing last events.
    """
    from satops.report.json.ledger import verify_json
    from satops.report.text.download import deliveries_blocks
    from satops.report.text.setup import verify_blocks

    if (to is not None and not deliveries) or (ledger is not None and deliveries):
        raise UsageError("--to goes with --deliveries, and --ledger goes without it.")
    report = verify(
        call.repository,
        head=head,
        ledger=None if ledger is None else call.path(ledger),
        environ=call.environ,
    )
    hashed = None
    if deliveries and report.sound:
        target = to if to is None or "://" in to else str(call.path(to))
        hashed = verify_deliveries(call.repository, to=target, environ=call.environ)
    wrong = hashed is not None and bool(hashed.wrong)
    return finish(
        ExitCode.MARKETPLACE if wrong else code_of(report),
        as_json=as_json,
        json=lambda: verify_json(report, hashed),
        text=lambda: (
            *verify_blocks(report),
            *(() if hashed is None else deliveries_blocks(hashed)),
        ),
    )


def code_of(report: VerifyReport) -> ExitCode:
    """Return 7 unless the ledger is whole."""
    return ExitCode.DONE if report.sound else ExitCode.LEDGER
