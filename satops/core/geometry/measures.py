"""Measure polygons for the checks: lengths in km, shares, drawing faults.

Cheap measures run on all polygons at once, expensive ones only on the few in doubt.
"""

from collections.abc import Iterator
from math import atan2, cos, degrees, radians, sin, sqrt
from typing import NamedTuple

import numpy as np
import shapely
from msgspec import Struct
from numpy.typing import NDArray

from satops.core.geometry.ellipsoid import wgs84
from satops.core.geometry.shapes import Shapes
from satops.core.order.order import Location, Ring
from satops.core.spec.spec import Footprint

_RADIUS_KM = 6371.007
"""Radius of the sphere with the Earth's surface area; its lengths are within 0.6 % of the
ellipsoid's."""
_DEGREE_KM = _RADIUS_KM * radians(1)
_MAP_DEG = 60
"""Width of a map, in degrees, that keeps lengths within some percent."""
_INCLINATION_COSINE = cos(radians(97.5))
"""Inclination of sun-synchronous orbits between 450 and 700 km."""
_GROUND_KM_S = 6.9
_EQUATOR_KM_S = 0.465
"""Speeds of the point below such a satellite, and of the ground at the equator."""
_SPIKE_DEG = 1.0
_SPIKE_KM = 0.05
"""Length of a spike's shorter leg; sharp corners of detailed coastlines are smaller."""


class CornerFault(Struct, frozen=True):
    """Corners of one polygon that are repeated or are tips of spikes."""

    index: int
    is_spike: bool
    count: int
    at: Location
    """Location of the first one."""


def find_corner_faults(shapes: Shapes) -> Iterator[CornerFault]:
    """Yield faults of corners, at most one for each kind and polygon."""
    rings, polygon_of_ring = shapely.get_rings(shapes, return_index=True)
    corners, ring_of_corner = shapely.get_coordinates(rings, return_index=True)
    edges_km = np.diff(corners, axis=0) * _DEGREE_KM
    edges_km[:, 0] *= np.cos(np.radians(corners[:-1, 1]))
    lengths_km = np.hypot(edges_km[:, 0], edges_km[:, 1])
    in_ring = ring_of_corner[:-1] == ring_of_corner[1:]
    polygon_of_corner = polygon_of_ring[ring_of_corner]

    twice = np.flatnonzero(in_ring & (lengths_km == 0))
    yield from _by_polygon(twice, polygon_of_corner, corners, is_spike=False)
    edges = np.flatnonzero(in_ring & (lengths_km > 0))
    tips = _tips(edges, edges_km, lengths_km, ring_of_corner)
    yield from _by_polygon(tips, polygon_of_corner, corners, is_spike=True)


def _tips(
    edges: NDArray[np.intp],
    edges_km: NDArray[np.float64],
    lengths_km: NDArray[np.float64],
    ring_of_corner: NDArray[np.intp],
) -> NDArray[np.intp]:
    """Return the corners where an outline turns back on itself; each edge begins at its corner."""
    ring = ring_of_corner[edges]
    is_first = np.r_[True, ring[1:] != ring[:-1]]
    last_of_ring = np.flatnonzero(np.r_[ring[1:] != ring[:-1], True])
    before = np.arange(-1, len(edges) - 1)
    before[is_first] = last_of_ring
    came, goes = edges[before], edges
    legs = lengths_km[came] * lengths_km[goes]
    turn = -np.einsum("ij,ij->i", edges_km[came], edges_km[goes]) / legs
    is_tip = (turn > cos(radians(_SPIKE_DEG))) & (
        np.minimum(lengths_km[came], lengths_km[goes]) > _SPIKE_KM
    )
    tips: NDArray[np.intp] = edges[is_tip]
    return tips


def _by_polygon(
    found: NDArray[np.intp],
    polygon_of_corner: NDArray[np.intp],
    corners: NDArray[np.float64],
    *,
    is_spike: bool,
) -> Iterator[CornerFault]:
    polygons, first, counts = np.unique(
        polygon_of_corner[found], return_index=True, return_counts=True
    )
    for polygon, corner, count in zip(polygons, found[first], counts, strict=True):
        longitude, latitude = corners[corner].tolist()
        yield CornerFault(int(polygon), is_spike, int(count), (longitude, latitude))


def perimeters_deg(shapes: Shapes) -> list[float]:
    """Return the length of each outline, holes included, in degrees; a degree is at most 111 km."""
    lengths: list[float] = shapely.length(shapes).tolist()
    return lengths


def perimeter_km(ring: Ring) -> float:
    """Return the length of a ring on the ellipsoid, in km."""
    return float(wgs84().line_length([x for x, _ in ring], [y for _, y in ring])) / 1000


