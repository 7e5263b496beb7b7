"""One polygon from any form that `order.geometry` may have, and whether a text shows it."""

from functools import lru_cache
from typing import Any

from satops.core import json_text
from satops.core.finding import Finding, Path, quoted
from satops.core.geometry.geojson import find_polygon, lone_point, single_part, wrong_type
from satops.core.geometry.rings import held, off_the_map, read_rings, shown
from satops.core.geometry.wkt import looks_like_wkt, read_wkt
from satops.core.order.order import Rings, coordinates_text

FORMS = (
    "Write a WKT or GeoJSON text, a GeoJSON geometry or Feature, {file: PATH, feature: ID}, "
    "{bbox: [west, south, east, north]} or {point: [longitude, latitude], radiusKm: R}."
)
_FORM_OF = {
    "file": "a file (file)",
    "feature": "a file (file)",
    "bbox": "a box (bbox)",
    "point": "a circle (point and radiusKm)",
    "radiusKm": "a circle (point and radiusKm)",
}
_DIFFERENCE_MAX = 1e-3
"""Of the area: a marketplace may round coordinates, and rounds no further than this."""
Read = tuple[Rings | None, list[Finding]]
"""The rings, closed and rounded, or None where a finding is an error."""


def read_geometry(value: object) -> Read:
    """Read one polygon from a value; the paths of findings begin at the value.

    The form `{file, feature}` is for the caller to replace by what the file holds.
    """
    if isinstance(value, str):
        return _read_text(value)
    if isinstance(value, dict):
        if value.get("type") == "Polygon" and "crs" not in value:
            return read_rings(value.get("coordinates"), ("coordinates",))
        if "type" in value:
            return _read_geojson(value)
        if "bbox" in value:
            return _read_bbox(value["bbox"])
        if "point" in value:
            return _read_circle(value["point"], value)
        if value:
            fields = ", ".join(quoted(key) for key in list(value)[:4])
            return None, [wrong_type((), f"It has the fields {fields}. {FORMS}")]
    return None, [wrong_type((), f"It is {shown(value)}. {FORMS}")]


def mixed_forms(value: object) -> Finding | None:
    """Return what is wrong with a value that has the fields of several forms.

    GeoJSON may hold foreign members (RFC 7946, 6.1), so a `bbox` beside a `type` is no mixture.
    """
    if not isinstance(value, dict) or "type" in value:
        return None
    forms = list(dict.fromkeys(_FORM_OF[key] for key in value if key in _FORM_OF))
    if len(forms) < 2:
        return None
    detail = (
        f"The geometry is written as {' and as '.join(forms)} at once, and which one is meant "
        "cannot be known. Keep one of them."
    )
    return Finding("G01", (), "several forms of a geometry", detail)


def same_polygon(rings: Rings, text: str) -> bool:
    """Tell whether a text (WKT or GeoJSON) shows the shape of `rings`.

    Start, winding and rounding do not matter.  A text that cannot be read shows another shape.
    """
    others = _rings_of(text)
    if others is None:
        return False
    if coordinates_text(rings) == coordinates_text(others):
        return True
    from shapely import Polygon

    ours, theirs = (Polygon(shape[0], shape[1:]) for shape in (rings, others))
    if not ours.is_valid or not theirs.is_valid:
        return False
    return bool(ours.symmetric_difference(theirs).area <= _DIFFERENCE_MAX * ours.area)


@lru_cache(maxsize=1024)
def _rings_of(text: str) -> Rings | None:
    rings, _ = read_geometry(text)
    return rings


def _read_geojson(value: dict[str, Any]) -> Read:
    found, findings = find_polygon(value)
    if found is None:
        return None, findings
    rings, more = read_rings(*found)
    return rings, findings + more


