"""Specs for the tests of checks: an ordinary order, with what a test changes."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from satops.core.checks import Rules, check_clock, check_specs
from satops.core.geometry.shapes import footprints, shapes_of
from satops.core.ledger.state import OrderState, Standing
from satops.core.order.modes import Modes, read_modes
from satops.core.order.order import Location, Ring, Rings, instant_text
from satops.core.spec.spec import Acknowledgement, Source, Spec
from satops.offers.eo_imagery import EO_IMAGERY
from tests.offers.orders import eo_order

SCHEMAS = Path(__file__).parents[3] / "schema"
NOW = datetime(2030, 5, 2, 9, 0, tzinfo=UTC)
"""The clock of these tests; any date would do."""
MONTH = timedelta(days=30)


@cache
def modes() -> Modes:
    """What ships with satops."""
    return read_modes((SCHEMAS / "modes.json").read_bytes(), EO_IMAGERY.modes)


def rules(**more: Any) -> Rules:
    """The rules of a repository that sets none."""
    return Rules(EO_IMAGERY, modes(), **more)


def box(west: float, south: float, east: float, north: float) -> Rings:
    """A box, counter-clockwise."""
    corners = ((west, south), (east, south), (east, north), (west, north), (west, south))
    return (corners,)


def ring(*positions: Location) -> Ring:
    """A closed ring of its corners."""
    return (*positions, positions[0])


GENOA = box(8.85, 44.36, 8.97, 44.44)
"""About 9.6 x 8.9 km of a port in the middle latitudes."""
HALF = box(8.91, 44.36, 9.03, 44.44)
"""Shares half of GENOA."""


def spec(
    rings: Rings = GENOA,
    *,
    name: str = "port",
    start: datetime = NOW + MONTH,
    length: timedelta = timedelta(days=14),
    provider: str = "changguang",
    cloud: int | None = 20,
    mode: int | None = 2,
    every: tuple[int, int] | None = None,
    acknowledge: Sequence[str] = (),
    labels: Mapping[str, str] | None = None,
    supersedes: str | None = None,
    line: int = 1,
) -> Spec:
    """An order that nobody would object to, with changes; `every` is interval and unit."""
    order = eo_order(
        provider=provider,
        rings=rings,
        start=start,
        end=start + length,
        max_cloud=cloud,
        resolution_type=mode,
        recurring=True if every else None,
        recurring_day=every[0] if every else None,
        recurring_unit=every[1] if every else None,
    )
    [seen] = footprints([rings], shapes_of([rings]))
    return Spec(
        name=name,
        source=Source(f"orders/{name}.yaml", line, 0, 1, "0" * 64),
        order=order,
        footprint=seen,
        labels=labels,
        acknowledge=tuple(Acknowledgement(check, "agreed", 7) for check in acknowledge),
        supersedes=supersedes,
    )


def radar(rings: Rings = GENOA, *, mode: int | None = 5, **more: Any) -> Spec:
    """An ordinary radar order."""
    return spec(rings, provider="tianyi", mode=mode, cloud=None, **more)


def codes(*specs: Spec, now: datetime | None = None, **more: Any) -> list[str]:
    """The codes that the checks of single specs find, sorted; with `now` the clock's as well."""
    found = check_specs(specs, rules(**more))
    if now is not None:
        found += check_clock(specs, rules(**more), instant_text(now))
    return sorted(finding.check for row in found for finding in row)


def clock_codes(one: Spec, now: datetime = NOW) -> list[str]:
    """The codes that only the clock brings."""
    [found] = check_clock([one], rules(), instant_text(now))
    return sorted(finding.check for finding in found)


def detail(one: Spec, check: str, **more: Any) -> str:
    """The words of one finding."""
    [found] = check_specs([one], rules(**more))
    [text] = [finding.detail for finding in found if finding.check == check]
    return text


def known(
    one: Spec, standing: Standing = Standing.PLACED, order_no: str | None = "PROG_7"
) -> OrderState:
    """What the ledger holds of a spec."""
    seen, order = one.footprint, one.order
    return OrderState(
        one.name,
        standing,
        order_digest=order.digest,
        order_no=order_no if standing is Standing.PLACED else None,
        provider=order.provider,
        version=order.version,
        terms=order.terms,
        start=order.start,
        end=order.end,
        area_km2=seen.area_km2,
        bounds=(seen.west, seen.south, seen.east, seen.north),
    )


HOME = [spec(box(8 + n, 44.0, 8.1 + n, 44.1), name=f"home-{n}") for n in range(6)]
"""Six orders in one part of the world."""
SWAPPED = spec(box(44.0, 10.0, 44.1, 10.1), name="swapped")
"""Another one there, with longitude and latitude exchanged."""


def frame(rings: Rings = GENOA, deg: float = 0.001) -> Rings:
    """A box with a hole that leaves only its edges, so many degrees wide."""
    (west, south), _, (east, north), *_ = rings[0]
    (inner,) = box(west + deg, south + deg, east - deg, north - deg)
    return rings[0], inner[::-1]
