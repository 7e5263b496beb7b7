"""Reads one JSON text as strictly as YAML is read, with the place of every value.

The standard library decides what is JSON and makes the values; a scan of the same text, which
knows by then that it is JSON, finds the places and what the library lets pass: keys that stand
twice, NaN, numbers that overflow, depth.
"""

import json
import re
from bisect import bisect_right
from math import isfinite
from typing import Any

from satops.core.loading.reading import (
    MAX_DEPTH,
    MAX_INTEGER,
    MAX_NODES,
    TOO_DEEP,
    TOO_MANY,
    Faults,
    Found,
    Place,
    Places,
    Stop,
    forbidden_at,
    forbidden_words,
    place_at,
    refuse_number,
    twice_words,
)

_TOKEN = re.compile(
    r'[ \t\r\n]*(?:"(?P<text>[^"\\]*(?:\\.[^"\\]*)*)"'
    r'|(?P<mark>[\[\]{},:])|(?P<word>[^ \t\r\n\[\]{},:"]+))'
).match
_LINE_END = re.compile(r"\r\n?|\n")
_AOI_TYPES = frozenset(
    {
        "FeatureCollection", "Feature", "GeometryCollection", "Point", "MultiPoint", "LineString",
        "MultiLineString", "Polygon", "MultiPolygon", "Topology",
    }
)  # fmt: skip
_WORDS = {
    "Expecting property name": "A key in double quotes is expected here. JSON allows no comma "
    "after the last field, no single quotes and no comments.",
    "Expecting ':'": "A colon is expected between a key and its value.",
    "Expecting ','": "A comma is missing before this place, or a bracket is not closed.",
    "Expecting value": "A value is expected here. A text needs double quotes; JSON allows no comma "
    "after the last item, and no comments.",
    "Illegal trailing comma": "JSON allows no comma after the last field or item. Remove it.",
    "Unterminated string": "The text that begins here has no closing quote.",
    "Extra data": "The JSON text is complete before this place, and something follows it. A JSON "
    "file holds one spec.",
    "Invalid control character": "A text cannot go over a line end or hold a tab. Write \\n or "
    "\\t.",
    "Invalid \\escape": "This backslash begins no escape that JSON knows. Write \\\\ for a "
    "backslash.",
    "Invalid \\uXXXX escape": "After \\u there must be 4 hex digits.",
}


def read(text: str, faults: Faults) -> list[Found]:
    """Return the one document of a text, or none; what is wrong goes to the collector."""
    if not text.strip(" \t\r\n"):
        return []
    try:
        value = json.loads(text, parse_int=_integer, parse_constant=_no_value)
    except json.JSONDecodeError as error:
        faults.add("L02", place_at(text, error.pos), _explain(error.msg))
        return []
    except RecursionError:
        faults.add("L08", (1, 1), TOO_DEEP)
        return []
    scan = _Scan(text, faults)
    try:
        scan.value((), None)
        _refuse_aoi(value, faults)
    except Stop:
        return []
    return [Found(value, scan.places, not faults.problems)]


def _integer(text: str) -> int | None:
    value = int(text) if len(text) <= len(str(MAX_INTEGER)) + 1 else MAX_INTEGER + 1
    return value if abs(value) <= MAX_INTEGER else None


def _no_value(_: str) -> None:
    """Stand in for NaN and the infinities, which the scan refuses."""


def _explain(message: str) -> str:
    for said, words in _WORDS.items():
        if message.startswith(said):
            return words
    return f"This is not valid JSON: {message}."


def _refuse_aoi(value: Any, faults: Faults) -> None:
    if not isinstance(value, dict) or "order" in value:
        return
    kind = value.get("type")
    if not isinstance(kind, str) or kind not in _AOI_TYPES:
        return
    faults.add(
        "L11",
        (1, 1),
        "The file holds GeoJSON, and every .json file in this folder is read as an order spec. "
        "Rename it so that it ends in .geojson, and refer to it: geometry: {file: ...}.",
    )


class _Scan:
    """Walks over a text that is known to be JSON."""

    def __init__(self, text: str, faults: Faults) -> None:
        self.places: Places = {}
        self._text = text
        self._faults = faults
        self._offset = 0
        self._starts = [0, *(end.end() for end in _LINE_END.finditer(text))]

    def value(self, path: tuple[str | int, ...], key: tuple[int, int] | None) -> None:
        """Walk over one value and note its place."""
        kind, token, at = self._next()
        place: Place = (*(key or at), *at)
        self.places[path] = place
        if len(self.places) > MAX_NODES:
            raise self._faults.end("L08", at, TOO_MANY)
        if kind == "text":
            self._decoded(token, at, path)
        elif kind == "word":
            self._check_number(token, at, path)
        elif len(path) >= MAX_DEPTH:
            raise self._faults.end("L08", at, TOO_DEEP, path[:4])
        elif token == "{":  # noqa: S105 - a bracket
            self._mapping(path)
        else:
            self._sequence(path)

    def _mapping(self, path: tuple[str | int, ...]) -> None:
        keys: dict[str, tuple[int, int]] = {}
        kind, token, at = self._next()
        while kind == "text":
            key = self._decoded(token, at, path)
            if key in keys:
                self._faults.add("L03", at, twice_words(key, keys[key]), (*path, key))
            keys.setdefault(key, at)
            self._next()  # the colon
            self.value((*path, key), at)
            if self._next()[1] == "}":
                return
            kind, token, at = self._next()

    def _sequence(self, path: tuple[str | int, ...]) -> None:
        index = 0
        before = self._offset
        kind, token, _ = self._next()
        if (kind, token) == ("mark", "]"):
            return
        self._offset = before
        while True:
            self.value((*path, index), None)
            index += 1
            if self._next()[1] == "]":
                return

    def _next(self) -> tuple[str, str, tuple[int, int]]:
        """Return kind, text and place of the next token."""
        token = _TOKEN(self._text, self._offset)
        assert token is not None, "the text is JSON"
        self._offset = token.end()
        kind = str(token.lastgroup)
        start = token.start(kind) - (kind == "text")
        line = bisect_right(self._starts, start)
        return kind, token[kind], (line, start - self._starts[line - 1] + 1)

    def _decoded(self, raw: str, at: tuple[int, int], path: tuple[str | int, ...]) -> str:
        if "\\" not in raw:
            return raw
        text: str = json.loads(f'"{raw}"')
        offset = forbidden_at(text)
        if offset is not None:
            words = forbidden_words(text[offset])
            self._faults.add("L09", at, f"This text holds an escape. {words}", path)
        return text

    def _check_number(self, word: str, at: tuple[int, int], path: tuple[str | int, ...]) -> None:
        if word in ("true", "false", "null"):
            return
        try:
            sound = isfinite(float(word)) and (
                _integer(word) is not None if word.lstrip("-").isdecimal() else True
            )
        except ValueError:
            sound = False
        if not sound:
            self._faults.add("L05", at, refuse_number(word), path)
