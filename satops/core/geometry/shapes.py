"""Test and measure many polygons at once.

Arrays make this cheap: polygon by polygon it would cost five times as much.
"""

from collections.abc import Iterator, Sequence
from itertools import chain, pairwise
from math import pi, radians, sin

import numpy as np
import shapely
from numpy.typing import NDArray

from satops.core.finding import Finding
from satops.core.geometry.checks import CROSSES_ITSELF, NO_AREA
from satops.core.geometry.ellipsoid import wgs84
from satops.core.order.order import Ring, Rings
from satops.core.spec.spec import Footprint

Shapes = NDArray[np.object_]
"""An array of shapely polygons, in degrees."""

_EARTH_KM2 = 510_065_621.7
"""Surface of the WGS 84 ellipsoid in km²."""
_WIDE_DEG = 90
"""A narrower polygon cannot cover half of the Earth."""
_WORDS = {
    "Self-intersection": "The outline crosses or touches itself",
    "Ring Self-intersection": "The outline touches itself",
    "Hole lies outside shell": "A hole lies outside the outline",
    "Holes are nested": "A hole lies inside another hole",
    "Nested holes": "A hole lies inside another hole",
    "Interior is disconnected": "The holes cut the area in parts",
    "Duplicate Rings": "Two rings are the same",
}


def shapes_of(polygons: Sequence[Rings]) -> Shapes:
    """Return a shapely polygon for each polygon; rings as from `read_rings`."""
    rings = list(chain.from_iterable(polygons))
    if not rings:
        return np.empty(0, dtype=object)
    lengths = np.fromiter(map(len, rings), dtype=np.intp, count=len(rings))
    corners = np.array(list(chain.from_iterable(rings)), dtype=np.float64)
    lines = shapely.linearrings(corners, indices=np.repeat(np.arange(len(rings)), lengths))
    ring_counts = np.fromiter(map(len, polygons), dtype=np.intp, count=len(polygons))
    made: Shapes = shapely.polygons(lines, indices=np.repeat(np.arange(len(polygons)), ring_counts))
    return made


def without_holes(shapes: Shapes) -> Shapes:
    """Return the polygons with every hole filled."""
    filled: Shapes = shapely.polygons(shapely.get_exterior_ring(shapes))
    return filled


def find_crossings(shapes: Shapes) -> Iterator[tuple[int, Finding]]:
    """Yield the index of each polygon that is not simple, with a finding; its path is empty."""
    for index in np.flatnonzero(~shapely.is_valid(shapes)).tolist():
        shape = shapes[index]
        if shapely.area(shapely.convex_hull(shape)) == 0:
            detail = "All corners lie on one line. An order needs a polygon with an area."
            yield index, NO_AREA.finding((), detail)
            continue
        reason, _, place = str(shapely.is_valid_reason(shape)).partition("[")
        words = _WORDS.get(reason, f"The outline is not simple ({reason.lower()})")
        longitude, latitude = (float(number) for number in place.rstrip("]").split()[:2])
        yield (
            index,
            CROSSES_ITSELF.finding(
                (),
                f"{words} near {longitude:.10g}, {latitude:.10g}. Draw it again. satops never "
                "repairs an outline: a repair can lose a part of the area in silence.",
            ),
        )


def footprints(polygons: Sequence[Rings], shapes: Shapes) -> list[Footprint]:
    """Measure valid polygons; rings and shapes in the same order."""
    bounds = shapely.bounds(shapes).tolist()
    centroids = shapely.get_coordinates(shapely.centroid(shapes)).tolist()
    found = []
    for rings, (west, south, east, north), (x, y) in zip(polygons, bounds, centroids, strict=True):
        net, corners, holes = area_km2(rings), _vertices(rings), len(rings) - 1
        gross = area_km2(rings[:1]) if holes else None
        found.append(Footprint(net, west, south, east, north, x, y, corners, holes, gross))
    return found


def _vertices(rings: Rings) -> int:
    """Count the distinct corners of all rings."""
    return sum([len(set(ring)) for ring in rings])


def area_km2(rings: Rings) -> float:
    """Return the area in km² between geodesic edges, without the holes; never negative."""
    area = _ring_area_km2(rings[0])
    for hole in rings[1:]:
        area -= _ring_area_km2(hole)
    return max(area, 0.0)


def _ring_area_km2(ring: Ring) -> float:
    longitudes, latitudes = zip(*ring, strict=True)
    square_metres, _ = wgs84().polygon_area_perimeter(longitudes, latitudes)
    # The sign only shows the ring's direction.
    area = abs(float(square_metres)) / 1e6
    if max(longitudes) - min(longitudes) > _WIDE_DEG:
        # The smaller side of the ring was measured, which need not be the inside.
        flat = _flat_area_km2(ring)
        area = min(area, _EARTH_KM2 - area, key=lambda side: abs(side - flat))
    return area


def _flat_area_km2(ring: Ring) -> float:
    """Return the area in km² with straight edges on an equal-area map of a sphere: exact enough to
    tell the two sides of a ring apart.
    """
    flat = [(radians(x), sin(radians(y))) for x, y in ring]
    doubled = sum(xa * yb - xb * ya for (xa, ya), (xb, yb) in pairwise(flat))
    return abs(doubled) / 2 * _EARTH_KM2 / (4 * pi)
