"""Passes of satellites, as a simulation of the marketplace tells them, and the one that is bought.

A result can be ordered once, and its number means something within its simulation at one
marketplace only: one result is the address, the simulation, and the result.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any

FIELD = "pass"
"""The term of an order that names its pass."""
PREFIX = "pass-"
"""What the version of an order of a pass begins with, before that of its offer."""


class Progress(IntEnum):
    """`status` of a simulation, as the marketplace numbers it."""

    INITIAL = 0
    RUNNING = 1
    SUCCEEDED = 2
    FAILED = 3


@dataclass(frozen=True, slots=True)
class PassChoice:
    """The pass that a spec buys: what names it, and what was reviewed of it."""

    simulation: str
    result: int
    satellite: str
    start: str
    """UTC, `YYYY-MM-DDThh:mm:ssZ`."""

    @classmethod
    def read(cls, order: Mapping[str, Any]) -> "PassChoice | None":
        """Return the pass of a canonical order, or of its terms; None where it names none."""
        named = order.get(FIELD)
        return None if named is None else cls(**named)

    @property
    def key(self) -> tuple[str, int]:
        """What makes it one result, within one marketplace."""
        return self.simulation, self.result

    def fields(self) -> dict[str, Any]:
        """Return it as a spec and the canonical order write it."""
        return {
            "simulation": self.simulation,
            "result": self.result,
            "satellite": self.satellite,
            "start": self.start,
        }


@dataclass(frozen=True, slots=True)
class Pass:
    """One row of a simulation's result."""

    result: int
    simulation: str
    """The simulation that the row itself names; empty where it names none."""
    satellite: str
    start: str | None
    """UTC, `YYYY-MM-DDThh:mm:ssZ`; None where the marketplace's text is no date."""
    stop: str | None
    written_start: str
    """As the marketplace writes it."""
    orbit: str
    """`ascending`, `descending`, or what the marketplace wrote."""
    look: str
    """`left`, `right`, or what the marketplace wrote."""
    angle: float | None
    """The marketplace's `optimalAng`: in degrees, as it seems."""
    coverage: str
    """Of this pass, as the marketplace writes it: its unit is not documented."""
    coverage_so_far: str
    swath: tuple[tuple[float, float], ...] | None
    """The outer ring in degrees, longitude first; None where the text is no ring."""
    region: str | None
    """The area that was simulated, as the row has it."""
    area_km2: float | None
    row: Mapping[str, Any] = field(repr=False)
    """As it was answered."""
    sha256: str = ""
    """Of the row as JSON with sorted keys."""

    def choice(self, simulation: str) -> PassChoice | None:
        """Return what a spec writes to buy it; None where its start cannot be read."""
        if self.start is None:
            return None
        return PassChoice(simulation, self.result, self.satellite, self.start)


@dataclass(frozen=True, slots=True)
class Simulation:
    """A simulation as it stood when it was read."""

    number: str
    status: int
    """See `Progress`; other numbers may come."""
    passes: tuple[Pass, ...] = ()
    unreadable: int = 0
    """Rows without a result's number."""

    @property
    def is_over(self) -> bool:
        """Whether waiting brings nothing more."""
        return self.status not in (Progress.INITIAL, Progress.RUNNING)
