"""The comparison of a target with the ledger, as text."""

from collections.abc import Iterator

from satops.core.safe import safe
from satops.core.words import counted
from satops.report.layout import Block, Line, Tone
from satops.workflow.verify_deliveries import DeliveriesReport


def deliveries_blocks(report: DeliveriesReport) -> Iterator[Block]:
    """Yield the wrong products, and the number of right ones."""
    for it in report.wrong:
        yield Line(f"{safe(it.key)}: {safe(it.detail)}", Tone.ERROR)
    if report.wrong:
        yield Line("Move such a file elsewhere; `satops download` then fetches it again.")
    right = len(report.checks) - len(report.wrong) - report.missing
    missing = f"; {report.missing:,} not there" if report.missing else ""
    yield Line(
        f"{counted(right, 'product')} at {safe(report.target)} as fetched{missing}.",
        Tone.ERROR if report.wrong else Tone.GOOD,
    )
