"""Checks of an outline's shape: G06, G07, G10, G12, G13."""

from math import pi

from satops.core import words
from satops.core.checks.batch import Batch, Found, finding
from satops.core.geometry.measures import (
    box_size_km,
    find_corner_faults,
    perimeter_km,
    perimeters_deg,
    rectangle_km,
    simpler,
)
from satops.core.geometry.shapes import area_km2

_COMPACT_SLIVER = 0.1
"""4 pi area / perimeter²: 1 for a circle, 0.1 for a strip 30 times as long as wide."""
_DEGREE_KM = 111.7
"""At most, anywhere on the ellipsoid."""
_LEAST_FILL = 0.48
"""Any triangle fills half of a rectangle around it; less is an outline with a bend or a bay."""


def check_corners(batch: Batch) -> Found:
    """G06: the same corner twice in a row, or a spike."""
    for fault in find_corner_faults(batch.shapes):
        at = f"{fault.at[0]:.10g}, {fault.at[1]:.10g}"
        more = f" ({fault.count} such places in all)" if fault.count > 1 else ""
        what = (
            f"The outline runs out to {at} and comes back on itself{more}. Remove that corner."
            if fault.is_spike
            else f"The corner {at} stands twice in a row{more}. Remove one of them."
        )
        yield fault.index, finding("G06", "geometry", what)


def check_holes(batch: Batch) -> Found:
    """G07: holes, with the area net and gross."""
    for index, spec, _ in batch.rows():
        holes = spec.footprint.holes
        if not holes:
            continue
        gross = area_km2(spec.order.rings[:1])
        said = "a hole" if holes == 1 else f"{holes} holes"
        detail = (
            f"The polygon has {said}: {words.area(spec.footprint.area_km2)} without and "
            f"{words.area(gross)} with what is inside. The marketplace does not say which of "
            "the two is billed, and other sellers refuse holes. Leave the inner rings out, or "
            "acknowledge that they may be billed."
        )
        yield index, finding("G07", "geometry", detail)


def check_vertices(batch: Batch) -> Found:
    """G10: more corners than sellers take."""
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
                f"{proposal.area_change_percent:+.2f} %; satops does not do that by itself."
            )
        detail = f"The outline has {corners:,} corners. {hint} {words.origin(most, 'corners')}"
        yield index, finding("G10", "geometry", detail)


def check_slivers(batch: Batch) -> Found:
    """G12: metres wide, kilometres long."""
    lengths_deg = perimeters_deg(batch.shapes)
    for index, spec, mode in batch.rows():
        least = mode.min_width_m
        # In degrees first: a degree is never longer, so that this lets no sliver pass.
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
            yield index, finding("G12", "geometry", detail)


def check_fill(batch: Batch) -> Found:
    """G13: the outline fills little of the smallest rectangle around it."""
    for index, spec, _ in batch.rows():
        width, height = box_size_km(spec.footprint)
        net = spec.footprint.area_km2
        # The smallest rectangle is at most as large as the box.
        if net >= _LEAST_FILL * width * height:
            continue
        short, long = rectangle_km(batch.shapes[index], spec.footprint)
        gross = short * long
        if net < _LEAST_FILL * gross:
            detail = (
                f"The outline holds {words.area(net)}, which is {100 * net / gross:.0f} % of "
                f"the smallest rectangle around it ({words.area(gross)}). If the marketplace "
                "bills by rectangles, this order costs more than its area says."
            )
            yield index, finding("G13", "geometry", detail)


def _width_m(area: float, length_km: float) -> float:
    """Return the width of a strip with such an area and outline."""
    return 2000 * area / length_km
