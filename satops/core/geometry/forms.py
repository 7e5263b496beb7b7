"""Read one polygon from any form of `order.geometry`, and compare a polygon with a text."""

from functools import lru_cache
from typing import Any

from msgspec.structs import replace

from satops.core import json_text
from satops.core.finding import Finding, Path, quoted
from satops.core.geometry.checks import (
    ANTIMERIDIAN,
    BOX_OFF_THE_MAP,
    NO_AREA,
    NO_POLYGON,
    NO_POLYGON_TEXT,
    PLACEHOLDER,
    POLE_INSIDE,
    SEVERAL_FORMS,
    WIDER_THAN_180,
)
from satops.core.geometry.geojson import (
    find_polygon,
    lone_point,
    looks_like_json,
    read_json,
    wrong_type,
)
from satops.core.geometry.known import foreign_json, foreign_text
from satops.core.geometry.rings import COORDINATES, held, off_the_map, read_rings, shown
from satops.core.loading.placeholders import is_template
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
_OTHER_NAMES = {
    "box": "bbox", "bounds": "bbox", "boundingbox": "bbox", "bounding_box": "bbox",
    "extent": "bbox", "envelope": "bbox",
    "center": "point", "centre": "point", "centroid": "point", "lonlat": "point",
    "radius": "radiusKm", "radius_km": "radiusKm", "radiuskm": "radiusKm",
    "path": "file", "filename": "file", "aoi": "file",
}  # fmt: skip
"""Other names that people give to the fields of these forms, in lower case."""
_DIFFERENCE_MAX = 1e-3
"""Share of the area that may differ because a marketplace rounds coordinates."""
_BOX_ORDERS = ((0, 2, 1, 3), (2, 0, 3, 1), (1, 0, 3, 2), (1, 2, 3, 0), (2, 1, 0, 3), (0, 3, 2, 1))
"""Positions of west, south, east and north in other orders: w e s n, s n w e, s w n e, n w s e, and
with two sides exchanged."""
Read = tuple[Rings | None, list[Finding]]
"""The rings, closed and rounded (None if a finding is an error), and the findings."""


def read_geometry(value: object) -> Read:
    """Read one polygon from a value; paths of findings are relative to it.

    The caller must replace the form `{file, feature}` by the file's content.
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
    foreign = foreign_json(value)
    if foreign is not None:
        return None, [foreign]
    if isinstance(value, dict) and value:
        return None, [wrong_type((), f"{_fields(value)} {FORMS}")]
    return None, [wrong_type((), f"It is {shown(value)}. {FORMS}")]


def _fields(value: dict[str, Any]) -> str:
    """Return a sentence with the fields of a group that is no form, and their likely meaning."""
    fields = ", ".join(quoted(key) for key in list(value)[:4])
    meant = [key for key in value if key.lower() in _OTHER_NAMES]
    said = [f"For {key} write {_OTHER_NAMES[key.lower()]}." for key in meant]
    return " ".join([f"It has the fields {fields}.", *said])


def mixed_forms(value: object) -> Finding | None:
    """Return a finding about a value with the fields of several forms.

    GeoJSON may have foreign members (RFC 7946, 6.1), so `bbox` beside `type` is allowed.
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
    return SEVERAL_FORMS.finding((), detail)


def same_polygon(rings: Rings, text: str) -> bool | None:
    """Tell whether a text (WKT or GeoJSON) has the shape of `rings`; None for an unreadable text.

    Start, winding and rounding do not matter.
    """
    others = _rings_of(text)
    if others is None:
        return None
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
    """Read WKT or GeoJSON text.  Findings have the path of the text, and name the position inside
    it.
    """
    from satops.core.geometry.wkt import looks_like_wkt, read_wkt

    if is_template(text):
        detail = (
            f"It is {shown(text)}: a placeholder of a template that was not filled in. Write the "
            "outline itself, or name what the template makes."
        )
        return None, [PLACEHOLDER.finding((), detail)]
    if looks_like_json(text):
        try:
            value = read_json(text)
        except json_text.NotJson as error:
            detail = f"The text begins as GeoJSON but is not valid JSON: {error}."
            return None, [NO_POLYGON_TEXT.finding((), detail)]
        return _said_of_text(read_geometry(value) if not isinstance(value, str) else (None, []))
    if looks_like_wkt(text):
        read = read_wkt(text)
        return (None, [read]) if isinstance(read, Finding) else _said_of_wkt(_read_geojson(read))
    foreign = foreign_text(text)
    if foreign is not None:
        return None, [foreign]
    return None, [wrong_type((), f"It is {shown(text)}. {FORMS}")]


