"""Read JSON text of an outline: one value, or a sequence of GeoJSON features, which becomes one
collection.

A sequence has one feature per line, or a record separator (RS, U+001E) before each (RFC 8142).
"""

from typing import Any

from satops.core import json_text

_SEPARATOR = "\x1e"
_MEMBERS = frozenset(
    {
        "Feature", "Point", "LineString", "Polygon", "MultiPoint", "MultiLineString",
        "MultiPolygon", "GeometryCollection",
    }
)  # fmt: skip
"""Types of a sequence's records."""


def looks_like_json(text: str) -> bool:
    """Tell whether a text begins like JSON of an outline."""
    return text.lstrip().startswith(("{", "["))  # strips separators too


def read_json(text: str) -> Any:
    """Return the value of a text, or a FeatureCollection of a sequence.  Raises `NotJson`."""
    before, *records = text.split(_SEPARATOR)
    if records and not before.strip():
        return _collection("record", records)
    try:
        return json_text.loads_strict(text)
    except json_text.NotJson:
        lines = text.split("\n")
        written = [line for line in lines if line.strip()]
        if len(written) < 2 or not all(map(_is_whole, written[:2])):
            raise
    return _collection("line", lines)


def _is_whole(line: str) -> bool:
    """Tell whether a line looks like a complete object."""
    line = line.strip()
    return line.startswith("{") and line.endswith("}")


def _collection(what: str, records: list[str]) -> dict[str, Any]:
    features = []
    for number, record in enumerate(records, 1):
        if not record.strip():
            continue
        try:
            value = json_text.loads_strict(record)
        except json_text.NotJson as error:
            raise json_text.NotJson(f"in {what} {number}, {error}") from None
        kind = value.get("type") if isinstance(value, dict) else None
        if not isinstance(kind, str) or kind not in _MEMBERS:
            raise json_text.NotJson(f"{what} {number} of the sequence is no GeoJSON Feature")
        features.append(
            value if kind == "Feature" else {"type": "Feature", "properties": {}, "geometry": value}
        )
    return {"type": "FeatureCollection", "features": features}
