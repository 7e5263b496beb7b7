"""Reads sound, plain YAML in two thirds of the time, as the nodes that libyaml composes.

It has no words: of a text with a fault, and of one with what is rare in specs (a tag, an anchor, an
escape), it makes nothing at all, and `yaml_reader` reads that text from its beginning.  A test
holds the two to the same values and places.
"""

from collections.abc import Callable, Iterator
from typing import Any

from yaml import MappingNode, ScalarNode, SequenceNode, YAMLError

from satops.core.loading.reading import MAX_DEPTH, SHALLOW, Found, Places
from satops.core.loading.scalars import NOT_TEXT, BadNumber, plain_value
from satops.core.loading.yaml_grafts import GRAFT_DEPTH, MARK, Grafts
from satops.core.loading.yaml_reader import Parser

_MAX_BYTES = 64 * 1024
"""Unlike events, nodes are in memory all at once: a hundred bytes and more for each of the text."""
_MAX_OPENERS = 2_000
"""The composer calls itself at each of them, on a stack whose end nobody watches."""
_OPENERS = (b"[", b"{", b"- ", b"? ")
"""What can open a list or group inside of another one.  Those that an indent opens are few, in so
short a text."""


class NotPlain(Exception):
    """The text needs the words, or the care, of `yaml_reader`."""


def read_nodes(content: bytes) -> list[Found] | None:
    """Return every document of a text, each of them sound; None where nothing was understood."""
    if b"!" in content or b"&" in content or b"\\" in content:
        return None
    grafts = Grafts(content)
    if grafts:
        found = _read(grafts.text, grafts)
        if found is not None and not grafts:
            return found
    return _read(content, None)


def _read(content: bytes, grafts: Grafts | None) -> list[Found] | None:
    found = []
    try:
        for root in compose(content, 0 if grafts is None else grafts.bytes_spared):
            if root.__class__ is not ScalarNode:
                value = _value(root, 0, grafts)
            elif root.value or root.style:
                value = root.value if root.style else plain_value(root.value)
            else:
                continue  # nothing between two `---`
            found.append(Found(value, places_of(root), sound=True))
    except (YAMLError, BadNumber, NotPlain, RecursionError):
        return None
    return found


def compose(content: bytes, spared: int = 0) -> Iterator[Any]:
    """Yield the node of each document; raises `NotPlain` for a text that is too large for nodes,
    without the bytes that need none, and YAMLError.
    """
    if not _is_small(content, spared):
        raise NotPlain
    composer = _Composer(content)
    while composer.check_node():
        yield composer.get_node()


def _is_small(content: bytes, spared: int) -> bool:
    if len(content) <= _MAX_OPENERS:
        return True
    return len(content) - spared <= _MAX_BYTES and sum(map(content.count, _OPENERS)) <= _MAX_OPENERS


class _Composer(Parser):  # type: ignore[misc]  # libyaml's has no types
    """The parser as a composer, without pyyaml's search for the type of each value."""

    def resolve(self, *_: object) -> None:
        """Give no tag: `plain_value` tells what a scalar stands for."""

    def descend_resolver(self, *_: object) -> None:
        """Take no notice of where a value begins."""

    def ascend_resolver(self) -> None:
        """Take no notice of where a value ends."""


def _value(node: Any, depth: int, grafts: Grafts | None) -> Any:
    """Return the value of a list or a group; scalars are read on the spot, as they are so many."""
    if depth >= MAX_DEPTH:
        raise NotPlain
    if node.__class__ is SequenceNode:
        items: list[Any] = []
        for item in node.value:
            if item.__class__ is not ScalarNode:
                items.append(_value(item, depth + 1, grafts))
            elif item.style or (text := item.value)[:1] not in NOT_TEXT:
                items.append(item.value)
            elif grafts is not None and text[:1] == MARK:
                items += _grafted(grafts.items, text, depth)
            else:
                items.append(plain_value(text))
        return items
    group: dict[str, Any] = {}
    for name, item in node.value:
        key = key_of(name)
        if item.__class__ is not ScalarNode:
            group[key] = _value(item, depth + 1, grafts)
        elif item.style or (text := item.value)[:1] not in NOT_TEXT:
            group[key] = item.value
        elif grafts is not None and text[:1] == MARK:
            group[key] = _grafted(grafts.value, text, depth)
        else:
            group[key] = plain_value(text)
    if len(group) < len(node.value):  # a key stands twice
        raise NotPlain
    return group


def _grafted(take: Callable[[str], Any], text: str, depth: int) -> Any:
    if depth + GRAFT_DEPTH >= MAX_DEPTH:
        raise NotPlain
    try:
        return take(text)
    except KeyError:
        raise NotPlain from None


def key_of(node: Any) -> str:
    """Return a key of a group; raises `NotPlain` for one that is no text, and `BadNumber`."""
    if node.__class__ is ScalarNode:
        key: str = node.value
        if node.style or (key[:1] not in NOT_TEXT and key != "<<"):
            return key
        if key != "<<" and isinstance(plain_value(key), str):
            return key
    raise NotPlain


def places_of(root: Any) -> Places:
    """Return where the parts of a document stand, as far as they are kept."""
    at = root.start_mark
    places: Places = {(): (at.line + 1, at.column + 1, at.line + 1, at.column + 1)}
    _note_places(root, (), places)
    return places


def _note_places(node: Any, path: tuple[str, ...], places: Places) -> None:
    """Note where the values of a group stand, and of the groups in it, as far as they are kept."""
    if node.__class__ is not MappingNode:
        return
    for key, item in node.value:
        begins, at = key.start_mark, item.start_mark
        below = (*path, key.value)
        places[below] = (begins.line + 1, begins.column + 1, at.line + 1, at.column + 1)
        if len(below) < SHALLOW:
            _note_places(item, below, places)
