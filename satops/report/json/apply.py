"""The report of an apply run as JSON."""

from typing import TYPE_CHECKING

from satops.core.safe import encodable
from satops.report.json import Chunks, document, problem_items
from satops.report.json.reconcile import doubt_fields, look_fields

if TYPE_CHECKING:
    from satops.workflow.apply_report import ApplyReport


APPLY_FORMAT = "satops.apply/1"


def apply_json(report: "ApplyReport") -> Chunks:
    """Yield the report of a run, by order."""
    head = {
        "format": APPLY_FORMAT,
        "run": report.run,
        "summary": {
            "expected": report.expected,
            "placed": report.count("placed"),
            "rejected": report.count("rejected"),
            "not_sent": sum(map(report.count, ("not-sent", "not-seen", "rejected-before"))),
            "in_doubt": report.count("in-doubt"),
        },
        "ledger_head": report.ledger_head,
        "stopped": None if report.stopped is None else encodable(report.stopped),
        "unrecorded": len(report.unrecorded),
        "unspooled": report.unspooled,
        "settled": [doubt_fields(found) for found in report.settled],
        "replayed": [
            {"name": entry.name, "outcome": type(entry.outcome).__name__, "run": entry.run}
            for entry in report.replayed
        ],
        "open": report.open_names,
        "account": None if report.look is None else look_fields(report.look),
    }
    orders = (
        {
            "name": result.name,
            "outcome": result.outcome,
            "order_no": result.order_no,
            "candidate": result.candidate,
            "message": encodable(result.message),
        }
        for result in report.orders
    )
    return document(head, orders=orders, problems=problem_items(report.plan.problems))
