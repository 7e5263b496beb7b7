"""GeoJSON geometries to look at: outlines, boxes and points, as RFC 7946 asks.

Each is closed, wound (exterior counter-clockwise, holes clockwise) and within range.  What is
drawn is rounded; what is bought is the exact outline.
"""

from collections.abc import Sequence
from itertools import pairwise
from math import floor
from typing import Any

from satops.core.order.order import Location, Ring, Rings

Geometry = dict[str, Any]
"""A GeoJSON geometry."""
Bounds = tuple[float, float, float, float]
"""West, south, east, north in degrees; west is above east across the antimeridian."""

DECIMALS = 5
"""Of a drawn outline: about one metre."""
POINT_DECIMALS = 3
"""Of a point that stands for a whole order: about a hundred metres."""


def exact(rings: Rings) -> Geometry:
    """Return the outline as it is bought."""
    return {"type": "Polygon", "coordinates": rings}


def outline(rings: Rings, vertices_max: int) -> Geometry:
    """Return a drawing of an outline: at most so many corners, rounded to `DECIMALS`."""
    from satops.core.geometry.simplify import simplified

    simple = simplified(rings, vertices_max)
    return {"type": "Polygon", "coordinates": [_rounded(ring) for ring in simple]}


def ring_on_map(ring: Ring) -> Geometry | None:
    """Return a ring from outside as a polygon, wound as it must be; None for one that is none.

    One that is wider than half of the Earth crosses the antimeridian, and is not drawn.
    """
    longitudes = [x for x, _ in ring]
    area = _doubled_area(ring)
    if area == 0 or max(longitudes) - min(longitudes) > 180:
        return None
    turned = ring if area > 0 else ring[::-1]
    return {"type": "Polygon", "coordinates": [_rounded(turned)]}


def box(bounds: Bounds) -> Geometry:
    """Return the box around bounds, rounded outwards; one box on each side of the antimeridian."""
    west, south, east, north = bounds
    if west > east:
        halves = [_box((west, south, 180.0, north)), _box((-180.0, south, east, north))]
        return {"type": "MultiPolygon", "coordinates": [[half] for half in halves]}
    return {"type": "Polygon", "coordinates": [_box(bounds)]}


def point(longitude: float, latitude: float) -> Geometry:
    """Return a point that stands for an order."""
    return {"type": "Point", "coordinates": _point(longitude, latitude)}


def points(positions: Sequence[Location]) -> Geometry:
    """Return the points of many orders as one geometry."""
    return {"type": "MultiPoint", "coordinates": [_point(x, y) for x, y in positions]}


def _point(longitude: float, latitude: float) -> Location:
    return round(longitude, POINT_DECIMALS), round(latitude, POINT_DECIMALS)


def _box(bounds: Bounds) -> Ring:
    west, south, east, north = bounds
    west, south = max(_below(west), -180.0), max(_below(south), -90.0)
    east, north = min(-_below(-east), 180.0), min(-_below(-north), 90.0)
    return ((west, south), (east, south), (east, north), (west, north), (west, south))


def _below(degrees: float) -> float:
    """Round down to `DECIMALS`; a product that was itself rounded up does not deceive it."""
    scale: int = 10**DECIMALS
    steps = floor(degrees * scale)
    return steps / scale if steps / scale <= degrees else (steps - 1) / scale


def _rounded(ring: Ring) -> Ring:
    """Round a ring; one so small that rounding would undo it stays as it is."""
    corners = [(round(x, DECIMALS), round(y, DECIMALS)) for x, y in ring]
    kept = [corners[0], *(b for a, b in pairwise(corners) if a != b)]
    turned = (_doubled_area(kept) > 0) != (_doubled_area(ring) > 0)
    if len(set(kept)) < 3 or turned or _doubled_area(kept) == 0:
        return ring
    return tuple(kept)


def _doubled_area(ring: Sequence[Location]) -> float:
    """Return twice the planar area in square degrees, positive when counter-clockwise."""
    x0, y0 = ring[0]
    return sum(
        (xa - x0) * (yb - y0) - (xb - x0) * (ya - y0) for (xa, ya), (xb, yb) in pairwise(ring)
    )
