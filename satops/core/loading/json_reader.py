"""Read one JSON text as strictly as YAML.

The standard library decides what is JSON, and gives the position of a syntax error.  Other problems
have their position from the YAML reader, or else that of the document's beginning.
"""

import json
from collections.abc import Iterator
from functools import cached_property
from math import inf, isfinite
from typing import Any

from msgspec.structs import replace

from satops.core.loading.reading import (
    MAX_DEPTH,
    MAX_INTEGER,
    MAX_NODES,
    TOO_DEEP,
    TOO_MANY,
    Faults,
    Found,
    Positions,
    Stop,
    conflict_in,
    forbidden_at,
    forbidden_words,
    position_at,
    refuse_number,
)
from satops.core.loading.yaml_reader import YamlReader
from satops.core.problem import Position, Problem
from satops.core.safe import shown

_WHITE_SPACE = " \t\r\n"
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
_TWICE = (
    "The key {key} is written twice in one group. Which of the two is meant cannot be known: "
    "remove one."
)
_MAX_DIGITS = 400


def read(text: str, faults: Faults) -> list[Found]:
    """Return the one document of a text, or none; adds problems to `faults`."""
    start = len(text) - len(text.lstrip(_WHITE_SPACE))
    if start == len(text):
        return []
    at = position_at(text, start)
    twins: list[str] = []
    try:
        value = json.loads(
            text, parse_int=_integer, object_pairs_hook=lambda pairs: _group(pairs, twins)
        )
    except json.JSONDecodeError as error:
        place, words = conflict_in(text) or (position_at(text, error.pos), _explain(error.msg))
        faults.add("L02", place, words)
        return []
    except RecursionError:
        faults.add("L08", at, TOO_DEEP)
        return []
    places = _Places(text, at)
    try:
        if twins:
            places.report_twins(twins, faults)
        _check_parts(value, places, faults)
        _refuse_aoi(value, at, faults)
    except Stop:
        return []
    # The YAML reader gives positions of JSON too, except for a few texts that libyaml refuses.
    found = YamlReader(text.encode(), Faults("")).read()
    positions: Positions = found[0].positions if found else {(): (at, at)}
    return [Found(value, positions, not faults.problems)]


class _Places:
    """Positions of what is wrong, from the YAML reader on first use; else the document's start."""

    def __init__(self, text: str, start: Position) -> None:
        self._text = text
        self._start = start

    @cached_property
    def _read(self) -> tuple[Positions, list[Problem]]:
        faults = Faults("")
        found = YamlReader(self._text.encode(), faults, items=True).read()
        return (found[0].positions if found else {}), faults.problems

    def of(self, path: tuple[str | int, ...]) -> Position:
        """Return the position of the value at a path."""
        return self._read[0].get(path, (self._start, self._start))[1]

    def report_twins(self, keys: list[str], faults: Faults) -> None:
        """Report each key that stands twice."""
        placed = [problem for problem in self._read[1] if problem.check == "L03"]
        if len(placed) == len(keys):
            faults.problems += [replace(problem, file=faults.file) for problem in placed]
            return
        for key in keys:
            faults.add("L03", self._start, _TWICE.format(key=shown(key)))


def _group(pairs: list[tuple[str, Any]], twins: list[str]) -> dict[str, Any]:
    group: dict[str, Any] = {}
    for key, value in pairs:
        if key in group:
            twins.append(key)
        group[key] = value
    return group


def _integer(text: str) -> int | float:
    """Return an int; infinity for one with too many digits to parse quickly."""
    return int(text) if len(text) <= _MAX_DIGITS else inf


def _explain(message: str) -> str:
    for said, words in _WORDS.items():
        if message.startswith(said):
            return words
    return f"This is not valid JSON: {message}."


def _check_parts(value: Any, places: _Places, faults: Faults) -> None:
    """Report what the library accepts: depth, size, non-finite numbers, escapes."""
    for count, (path, part) in enumerate(_parts(value, ())):
        if count == MAX_NODES:
            raise faults.end("L08", places.of(()), TOO_MANY)
        if isinstance(part, dict | list) and len(path) >= MAX_DEPTH:
            raise faults.end("L08", places.of(()), TOO_DEEP, path[:4])
        if type(part) in (int, float) and not _is_sendable(part):
            faults.add("L05", places.of(path), refuse_number(str(part)), path)
        for text in [part] if isinstance(part, str) else part if isinstance(part, dict) else ():
            offset = forbidden_at(text)
            if offset is not None:
                words = forbidden_words(text[offset])
                faults.add("L09", places.of(path), f"This text holds an escape. {words}", path)


def _is_sendable(number: int | float) -> bool:
    return isfinite(number) if isinstance(number, float) else abs(number) <= MAX_INTEGER


def _parts(value: Any, path: tuple[str | int, ...]) -> Iterator[tuple[tuple[str | int, ...], Any]]:
    """Yield a value and all its parts, with their paths."""
    yield path, value
    steps: Any = ()
    if isinstance(value, dict):
        steps = value.items()
    elif isinstance(value, list):
        steps = enumerate(value)
    for step, item in steps:
        yield from _parts(item, (*path, step))


def _refuse_aoi(value: Any, at: tuple[int, int], faults: Faults) -> None:
    if not isinstance(value, dict) or "order" in value:
        return
    kind = value.get("type")
    if not isinstance(kind, str) or kind not in _AOI_TYPES:
        return
    faults.add(
        "L11",
        at,
        "The file holds GeoJSON, and every .json file in this folder is read as an order spec. "
        "Rename it so that it ends in .geojson, and refer to it: geometry: {file: ...}.",
    )
