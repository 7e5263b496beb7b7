"""Checks of an outline's shape."""

from math import pi

from satops.core import words
from satops.core.check import Found, When, check
from satops.core.checks.batch import Batch
from satops.core.geometry.measures import (
    box_size_km,
    find_corner_faults,
    perimeter_km,
    perimeters_deg,
    rectangle,
    simpler,
)
from satops.core.problem import Severity

_COMPACT_SLIVER = 0.1
"""4 pi area / perimeter²: 1 for a circle, 0.1 for a strip 30 times as long as wide."""
_DEGREE_KM = 111.7
"""The longest degree on the ellipsoid, in km."""
_LEAST_FILL = 0.48
"""A triangle fills half of a rectangle around it; less means a bend or a bay."""


@check(
    "G06",
    "corners that add nothing",
    when=When.OUTLINE,
    at="order.geometry",
    meaning="The same corner stands twice in a row, or the outline goes out and returns along "
    "the same line (a spike). Both are mostly slips of drawing, and some sellers refuse them.",
    source="UP42 refuses duplicate corners",
    remedy="Remove the corner that is named.",
    example="POLYGON ((5 45, 5.1 45, 5.1 45, 5.1 45.1, 5 45.1, 5 45))",
    severity=Severity.WARNING,
    acknowledgeable=True,
)
def check_corners(batch: Batch) -> Found:
    """The same corner twice in a row, or a spike."""
    for fault in find_corner_faults(batch.shapes):
        at = f"{fault.at[0]:.10g}, {fault.at[1]:.10g}"
        more = f" ({fault.count} such places in all)" if fault.count > 1 else ""
        what = (
            f"The outline runs out to {at} and comes back on itself{more}. Remove that corner."
            if fault.is_spike
            else f"The corner {at} stands twice in a row{more}. Remove one of them."
        )
        yield fault.index, what


@check(
    "G07",
    "a polygon with holes",
    when=When.OUTLINE,
    at="order.geometry",
    meaning="The marketplace does not say whether holes are billed. Satellites image them all the "
    "same, and other sellers refuse them.",
    source="Capella, SkyWatch and UP42 refuse holes",
    remedy="Leave the holes out, or acknowledge that they may be billed.",
    example="POLYGON ((5 45, 6 45, 6 46, 5 46, 5 45), (5.1 45.1, 5.1 45.2, 5.2 45.1, 5.1 45.1))",
    severity=Severity.WARNING,
    acknowledgeable=True,
)
def check_holes(batch: Batch) -> Found:
    """Holes, with the area net and gross."""
    for index, spec, _ in batch.rows():
        holes = spec.footprint.holes
        if not holes:
            continue
        said = "a hole" if holes == 1 else f"{holes} holes"
        gross = words.area(spec.footprint.billable_km2)
        detail = (
            f"The polygon has {said}: {words.area(spec.footprint.area_km2)} without and "
            f"{gross} with what is inside. The marketplace does not "
            "say which of the two is billed, so limits and estimates count the larger, and other "
            "sellers refuse holes. Leave the inner rings out, or acknowledge that they may be "
            "billed."
        )
        yield index, detail


@check(
    "G10",
    "many corners",
    when=When.OUTLINE,
    at="order.geometry",
    meaning="Sellers refuse outlines of more than a few hundred corners. The message says what a "
    "simpler outline would change. A polygon with more corners than satops itself can take is an "
    "error.",
    source="Capella 250, SkyWatch, SkyFi and Planet 500, UP42 999",
    remedy="Simplify the outline in a map program, and look at the result before ordering.",
    example="a coastline with 20,000 corners",
    severity=Severity.WARNING,
    acknowledgeable=True,
    thresholds=("max_vertices",),
)
def check_vertices(batch: Batch) -> Found:
    """More corners than sellers take."""
    for index, spec, mode in batch.rows():
        most, corners = mode.max_vertices, spec.footprint.vertices
        if most is None or corners <= most.value:
            continue
        proposal = simpler(batch.shapes[index], int(most.value))
        hint = "Use a simpler outline."
        if proposal is not None:
            hint = (
                f"Simplified by {proposal.tolerance_deg:g} degrees it would have "
                f"{proposal.corners:,} corners, and its area would change by "
                f"{proposal.area_change_percent:+.2f} %: `satops aoi FILE --convert OUT "
                f"--simplify-m {max(1, round(proposal.tolerance_deg * _DEGREE_KM * 1000))}`."
            )
        detail = f"The outline has {corners:,} corners. {hint} {words.origin(most, 'corners')}"
        yield index, detail


@check(
    "G12",
    "a thin strip",
    when=When.OUTLINE,
    at="order.geometry",
    meaning="The area is much longer than it is wide, and only metres wide. Mostly it is a "
    "sliver that cutting two layers left.",
    source="UP42 refuses such strips",
    remedy="Look at the outline on a map. A corridor needs a wider outline around it.",
    example="geometry: {bbox: [5, 45, 5.5, 45.0003]}",
    severity=Severity.WARNING,
    acknowledgeable=True,
    thresholds=("min_width_m",),
)
def check_slivers(batch: Batch) -> Found:
    """Metres wide, kilometres long."""
    lengths_deg = perimeters_deg(batch.shapes)
    for index, spec, mode in batch.rows():
        least = mode.min_width_m
        # Compare in degrees first: a degree is never longer than this, so no thin strip passes.
        if least is None or _width_m(spec.footprint.area_km2, lengths_deg[index] * _DEGREE_KM) > (
            least.value
        ):
            continue
        length_km = sum(perimeter_km(ring) for ring in spec.order.rings)
        width_m = _width_m(spec.footprint.area_km2, length_km)
        compact = 4 * pi * spec.footprint.area_km2 / length_km**2
        if width_m < least.value and compact < _COMPACT_SLIVER:
            detail = (
                f"The area is about {words.number(width_m)} m wide and "
                f"{words.number(length_km / 2)} km long. If it is the rest of a cut, delete "
                "it; if it is a corridor, draw it wider. "
                f"{words.origin(least, 'm')}"
            )
            yield index, detail


@check(
    "G13",
    "the outline fills little of its rectangle",
    when=When.OUTLINE,
    at="order.geometry",
    meaning="An area in the shape of an L or a ring may be imaged, and billed, as the rectangle "
    "around it.",
    source="SkyFi takes convex outlines only",
    remedy="If billing goes by rectangles, two orders may cost less than one.",
    example="a river valley with a bend",
    severity=Severity.INFO,
    acknowledgeable=True,
)
def check_fill(batch: Batch) -> Found:
    """The outline fills little of the smallest rectangle around it."""
    for index, spec, _ in batch.rows():
        width, height = box_size_km(spec.footprint)
        net = spec.footprint.area_km2
        # The smallest rectangle is never larger than the box.
        if net >= _LEAST_FILL * width * height:
            continue
        short, long, _ = rectangle(batch.shapes[index], spec.footprint)
        gross = short * long
        if net < _LEAST_FILL * gross:
            detail = (
                f"The outline holds {words.area(net)}, which is {100 * net / gross:.0f} % of "
                f"the smallest rectangle around it ({words.area(gross)}). If the marketplace "
                "bills by rectangles, this order costs more than its area says."
            )
            yield index, detail


def _width_m(area: float, length_km: float) -> float:
    """Return the width in metres of a strip of this area and outline length."""
    return 2000 * area / length_km
