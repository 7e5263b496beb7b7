"""Reads the plain part of YAML that nearly every spec is written in, and nothing else.

Keys on a line of their own with a word, a text in quotes, a number, a list of numbers or a short
group in braces; lists with dashes; folded and literal texts of one paragraph.  The part is chosen
so that each line has one meaning by itself.  At the first line that is not of it the reader gives
up, and the file goes to `YamlReader`, which knows all of YAML and finds the words for what is
wrong.  So this reader never reports a problem: it returns what `YamlReader` would, or None.

Reading 10,000 specs costs a third of what the events of libyaml cost, and they are most of a plan.
A test holds the two readers to the same values and places.
"""

import re
from math import isfinite
from typing import Any, NamedTuple

from satops.core import json_text
from satops.core.document.reading import SHALLOW, Found, Places
from satops.core.document.scalars import DECIMAL, NOT_DECIMAL, NOT_TEXT, WORDS

MAX_PLAIN_BYTES = 64 * 1024
"""Far below every bound on values, so that none has to be counted here."""
_MAX_LEVELS = 32
_MAX_DIGITS = 15
"""Any number so short is exact as an integer."""

_CONTROL = r"\x00-\x1f\x7f-\x9f\u2028\u2029"
"""Characters that no spec may hold, or that end a line in libyaml and in no editor."""
_CHAR = rf"[^{_CONTROL}]"
_NO_SPACE = rf"[^ {_CONTROL}]"
_SPACES = " {0,64}"
"""Bounded, so that a hostile line costs no more than its length."""
_KEY = r"[A-Za-z_][A-Za-z0-9_-]{0,99}"
_NUMBER = rf"(?:0|-?[1-9][0-9]{{0,{_MAX_DIGITS - 1}}}|-?(?:0|[1-9][0-9]{{0,9}})\.[0-9]{{1,17}})"
_QUOTED = rf"""(?:"[^"\\{_CONTROL}]*"|'[^'{_CONTROL}]*')"""
_WORDS = r"-?[A-Za-z0-9_./][A-Za-z0-9_./-]*(?: [A-Za-z0-9_./][A-Za-z0-9_./-]*)*"


def _list_of(item: str) -> str:
    return rf"\[ *{item}(?: *, *{item})* *\]"


_POSITION = _list_of(_NUMBER)
_RING = _list_of(_POSITION)
_NUMBERS = rf"(?:{_POSITION}|{_RING}|{_list_of(_RING)})"
_PAIR = rf"{_KEY}: +(?:{_POSITION}|{_QUOTED}|{_WORDS})"
_GROUP = rf"\{{ *{_PAIR}(?: *, *{_PAIR})* *\}}"
_PLAIN = (
    r"(?:-(?=[A-Za-z0-9.])|[A-Za-z0-9_./+(])"
    rf"(?:[^:#{_CONTROL}]|:(?=[^ {_CONTROL}]))*"
)
_BELOW = (
    rf"([|>]-?)\n(?P<below> {_SPACES})({_NO_SPACE}{_CHAR}*(?:\n(?P=below){_NO_SPACE}{_CHAR}*)*)\n"
    r"(?!\n*(?P=below)|\n* +\n)"  # the text does not go on
)
_COMMENT = rf"(?:(?:^| {_SPACES})#{_CHAR}*)?"
_LINES = re.compile(
    rf"(?P<level>{_SPACES})-( +{_POSITION}(?:\n(?P=level)- +{_POSITION})+)\n"
    rf"|({_SPACES})((?:- {_SPACES})*)(?:({_KEY}):( {_SPACES}|(?=\n)))?"
    rf"(?:(?:({_PLAIN})|({_NUMBERS})|({_QUOTED})|({_GROUP}))?{_COMMENT}{_SPACES}\n|{_BELOW})"
    r"|(---\n)|(.+|\n)",
    re.MULTILINE,
).findall
"""Splits a file in lines of three kinds: positions of a ring, several lines at once; anything
else, blank lines and comments included; the mark between documents.  The last group is what is
none of them."""
_MARK, _ODD = 13, 14
_DASHES = re.compile("- +").findall
_PAIRS = re.compile(rf"({_KEY}): +({_POSITION}|{_QUOTED}|{_WORDS})").findall


class _NotPlainError(Exception):
    """The file holds something that only the whole of YAML explains."""


class _Level(NamedTuple):
    """A group or a list that is open."""

    indent: int
    value: Any
    """A dict or a list."""
    path: tuple[str, ...] | None
    """Of a group whose keys' places are kept."""


def read_plain_form(text: str) -> list[Found] | None:
    """Return every document of a file, or None where this reader does not know its form."""
    reader = _PlainReader()
    try:
        for line in _LINES(text):
            reader.take(line)
        reader.end_document()
    except _NotPlainError:
        return None
    return reader.found


