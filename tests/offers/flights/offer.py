"""The offer: orders of flights, by height and camera."""

import json
from collections.abc import Iterator, Mapping, Sequence
from types import ModuleType
from typing import Any

from satops.core.finding import Finding
from satops.core.offer import Agreement, Offer
from satops.core.order.marketplace_order import MarketplaceOrder
from satops.core.order.modes import Mode
from satops.core.order.order import Order, Terms
from satops.core.order.status import Stage, Status
from satops.core.plan.config import MarketplaceConfig

COLOUR = Mode("kestrel", "colour", "colour camera", 0.02, 1)
THERMAL = Mode("kestrel", "thermal", "thermal camera", 0.1, 2)


def _read(order: Mapping[str, Any], _: list[Finding]) -> Terms:
    terms = {"camera": order.get("camera", "colour"), "heightM": order.get("heightM")}
    return {name: value for name, value in terms.items() if isinstance(value, int | str)}


def _mode(terms: Terms) -> Mode | None:
    return {"colour": COLOUR, "thermal": THERMAL}.get(terms.get("camera", ""))


def _request(order: Order, _: MarketplaceConfig) -> bytes:
    bought = json.loads(order.canonical)
    return json.dumps(
        {
            "field": bought["geometry"]["coordinates"],
            "between": [bought["startDate"], bought["endDate"]],
            "height": bought["heightM"],
            "camera": bought["camera"].upper(),
        }
    ).encode()


def _agreements(order: Order, found: MarketplaceOrder) -> Iterator[Agreement]:
    for name in ("camera", "heightM"):
        shown = found.terms.get(name)
        yield None if shown is None else shown == order.terms[name], f"{name} {shown}"


def _checks() -> Sequence[ModuleType]:
    from tests.offers.flights import checks

    return (checks,)


FLIGHTS = Offer(
    name="flights",
    versions=("flight-order/1",),
    schema="flights.schema.json",
    thresholds="flights.json",
    modes=(COLOUR, THERMAL),
    statuses=(  # with numbers that mean something else to the other marketplace
        Status(1, "booked", Stage.ORDERED),
        Status(3, "airborne", Stage.UNDERWAY, "in the air"),
        Status(6, "landed", Stage.COMPLETED),
        Status(2, "grounded", Stage.FAILED),
    ),
    read=_read,
    version=lambda _: "flight-order/1",
    mode=_mode,
    request=_request,
    simulation=None,
    agreements=_agreements,
    checks=_checks,
    term_text=lambda field, value: f"{value} m" if field == "heightM" else None,
)
