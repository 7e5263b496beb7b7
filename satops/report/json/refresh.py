"""The report of a refresh as JSON."""

from typing import TYPE_CHECKING

from satops.report.json import Chunks, document

if TYPE_CHECKING:
    from satops.workflow.refresh import RefreshReport


def refresh_json(report: "RefreshReport") -> Chunks:
    """Yield the changed statuses, and the orders that were not listed."""
    return document(
        {
            "seen": report.seen,
            "unseen": report.unseen,
            "unread": report.unread,
            "failed": [seen.name for seen in report.failed],
            "overdue": [
                {"name": late.name, "order_no": late.order_no, "end": late.end}
                for late in report.overdue
            ],
        },
        observed=(
            {
                "name": seen.name,
                "order_no": seen.order_no,
                "status": seen.status.number,
                "word": seen.status.word,
                "amount": seen.amount,
                "currency": seen.currency,
            }
            for seen in report.observed
        ),
    )
