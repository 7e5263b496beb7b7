"""The `geometry` field: a string with one polygon, as WKT or GeoJSON.

The documentation of create calls the field WKT and shows GeoJSON, so both are accepted; it
documents MarketOrder.region as WKT, so reads return WKT. Only the form is checked, since no rule on
size, vertices, winding or position is documented.
"""

import math
import re
from collections.abc import Sequence
from typing import Any

from satops.core import json_text

Ring = list[tuple[float, float]]

_WKT = re.compile(r"\s*POLYGON\s*(?:Z\s*)?\((.*)\)\s*", re.IGNORECASE | re.DOTALL)
_NEXT_RING = re.compile(r"\)\s*,\s*\(")
_WHOLE = re.compile(r"\.0(?=[ ,)])")
"""Python writes a whole number with this end."""
_FEWEST_POSITIONS = 4  # RFC 7946, 3.1.6: a linear ring


class NotAPolygon(ValueError):
    """The text is not one polygon in WKT or GeoJSON."""


def as_wkt(geometry: str) -> str:
    """Return the polygon as WKT with the given coordinates, without heights.

    Raises `NotAPolygon`.
    """
    return "POLYGON (" + ", ".join(_ring_text(ring) for ring in _rings(geometry)) + ")"


def as_geojson(geometry: str) -> str:
    """Return the polygon as GeoJSON text, with the given coordinates.  Raises `NotAPolygon`."""
    return json_text.dumps({"type": "Polygon", "coordinates": _rings(geometry)}).decode()


def exterior(geometry: str) -> Ring:
    """Return the exterior ring.  Raises `NotAPolygon`."""
    return _rings(geometry)[0]


def _rings(geometry: str) -> list[Ring]:
    text = geometry.lstrip()
    rings = _from_geojson(text) if text.startswith("{") else _from_wkt(text)
    if not rings:
        raise NotAPolygon("geometry has no ring")
    for ring in rings:
        _check(ring)
    return rings


def _from_geojson(text: str) -> list[Ring]:
    try:
        value = json_text.loads(text)
    except json_text.NotJson:
        raise NotAPolygon("geometry begins like GeoJSON but is not JSON") from None
    if value.get("type") != "Polygon":
        raise NotAPolygon("geometry must be a GeoJSON Polygon")
    coordinates = value.get("coordinates")
    if not isinstance(coordinates, list) or not all(isinstance(r, list) for r in coordinates):
        raise NotAPolygon("geometry has no coordinates")
    return [[_position(item) for item in ring] for ring in coordinates]


def _from_wkt(text: str) -> list[Ring]:
    match = _WKT.fullmatch(text)
    inner = match[1].strip() if match else ""
    if not (inner.startswith("(") and inner.endswith(")")):
        raise NotAPolygon("geometry must be a WKT or GeoJSON Polygon")
    rings = _NEXT_RING.split(inner[1:-1])
    return [[_position(item.split()) for item in ring.split(",")] for ring in rings]


def _position(item: Any) -> tuple[float, float]:
    if not isinstance(item, list) or len(item) not in (2, 3):
        raise NotAPolygon("geometry has a position that is not two or three numbers")
    try:
        x, y = float(item[0]), float(item[1])
    except (TypeError, ValueError):
        raise NotAPolygon("geometry has a coordinate that is not a number") from None
    if not (math.isfinite(x) and math.isfinite(y)):
        raise NotAPolygon("geometry has a coordinate that is not a number")
    return x, y


def _check(ring: Sequence[tuple[float, float]]) -> None:
    if len(ring) < _FEWEST_POSITIONS:
        raise NotAPolygon("geometry has a ring of fewer than four positions")
    if ring[0] != ring[-1]:
        raise NotAPolygon("geometry has a ring that is not closed")


def _ring_text(ring: Ring) -> str:
    text = "(" + ", ".join([f"{x!r} {y!r}" for x, y in ring]) + ")"
    return _WHOLE.sub("", text)
