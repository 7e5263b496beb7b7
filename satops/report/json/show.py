"""One order, and events, for machines."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from satops.core import json_text
from satops.core.ledger.state import OrderState
from satops.core.safe import encodable
from satops.offers.eo_imagery.status import status_word
from satops.report.json import Chunks, document
from satops.report.json.plan import AREA_DECIMALS
from satops.report.subject import provenance

if TYPE_CHECKING:
    from satops.core.ledger.events import RunStarted
    from satops.core.ledger.recorded import Recorded
    from satops.core.spec.spec import Spec


def known_order(order: OrderState, now: str) -> dict[str, Any]:
    """Return where one order stands."""
    return {
        "name": order.name,
        "state": order.standing_at(now).value,
        "order_no": order.order_no,
        "order_digest": order.order_digest,
        "placed_at": order.placed_at,
        "status": status_word(order.status) or None,
    }


def show_json(
    name: str,
    known: OrderState | None,
    spec: "Spec | None",
    events: Sequence["Recorded"],
    now: str,
    started: "RunStarted | None" = None,
) -> Chunks:
    """Yield all that is known of one order; what is not known is null."""
    order = None
    if known is not None:
        order = known_order(known, now) | {
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
        "name": name,
        "ledger": order,
        "spec": None if spec is None else _spec(spec),
        "provenance": None if known is None else provenance(known, events, started),
    }
    return document(head, events=(found.fields for found in events))


def history_json(events: "Iterable[Recorded]") -> Chunks:
    """Yield events as they stand in the ledger."""
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