class _PlainReader:
    """Puts lines together; what is open stands on a stack."""

    def __init__(self) -> None:
        self.found: list[Found] = []
        self._line = 1
        self._places: Places = {}
        self._open: list[_Level] = []
        """Empty before the first line of a document."""
        self._waiting: tuple[str, int, int] | None = None
        """A key whose value stands on the lines below it, and its place."""
        self._is_marked = False
        """Whether `---` stands before the document that is to come."""

    def take(self, line: tuple[str, ...]) -> None:
        """Read one line, or the positions of a ring; raises `_NotPlainError`."""
        _, ring, indent, dashes, key, gap, plain, numbers, quoted, group, style = line[:11]
        if ring:
            self._take_ring(line)
        elif style:
            self._take_text_below(line)
        elif plain:
            self._take_value(indent, dashes, key, gap, _plain(plain))
        elif numbers:
            self._take_value(indent, dashes, key, gap, json_text.loads(numbers))
        elif quoted:
            self._take_value(indent, dashes, key, gap, quoted[1:-1])
        elif group:
            self._take_value(indent, dashes, key, gap, _group(group))
        elif key:
            level = self._group_at(len(indent), dashes, key)
            self._waiting = key, self._line, level.indent + 1
        elif line[_MARK]:
            self._take_mark()
        elif dashes or line[_ODD]:
            raise _NotPlainError
        self._line += 1

    def end_document(self) -> None:
        """Note that the document is complete; raises `_NotPlainError`."""
        if self._waiting is not None or not self._open:
            raise _NotPlainError
        self.found.append(Found(self._open[0].value, self._places, sound=True))
        self._places, self._open = {}, []

    def _take_mark(self) -> None:
        if self._open:
            self.end_document()
        elif self._is_marked:
            raise _NotPlainError
        self._is_marked = True

    def _take_value(self, indent: str, dashes: str, key: str, gap: str, value: Any) -> None:
        """Put a value under its key, or into its list."""
        if key:
            level = self._group_at(len(indent), dashes, key)
            level.value[key] = value
            if level.path is not None:
                column = level.indent + 1
                place = (self._line, column, self._line, column + len(key) + 1 + len(gap))
                self._places[*level.path, key] = place
        elif dashes:
            self._list_at(len(indent), dashes).value.append(value)
        else:
            raise _NotPlainError

    def _take_ring(self, line: tuple[str, ...]) -> None:
        """Read positions of one list, each on a line of its own, all at once."""
        indent, ring = line[:2]
        level = self._list_at(len(indent), "- ")
        positions = ring.replace(f"\n{indent}-", ",")
        level.value.extend(json_text.loads(f"[{positions}]"))
        self._line += ring.count("\n")

    def _take_text_below(self, line: tuple[str, ...]) -> None:
        """Read a folded or literal text of one paragraph."""
        indent, dashes, key, gap = line[2:6]
        style, below_indent, below = line[10:13]
        if not key or len(below_indent) <= len(indent) + len(dashes):
            raise _NotPlainError
        text = below.replace("\n" + below_indent, "\n" if style[0] == "|" else " ")
        self._take_value(indent, dashes, key, gap, text if style[1:] else text + "\n")
        self._line += below.count("\n") + 1

    def _group_at(self, column: int, dashes: str, key: str) -> _Level:
        """Return the group that a key belongs to, and make sure that the key is new in it."""
        if dashes:
            level = self._list_at(column, dashes)
            level = self._push_item(level, column + len(dashes), {})
        elif self._waiting is not None:
            level = self._begin_value(column, {})
        elif self._open:
            level = self._open_at(column, dict)
            if key in level.value:
                raise _NotPlainError
        else:
            level = self._begin_document(column)
        if key in WORDS:
            raise _NotPlainError
        return level

    def _list_at(self, column: int, dashes: str) -> _Level:
        """Return the list that an item belongs to, which may be a list in a list."""
        if self._waiting is not None:
            level = self._begin_value(column, [])
        else:
            level = self._open_at(column, list)
        if len(dashes) > 2:
            first, *further = _DASHES(dashes)
            column += len(first)
            for dash in further:
                level = self._push_item(level, column, [])
                column += len(dash)
        return level

    def _open_at(self, column: int, kind: type) -> _Level:
        """Return the group or list that a line goes on with, and close what is further in."""
        while self._open:
            level = self._open[-1]
            # A list may stand right below its key, without an indent.
            if level.indent == column and level.value.__class__ is kind:
                return level
            if level.indent < column:
                break
            self._open.pop()
        raise _NotPlainError

    def _begin_document(self, column: int) -> _Level:
        if column:
            raise _NotPlainError
        self._is_marked = False
        self._places[()] = (self._line, 1, self._line, 1)
        return self._push(_Level(0, {}, ()))

    def _begin_value(self, column: int, value: Any) -> _Level:
        """Open the group or list that a key waits for."""
        assert self._waiting is not None
        key, line, key_column = self._waiting
        self._waiting = None
        above = self._open[-1]
        is_list = value.__class__ is list
        if column < above.indent or (column == above.indent and not is_list):
            raise _NotPlainError  # the key has no value
        above.value[key] = value
        path = None
        if above.path is not None:
            path = (*above.path, key)
            self._places[path] = (line, key_column, self._line, column + 1)
            if is_list or len(path) == SHALLOW:
                path = None
        return self._push(_Level(column, value, path))

    def _push_item(self, level: _Level, column: int, value: Any) -> _Level:
        """Open a group or list that is an item of a list."""
        level.value.append(value)
        return self._push(_Level(column, value, None))

    def _push(self, level: _Level) -> _Level:
        if len(self._open) == _MAX_LEVELS:
            raise _NotPlainError
        self._open.append(level)
        return level


def _plain(text: str) -> Any:
    """Return what a scalar without quotes stands for."""
    text = text.rstrip(" ")
    if text[0] not in NOT_TEXT:
        return text
    decimal = DECIMAL(text)
    if decimal is None:
        if NOT_DECIMAL(text):
            raise _NotPlainError
        return WORDS.get(text, text)
    if len(text) > _MAX_DIGITS:
        raise _NotPlainError
    number = int(text) if decimal.lastindex is None else float(text)
    if not isfinite(number):
        raise _NotPlainError
    return number


def _group(text: str) -> dict[str, Any]:
    """Read a group in braces."""
    group: dict[str, Any] = {}
    for key, value in _PAIRS(text):
        if key in group or key in WORDS:
            raise _NotPlainError
        if value[0] == "[":
            group[key] = json_text.loads(value)
        else:
            group[key] = value[1:-1] if value[0] in "\"'" else _plain(value)
    return group
