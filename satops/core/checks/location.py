"""Checks of the location and size of an AOI."""

from datetime import timedelta
from math import ceil, inf

from msgspec import Struct

from satops.core import words
from satops.core.check import Found, When, check
from satops.core.checks.batch import Batch
from satops.core.geometry.measures import (
    box_size_km,
    extent_km,
    rectangle,
    touches,
    track_lean_deg,
)
from satops.core.order.modes import ModeRules, Threshold
from satops.core.problem import Severity
from satops.core.spec.spec import Footprint, Spec

_HARDLY = 0.95
"""An area less than a twentieth below the smallest bill gets no warning."""
_STEERED_DEG = 60
"""Degrees from its track to which an agile satellite can turn a strip, about."""
_STRIP_SLACK = 0.05
"""A strip may be this share narrower than the area before a second one counts."""


@check(
    "A02",
    "far from where orders are expected",
    when=When.OUTLINE,
    at="order.geometry",
    meaning="The centre of the area is outside of the `region` of satops.yaml. Without a region "
    "satops compares it with the other orders: it is far from all of them, and would be among "
    "them with latitude and longitude exchanged. The range of the numbers cannot show this: "
    "Paris exchanged lies off Somalia.",
    source="reports of images from the wrong continent",
    remedy="Look at the place on a map. Exchange the two numbers, or widen `region`.",
    example="geometry: {point: [48.85, 2.35], radiusKm: 5}",
    severity=Severity.WARNING,
    acknowledgeable=True,
)
def check_region(batch: Batch) -> Found:
    """The centre is outside of the region where orders are expected."""
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
        yield index, detail


def _is_inside(x: float, y: float, region: tuple[float, float, float, float]) -> bool:
    west, south, east, north = region
    across = west <= x <= east if west <= east else x >= west or x <= east
    return across and south <= y <= north


@check(
    "A03",
    "the area touches 0, 0",
    when=When.OUTLINE,
    at="order.geometry",
    meaning="Longitude 0 and latitude 0 is open sea south of Ghana, and the default value of many "
    "programs: a corner there is mostly a missing value.",
    source="a common default",
    remedy="Correct the corner.",
    example="POLYGON ((0 0, 5.1 45, 5.1 45.1, 0 0))",
    severity=Severity.WARNING,
    acknowledgeable=True,
)
def check_null_island(batch: Batch) -> Found:
    """0, 0 is a corner, or inside."""
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
        yield index, detail


@check(
    "A05",
    "too near a pole",
    when=When.OUTLINE,
    at="order.geometry",
    meaning="Satellites in sun-synchronous orbit do not fly over the poles. An outline around a "
    "pole has no inside on a map of longitude and latitude; a circle around one is an error.",
    source="the inclination of sun-synchronous orbits, about 97.5 degrees",
    remedy="Ask the seller whether the place is covered.",
    example="geometry: {bbox: [0, 85, 20, 88]}",
    severity=Severity.WARNING,
    acknowledgeable=True,
    thresholds=("max_latitude_deg",),
)
def check_poles(batch: Batch) -> Found:
    """Nearer to a pole than satellites fly."""
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
        yield index, detail


def number_of(threshold: Threshold) -> str:
    """Return the number as text, without unit."""
    return words.number(threshold.value)


@check(
    "A07",
    "smaller than the smallest bill",
    when=When.SPEC,
    at="order.geometry",
    meaning="Sellers bill a minimum area for each order. Two small orders side by side can cost "
    "twice as much as one around both.",
    source="SkyWatch and Planet 25 km², Airbus and Pixxel 100 km²",
    remedy="Make the area larger for the same money, or accept it.",
    example="geometry: {bbox: [5, 45, 5.01, 45.01]}",
    severity=Severity.WARNING,
    acknowledgeable=True,
    thresholds=("min_billable_km2",),
)
def check_least_bill(batch: Batch) -> Found:
    """Smaller than what is billed at least."""
    for index, spec, mode in batch.rows():
        least, size = mode.min_billable_km2, spec.footprint.area_km2
        if least is not None and size < least.value * _HARDLY:
            detail = (
                f"{words.area(size)} will probably be billed as {words.area(least.value)}. "
                "Make the area larger for the same money, or acknowledge it. "
                f"{words.origin(least, 'km²')}"
            )
            yield index, detail


