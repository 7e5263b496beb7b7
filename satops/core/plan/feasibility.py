"""The simulated passes of orders to create, as evidence for a review only.

Coverage is shown as the marketplace's text.  Its unit is not documented (0.61, 61 and 61% may mean
the same), so it ranks or refuses nothing.
"""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any

from msgspec import Meta, Struct, to_builtins

from satops.core.digest import Sha256
from satops.core.order.passes import Pass, PassChoice

FORMAT = "satops.feasibility/1"

Longitude = Annotated[float, Meta(ge=-180, le=180)]
Latitude = Annotated[float, Meta(ge=-90, le=90)]


class Answer(StrEnum):
    """The result of one simulation."""

    PASSES = "passes"
    NONE = "none"
    """It succeeded without a pass."""
    FAILED = "failed"
    RUNNING = "running"
    """It was still running at the end of the wait."""
    REFUSED = "refused"
    """The marketplace refused it."""
    UNREAD = "unread"
    """It could not be started or read."""


class ShownPass(Struct, frozen=True, forbid_unknown_fields=True):
    """One pass, with the values for a reviewer."""

    result: int
    satellite: str
    start: str | None
    """UTC, `YYYY-MM-DDThh:mm:ssZ`; None if the marketplace's text is no date."""
    written_start: str
    solar_time: Annotated[str, Meta(pattern=r"^[0-2][0-9]:[0-5][0-9]\Z")] | None
    """Mean local solar time at the middle of the area: `10:34`."""
    orbit: str
    look: str
    angle_deg: float | None
    coverage: str
    """Coverage of this pass, as the marketplace's text."""
    coverage_so_far: str
    area_km2: float | None
    swath: tuple[tuple[Longitude, Latitude], ...] | None
    """Exterior ring in degrees, longitude first; None if the text cannot be read."""
    row_sha256: Sha256

    def choice(self, simulation: str | None) -> PassChoice | None:
        """Return the pass for a spec."""
        if self.start is None or simulation is None:
            return None
        return PassChoice(simulation, self.result, self.satellite, self.start)


class Simulated(Struct, frozen=True):
    """The simulation of one order."""

    name: str
    order_digest: Sha256
    """Digest of the simulated order, without its pass."""
    answer: Answer
    simulation: str | None = None
    message: str = ""
    unreadable: int = 0
    """Number of rows without a result number."""
    passes: tuple[ShownPass, ...] = ()
    """Sorted by start; those without a start last."""


class Feasibility(Struct, frozen=True):
    """The evidence of one run of `satops feasibility`."""

    made_at: str
    """Time of the last answer, UTC."""
    marketplace: str
    """Normalised address of the marketplace."""
    orders: tuple[Simulated, ...]

    def of(self, name: str) -> Simulated | None:
        """Return the simulation of one order, or None."""
        return next((each for each in self.orders if each.name == name), None)


def shown_pass(found: Pass, longitude: float) -> ShownPass:
    """Return a pass for a reviewer; `longitude` is the middle of the area."""
    return ShownPass(
        result=found.result,
        satellite=found.satellite,
        start=found.start,
        written_start=found.written_start,
        solar_time=None if found.start is None else solar_time(found.start, longitude),
        orbit=found.orbit,
        look=found.look,
        angle_deg=found.angle,
        coverage=found.coverage,
        coverage_so_far=found.coverage_so_far,
        area_km2=found.area_km2,
        swath=found.swath,
        row_sha256=found.sha256,
    )


def by_start(passes: tuple[ShownPass, ...]) -> tuple[ShownPass, ...]:
    """Return passes in the order of their starts."""
    return tuple(sorted(passes, key=lambda each: (each.start is None, each.start, each.result)))


def solar_time(utc: str, longitude: float) -> str:
    """Return the mean local solar time of an instant, `hh:mm`: 15 degrees are an hour."""
    at = datetime.fromisoformat(utc)
    minutes = round(at.hour * 60 + at.minute + at.second / 60 + longitude * 4) % 1440
    return f"{minutes // 60:02}:{minutes % 60:02}"


def as_fields(evidence: Feasibility) -> dict[str, Any]:
    """Return evidence in the form of `satops feasibility --json`."""
    return {"format": FORMAT, **to_builtins(evidence)}
