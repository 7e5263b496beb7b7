"""An order as the marketplace shows it, which is less than what was sent."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class MarketplaceOrder:
    """One order as page/query or detail shows it, read with tolerance: None where it is absent."""

    order_no: str
    provider: str | None = None
    kind: int | None = None
    """The marketplace's number for what sort of order it is."""
    programming: bool = True
    """Whether it can be what satops orders: images that are still to be taken, not one from the
    archive."""
    status: int | None = None
    geometry: str | None = None
    """The `region` as sent by the marketplace: WKT or GeoJSON."""
    start: str | None = None
    """In the marketplace's own zone-less notation."""
    end: str | None = None
    terms: Mapping[str, Any] = field(default_factory=dict, hash=False)
    """What it shows of the terms that are its offer's own, by their names in the canonical order;
    what it does not show is left out."""
    created_at: datetime | None = None
    """UTC; seconds or milliseconds are told apart by magnitude."""
    deleted: bool = False
    final_amount: float | None = None
    """What is charged, without a currency; 0 before delivery is none."""
    simulation: str | None = None
    """`simulationId`: the number of a simulation or of a result, which is not documented."""


@dataclass(frozen=True, slots=True)
class Image:
    """One image of an order, as order/detail shows it; None where it is absent."""

    id: str | None = None
    time: str | None = None
    """When it was taken, UTC, `YYYY-MM-DDThh:mm:ssZ`."""
    name: str | None = None
    angle: float | None = None
    """The satellite's, in degrees."""
    geometry: str | None = None
    """As sent: WKT or GeoJSON."""


@dataclass(frozen=True, slots=True)
class DownloadLinks:
    """What was delivered for an order."""

    status: int | None
    urls: tuple[str, ...] = field(repr=False)
    """Each carries a signature that lets anybody download: a secret."""


def can_be_number(order_no: str) -> bool:
    """Tell whether a text can be an order number: one word that can be seen."""
    return order_no.isprintable() and order_no.split() == [order_no]