@check(
    "A08",
    "the area is not accepted",
    when=When.SPEC,
    at="order.geometry",
    meaning="The area is below the least or above the most that your team has found to be "
    "accepted. satops sets no such number by itself.",
    source="the team's modes file: minAreaKm2, maxAreaKm2",
    remedy="Change the area, or split it into several orders.",
    example="every: {maxAreaKm2: 5000}",
    acknowledgeable=True,
    thresholds=("min_area_km2", "max_area_km2"),
)
def check_accepted_size(batch: Batch) -> Found:
    """Beyond the sizes that the team has found to be accepted."""
    for index, spec, mode in batch.rows():
        seen, least, most = spec.footprint, mode.min_area_km2, mode.max_area_km2
        if least is not None and seen.area_km2 < least.value:
            yield index, _not_accepted(batch, spec, seen.area_km2, "least", least)
        if most is not None and seen.billable_km2 > most.value:
            yield index, _not_accepted(batch, spec, seen.billable_km2, "most", most)


def _not_accepted(batch: Batch, spec: Spec, size_km2: float, which: str, bound: Threshold) -> str:
    mode = batch.rules.offer.mode_title(spec.order)
    return (
        f"The area is {words.area(size_km2)}, and {words.area(bound.value)} is the "
        f"{which} that is accepted for {mode}. Change the outline, or split it into "
        f"several orders. {words.origin(bound, 'km²')}"
    )


class Passes(Struct, frozen=True):
    """The strips of ground that make up an area."""

    strips: int
    """Number of strips side by side."""
    pieces: int
    """Pieces of each strip, if it is longer than one pass."""

    @property
    def count(self) -> int:
        """Number of passes."""
        return self.strips * self.pieces

    @property
    def word(self) -> str:
        """What is wrong with the area, as words."""
        if self.strips > 1:
            return "too large" if self.pieces > 1 else "too wide"
        return "too tall"


def passes(batch: Batch, index: int) -> Passes | None:
    """Return the least number of passes for an area; None if the swath is not known.

    Strips run along the track of a satellite in near-polar orbit, which leans to opposite sides
    when it rises and when it sinks, or from north to south.  An optical satellite can be steered
    along a slanting area.  The most favourable direction counts.
    """
    spec, mode = batch.specs[index], batch.modes[index]
    if mode.swath_km is None:
        return None
    boxed = _passes(*box_size_km(spec.footprint), mode)
    if boxed.count == 1:
        return boxed
    lean = track_lean_deg(spec.footprint.latitude)
    tracks = (extent_km(batch.shapes[index], spec.footprint, side * lean) for side in (-1, 1))
    leaning = [_passes(*size, mode) for size in tracks]
    found = [boxed, *leaning]
    if spec.order.provider not in batch.rules.offer.fixed_track:
        short, long, off_north = rectangle(batch.shapes[index], spec.footprint)
        found += [_passes(short, long, mode)] if off_north <= _STEERED_DEG else []
    return min(found, key=lambda passes: passes.count)


def _passes(across_km: float, along_km: float, mode: ModeRules) -> Passes:
    assert mode.swath_km is not None
    longest = inf if mode.max_length_km is None else mode.max_length_km.value
    return Passes(_pieces(across_km, mode.swath_km.value), _pieces(along_km, longest))


def _pieces(length_km: float, piece_km: float) -> int:
    return max(1, ceil(length_km / piece_km - _STRIP_SLACK))


