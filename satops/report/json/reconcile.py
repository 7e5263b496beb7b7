"""The result of a look at the account as JSON."""

from typing import TYPE_CHECKING, Any

from satops.core.order.order import instant_text
from satops.core.safe import encodable
from satops.report.json import Chunks, document

if TYPE_CHECKING:
    from satops.core.order.marketplace_order import MarketplaceOrder
    from satops.workflow.account import AccountLook
    from satops.workflow.carried_spool import CarriedReport
    from satops.workflow.reconcile import DoubtLook, ReconcileReport


def reconcile_json(report: "ReconcileReport", *, dry_run: bool) -> Chunks:
    """Yield the result of a look, with the settled doubts."""
    head = {
        "dry_run": dry_run,
        "queried": report.queried,
        "account": look_fields(report.look),
        "being_placed": report.being_placed,
    }
    if report.carried is not None:
        head["carried"] = _carried(report.carried)
    return document(
        head,
        findings=(_finding(finding) for finding in report.findings),
        foreign=(
            {**order_fields(order), "fits": dict(report.fits).get(order.order_no, ())}
            for order in report.foreign
        ),
        deleted=(
            {"name": encodable(o.name), "order_no": encodable(o.order_no), "wanted": o.wanted}
            for o in report.deleted
        ),
    )


def carried_json(report: "CarriedReport") -> Chunks:
    """Yield the receipts taken from another machine's spool."""
    return document(_carried(report))


def _carried(report: "CarriedReport") -> dict[str, Any]:
    return {
        "ignored": report.ignored,
        "receipts": [
            {
                "name": encodable(each.name),
                "order_no": encodable(each.order_no),
                "taken": each.settled is not None,
                "known": each.known,
                "why": encodable(each.why) or None,
            }
            for each in report.receipts
        ],
    }


def doubt_fields(found: "DoubtLook") -> dict[str, Any]:
    """Return the result of a look for one submission in doubt."""
    event = found.settled
    return {
        "name": found.name,
        "settled": None if event is None else "placed" if event.placed else "not-placed",
        "order_no": None if event is None else event.order_no,
        "why": encodable(found.why or (found.match.note if found.match is not None else "")),
        "wait_s": found.wait_s,
    }


def look_fields(look: "AccountLook") -> dict[str, Any]:
    """Return whether the look was full."""
    return {
        "full": look.full,
        "why_not": encodable(look.why_not) or None,
        "orders": len(look.orders),
        "time": look.time,
    }


def _finding(finding: "DoubtLook") -> dict[str, Any]:
    settled, match = finding.settled, finding.match
    return {
        "name": finding.name,
        "settled": None if settled is None else "placed" if settled.placed else "not-placed",
        "order_no": None if settled is None else settled.order_no,
        "note": "" if match is None else encodable(match.note),
        "looks": finding.looks,
        "wait_s": finding.wait_s,
        "candidates": [
            {
                "agrees": candidate.agrees,
                "differs": candidate.differs,
                "unseen": candidate.unseen,
                **order_fields(candidate.order),
            }
            for candidate in (match.candidates if match is not None else ())
        ],
    }


def order_fields(order: "MarketplaceOrder") -> dict[str, Any]:
    """Return an order as the marketplace lists it."""
    return {
        "order_no": encodable(order.order_no),
        "status": order.status,
        "created_at": None if order.created_at is None else instant_text(order.created_at),
        "deleted": order.deleted,
    }
