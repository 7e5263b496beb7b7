"""Outlines with fewer corners, for maps that people look at.

What is bought, measured or compared is never simplified.
"""

from typing import TYPE_CHECKING

from satops.core.order import Rings

if TYPE_CHECKING:
    from shapely import Polygon

_CORNERS_LEAST = 3
"""Of a ring."""
_STEPS = 24
"""Doubling a tolerance so often takes it from one part in ten million to more than the whole."""
_FINEST = 1e-7
"""The first tolerance that is tried, as a share of the larger side of the polygon's box."""


def simplified(rings: Rings, vertices_max: int) -> Rings:
    """Return an outline of at most so many distinct corners, all rings together; 4 at least.

    Rings that have no more are returned as they are.  Otherwise the smallest holes go first, then
    corners; an outline that cannot be kept simple gives way to its box.  The result is a valid
    polygon, wound as RFC 7946 asks, where the rings made one.
    """
    if vertices_max < 4:
        raise ValueError(f"an outline cannot be drawn with {vertices_max} corners")
    if _corners(rings) <= vertices_max:
        return rings
    from shapely import Polygon

    largest = sorted(rings[1:], key=_box_area, reverse=True)
    kept = largest[: vertices_max // _CORNERS_LEAST - 1]
    for holes in (kept, []):
        found = _with_fewer(Polygon(rings[0], holes), vertices_max)
        if found is not None:
            return _rings_of(found)
    return _rings_of(Polygon(rings[0]).envelope)


def _with_fewer(polygon: "Polygon", vertices_max: int) -> "Polygon | None":
    """Return the polygon at the least tolerance that leaves few enough corners."""
    west, south, east, north = polygon.bounds
    tolerance = max(east - west, north - south) * _FINEST
    for _ in range(_STEPS):
        outline = polygon.simplify(tolerance, preserve_topology=True)
        if _corners(_rings_of(outline)) <= vertices_max:
            return outline if outline.is_valid and not outline.is_empty else None
        tolerance *= 2
    return None


def _rings_of(polygon: "Polygon") -> Rings:
    from shapely.geometry.polygon import orient

    wound = orient(polygon)
    lines = (wound.exterior, *wound.interiors)
    return tuple(tuple((float(x), float(y)) for x, y in line.coords) for line in lines)


def _corners(rings: Rings) -> int:
    return sum(len(ring) - 1 for ring in rings)


def _box_area(ring: tuple[tuple[float, float], ...]) -> float:
    xs, ys = [x for x, _ in ring], [y for _, y in ring]
    return (max(xs) - min(xs)) * (max(ys) - min(ys))
