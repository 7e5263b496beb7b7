"""How a sensor images: the one term of an order that prices, thresholds and overlaps ask for."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Mode:
    """One mode that a provider sells."""

    provider: str
    name: str
    """As specs, prices and thresholds name it: `very-high`."""
    title: str
    """As sentences name it: `very-high (2)`."""
    resolution_m: float
    """On the ground."""
    number: int
    """From 1, as the marketplace numbers it; a price table may name the mode by it."""
