"""Read well-known text (WKT) as a GeoJSON geometry.

Usual readers stop at the first fault with a parser's message; this one must explain faults to a
person, such as a missing closing point or a second part.
"""

import re
from typing import Any

from msgspec.structs import replace

from satops.core.finding import Finding, quoted
from satops.core.geometry.checks import NO_POLYGON_TEXT, NOT_WGS84, PREFIX, SEVERAL_OUTLINES
from satops.core.geometry.systems import code_in
from satops.core.loading.look_alikes import cause_in

_HEAD = re.compile(r"\s*(?:SRID\s*=\s*(\d{1,9})\s*;)?\s*([A-Za-z]+)", re.IGNORECASE)
_FLAG = re.compile(r"\s*(ZM|Z|M)\b", re.IGNORECASE)
_EMPTY = re.compile(r"\s*EMPTY\b", re.IGNORECASE)
_TOKEN = re.compile(
    r"\s*(?:([(),])|([-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]{1,3})?|nan\b))",
    re.IGNORECASE,
)
_PREFIX = re.compile(
    r"\s*(?:SRID\s*=\s*[^;(]{1,40};|<[^<>]{1,200}>|[A-Za-z]+:\d{1,9}\s*;)\s*", re.I
)
"""Prefixes of PostGIS (`SRID=EPSG:4326;`) and GeoSPARQL (`<http://...>`)."""
FORM = (
    "Well-known text is written as POLYGON ((105.8 21.0, 105.9 21.0, 105.9 21.1, 105.8 21.0)), "
    "longitude first."
)
_WGS84 = "4326"
_TYPES = {
    name.upper(): name
    for name in (
        "Point", "LineString", "Polygon", "MultiPoint", "MultiLineString", "MultiPolygon",
        "GeometryCollection", "CircularString", "CompoundCurve", "CurvePolygon", "MultiCurve",
        "MultiSurface", "PolyhedralSurface", "Tin", "Triangle", "LinearRing",
    )
}  # fmt: skip
_BRACKETS = {
    "Point": 1, "LineString": 1, "MultiPoint": 2, "Polygon": 2, "MultiLineString": 2,
    "MultiPolygon": 3,
}  # fmt: skip
"""Depth of nested brackets; coordinates of other types are not read, since they are refused."""
_COLLECTIONS_DEEP = 8
_Numbers = list[float | None]


class _Broken(Exception):
    """The text stops being WKT here."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(finding.detail)
        self.finding = finding


def looks_like_wkt(text: str) -> bool:
    """Tell whether a text begins like WKT, with or without a prefix."""
    rest = text[prefix.end() :] if (prefix := _PREFIX.match(text)) else text
    return _type(_HEAD.match(rest)) is not None


def wkt_type(text: str) -> str | None:
    """Return the geometry type of a text, in GeoJSON's spelling; None if it is not WKT."""
    found = _type(_HEAD.match(text))
    return None if found is None else found[0]


def read_wkt(text: str) -> dict[str, Any] | Finding:
    """Return a GeoJSON geometry; a measure without a height is the fourth number, after an empty
    one.

    A type that GeoJSON lacks has no coordinates, since it is refused anyway.
    """
    read = _read(text)
    if not isinstance(read, Finding):
        return read
    cause = cause_in(text, lambda plain: not isinstance(_read(plain), Finding))
    return read if cause is None else replace(read, detail=cause)


def _read(text: str) -> dict[str, Any] | Finding:
    head = _HEAD.match(text)
    if _type(head) is None:
        prefix = _PREFIX.match(text)
        return _broken("It does not begin with POLYGON.") if prefix is None else _prefixed(prefix)
    assert head is not None
    try:
        geometry, end = _geometry(text, head.start(2), _COLLECTIONS_DEEP)
    except _Broken as broken:
        return broken.finding
    if head[1] is not None and head[1] != _WGS84:
        return {**geometry, "crs": {"properties": {"name": f"EPSG:{head[1]}"}}}
    rest = text[end:].lstrip(" \t\r\n;,")
    if not rest:
        return geometry
    if looks_like_wkt(rest):
        return _several(text)
    return _broken(_unreadable(text, end))


def _type(head: "re.Match[str] | None") -> tuple[str, str] | None:
    """Return the type and its suffix: Z, M or ZM, as in POLYGONZ."""
    if head is None:
        return None
    word = head[2].upper()
    for flag in ("", "ZM", "Z", "M"):
        found = _TYPES.get(word.removesuffix(flag)) if word.endswith(flag) else None
        if found is not None:
            return found, flag
    return None


