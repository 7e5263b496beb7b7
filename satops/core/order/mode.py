"""A sensor mode: the term that prices, thresholds and overlaps depend on."""

from msgspec import Struct


class Mode(Struct, frozen=True):
    """One mode of a provider."""

    provider: str
    name: str
    """Name in specs, prices and thresholds: `very-high`."""
    title: str
    """Name in sentences: `very-high (2)`."""
    resolution_m: float
    """Ground resolution in metres."""
    number: int
    """The marketplace's number, from 1; a price table may use it too."""
