"""An order as the marketplace lists it, which lacks some sent fields."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from msgspec import Struct, field

from satops.core.safe import repr_without


class MarketplaceOrder(Struct, frozen=True):
    """One order from page/query or detail; an absent field is None."""

    order_no: str
    provider: str | None = None
    kind: int | None = None
    """The marketplace's number for the type of order."""
    programming: bool = True
    """Whether it is a programming order (images still to be taken), not an archive order."""
    status: int | None = None
    geometry: str | None = None
    """The marketplace's `region`: WKT or GeoJSON."""
    start: str | None = None
    """In the marketplace's notation, without an offset."""
    end: str | None = None
    terms: Mapping[str, Any] = field(default_factory=dict)
    """Listed terms of the offer, by their names in the canonical order."""
    created_at: datetime | None = None
    """UTC; from seconds or milliseconds, by magnitude."""
    deleted: bool = False
    final_amount: float | None = None
    """The charged amount, without a currency; None for 0 before delivery."""
    simulation: str | None = None
    """`simulationId`: the number of a simulation or of a result; the documentation does not say
    which."""


class Image(Struct, frozen=True):
    """One image of an order, from order/detail; an absent field is None."""

    id: str | None = None
    time: str | None = None
    """Time of the image, UTC, `YYYY-MM-DDThh:mm:ssZ`."""
    name: str | None = None
    angle: float | None = None
    """The satellite's angle, in degrees."""
    geometry: str | None = None
    """WKT or GeoJSON, as received."""


class DownloadLinks(Struct, frozen=True):
    """The deliveries of an order."""

    status: int | None
    urls: tuple[str, ...]
    """Links with a signature with which anybody can download: secrets."""

    __repr__ = repr_without("urls")


def can_be_number(order_no: str) -> bool:
    """Tell whether a text can be an order number: printable, without blanks."""
    return order_no.isprintable() and order_no.split() == [order_no]