def box_size_km(footprint: Footprint) -> tuple[float, float]:
    """Return the extent of a polygon in km: west to east where its box is widest, and south to
    north.
    """
    widest = min(abs(footprint.south), abs(footprint.north))
    if footprint.south < 0 < footprint.north:
        widest = 0.0
    width = (footprint.east - footprint.west) * _DEGREE_KM * cos(radians(widest))
    return width, (footprint.north - footprint.south) * _DEGREE_KM


class Rectangle(NamedTuple):
    """The smallest rectangle around a polygon."""

    short_km: float
    long_km: float
    off_north_deg: float
    """Angle between its long sides and north, 0 to 90 degrees."""


def rectangle(shape: shapely.Polygon, footprint: Footprint) -> Rectangle:
    """Return the smallest rectangle around a polygon.

    Measured on an equal-area map around the polygon's centre (Lambert's azimuthal); if the polygon
    is too large for such a map, its box is returned.
    """
    if footprint.east - footprint.west > _MAP_DEG or footprint.north - footprint.south > _MAP_DEG:
        width, height = box_size_km(footprint)
        return Rectangle(min(width, height), max(width, height), 90.0 if width > height else 0.0)
    flat = shapely.transform(
        shape, lambda corners: _flat_km(corners, footprint.longitude, footprint.latitude)
    )
    corners = shapely.get_coordinates(shapely.minimum_rotated_rectangle(flat))
    sides = sorted((corners[k + 1] - corners[k] for k in (0, 1)), key=lambda side: np.hypot(*side))
    (short, long), (east, north) = (float(np.hypot(*side)) for side in sides), np.abs(sides[1])
    return Rectangle(short, long, degrees(atan2(east, north)))


def track_lean_deg(latitude: float) -> float:
    """Return the angle in degrees between north and the track of a satellite in sun-synchronous
    orbit.

    Seen from the turning ground: 11 at the equator, 17 at 60 degrees, 90 beyond 82.5.
    """
    cosine = max(cos(radians(latitude)), 1e-9)
    inertial = -_INCLINATION_COSINE / cosine
    if inertial >= 1:
        return 90.0
    east = _GROUND_KM_S * inertial + _EQUATOR_KM_S * cosine
    north = _GROUND_KM_S * sqrt(1 - inertial**2)
    return degrees(atan2(east, north))


def extent_km(
    shape: shapely.Polygon, footprint: Footprint, heading_deg: float
) -> tuple[float, float]:
    """Return the extent of a polygon in km, across and along a track.

    `heading_deg` is the track's, from north to east.  Measured on an equal-area map around the
    polygon's centre; if the polygon is too large for such a map, its box is returned.
    """
    if footprint.east - footprint.west > _MAP_DEG or footprint.north - footprint.south > _MAP_DEG:
        return box_size_km(footprint)
    corners = _flat_km(shapely.get_coordinates(shape), footprint.longitude, footprint.latitude)
    turn = radians(heading_deg)
    across = corners[:, 0] * cos(turn) - corners[:, 1] * sin(turn)
    along = corners[:, 0] * sin(turn) + corners[:, 1] * cos(turn)
    return float(np.ptp(across)), float(np.ptp(along))


def _flat_km(
    corners: NDArray[np.float64], longitude: float, latitude: float
) -> NDArray[np.float64]:
    x, y = np.radians(corners[:, 0] - longitude), np.radians(corners[:, 1])
    y0 = radians(latitude)
    towards = np.sin(y0) * np.sin(y) + np.cos(y0) * np.cos(y) * np.cos(x)
    scale = _RADIUS_KM * np.sqrt(2 / np.maximum(1 + towards, 1e-9))
    east = scale * np.cos(y) * np.sin(x)
    north = scale * (np.cos(y0) * np.sin(y) - np.sin(y0) * np.cos(y) * np.cos(x))
    return np.column_stack([east, north])


class Simpler(Struct, frozen=True):
    """A proposed outline with fewer corners; satops never applies it by itself."""

    tolerance_deg: float
    corners: int
    area_change_percent: float


def simpler(shape: shapely.Polygon, corners: int) -> Simpler | None:
    """Find the least tolerance (1, 2, 5, 10 ... x 0.00001 degrees) that leaves at most so many
    corners; None if there is none.
    """
    for power in range(-5, 1):
        for step in (1, 2, 5):
            tolerance = step * 10.0**power
            outline = shapely.simplify(shape, tolerance)
            # Each ring repeats its first corner.
            left = shapely.get_num_coordinates(outline) - 1 - shapely.get_num_interior_rings(shape)
            if outline.is_empty or left > corners:
                continue
            change = 100 * (shapely.area(outline) / shapely.area(shape) - 1)
            return Simpler(tolerance, int(left), float(change))
    return None


def touches(shapes: Shapes, indexes: list[int], location: Location) -> list[int]:
    """Return the polygons of `indexes` that contain or touch a location."""
    hits = shapely.intersects(shapes[indexes], shapely.Point(location))
    return [index for index, hit in zip(indexes, hits, strict=True) if hit]
