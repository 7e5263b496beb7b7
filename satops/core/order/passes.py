"""Satellite passes of a simulation, and the pass that an order buys.

A result can be ordered once.  Its number is unique only within its simulation at one marketplace,
so a result is identified by address, simulation and result number.
"""

from collections.abc import Mapping
from enum import IntEnum
from typing import Any

from msgspec import Struct

from satops.core.safe import repr_without

FIELD = "pass"
"""The term of an order that holds its pass."""
PREFIX = "pass-"
"""Prefix of the version of an order of a pass."""


class Progress(IntEnum):
    """The marketplace's `status` numbers of a simulation."""

    INITIAL = 0
    RUNNING = 1
    SUCCEEDED = 2
    FAILED = 3


class PassChoice(Struct, frozen=True):
    """The pass that a spec buys: its identity, and its reviewed values."""

    simulation: str
    result: int
    satellite: str
    start: str
    """UTC, `YYYY-MM-DDThh:mm:ssZ`."""

    @classmethod
    def read(cls, order: Mapping[str, Any]) -> "PassChoice | None":
        """Return the pass of a canonical order, or of its terms; None without one."""
        named = order.get(FIELD)
        return None if named is None else cls(**named)

    @property
    def key(self) -> tuple[str, int]:
        """Identity of the result within one marketplace."""
        return self.simulation, self.result

    def fields(self) -> dict[str, Any]:
        """Return the fields as in a spec and the canonical order."""
        return {
            "simulation": self.simulation,
            "result": self.result,
            "satellite": self.satellite,
            "start": self.start,
        }


class Pass(Struct, frozen=True):
    """One row of a simulation's result."""

    result: int
    simulation: str
    """The simulation named in the row; may be empty."""
    satellite: str
    start: str | None
    """UTC, `YYYY-MM-DDThh:mm:ssZ`; None if the marketplace's text is no date."""
    stop: str | None
    written_start: str
    """The marketplace's text."""
    orbit: str
    """`ascending`, `descending`, or the marketplace's text."""
    look: str
    """`left`, `right`, or the marketplace's text."""
    angle: float | None
    """The marketplace's `optimalAng`, probably in degrees."""
    coverage: str
    """Coverage of this pass, as the marketplace's text: its unit is not documented."""
    coverage_so_far: str
    swath: tuple[tuple[float, float], ...] | None
    """Exterior ring in degrees, longitude first; None if the text is no ring."""
    region: str | None
    """The simulated area, as text from the row."""
    area_km2: float | None
    row: Mapping[str, Any]
    """The row as received."""
    sha256: str = ""
    """SHA-256 of the row as JSON with sorted keys."""

    __repr__ = repr_without("row")

    def choice(self, simulation: str) -> PassChoice | None:
        """Return the pass for a spec; None if its start cannot be read."""
        if self.start is None:
            return None
        return PassChoice(simulation, self.result, self.satellite, self.start)


class Simulation(Struct, frozen=True):
    """A simulation at the time of reading."""

    number: str
    status: int
    """See `Progress`; other numbers may occur."""
    passes: tuple[Pass, ...] = ()
    unreadable: int = 0
    """Number of rows without a result number."""

    @property
    def is_over(self) -> bool:
        """Whether the simulation has ended."""
        return self.status not in (Progress.INITIAL, Progress.RUNNING)