def _read_text(text: str) -> Read:
    """Read WKT or GeoJSON text; what is found is about the text, and says where inside."""
    if text.lstrip().startswith("{"):
        try:
            value = json_text.loads_strict(text)
        except json_text.NotJson as error:
            detail = f"The text begins as GeoJSON but is not sound JSON: {error}."
            return None, [Finding("G01", (), "not the text of a polygon", detail)]
        if isinstance(value, dict):
            return _said_of_text(_read_geojson(value))
    if not looks_like_wkt(text):
        return None, [wrong_type((), f"It is {shown(text)}. {FORMS}")]
    read = read_wkt(text)
    if isinstance(read, Finding):
        return None, [read]
    kind, coordinates = read
    if kind == "POLYGON":
        return _said_of_text(read_rings(coordinates))
    if kind == "MULTIPOLYGON":
        found, said = single_part(coordinates, ())
        if found is None:
            return None, [said]
        rings, findings = read_rings(found[0])
        return _said_of_text((rings, [said, *findings]))
    return None, [lone_point(()) if kind == "POINT" else wrong_type((), f"It is a {kind}.")]


def _said_of_text(read: Read) -> Read:
    rings, findings = read
    return rings, [finding.at(()) for finding in findings]


def _read_bbox(bbox: object) -> Read:
    at: Path = ("bbox",)
    numbers = _numbers(bbox, 4)
    if isinstance(numbers, str):
        return None, [_bad_form(at, f"{numbers} A bbox is [west, south, east, north].")]
    west, south, east, north = numbers
    corners = [(west, south), (east, south), (east, north), (west, north)]
    for x, y in corners:
        if not (-180 <= x <= 180 and -90 <= y <= 90):
            return None, [off_the_map(x, y, corners, "a corner of the bbox", at)]
    if west > east:
        detail = (
            f"West is {west} and east is {east}: such a box crosses the antimeridian. It has to "
            "be two orders, one for each side. If that is not meant, exchange the two."
        )
        return None, [Finding("A04", at, "crosses the antimeridian", detail)]
    if east - west > 180:
        detail = (
            "The box spans more than 180 degrees of longitude, and edges that long go the other "
            "way round the Earth. Write two orders."
        )
        return None, [Finding("A04", at, "wider than 180 degrees", detail)]
    if west == east or south >= north:
        detail = f"It has no area: west {west}, south {south}, east {east}, north {north}."
        return None, [Finding("G03", at, "no area", detail)]
    rings, findings = read_rings([[list(corner) for corner in [*corners, corners[0]]]])
    return rings, [finding.at(at) for finding in findings]


def _read_circle(point: object, form: dict[str, Any]) -> Read:
    from satops.core.geometry.ellipsoid import circle, distance_to_pole_km

    if "radiusKm" not in form:
        return None, [lone_point(("point",))]
    numbers = _numbers(point, 2)
    if isinstance(numbers, str):
        return None, [_bad_form(("point",), f"{numbers} A point is [longitude, latitude].")]
    radius = _numbers([form["radiusKm"]], 1)
    if isinstance(radius, str) or radius[0] <= 0:
        said = f"The radius is {shown(form['radiusKm'])}. It is a number of kilometres above 0."
        return None, [_bad_form(("radiusKm",), said)]
    x, y = numbers
    if not (-180 <= x <= 180 and -90 <= y <= 90):
        return None, [off_the_map(x, y, [(x, y)], "the point", ("point",))]
    if radius[0] >= distance_to_pole_km(y):
        detail = "The circle holds a pole, which no outline in longitude and latitude can follow."
        return None, [Finding("G01", ("radiusKm",), "a pole inside", detail)]
    ring = circle(x, y, radius[0])
    if any(abs(corner[0]) > 180 for corner in ring):
        detail = "The circle crosses the antimeridian. It has to be two orders, one for each side."
        return None, [Finding("A04", ("radiusKm",), "crosses the antimeridian", detail)]
    # The corners are made here, so their rounding is no news to anybody.
    rings, findings = read_rings([[[round(a, 7), round(b, 7)] for a, b in ring]])
    return rings, [finding.at(("radiusKm",)) for finding in findings]


def _numbers(value: object, count: int) -> list[float] | str:
    """Return so many finite numbers, or what is wrong."""
    if not isinstance(value, list) or len(value) != count:
        return f"It is {shown(value)}, and {count} numbers are needed."
    for item in value:
        if type(item) not in (int, float) or not -1e300 < item < 1e300:
            return f"It holds {held(item)}, which is not a finite number."
    return value


def _bad_form(path: Path, detail: str) -> Finding:
    return Finding("G01", path, "not a polygon", detail)