def _geometry(text: str, start: int, deep: int) -> tuple[dict[str, Any], int]:
    """Read one geometry; return it and the offset of its end."""
    head = _HEAD.match(text, start)
    typed = _type(head)
    if head is None or typed is None:
        raise _Broken(_broken(_unreadable(text, start)))
    kind, flag = typed
    place = head.end()
    if not flag and (written := _FLAG.match(text, place)):
        flag, place = written[1].upper(), written.end()
    if _EMPTY.match(text, place):
        raise _Broken(_broken(f"{head[2]} EMPTY has no points."))
    if kind == "GeometryCollection":
        inner, place = _collection(text, place, deep)
        return {"type": kind, "geometries": inner}, place
    if kind not in _BRACKETS:
        if deep < _COLLECTIONS_DEEP:
            raise _Broken(_broken(f"The collection holds a {kind}."))
        return {"type": kind}, len(text)
    coordinates, place = _nested(text, place, has_measures_only=flag == "M")
    if kind == "Point" and len(coordinates) == 1:
        coordinates = coordinates[0]
    return {"type": kind, "coordinates": coordinates}, place


def _collection(text: str, place: int, deep: int) -> tuple[list[dict[str, Any]], int]:
    inner: list[dict[str, Any]] = []
    sign = "("
    while True:
        token = _TOKEN.match(text, place)
        if token is None or token[1] != sign or not deep:
            if token is not None and token[1] == ")" and inner:
                return inner, token.end()
            raise _Broken(_broken(_unreadable(text, place)))
        geometry, place = _geometry(text, token.end(), deep - 1)
        inner.append(geometry)
        sign = ","


def _nested(text: str, place: int, *, has_measures_only: bool) -> tuple[list[Any], int]:
    """Read bracketed lists; the innermost hold points as numbers without brackets."""
    stack: list[list[Any]] = []
    numbers: _Numbers = []
    expects_item = True
    while True:
        token = _TOKEN.match(text, place)
        if token is None:
            raise _Broken(_broken(_unreadable(text, place)))
        sign, number = token[1], token[2]
        begins, place = token.start(1 if sign else 2), token.end()
        if number is not None:
            if not stack or not (numbers or expects_item):
                raise _Broken(_broken(_unreadable(text, begins)))
            numbers.append(float(number))
            continue
        if sign == "(":
            if numbers or not expects_item or len(stack) == max(_BRACKETS.values()):
                raise _Broken(_broken(_unreadable(text, begins)))
            stack.append([])
            continue
        if not stack or (expects_item and not numbers):
            raise _Broken(_broken(_unreadable(text, begins)))
        if numbers:
            if has_measures_only and len(numbers) == 3:
                numbers.insert(2, None)
            stack[-1].append(numbers)
            numbers = []
        expects_item = sign == ","
        if sign == ")":
            closed = stack.pop()
            if not stack:
                return closed, place
            stack[-1].append(closed)


def _unreadable(text: str, place: int) -> str:
    while place < len(text) and text[place].isspace():
        place += 1
    if place >= len(text):
        return "It ends in the middle: a closing parenthesis is missing."
    return f"It cannot be read from character {place + 1} on: {text[place : place + 20]!r}."


def _broken(what: str) -> Finding:
    return NO_POLYGON_TEXT.finding((), f"{what} {FORM}")


def _several(text: str) -> Finding:
    count = sum(1 for _ in re.finditer(r"\bPOLYGON", text, re.IGNORECASE))
    many = f"{count} outlines" if count > 1 else "several geometries"
    return SEVERAL_OUTLINES.finding(
        (),
        f"The text holds {many}, one after the other, and an order is one polygon. Write one "
        "order spec for each.",
    )


def _prefixed(prefix: "re.Match[str]") -> Finding:
    said = prefix[0].strip()
    code = code_in(said)
    if code not in ("EPSG:4326", "OGC:CRS84"):
        return NOT_WGS84.finding(
            (),
            f"The text begins with {quoted(said)}, which names another reference system. "
            "Coordinates are WGS 84 longitude and latitude: convert the outline, and begin with "
            "POLYGON.",
        )
    first = ""
    if said.startswith("<") and code == "EPSG:4326":
        first = (
            " GeoSPARQL writes the latitude first in EPSG:4326: exchange the two numbers of each "
            "point."
        )
    return PREFIX.finding(
        (),
        f"The text begins with {quoted(said)}, which is no well-known text. Leave it out, and "
        f"begin with POLYGON: numbers are WGS 84 longitude and latitude in any case.{first}",
    )
