"""Cut an area that is no single polygon into polygons that can be ordered.

Only cuts: no corner is moved or dropped, and new corners lie exactly on the antimeridian (RFC 7946,
3.1.9).  Edges are straight in longitude and latitude (RFC 7946, 3.1.1), so the pieces together
cover exactly the original area.
"""

from collections import Counter
from collections.abc import Iterator
from enum import StrEnum
from itertools import pairwise
from typing import Any

import shapely
from msgspec import Struct, field
from shapely.affinity import affine_transform

from satops.core.finding import Finding, has_error
from satops.core.geometry.checks import FEW_CORNERS, ROUND_A_POLE
from satops.core.geometry.forms import read_geometry
from satops.core.geometry.geojson import parts_of, shown_type
from satops.core.geometry.geojson import polygons as polygons_of
from satops.core.geometry.rings import DECIMALS, read_rings
from satops.core.geometry.shapes import area_km2, find_crossings, shapes_of
from satops.core.geometry.wkt import read_wkt
from satops.core.order.order import Location, Ring, Rings

_CURED = frozenset({"G02", "A04"})
"""Findings that a cut mends: several parts, and an outline across the antimeridian."""


class Side(StrEnum):
    """The side of the antimeridian of a piece, as in order names."""

    WEST = "west-of-180"
    """Longitudes up to 180."""
    EAST = "east-of-180"
    """Longitudes from -180."""


class Piece(Struct, frozen=True):
    """One polygon to order, or the reason why there is none."""

    rings: Rings | None
    findings: tuple[Finding, ...]
    """Findings about the piece, without a path; `rings` is None if one is an error."""
    part: int | None = None
    """Number of the part in a MultiPolygon, from 1."""
    side: Side | None = None
    """None if the part does not cross the antimeridian."""


class Cut(Struct, frozen=True):
    """The pieces of a geometry."""

    findings: tuple[Finding, ...]
    """Findings that an order of the uncut geometry would get."""
    pieces: tuple[Piece, ...]
    """One for a single polygon; none if no cut helps."""
    uncut_km2: float | None = None
    """Area in km² of the cut parts before the cut; equals the sum of their sides."""
    left_out: Counter[str] = field(default_factory=Counter)
    """Number of geometries that are not polygons, by type."""
    polygons: int = 1
    """Number of polygons, valid or not."""


def cut(value: object) -> Cut:
    """Cut a WKT text, or a GeoJSON geometry, Feature or collection."""
    rings, findings = read_geometry(value)
    said = tuple(finding.at(()) for finding in findings)
    if rings is not None:
        crossing = tuple(found for _, found in find_crossings(shapes_of([rings])))
        whole = Piece(None if crossing else rings, (*said, *crossing))
        return Cut((*said, *crossing), (whole,))
    errors = {finding.check for finding in findings if has_error([finding])}
    parsed = read_wkt(value) if isinstance(value, str) else value
    polygons = [coordinates for coordinates, _ in polygons_of(parsed)]
    left_out = Counter(
        shown_type(part)
        for part, _ in parts_of(parsed)
        if part.get("type") not in ("Polygon", "MultiPolygon")
    )
    if not errors <= _CURED or not polygons:
        return Cut(said, (), left_out=left_out, polygons=len(polygons))
    pieces: list[Piece] = []
    uncut: list[float] = []
    for number, coordinates in enumerate(polygons, 1):
        part = number if len(polygons) > 1 else None
        pieces += _pieces(coordinates, part, uncut)
    return Cut(said, tuple(pieces), sum(uncut) if uncut else None, left_out, len(polygons))


