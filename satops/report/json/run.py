"""What a run did, as JSON: reconcile and adopt, apply, resolve, refresh, download."""

from typing import TYPE_CHECKING, Any

from satops.core.order.order import instant_text
from satops.core.safe import encodable
from satops.report.json import Chunks, document, problem_items

if TYPE_CHECKING:
    from satops.core.ledger.events import DoubtCorrected, DoubtSettled, ForeignNoted, OrderAdopted
    from satops.core.order.marketplace_order import MarketplaceOrder
    from satops.workflow.account import AccountLook
    from satops.workflow.adopt import Proposal
    from satops.workflow.apply_report import ApplyReport
    from satops.workflow.carried_spool import CarriedReport
    from satops.workflow.download_report import DownloadReport
    from satops.workflow.reconcile import DoubtLook, ReconcileReport
    from satops.workflow.refresh import RefreshReport


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


def settled_json(
    settled: "DoubtSettled | DoubtCorrected | OrderAdopted | ForeignNoted",
) -> Chunks:
    """Yield the settling event."""
    return document(
        {
            "name": getattr(settled, "name", None),
            "event": type(settled).__name__,
            "placed": getattr(settled, "placed", type(settled).__name__ == "OrderAdopted"),
            "order_no": settled.order_no,
            "by": settled.by,
            "because": encodable(settled.because),
        }
    )


def proposal_json(proposal: "Proposal") -> Chunks:
    """Yield the adoptions, and the orders that a person must judge."""
    return document(
        {"digest": proposal.digest},
        adopted=({"name": each.name, "order_no": each.order_no} for each in proposal.adoptions),
        left=(
            {"order_no": order_no, "why": encodable(why)} for order_no, why in proposal.unadopted
        ),
    )


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


def download_json(report: "DownloadReport") -> Chunks:
    """Yield the fetched products, and the failures."""
    return document(
        {
            "target": report.target,
            "dry_run": report.dry_run,
            "here": report.here,
            "waiting": report.waiting,
            "unknown": report.unknown,
            "cut_short": report.is_cut_short,
            "catalog_error": report.catalog_error or None,
            "failures": [
                {
                    "name": failure.name,
                    "order_no": failure.order_no,
                    "product": failure.product or None,
                    "reason": failure.reason,
                }
                for failure in report.failures
            ],
        },
        products=(
            {
                "name": product.name,
                "order_no": product.order_no,
                "product": product.product,
                "file": product.key or None,
                "size": product.size if product.key else None,
                "sha256": product.sha256 or None,
                "changed": product.is_changed,
            }
            for product in report.fetched
        ),
    )
