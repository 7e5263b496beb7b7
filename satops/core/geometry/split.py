"""Cut an area that is no single polygon into polygons that can be ordered.

Only cuts: no corner is moved, none is left out, and the only new ones lie on the antimeridian, at
180 degrees exactly (RFC 7946, 3.1.9).  Edges are straight in longitude and latitude, as RFC 7946,
3.1.1, has them, so the pieces together cover what the outline covered, and nothing else.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import pairwise
from typing import Any

import shapely
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
"""What a cut mends: several parts, and an outline across the antimeridian."""


class Side(StrEnum):
    """Which side of the antimeridian a piece lies on, as names of orders say it."""

    WEST = "west-of-180"
    """Longitudes up to 180."""
    EAST = "east-of-180"
    """Longitudes from -180."""


@dataclass(frozen=True, slots=True)
class Piece:
    """One polygon that can be ordered, or why there is none."""

    rings: Rings | None
    findings: tuple[Finding, ...]
    """About the piece alone, without a path; `rings` is None where one is an error."""
    part: int | None = None
    """Of a MultiPolygon of several parts, from 1."""
    side: Side | None = None
    """None where the part does not cross the antimeridian."""


@dataclass(frozen=True, slots=True)
class Cut:
    """A geometry as the pieces that it can be ordered in."""

    findings: tuple[Finding, ...]
    """What an order of the geometry as it stands would be told."""
    pieces: tuple[Piece, ...]
    """One, where it is one polygon; none, where no cut can help."""
    uncut_km2: float | None = None
    """The area of what had to be cut at 180 degrees, before the cut: its sides add up to it."""
    left_out: Counter[str] = field(default_factory=Counter)
    """Geometries that stand beside the polygons and are none, by their type."""
    polygons: int = 1
    """How many there are, sound or not."""


def cut(value: object) -> Cut:
    """Cut what `read_geometry` reads: a WKT text, or a GeoJSON geometry, Feature or collection."""
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
    """Yield one part, or its two sides; the area of what had to be cut is added to `uncut`."""
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
    """Return rings without a jump, whose longitudes run beyond 180 where the outline does."""
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
    """Yield the corners of a ring, and one wherever an edge crosses 180 degrees.

    They are made and rounded before the cut, so that both sides have the very same ones.
    """
    yield ring[0]
    for (xa, ya), (xb, yb) in pairwise(ring):
        if min(xa, xb) < 180 < max(xa, xb):
            yield 180.0, round(ya + (yb - ya) * (180 - xa) / (xb - xa), DECIMALS)
        yield xb, yb


def _turns(ring: list[Location], beside: list[Location] | Ring) -> int:
    """Return how many turns bring a ring beside another one: a hole into its outline."""
    (west, east), (left, right) = (
        (min(x for x, _ in each), max(x for x, _ in each)) for each in (ring, beside)
    )
    return round((left + right - west - east) / 720)


def _moved(ring: list[Location] | Ring, turns: int) -> list[Location]:
    return [(round(x + 360 * turns, DECIMALS), y) for x, y in ring]


def _sides(polygon: shapely.Polygon) -> Iterator[tuple[Side | None, shapely.Polygon]]:
    """Yield what lies on each side of 180 degrees, moved to where longitudes belong."""
    if polygon.bounds[2] <= 180:
        yield None, polygon
        return
    for side, low, turns in ((Side.WEST, -180, 0), (Side.EAST, 180, -1)):
        inside = shapely.intersection(polygon, shapely.box(low, -90, low + 360, 90))
        for found in shapely.get_parts(inside):
            # Where the outline only touches 180 degrees there are points and lines as well.
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
