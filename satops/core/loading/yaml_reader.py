"""Read YAML from pyyaml's stream of events.

Only pyyaml's parser is used.  Its constructors follow YAML 1.1: `no` is false, `010` is 8,
`12:30:45` is 45045, dates are not text, and the last of two equal keys silently wins.  Here scalars
follow the core schema of YAML 1.2 (`scalars`), and ambiguous constructs are refused.
"""

from contextlib import suppress
from typing import Any

from yaml import (
    AliasEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    MarkedYAMLError,
    NodeEvent,
    ScalarEvent,
    SequenceEndEvent,
    StreamEndEvent,
)
from yaml.reader import ReaderError

from satops.core.loading.reading import (
    MAX_DEPTH,
    MAX_NODES,
    TOO_DEEP,
    TOO_MANY,
    Faults,
    Found,
    Positions,
    Stop,
    forbidden_at,
    forbidden_words,
    position_at,
    refuse_number,
    twice_words,
)
from satops.core.loading.scalars import NOT_TEXT, BadNumber, plain_value
from satops.core.loading.yaml_messages import OTHER_VERSION, Complaint, explain
from satops.core.problem import Position
from satops.core.safe import shown

Parser: Any
try:
    from yaml._yaml import CParser as Parser
except ImportError:  # pyyaml without libyaml: the same events, ten times slower
    from yaml import SafeLoader as Parser

MAX_ALIAS_NODES = 10_000
"""Values that aliases repeat in one file: ten lines of aliases can stand for billions."""

Steps = tuple[str | int, ...]
"""Path to a value from the root of its document."""

_BEING_READ = object()
"""Placeholder of an anchored value until its end."""


