"""What the ledger knows of each order, flat, for a table."""

from collections.abc import Mapping
from typing import Any

from satops.api.ledger import list_orders
from satops.api.repository import FilePath
from satops.core.ledger.order_state import OrderState

_NO_BOUNDS = (None, None, None, None)


def orders(
    repository: FilePath, *, environ: Mapping[str, str] | None = None
) -> list[dict[str, Any]]:
    """Return a flat dictionary for each order that the ledger knows, by name.

        pandas.DataFrame(satops.orders("imagery"))

    Each holds text, numbers and None only: `name`, `state`, `order_no`, `order_digest`, `attempt`,
    `run`, `intended_at`, `placed_at`, `status`, `reason`, `provider`, `resolution_type`, `start`
    and `end` (UTC), `area_km2`, `west`, `south`, `east` and `north` (degrees), `estimated_cost`;
    and `label.KEY` for every label that some order has.  Raises `UsageError` and `LedgerError`.
    """
    state, now = list_orders(repository, environ=environ)
    found = [state.orders[name] for name in sorted(state.orders)]
    keys = sorted({key for known in found for key in known.labels or {}})
    return [_flat(known, now, keys) for known in found]


def _flat(known: OrderState, now: str, labels: list[str]) -> dict[str, Any]:
    west, south, east, north = known.bounds or _NO_BOUNDS
    return {
        "name": known.name,
        "state": known.standing_at(now).value,
        "order_no": known.order_no,
        "order_digest": known.order_digest,
        "attempt": known.attempt,
        "run": known.run,
        "intended_at": known.intended_at or None,
        "placed_at": known.placed_at,
        "status": known.status,
        "reason": known.reason or None,
        "provider": known.provider or None,
        "resolution_type": known.resolution_type,
        "start": known.start or None,
        "end": known.end or None,
        "area_km2": known.area_km2 if known.bounds else None,
        "west": west,
        "south": south,
        "east": east,
        "north": north,
        "estimated_cost": known.estimated_cost,
        **{f"label.{key}": (known.labels or {}).get(key) for key in labels},
    }
