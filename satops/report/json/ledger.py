"""Reports about a ledger as JSON."""

from typing import TYPE_CHECKING

from satops.core.safe import encodable
from satops.report.json import Chunks, document
from satops.report.json.reconcile import order_fields

if TYPE_CHECKING:
    from satops.workflow.copy_ledger import CopyReport
    from satops.workflow.ledger import Accepted
    from satops.workflow.verify import VerifyReport
    from satops.workflow.verify_deliveries import DeliveriesReport


def verify_json(report: "VerifyReport", hashed: "DeliveriesReport | None" = None) -> Chunks:
    """Yield the report of verify, and of the products at a target if requested."""
    broken = [report.broken] if report.broken is not None else []
    head = {
        "sound": report.sound,
        "address": report.address,
        "events": report.events,
        "head": report.head.digest,
        "anchored_at": report.anchored_at,
        "unterminated_bytes": report.unterminated_bytes,
        "deliveries": None
        if hashed is None
        else {
            "target": hashed.target,
            "products": [
                {"name": it.name, "file": it.key, "verdict": it.verdict, "detail": it.detail}
                for it in hashed.checks
            ],
        },
    }
    problems = (
        {"line": problem.line, "detail": encodable(problem.detail)}
        for problem in (*broken, *report.problems)
    )
    return document(head, problems=problems)


def copy_json(report: "CopyReport") -> Chunks:
    """Yield the result of a copy."""
    head = {
        "source": report.source,
        "target": report.target,
        "events": report.head.seq,
        "copied": report.copied,
        "head": report.head.digest,
    }
    return document(head)


def accepted_json(accepted: "Accepted") -> Chunks:
    """Yield the lost events of an older ledger, and the foreign orders."""
    like = dict(accepted.fits)
    return document(
        {
            "lost": {"seq": accepted.lost.seq, "head": accepted.lost.digest},
            "head": {"seq": accepted.head.seq, "head": accepted.head.digest},
        },
        foreign=(
            {**order_fields(order), "fits": like.get(order.order_no, ())}
            for order in accepted.foreign
        ),
    )