def _pieces(coordinates: Any, part: int | None, uncut: list[float]) -> Iterator[Piece]:
    """Yield one part, or its two sides; the area before a cut is added to `uncut`."""
    rings, findings = read_rings(coordinates)
    said = tuple(finding.at(()) for finding in findings)
    errors = {finding.check for finding in findings if has_error([finding])}
    if rings is None and errors != {"A04"}:
        yield Piece(None, said, part)
        return
    if rings is None:
        unrolled = _unrolled(coordinates)
        if isinstance(unrolled, Finding):
            yield Piece(None, (unrolled,), part)
            return
        rings, said = unrolled, ()
    shapes = shapes_of([rings])
    crossing = tuple(found for _, found in find_crossings(shapes))
    if crossing:
        yield Piece(None, (*said, *crossing), part)
    elif errors:
        uncut.append(area_km2(rings))
        for side, polygon in _sides(shapes[0]):
            yield _side(polygon, side, part)
    else:
        yield Piece(rings, said, part)


def _unrolled(coordinates: list[list[list[float]]]) -> Rings | Finding:
    """Return rings without jumps, with longitudes beyond 180 where needed."""
    rings: list[Ring] = []
    for written in coordinates:
        corners: list[Location] = []
        for x, y, *_ in (*written, written[0]):
            longitude = round(x, DECIMALS)
            if corners:
                longitude -= 360 * round((longitude - corners[-1][0]) / 360)
            corners.append((round(longitude, DECIMALS) + 0.0, round(y, DECIMALS) + 0.0))
        if corners[0] != corners[-1]:
            return _round_a_pole()
        if corners[-2] == corners[-1]:
            corners.pop()
        if len(set(corners)) < 3:
            return FEW_CORNERS.finding((), "An area needs three distinct corners.")
        first = rings[0] if rings else corners
        rings.append(tuple(_moved(corners, _turns(corners, first))))
    west = min(x for x, _ in rings[0])
    turns = -((west + 180) // 360)
    return tuple(tuple(_with_corners_at_180(_moved(ring, int(turns)))) for ring in rings)


def _with_corners_at_180(ring: list[Location]) -> Iterator[Location]:
    """Yield the corners of a ring, with an added one where an edge crosses 180 degrees.

    They are rounded before the cut, so that both sides share them exactly.
    """
    yield ring[0]
    for (xa, ya), (xb, yb) in pairwise(ring):
        if min(xa, xb) < 180 < max(xa, xb):
            yield 180.0, round(ya + (yb - ya) * (180 - xa) / (xb - xa), DECIMALS)
        yield xb, yb


def _turns(ring: list[Location], beside: list[Location] | Ring) -> int:
    """Return the number of 360° shifts that put a hole into its exterior ring's longitudes."""
    (west, east), (left, right) = (
        (min(x for x, _ in each), max(x for x, _ in each)) for each in (ring, beside)
    )
    return round((left + right - west - east) / 720)


def _moved(ring: list[Location] | Ring, turns: int) -> list[Location]:
    return [(round(x + 360 * turns, DECIMALS), y) for x, y in ring]


def _sides(polygon: shapely.Polygon) -> Iterator[tuple[Side | None, shapely.Polygon]]:
    """Yield the parts on each side of 180 degrees, with their usual longitudes."""
    if polygon.bounds[2] <= 180:
        yield None, polygon
        return
    for side, low, turns in ((Side.WEST, -180, 0), (Side.EAST, 180, -1)):
        inside = shapely.intersection(polygon, shapely.box(low, -90, low + 360, 90))
        for found in shapely.get_parts(inside):
            # An outline that touches 180 degrees also gives points and lines.
            if found.geom_type == "Polygon":
                yield side, affine_transform(found, (1, 0, 0, 1, 360 * turns, 0))


def _side(polygon: shapely.Polygon, side: Side | None, part: int | None) -> Piece:
    lines = (polygon.exterior, *polygon.interiors)
    rounded = [[[round(x, DECIMALS), round(y, DECIMALS)] for x, y in line.coords] for line in lines]
    rings, findings = read_rings(rounded)
    return Piece(rings, tuple(finding.at(()) for finding in findings), part, side)


def _round_a_pole() -> Finding:
    return ROUND_A_POLE.finding(
        (),
        "The outline runs once round the Earth, so that a pole lies in it or beside it, and no cut "
        "at 180 degrees makes an area of it. Draw it again as several areas beside each other.",
    )
