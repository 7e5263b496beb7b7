"""The report of a refresh as text."""

from collections.abc import Iterator

from satops.core.safe import safe
from satops.core.words import counted, moment
from satops.report.layout import BLANK, Block, Line, Row, Table, Tone
from satops.workflow.refresh import Observed, RefreshReport

_LATE_MAX = 20


def refresh_blocks(report: RefreshReport) -> Iterator[Block]:
    """Yield the changes, then what needs a person, then the sum."""
    if report.observed:
        yield Table(
            ("NAME", "ORDER", "STATUS", "AMOUNT"), report.observed, _row, names=frozenset({0})
        )
        yield BLANK
    for failed in report.failed:
        yield Line(
            f"{safe(failed.name)} ({safe(failed.order_no)}) failed: the marketplace delivers "
            "nothing for it.",
            Tone.ERROR,
        )
    for late in report.overdue[:_LATE_MAX]:
        yield Line(
            f"{safe(late.name)} ({safe(late.order_no)}): its window ended on {moment(late.end)} "
            "UTC, and nothing is delivered. Ask the marketplace.",
            Tone.WARNING,
        )
    if len(report.overdue) > _LATE_MAX:
        yield Line(f"and {len(report.overdue) - _LATE_MAX:,} more", Tone.WARNING)
    for name in report.unseen:
        yield Line(
            f"{safe(name)}: the marketplace does not list this order, or shows no status for it.",
            Tone.WARNING,
        )
    if report.unread:
        yield Line(
            f"{counted(len(report.unread), 'order')} could not be read, "
            f"{safe(report.unread[0])} first. {safe(report.why_unread)}",
            Tone.ERROR,
        )
    yield Line(f"{counted(len(report.observed), 'status', 'statuses')} changed.", Tone.HEADING)


def _row(seen: Observed) -> Row:
    amount = "" if seen.amount is None else f"{seen.amount:,.2f} {seen.currency or ''}".rstrip()
    tone = Tone.ERROR if seen.status.is_failed else Tone.PLAIN
    return Row((safe(seen.name), safe(seen.order_no), seen.status.words, amount), tone)