@check(
    "A09",
    "larger than one pass can image",
    when=When.SPEC,
    at="order.geometry",
    meaning="The area is wider than the strip of ground that the sensor images in one pass, or "
    "longer than the longest strip (too wide, too tall, too large). It takes several passes, on "
    "several days. The width is measured across the track of a satellite in near-polar orbit, "
    "nearly from west to east. For optical sensors satops assumes that the strip can follow an "
    "area that lies aslant.",
    source="published swaths of each sensor",
    remedy="Take a coarser mode with a wider swath, or split the area, or accept several passes.",
    example="geometry: {bbox: [5, 45, 5.3, 45.2]}, in a mode that takes strips 10 km wide",
    severity=Severity.WARNING,
    acknowledgeable=True,
    thresholds=("swath_km", "max_length_km"),
)
def check_one_pass(batch: Batch) -> Found:
    """Larger than one pass can image."""
    for index, spec, mode in batch.rows():
        needed = passes(batch, index)
        if needed is None or needed.count == 1 or mode.swath_km is None:
            continue
        length, named = "", batch.rules.offer.mode_title(spec.order)
        if mode.max_length_km is not None:
            length = f" and {number_of(mode.max_length_km)} km long"
        detail = (
            f"The area is {needed.word} for one pass: {_size(spec.footprint)}, and "
            f"{named} takes a strip {number_of(mode.swath_km)} km wide{length}. At "
            f"least {needed.count:,} passes are needed, on different days. Take a mode with a "
            "wider swath, split the area, or acknowledge it. "
            f"{words.origin(mode.swath_km, 'km')}"
        )
        yield index, detail


@check(
    "A10",
    "more passes than the window has",
    when=When.SPEC,
    at="order.endDate",
    meaning="The area needs more passes than satellites make while the window is open, so the "
    "image cannot be complete. For an order of several images the window is one interval.",
    source="others count about 8 chances in 14 days over one point; Capella rejects such orders",
    remedy="Make the window longer or the area smaller, or take a mode with a wider swath.",
    example="a country in a window of one day",
    severity=Severity.WARNING,
    acknowledgeable=True,
    thresholds=("swath_km", "max_length_km", "passes_per_day"),
)
def check_passes(batch: Batch) -> Found:
    """More passes than the window has."""
    for index, _, mode in batch.rows():
        needed, rate = passes(batch, index), mode.passes_per_day
        window = batch.windows[index]
        if needed is None or rate is None or needed.count <= max(1.0, window.days * rate.value):
            continue
        whole = "one interval" if window.repeats else "the window"
        unit = "pass a day" if rate.value == 1 else "passes a day"
        detail = (
            f"The area needs at least {needed.count:,} passes, and {whole} is "
            f"{words.span(timedelta(days=window.days))} long: the images can hardly be complete in "
            f"that time. Open the window for longer, or make the area smaller. "
            f"{words.origin(rate, unit)}"
        )
        yield index, detail


def _size(footprint: Footprint) -> str:
    width, height = box_size_km(footprint)
    return (
        f"it reaches {words.number(width)} km from west to east and {words.number(height)} km from "
        "south to north"
    )


@check(
    "A13",
    "a place where orders are not allowed",
    when=When.OUTLINE,
    at="order.geometry",
    meaning="The area goes beyond `areas.allowed` of satops.yaml, or touches `areas.forbidden`; "
    "what its holes leave out counts too, since satellites image it. "
    "This is your team's own rule (a contract, an export licence), so no spec can acknowledge it.",
    source="the team's areas in satops.yaml",
    remedy="Change the outline, or have the areas changed in review.",
    example="areas: {forbidden: aois/no-go.geojson}",
)
def check_zones(batch: Batch) -> Found:
    """Outside of the allowed areas, or inside the forbidden ones."""
    allowed, forbidden = batch.rules.allowed_zone, batch.rules.forbidden_zone
    for index, percent in allowed.leaving(batch.filled) if allowed else ():
        yield index, _zone(batch.specs[index], percent, "outside of the areas that are allowed")
    for index, percent in forbidden.entering(batch.filled) if forbidden else ():
        yield index, _zone(batch.specs[index], percent, "in an area that is forbidden")


def _zone(spec: Spec, percent: float, where: str) -> str:
    share = "Less than 0.1 %" if percent < 0.1 else f"{percent:.1f} %"
    return (
        f"{share} of the area ({words.area(spec.footprint.area_km2)} around "
        f"{words.location(spec.footprint.longitude, spec.footprint.latitude)}) lies {where} in "
        "satops.yaml (`areas`). Change the outline; no acknowledgement is taken."
    )