class YamlReader:
    """Builds values from the events of one file, and continues after a fault if possible."""

    def __init__(self, content: bytes, faults: Faults, *, items: bool = False) -> None:
        """`items` tells whether to keep positions of list items too."""
        self._content = content
        self._faults = faults
        self._keeps_items = items
        self._positions: Positions = {}
        self._anchors: dict[str, Any] = {}
        self._nodes = 0
        self._alias_nodes = 0
        # Tags, anchors and escapes are rare: one search of the bytes saves a test per scalar.
        self._ornate = b"!" in content or b"&" in content or b"\\" in content
        self._text = content.decode() if self._ornate else ""

    def read(self) -> list[Found]:
        """Return every document; adds problems to `faults`."""
        found: list[Found] = []
        with suppress(Stop):
            try:
                self._take: Any = Parser(self._content).get_event
                self._read_stream(found)
            except MarkedYAMLError as error:
                text = self._content.decode()
                self._faults.add("L01", *explain(_complaint(error), text))
            except ReaderError:
                text = self._content.decode()
                offset = forbidden_at(text) or 0
                self._faults.add("L09", position_at(text, offset), forbidden_words(text[offset]))
        return found

    def _read_stream(self, found: list[Found]) -> None:
        take = self._take
        while not isinstance(event := take(), StreamEndEvent):
            if not isinstance(event, DocumentStartEvent):
                continue
            self._positions, self._anchors = {}, {}
            before = len(self._faults.problems)
            if event.version not in (None, (1, 2)):
                self._faults.add("L01", _at(event), OTHER_VERSION)
            root = take()
            if isinstance(root, ScalarEvent) and not (root.value or root.style):
                continue  # empty document
            line, column = _at(root)
            self._positions[()] = (line, column), (line, column)
            if root.__class__ is not ScalarEvent:
                value = self._node(root, ())
            elif self._ornate:
                value = self._ornate_scalar(root, (), None)
            else:
                value = self._plain_scalar(root, (), None)
            sound = len(self._faults.problems) == before
            found.append(Found(value, self._positions, sound))

    def _ornate_scalar(self, event: Any, path: Steps, step: str | int | None) -> Any:
        """Return the value of a scalar that may have a tag, anchor or escape."""
        self._look_closely(event, path, step)
        value = self._plain_scalar(event, path, step)
        if event.anchor:
            self._anchors[event.anchor] = value
        return value

    def _plain_scalar(self, event: Any, path: Steps, step: str | int | None) -> Any:
        """Return the value of a scalar, at `step` below `path`."""
        text = event.value
        if event.style or text[:1] not in NOT_TEXT:
            return text
        try:
            return plain_value(text)
        except BadNumber:
            self._faults.add("L05", _at(event), refuse_number(text), _below(path, step))
            return None

    def _node(self, event: Any, path: Steps) -> Any:
        """Return the value of anything but a scalar."""
        if event.__class__ is AliasEvent:
            return self._aliased(event, path)
        if len(path) >= MAX_DEPTH:
            raise self._faults.end("L08", _at(event), TOO_DEEP, path[:4])
        anchor = event.anchor
        if anchor:
            self._anchors[anchor] = _BEING_READ
        if event.tag:
            self._refuse_tag(event, path)
        if event.__class__ is MappingStartEvent:
            value: Any = self._mapping(path)
        else:
            value = self._sequence(path)
        if anchor:
            self._anchors[anchor] = value
        self._nodes += len(value)
        if self._nodes > MAX_NODES:
            raise self._faults.end("L08", _at(event), TOO_MANY)
        return value

    def _mapping(self, path: Steps) -> dict[str, Any]:
        take = self._take
        scalar = self._ornate_scalar if self._ornate else self._plain_scalar
        positions = self._positions
        value: dict[str, Any] = {}
        keys: dict[str, Any] = {}
        while (event := take()).__class__ is not MappingEndEvent:
            key = self._key(event, path)
            below = take()
            step = "?" if key is None else key
            if below.__class__ is ScalarEvent:
                item = scalar(below, path, step)
            else:
                item = self._node(below, (*path, step))
            if key is None:
                continue
            if key in value:
                self._faults.add(
                    "L03",
                    _at(event),
                    twice_words(key, (keys[key].line + 1, keys[key].column + 1)),
                    (*path, key),
                )
                continue
            value[key] = item
            keys[key] = mark = event.start_mark
            at = below.start_mark
            of_key = mark.line + 1, mark.column + 1
            positions[*path, key] = of_key, (at.line + 1, at.column + 1)
        return value

    def _sequence(self, path: Steps) -> list[Any]:
        take = self._take
        scalar = self._ornate_scalar if self._ornate else self._plain_scalar
        positions = self._positions if self._keeps_items else None
        value: list[Any] = []
        while (event := take()).__class__ is not SequenceEndEvent:
            if positions is not None:
                line, column = _at(event)
                positions[*path, len(value)] = (line, column), (line, column)
            if event.__class__ is ScalarEvent:
                value.append(scalar(event, path, len(value)))
            else:
                value.append(self._node(event, (*path, len(value))))
        return value

    def _key(self, event: Event, path: Steps) -> str | None:
        """Return a key, or None for one that cannot be used."""
        if isinstance(event, ScalarEvent):
            if self._ornate:
                self._look_closely(event, path, None)
                if event.anchor:
                    self._anchors[event.anchor] = event.value
            key = event.value
            if event.style or (key[:1] not in NOT_TEXT and key != "<<"):
                return key
            return self._plain_key(key, event, path)
        self._faults.add(
            "L04",
            _at(event),
            "A key must be a plain text, and this one is a list, a group or an alias. If the text "
            "begins with [, { or *, put it in quotes.",
            path,
        )
        if not isinstance(event, AliasEvent):
            self._node(event, (*path, "?"))
        return None

    def _plain_key(self, key: str, event: Event, path: Steps) -> str | None:
        if key == "<<":
            self._faults.add(
                "L06",
                _at(event),
                "The merge key << is not read. Who reviews an order must see all of it in one "
                "place: write the fields out.",
                path,
            )
            return None
        kind = _kind_if_no_text(key)
        if kind:
            written = f"The key {shown(key)}" if key else "This key"
            self._faults.add(
                "L04",
                _at(event),
                f"{written} is {kind} in YAML, and a key must be text. If it is meant as a text, "
                "put it in quotes.",
                path,
            )
            return None
        return key

    def _look_closely(self, event: Any, path: Steps, step: str | int | None) -> None:
        """Report tags, and forbidden characters from an escape."""
        start = event.start_mark.index
        if event.tag or self._text[start : start + 1] == "!":  # libyaml drops a bare `!`
            self._refuse_tag(event, _below(path, step))
        offset = forbidden_at(event.value) if event.style == '"' else None
        if offset is not None:
            self._faults.add(
                "L09",
                _at(event),
                "This text holds an escape. " + forbidden_words(event.value[offset]),
                _below(path, step),
            )

    def _refuse_tag(self, event: NodeEvent, path: Steps) -> None:
        self._faults.add(
            "L06",
            _at(event),
            "A tag (a word that begins with !) stands before this value. satops reads plain YAML "
            "without tags: remove it. If it is part of a text, put the text in quotes.",
            path,
        )

    def _aliased(self, event: AliasEvent, path: Steps) -> Any:
        name = event.anchor or ""
        value = self._anchors.get(name, _BEING_READ)
        if value is _BEING_READ:
            known = name in self._anchors
            self._faults.add(
                "L07",
                _at(event),
                f"The alias *{shown(name)} stands inside of the value that it repeats."
                if known
                else f"The alias *{shown(name)} repeats a value that is marked &{shown(name)}, and "
                "there is none before it in this document. If it is a text, put it in quotes.",
                path,
            )
            return None
        self._alias_nodes += _count(value, MAX_ALIAS_NODES)
        if self._alias_nodes > MAX_ALIAS_NODES:
            raise self._faults.end(
                "L07",
                _at(event),
                f"The aliases of this file repeat more than {MAX_ALIAS_NODES:,} values. Write the "
                "values out, or keep them in a file that specs refer to.",
                path,
            )
        return value


def _at(event: Event) -> tuple[int, int]:
    mark: Any = event.start_mark
    return mark.line + 1, mark.column + 1


def _below(path: Steps, step: str | int | None) -> Steps:
    return path if step is None else (*path, step)


def _kind_if_no_text(key: str) -> str:
    """Return the type of a plain scalar that is not text."""
    try:
        value = plain_value(key)
    except BadNumber:
        return "a number"
    if isinstance(value, str):
        return ""
    is_number = type(value) in (int, float)
    return "a number" if is_number else "a word for true, false or empty"


def _count(value: Any, most: int) -> int:
    """Return the number of values in a value; stops soon after `most`."""
    count, left = 0, [value]
    while left and count <= most:
        count += 1
        item = left.pop()
        if isinstance(item, dict):
            left.extend(item.values())
        elif isinstance(item, list):
            left.extend(item)
    return count


def _complaint(error: MarkedYAMLError) -> Complaint:
    def position(mark: Any) -> Position | None:
        return (mark.line + 1, mark.column + 1) if mark else None

    return Complaint(
        error.problem or "",
        position(error.problem_mark) or (0, 0),
        error.context or "",
        position(error.context_mark),
    )
