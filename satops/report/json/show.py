"""One order, and events, as JSON."""

from typing import TYPE_CHECKING, Any

from satops.core import json_text
from satops.core.safe import encodable
from satops.report.json import Chunks, document
from satops.report.json.plan import AREA_DECIMALS
from satops.report.subject import provenance

if TYPE_CHECKING:
    from collections.abc import Iterable

    from satops.core.ledger.recorded import Recorded
    from satops.core.spec.spec import Spec
    from satops.workflow.show import Shown


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
