"""What an action is about, in a reader's words: from its spec, else from the ledger."""

from typing import NamedTuple

from satops.core.order import MODES
from satops.core.plan import Action
from satops.core.state import OrderState
from satops.report.place import middle, place
from satops.report.window import window


class Subject(NamedTuple):
    """The facts of one order that every report shows; None where nobody knows them."""

    provider: str | None
    mode: str | None
    """By name: `very-high`."""
    resolution_m: float | None
    longitude: float | None
    """Of the centroid; where only the bounds are known, of their middle."""
    latitude: float | None
    area_km2: float | None
    start: str | None
    """UTC, canonical."""
    end: str | None

    @property
    def sensor(self) -> str:
        """Provider and mode: `changguang very-high (0.5 m)`."""
        if self.provider is None:
            return "?"
        if self.mode is None:
            return f"{self.provider}, any mode"
        ground = "" if self.resolution_m is None else f" ({self.resolution_m:g} m)"
        return f"{self.provider} {self.mode}{ground}"

    @property
    def place(self) -> str:
        """The centroid: `21.03°N 105.85°E`."""
        if self.longitude is None or self.latitude is None:
            return "?"
        return place(self.longitude, self.latitude)

    @property
    def window(self) -> str:
        """The window in UTC, with its length."""
        return window(self.start, self.end) if self.start and self.end else "?"


def subject(action: Action) -> Subject:
    """Return the facts about the order of an action."""
    if action.spec is None:
        return known_subject(action.known) if action.known is not None else _NOTHING
    order, footprint = action.spec.order, action.spec.footprint
    mode = order.mode
    return Subject(
        provider=order.provider,
        mode=mode.name if mode else None,
        resolution_m=mode.resolution_m if mode else None,
        longitude=footprint.longitude,
        latitude=footprint.latitude,
        area_km2=footprint.area_km2,
        start=order.start,
        end=order.end,
    )


def known_subject(known: OrderState) -> Subject:
    """Return the facts that the ledger keeps of an order."""
    mode = MODES.get(known.resolution_type or 0)
    longitude, latitude = middle(known.bounds) if known.bounds else (None, None)
    return Subject(
        provider=known.provider or None,
        mode=mode.name if mode else None,
        resolution_m=mode.resolution_m if mode else None,
        longitude=longitude,
        latitude=latitude,
        area_km2=known.area_km2 if known.bounds else None,
        start=known.start or None,
        end=known.end or None,
    )


_NOTHING = Subject(None, None, None, None, None, None, None, None)
