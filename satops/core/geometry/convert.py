"""Change an outline step by step as a person asks, and report the effect of each step.

An order never changes its outline by itself.  The result is a new file, which is reviewed.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from msgspec import Struct, field

from satops.core.finding import Finding, has_error
from satops.core.geometry.checks import CROSSES_ITSELF, NO_POLYGON, POLE_INSIDE
from satops.core.geometry.geojson import parts_of, shown_type
from satops.core.geometry.rings import DECIMALS, is_no_data, read_rings
from satops.core.geometry.shapes import area_km2
from satops.core.words import number

if TYPE_CHECKING:
    import shapely

Coordinates = list[list[list[float]]]
"""GeoJSON coordinates of one polygon."""

_ALLOWED = frozenset({"A04"})
"""Findings that a new file may have: `--split` is a separate step."""
_WIDEST_DEG = 30
"""Degrees around the middle of an outline in which a plane keeps lengths within some percent."""
_HALVINGS = 8
_QUADRANT = 16
"""Corners in a quarter of a circle."""


class Wanted(Struct, frozen=True):
    """The options of a conversion."""

    drop_heights: bool = False
    swap_axes: bool = False
    buffer_km: float | None = None
    simplify_m: float | None = None


class Changed(Struct):
    """One feature after its changes, or the reason why there is none."""

    polygons: list[Coordinates] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    """The changes, as sentences."""
    findings: list[Finding] = field(default_factory=list)
    """Errors, with which the polygons must not be used."""
    left_out: "Counter[str]" = field(default_factory=Counter)
    """Number of geometries that are not areas, by type."""
    area_before_km2: float | None = None
    """None if it could not be measured."""
    area_after_km2: float | None = None
    corners_before: int = 0
    corners_after: int = 0


def convert(geometry: Any, wanted: Wanted) -> Changed:
    """Return the polygons of a GeoJSON geometry after the wanted changes; neither polygons nor
    findings if it has no area.
    """
    changed = Changed()
    parts = []
    for part, _ in parts_of(geometry):
        kind = shown_type(part)
        if kind in ("Polygon", "MultiPolygon") or (wanted.buffer_km and _is_drawn(part)):
            parts.append(part)
        else:
            changed.left_out[kind] += 1
    if wanted.swap_axes and parts:
        parts = [{**part, "coordinates": _swapped(part.get("coordinates"))} for part in parts]
        changed.notes.append("Exchanged latitude and longitude.")
    if wanted.drop_heights:
        parts = [_without_heights(part, changed) for part in parts]
    outlines = list(_outlines(parts, changed))
    changed.area_before_km2 = _area(outlines)
    changed.corners_before = _corners(outlines)
    if wanted.buffer_km and not changed.findings:
        outlines = _widened(parts, wanted.buffer_km, changed)
    if wanted.simplify_m and not changed.findings:
        outlines = _simplified(outlines, wanted.simplify_m, changed)
    changed.polygons = [_rounded(outline) for outline in outlines]
    changed.area_after_km2 = _area(changed.polygons)
    changed.corners_after = _corners(changed.polygons)
    return changed


def _is_drawn(part: dict[str, Any]) -> bool:
    return shown_type(part) in ("Point", "MultiPoint", "LineString", "MultiLineString")


def _outlines(parts: Sequence[dict[str, Any]], changed: Changed) -> Iterator[Coordinates]:
    """Yield the polygons of some geometries, and note their findings."""
    for part in parts:
        coordinates = part.get("coordinates")
        if part["type"] not in ("Polygon", "MultiPolygon"):
            continue
        several = coordinates if part["type"] == "MultiPolygon" else [coordinates]
        for each in several if isinstance(several, list) else [several]:
            _, findings = read_rings(each)
            errors = [found.at(()) for found in findings if has_error([found])]
            wrong = [found for found in errors if found.check not in _ALLOWED]
            changed.findings += wrong
            if not wrong and isinstance(each, list):
                yield [[list(point[:2]) for point in ring] for ring in each]


def _swapped(value: Any) -> Any:
    if not isinstance(value, list):
        return value
    if len(value) > 1 and not any(isinstance(item, list) for item in value):
        return [value[1], value[0], *value[2:]]
    return [_swapped(item) for item in value]


def _without_heights(part: dict[str, Any], changed: Changed) -> dict[str, Any]:
    """Return a geometry with two numbers per point, and note what the others were."""
    dropped: list[list[float]] = [[], []]

    def flat(value: Any) -> Any:
        if not isinstance(value, list):
            return value
        if len(value) > 2 and not any(isinstance(item, list) for item in value):
            for axis, found in zip(dropped, value[2:4], strict=False):
                if not is_no_data(found) and isinstance(found, int | float):
                    axis.append(found)
            return value[:2]
        return [flat(item) for item in value]

    made = {**part, "coordinates": flat(part.get("coordinates"))}
    for kind, values in zip(("heights", "measures"), dropped, strict=True):
        if values:
            least, most = number(min(values)), number(max(values))
            span = f"all {least}" if least == most else f"from {least} to {most}"
            changed.notes.append(f"Left out the {kind} of {len(values):,} points ({span}).")
    return made


def _widened(parts: Sequence[dict[str, Any]], by_km: float, changed: Changed) -> list[Coordinates]:
    """Return the geometries widened by so many kilometres."""
    import shapely

    shapes = []
    for part in parts:
        flat = {**part, "coordinates": _first_two(part.get("coordinates"))}
        try:
            shapes.append(shapely.geometry.shape(flat))
        except (ValueError, TypeError, IndexError, AttributeError, shapely.errors.GEOSException):
            changed.findings.append(
                NO_POLYGON.finding((), f"The {shown_type(part)} cannot be read.")
            )
            return []
    whole = shapely.GeometryCollection(shapes)
    plane = _plane_around(whole, by_km, changed)
    if plane is None:
        return []
    flat_shape = shapely.union_all([plane.to(shape) for shape in shapes])
    made = plane.back(shapely.buffer(flat_shape, by_km * 1000, quad_segs=_QUADRANT))
    changed.notes.append(f"Widened by {number(by_km)} km on all sides.")
    return _coordinates(made)


def _simplified(
    outlines: Sequence[Coordinates], by_m: float, changed: Changed
) -> list[Coordinates]:
    """Return the outlines with a subset of their corners."""
    import shapely

    made: list[Coordinates] = []
    for outline in outlines:
        shape = shapely.Polygon(outline[0], outline[1:])
        if not shape.is_valid:
            detail = "An outline that crosses itself cannot be simplified. Draw it again."
            changed.findings.append(CROSSES_ITSELF.finding((), detail))
            return []
        plane = _plane_around(shape, 0, changed)
        if plane is None:
            return []
        flat = plane.to(shape)
        written = {
            tuple(place): list(corner)
            for place, corner in zip(
                shapely.get_coordinates(flat).tolist(),
                shapely.get_coordinates(shape).tolist(),
                strict=True,
            )
        }
        made += [
            [[written[tuple(place)] for place in ring] for ring in polygon]
            for polygon in _coordinates(_thinned(flat, by_m))
        ]
    changed.notes.append(
        f"Simplified: no corner that was left out is farther than {number(by_m)} m from the new "
        "outline."
    )
    return made


def _thinned(flat: "shapely.Polygon", by_m: float) -> "shapely.Polygon":
    """Return a planar polygon with fewer corners, all of them within the wanted tolerance.

    The last corner of a ring, or an avoided crossing, can exceed the tolerance: then a smaller one
    is tried.
    """
    import shapely

    corners = shapely.points(shapely.get_coordinates(flat))
    for halving in range(_HALVINGS):
        simple = shapely.simplify(flat, by_m / 2**halving, preserve_topology=True)
        if simple.is_valid and shapely.distance(corners, simple.boundary).max() <= by_m:
            return simple
    return flat


def _plane_around(shape: "shapely.Geometry", by_km: float, changed: Changed) -> Any:
    """Return a plane in metres in which lengths near a shape equal those on the ellipsoid."""
    from satops.core.geometry.ellipsoid import distance_to_pole_km
    from satops.core.geometry.systems import Plane

    west, south, east, north = shape.bounds
    if east - west > _WIDEST_DEG or north - south > _WIDEST_DEG:
        detail = f"An outline of more than {_WIDEST_DEG} degrees is too large for one plane."
        changed.findings.append(NO_POLYGON.finding((), detail))
        return None
    if not (west >= -180 and east <= 180 and south >= -90 and north <= 90) or (
        by_km >= min(distance_to_pole_km(south), distance_to_pole_km(north))
    ):
        detail = "The outline would leave longitude and latitude, or hold a pole."
        changed.findings.append(POLE_INSIDE.finding((), detail))
        return None
    return Plane((west + east) / 2, (south + north) / 2)


def _coordinates(shape: "shapely.Geometry") -> list[Coordinates]:
    """Return the polygons of a shape as lists."""
    import shapely

    return [
        [[list(corner) for corner in line.coords] for line in (part.exterior, *part.interiors)]
        for part in shapely.get_parts(shape)
    ]


def _first_two(value: Any) -> Any:
    if not isinstance(value, list):
        return value
    if value and not any(isinstance(item, list) for item in value):
        return value[:2]
    return [_first_two(item) for item in value]


def _rounded(outline: Coordinates) -> Coordinates:
    return [[[round(x, DECIMALS), round(y, DECIMALS)] for x, y in ring] for ring in outline]


def _area(outlines: Sequence[Coordinates]) -> float | None:
    total = 0.0
    for outline in outlines:
        rings, _ = read_rings(outline)
        if rings is None:
            return None
        total += area_km2(rings)
    return total


def _corners(outlines: Sequence[Coordinates]) -> int:
    return sum(len({tuple(point) for point in ring}) for outline in outlines for ring in outline)
