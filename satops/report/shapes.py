"""GeoJSON geometries for drawings: outlines, boxes and points (RFC 7946).

Rings are closed, wound (exterior counter-clockwise, holes clockwise) and within range.  Drawings
are rounded; the bought outline is exact.
"""

from collections.abc import Sequence
from itertools import pairwise
from math import floor
from typing import Any

from satops.core.order.order import Location, Ring, Rings

Geometry = dict[str, Any]
"""A GeoJSON geometry."""
Bounds = tuple[float, float, float, float]
"""West, south, east, north in degrees; west exceeds east across the antimeridian."""

DECIMALS = 5
"""Decimals of a drawn outline: about one metre."""
POINT_DECIMALS = 3
"""Decimals of a point for an order: about a hundred metres."""


def exact(rings: Rings) -> Geometry:
    """Return the exact outline."""
    return {"type": "Polygon", "coordinates": rings}


def outline(rings: Rings, vertices_max: int) -> Geometry:
    """Return an outline for drawings: at most `vertices_max` corners, rounded to `DECIMALS`."""
    from satops.core.geometry.simplify import simplified

    simple = simplified(rings, vertices_max)
    return {"type": "Polygon", "coordinates": [_rounded(ring) for ring in simple]}


def ring_on_map(ring: Ring) -> Geometry | None:
    """Return the marketplace's ring as a polygon, correctly wound; None if it is not one.

    A ring wider than half of the Earth crosses the antimeridian, and is not drawn.
    """
    longitudes = [x for x, _ in ring]
    area = _doubled_area(ring)
    if area == 0 or max(longitudes) - min(longitudes) > 180:
        return None
    turned = ring if area > 0 else ring[::-1]
    return {"type": "Polygon", "coordinates": [_rounded(turned)]}


def box(bounds: Bounds) -> Geometry:
    """Return the box of bounds, rounded outwards; two boxes across the antimeridian."""
    west, south, east, north = bounds
    if west > east:
        halves = [_box((west, south, 180.0, north)), _box((-180.0, south, east, north))]
        return {"type": "MultiPolygon", "coordinates": [[half] for half in halves]}
    return {"type": "Polygon", "coordinates": [_box(bounds)]}


def point(longitude: float, latitude: float) -> Geometry:
    """Return a point for an order."""
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
    """Round down to `DECIMALS`, even if the product was rounded up."""
    scale: int = 10**DECIMALS
    steps = floor(degrees * scale)
    return steps / scale if steps / scale <= degrees else (steps - 1) / scale


def _rounded(ring: Ring) -> Ring:
    """Round a ring, unless it is too small to survive rounding."""
    corners = [(round(x, DECIMALS), round(y, DECIMALS)) for x, y in ring]
    kept = [corners[0], *(b for a, b in pairwise(corners) if a != b)]
    turned = (_doubled_area(kept) > 0) != (_doubled_area(ring) > 0)
    if len(set(kept)) < 3 or turned or _doubled_area(kept) == 0:
        return ring
    return tuple(kept)


def _doubled_area(ring: Sequence[Location]) -> float:
    """Return twice the planar area in square degrees, positive for counter-clockwise."""
    x0, y0 = ring[0]
    return sum(
        (xa - x0) * (yb - y0) - (xb - x0) * (ya - y0) for (xa, ya), (xb, yb) in pairwise(ring)
    )
