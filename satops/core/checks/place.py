"""Checks of where an AOI lies and how large it is: A02, A03, A05, A07, A08, A09, A10, A13."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from math import ceil, inf

from satops.core import words
from satops.core.checks.batch import Batch, Found, finding
from satops.core.finding import Finding
from satops.core.geometry.measures import box_size_km, rectangle_km, touches
from satops.core.order.modes import ModeRules, Threshold
from satops.core.spec.spec import Footprint, Spec

_HARDLY = 0.95
"""Below the least bill by less than a twentieth is no news worth a warning."""
_STRIP_SLACK = 0.05
"""A strip may be so much narrower than the area before another one is counted."""


def check_region(batch: Batch) -> Found:
    """A02: the centre is outside of the region where orders are expected."""
    region = batch.rules.region
    if region is None:
        return
    for index, spec, _ in batch.rows():
        x, y = spec.footprint.longitude, spec.footprint.latitude
        if _is_inside(x, y, region):
            continue
        hint = "Check the place, or widen `region`."
        if _is_inside(y, x, region):
            hint = (
                "With latitude and longitude exchanged it would be inside: write the longitude "
                "first."
            )
        detail = (
            f"The centre of the area is {words.location(x, y)}, outside of the `region` of "
            f"satops.yaml. {hint}"
        )
        yield index, finding("A02", "geometry", detail)


def _is_inside(x: float, y: float, region: tuple[float, float, float, float]) -> bool:
    west, south, east, north = region
    across = west <= x <= east if west <= east else x >= west or x <= east
    return across and south <= y <= north


def check_null_island(batch: Batch) -> Found:
    """A03: 0, 0 is a corner, or inside."""
    near = [
        index
        for index, spec, _ in batch.rows()
        if spec.footprint.west <= 0 <= spec.footprint.east
        and spec.footprint.south <= 0 <= spec.footprint.north
    ]
    for index in touches(batch.shapes, near, (0.0, 0.0)) if near else ():
        detail = (
            "The area touches longitude 0, latitude 0, which is open sea south of Ghana. "
            "A corner there is mostly a missing value. Check the coordinates."
        )
        yield index, finding("A03", "geometry", detail)


def check_poles(batch: Batch) -> Found:
    """A05: nearer to a pole than satellites fly."""
    for index, spec, mode in batch.rows():
        most = mode.max_latitude_deg
        reach = max(spec.footprint.north, -spec.footprint.south)
        if most is None or reach <= most.value:
            continue
        pole = "N" if spec.footprint.north == reach else "S"
        detail = (
            f"The area reaches {reach:.2f}°{pole}. Satellites may not see so far. Ask the "
            f"seller, or end the area at {number_of(most)}°. "
            f"{words.origin(most, 'degrees')}"
        )
        yield index, finding("A05", "geometry", detail)


def number_of(threshold: Threshold) -> str:
    """Write the number alone."""
    return words.number(threshold.value)


def check_least_bill(batch: Batch) -> Found:
    """A07: smaller than what is billed at least."""
    for index, spec, mode in batch.rows():
        least, size = mode.min_billable_km2, spec.footprint.area_km2
        if least is not None and size < least.value * _HARDLY:
            detail = (
                f"{words.area(size)} will probably be billed as {words.area(least.value)}. "
                "Make the area larger for the same money, or acknowledge it. "
                f"{words.origin(least, 'km²')}"
            )
            yield index, finding("A07", "geometry", detail)


def check_accepted_size(batch: Batch) -> Found:
    """A08: beyond the sizes that the team has found to be accepted."""
    for index, spec, mode in batch.rows():
        size, least, most = spec.footprint.area_km2, mode.min_area_km2, mode.max_area_km2
        if least is not None and size < least.value:
            yield index, _not_accepted(spec, "least", least)
        if most is not None and size > most.value:
            yield index, _not_accepted(spec, "most", most)


def _not_accepted(spec: Spec, which: str, bound: Threshold) -> Finding:
    return finding(
        "A08",
        "geometry",
        f"The area is {words.area(spec.footprint.area_km2)}, and {words.area(bound.value)} is the "
        f"{which} that is accepted for {words.mode(spec)}. Change the outline, or split it into "
        f"several orders. {words.origin(bound, 'km²')}",
    )


@dataclass(frozen=True, slots=True)
class Passes:
    """How an area is put together from strips of ground."""

    strips: int
    """Side by side."""
    pieces: int
    """Of each strip, where it is longer than one pass can take."""

    @property
    def count(self) -> int:
        """All of them."""
        return self.strips * self.pieces

    @property
    def word(self) -> str:
        """What is wrong with the area."""
        if self.strips > 1:
            return "too large" if self.pieces > 1 else "too wide"
        return "too tall"


def passes(batch: Batch, index: int) -> Passes | None:
    """Return the least number of passes for an area; None where the swath is not known.

    Strips run from north to south, as satellites fly, or along the smallest rectangle around the
    area, as agile ones can: the kinder of the two.
    """
    spec, mode = batch.specs[index], batch.modes[index]
    if mode.swath_km is None:
        return None
    boxed = _passes(*box_size_km(spec.footprint), mode)
    if boxed.count == 1:
        return boxed
    turned = _passes(*rectangle_km(batch.shapes[index], spec.footprint), mode)
    return min(boxed, turned, key=lambda passes: passes.count)


def _passes(across_km: float, along_km: float, mode: ModeRules) -> Passes:
    assert mode.swath_km is not None
    longest = inf if mode.max_length_km is None else mode.max_length_km.value
    return Passes(_pieces(across_km, mode.swath_km.value), _pieces(along_km, longest))


def _pieces(length_km: float, piece_km: float) -> int:
    return max(1, ceil(length_km / piece_km - _STRIP_SLACK))


def check_passes(batch: Batch) -> Found:
    """A09 and A10: more than one pass; more passes than the window has."""
    for index, spec, mode in batch.rows():
        needed = passes(batch, index)
        if needed is None or needed.count == 1 or mode.swath_km is None:
            continue
        yield index, _too_large(spec, mode, needed)
        yield from ((index, found) for found in _too_many(batch, index, needed))


def _too_large(spec: Spec, mode: ModeRules, needed: Passes) -> Finding:
    assert mode.swath_km is not None
    length = ""
    if mode.max_length_km is not None:
        length = f" and {number_of(mode.max_length_km)} km long"
    return finding(
        "A09",
        "geometry",
        f"The area is {needed.word} for one pass: {_size(spec.footprint)}, and {words.mode(spec)} "
        f"takes a strip {number_of(mode.swath_km)} km wide{length}. At least {needed.count:,} "
        "passes are needed, on different days. Take a mode with a wider swath, split the area, or "
        f"acknowledge it. {words.origin(mode.swath_km, 'km')}",
    )


def _too_many(batch: Batch, index: int, needed: Passes) -> Iterator[Finding]:
    rate = batch.modes[index].passes_per_day
    window = batch.windows[index]
    if rate is None or needed.count <= max(1.0, window.days * rate.value):
        return
    whole = "one interval" if window.recurrence else "the window"
    unit = "pass a day" if rate.value == 1 else "passes a day"
    yield finding(
        "A10",
        "endDate",
        f"The area needs at least {needed.count:,} passes, and {whole} is "
        f"{words.span(timedelta(days=window.days))} long: the images can hardly be complete in "
        f"that time. Open the window for longer, or make the area smaller. "
        f"{words.origin(rate, unit)}",
    )


def _size(footprint: Footprint) -> str:
    width, height = box_size_km(footprint)
    return (
        f"it reaches {words.number(width)} km from west to east and {words.number(height)} km from "
        "south to north"
    )


def check_zones(batch: Batch) -> Found:
    """A13: outside of the allowed areas, or inside the forbidden ones."""
    allowed, forbidden = batch.rules.allowed_zone, batch.rules.forbidden_zone
    for index, percent in allowed.leaving(batch.shapes) if allowed else ():
        yield index, _zone(batch.specs[index], percent, "outside of the areas that are allowed")
    for index, percent in forbidden.entering(batch.shapes) if forbidden else ():
        yield index, _zone(batch.specs[index], percent, "in an area that is forbidden")


def _zone(spec: Spec, percent: float, where: str) -> Finding:
    share = "Less than 0.1 %" if percent < 0.1 else f"{percent:.1f} %"
    return finding(
        "A13",
        "geometry",
        f"{share} of the area ({words.area(spec.footprint.area_km2)} around "
        f"{words.location(spec.footprint.longitude, spec.footprint.latitude)}) lies {where} in "
        "satops.yaml (`areas`). Change the outline; no acknowledgement is taken.",
    )
