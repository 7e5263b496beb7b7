"""Well-known text of one polygon, as coordinates in GeoJSON's nesting.

A reader of its own, because the usual ones stop at the first fault with the words of a parser, and
this one has to say where a person mended too little: a missing closing point, a second part.
"""

import re

from satops.core.finding import Finding

_HEAD = re.compile(r"\s*(?:SRID\s*=\s*(\d{1,9})\s*;)?\s*([A-Za-z]+)\s*(ZM|Z|M)?\s*", re.IGNORECASE)
_TOKEN = re.compile(r"\s*(?:([(),])|([-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]{1,3})?))")
_WGS84 = "4326"
_TYPES = frozenset(
    {
        "POINT", "LINESTRING", "POLYGON", "MULTIPOINT", "MULTILINESTRING", "MULTIPOLYGON",
        "GEOMETRYCOLLECTION", "CIRCULARSTRING", "COMPOUNDCURVE", "CURVEPOLYGON", "MULTICURVE",
        "MULTISURFACE", "POLYHEDRALSURFACE", "TIN", "TRIANGLE", "LINEARRING",
    }
)  # fmt: skip
_IN_GEOJSON = {
    name.upper(): name
    for name in (
        "Point", "LineString", "Polygon", "MultiPoint", "MultiLineString", "MultiPolygon",
        "GeometryCollection",
    )
}  # fmt: skip
_DEPTH = 3
"""Brackets in brackets: a multipolygon, its polygons, their rings."""

Nested = list["Nested"] | list[float]


def looks_like_wkt(text: str) -> bool:
    """Tell whether a text begins as well-known text does."""
    head = _HEAD.match(text)
    return head is not None and head[2].upper() in _TYPES


def wkt_type(text: str) -> str | None:
    """Return the type that a text names, as GeoJSON writes it; None where it is no WKT."""
    head = _HEAD.match(text)
    return None if head is None else _IN_GEOJSON.get(head[2].upper())


def read_wkt(text: str) -> tuple[str, object] | Finding:
    """Return the type in capitals and the coordinates, nested as GeoJSON nests them.

    A type other than a polygon or a multipolygon comes without coordinates: it is refused anyway.
    """
    head = _HEAD.match(text)
    if head is None or head[2].upper() not in _TYPES:
        return _broken("It does not begin with POLYGON.")
    if head[1] is not None and head[1] != _WGS84:
        return Finding(
            "G11",
            (),
            "not in degrees of WGS 84",
            f"The text says SRID={head[1]}. Coordinates are WGS 84 longitude and latitude: "
            "export the outline so.",
        )
    kind = head[2].upper()
    if head[3] is not None and head[3].upper() != "Z":
        return Finding(
            "G08",
            (),
            "measures in the geometry",
            f"{kind} {head[3].upper()} has measures. An order is a flat outline: leave them out.",
        )
    rest = text[head.end() :]
    if rest.strip().upper() == "EMPTY":
        return _broken(f"{kind} EMPTY has no corners.")
    if kind not in ("POLYGON", "MULTIPOLYGON"):
        return kind, None
    nested = _nested(text, head.end())
    return nested if isinstance(nested, Finding) else (kind, nested)


def _nested(text: str, start: int) -> list[object] | Finding:
    """Read bracketed lists; the innermost hold positions, written as numbers without brackets."""
    stack: list[list[object]] = []
    position: list[object] = []
    place, expects_item = start, True
    while True:
        token = _TOKEN.match(text, place)
        if token is None:
            return _broken(_unreadable(text, place))
        sign, number = token[1], token[2]
        place = token.end()
        if number is not None:
            if not stack or not (position or expects_item):
                return _broken(_unreadable(text, token.start(2)))
            position.append(float(number))
            continue
        if sign == "(":
            if position or not expects_item or len(stack) == _DEPTH:
                return _broken(_unreadable(text, token.start(1)))
            stack.append([])
            continue
        if not stack or (expects_item and not position):
            return _broken(_unreadable(text, token.start(1)))
        if position:
            stack[-1].append(position)
            position = []
        expects_item = sign == ","
        if sign == ")":
            closed = stack.pop()
            if not stack:
                tail = text[place:].strip()
                return closed if not tail else _broken(_unreadable(text, place))
            stack[-1].append(closed)


def _unreadable(text: str, place: int) -> str:
    while place < len(text) and text[place].isspace():
        place += 1
    if place >= len(text):
        return "It ends in the middle: a closing bracket is missing."
    return f"It cannot be read from character {place + 1} on: {text[place : place + 20]!r}."


def _broken(what: str) -> Finding:
    return Finding(
        "G01",
        (),
        "not the text of a polygon",
        f"{what} Well-known text is written as POLYGON ((105.8 21.0, 105.9 21.0, 105.9 21.1, "
        "105.8 21.0)), longitude first.",
    )
