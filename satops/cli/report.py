"""`satops report`."""

import click

from satops.api import report as reporting
from satops.cli import options
from satops.cli.context import Call
from satops.cli.output import say
from satops.errors import ExitCode


@click.command("report")
@click.option(
    "--out", metavar="FILE", default="report.html", show_default=True,
    help="File to write; an older report is replaced.",
)  # fmt: skip
@click.option("--at", metavar="TIME", help="As of this time: 2026-12-01T00:00Z.")
@click.option("--month", metavar="MONTH", help="Only orders bought in this month, UTC: 2026-12.")
@options.by
@click.pass_obj
def command(call: Call, out: str, at: str | None, month: str | None, by: tuple[str, ...]) -> int:
    """Write the ledger as one HTML page.

    It shows the orders that need a person, the coming orders, sums by month and label, a map, a
    timeline, a table, and who asked for what. The page loads no other file, so it can be archived,
    sent and printed. The same ledger and the same --at give the same bytes.
    """
    path = reporting.write_report(
        call.repository, call.path(out), at=at, month=month, by=by, environ=call.environ
    )
    if not call.quiet:
        say(f"Written: {path}")
    return ExitCode.DONE
