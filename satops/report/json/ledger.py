"""Reports about a ledger as JSON: the whole, one order, events, and a product's provenance."""

from typing import TYPE_CHECKING, Any

from satops.core import json_text
from satops.core.safe import encodable
from satops.report.json import Chunks, document
from satops.report.json.plan import AREA_DECIMALS
from satops.report.json.run import order_fields
from satops.report.subject import provenance

if TYPE_CHECKING:
    from collections.abc import Iterable

    from satops.core.ledger.recorded import Recorded
    from satops.core.spec.spec import Spec
    from satops.workflow.ledger import Accepted, CopyReport
    from satops.workflow.show import Shown
    from satops.workflow.trace import TraceReport
    from satops.workflow.verify import DeliveriesReport, VerifyReport


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


def show_json(shown: "Shown") -> Chunks:
    """Yield everything known of one order; an absent value is null."""
    order, known, spec = None, shown.known, shown.spec
    if known is not None:
        order = {
            "name": known.name,
            "state": known.standing_at(shown.now).value,
            "order_no": known.order_no,
            "order_digest": known.order_digest,
            "placed_at": known.placed_at,
            "status": shown.status.word or None,
            "attempt": known.attempt,
            "captures": known.captures,
            "estimate": known.estimated_cost,
            "currency": known.currency,
            "amount": known.amount,
            "amount_currency": known.amount_currency,
            "reason": encodable(known.reason),
            "further_order_nos": known.further_order_nos,
        }
    head = {
        "name": shown.name,
        "ledger": order,
        "spec": None if spec is None else _spec(spec),
        "provenance": None if known is None else provenance(known, shown.events, shown.started),
    }
    return document(head, events=(found.fields for found in shown.events))


def history_json(events: "Iterable[Recorded]") -> Chunks:
    """Yield events as recorded."""
    return document({}, events=(found.fields for found in events))


def _spec(spec: "Spec") -> dict[str, Any]:
    return {
        "file": encodable(spec.source.file),
        "line": spec.source.line,
        "description": spec.description,
        "labels": spec.labels,
        "supersedes": spec.supersedes,
        "order_digest": spec.order.digest,
        "area_km2": round(spec.footprint.area_km2, AREA_DECIMALS),
        "order": json_text.Raw(spec.order.canonical),
    }


def trace_json(report: "TraceReport") -> Chunks:
    """Yield the provenance of a product."""
    return document(
        {"sha256": report.sha256, "ledger": report.ledger},
        found=(
            {
                "name": it.fetched.name,
                "order_no": it.fetched.order_no,
                "product": it.fetched.product,
                "size": it.fetched.size,
                "content_type": it.fetched.content_type,
                "title": it.fetched.title,
                "address": it.fetched.address,
                "fetched_at": it.fetched.time,
                "seq": it.fetched.seq,
                "event": it.fetched.event,
                "bought_at": it.order.intended_at or None,
                "file": it.order.source.get("file"),
                "order_digest": it.order.order_digest,
                "run": it.order.run or None,
                "actor": it.run.get("actor"),
                "run_url": it.run.get("run_url"),
                **it.origin,
            }
            for it in report.found
        ),
    )