def _said_of_text(read: Read) -> Read:
    rings, findings = read
    return rings, [finding.at(()) for finding in findings]


def _said_of_wkt(read: Read) -> Read:
    """Rewrite findings about GeoJSON brackets and commas for well-known text."""
    from satops.core.geometry.wkt import FORM

    rings, findings = read
    return rings, [
        replace(
            finding,
            path=(),
            detail=finding.detail.replace(COORDINATES, FORM).replace("brackets", "parentheses"),
        )
        for finding in findings
    ]


def _read_bbox(bbox: object) -> Read:
    at: Path = ("bbox",)
    numbers = _numbers(bbox, 4)
    if isinstance(numbers, str):
        return None, [_bad_form(at, f"{numbers} A bbox is [west, south, east, north].")]
    west, south, east, north = numbers
    corners = [(west, south), (east, south), (east, north), (west, north)]
    if not all(-180 <= x <= 180 and -90 <= y <= 90 for x, y in corners):
        return None, [_box_off_the_map(numbers, corners)]
    if west > east:
        detail = (
            f"West is {shown(west)} and east is {shown(east)}: such a box crosses the "
            "antimeridian. It has to be two orders, one for each side. If that is not meant: "
            f"{_order_of_box(numbers)}"
        )
        return None, [ANTIMERIDIAN.finding(at, detail)]
    if east - west > 180:
        detail = (
            "The box spans more than 180 degrees of longitude, and edges that long go the other "
            "way round the Earth. Write two orders."
        )
        return None, [WIDER_THAN_180.finding(at, detail)]
    if west == east or south >= north:
        detail = (
            f"It has no area: west {shown(west)}, south {shown(south)}, east {shown(east)}, north "
            f"{shown(north)}. {_order_of_box(numbers)}"
        )
        return None, [NO_AREA.finding(at, detail)]
    rings, findings = read_rings([[list(corner) for corner in [*corners, corners[0]]]])
    return rings, [finding.at(at) for finding in findings]


def _box_off_the_map(numbers: list[float], corners: list[tuple[float, float]]) -> Finding:
    at: Path = ("bbox",)
    x, y = next((x, y) for x, y in corners if not (-180 <= x <= 180 and -90 <= y <= 90))
    general = off_the_map(x, y, corners, "a corner of the bbox", at)
    if general.check != "A01":
        return general
    west, south, east, north = map(shown, numbers)
    wrong = f"a longitude of {shown(x)} is" if abs(x) > 180 else f"a latitude of {shown(y)} is"
    detail = (
        f"It reads as west {west}, south {south}, east {east}, north {north}, and {wrong} "
        f"impossible: a longitude lies between -180 and 180, a latitude between -90 and 90. "
        f"{_order_of_box(numbers)}"
    )
    return BOX_OFF_THE_MAP.finding(at, detail)


def _order_of_box(numbers: list[float]) -> str:
    """Return a sentence on the order of a bbox, with the corrected list if one other order makes
    sense.
    """
    found = []
    for order in _BOX_ORDERS:
        west, south, east, north = (numbers[place] for place in order)
        if -180 <= west < east <= 180 and -90 <= south < north <= 90 and east - west <= 180:
            found.append(f"[{', '.join(map(shown, (west, south, east, north)))}]")
    meant = f" This is probably {found[0]}." if len(set(found)) == 1 else ""
    return f"The order is [west, south, east, north].{meant}"


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
        return None, [POLE_INSIDE.finding(("radiusKm",), detail)]
    ring = circle(x, y, radius[0])
    if any(abs(corner[0]) > 180 for corner in ring):
        detail = "The circle crosses the antimeridian. It has to be two orders, one for each side."
        return None, [ANTIMERIDIAN.finding(("radiusKm",), detail)]
    # satops makes these corners, so their rounding needs no finding.
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
    return NO_POLYGON.finding(path, detail)
