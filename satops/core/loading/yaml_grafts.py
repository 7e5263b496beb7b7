"""Takes the positions out of a YAML text before it is parsed, and puts them back as values.

Most of a spec is its polygon, and of `[105.5, 21]` YAML makes what JSON makes.  So a ring in
brackets, or a block list of positions, is read as JSON, and in its place the parser meets one
scalar of the same length: everything else stays where it was.

Nothing rests on a guess about the text around it.  A stand-in must come back as a value of its own,
once.  One that does not was part of a text, or a comment, or a key, and then the whole text is read
as it stands.
"""

import re

from satops.core import json_text
from satops.core.json_text import NotJson

MARK = "~"
"""How a stand-in begins, and in a text with stand-ins nothing else does."""
GRAFT_DEPTH = 2
"""Lists in lists that a stand-in is for, at most: a ring of positions."""

_MARK = MARK.encode()
_NUMBER = rb"-?[0-9]{1,3}(?:\.[0-9]{1,17})?"
"""So short that every reader makes the same number of it."""
_POSITION = rb"\[ *" + _NUMBER + rb"(?: *, *" + _NUMBER + rb"){1,2} *\]"
_POSITIONS = re.compile(
    rb"\[ *%(p)s(?: *, *%(p)s)*+ *\]|%(p)s(?:\n *- %(p)s)*+" % {b"p": _POSITION}
)
"""A ring on one line; or a position, with those that follow it in a block list."""
_BLANK = bytes(code if code == ord("\n") else ord(" ") for code in range(256))


class Grafts:
    """The positions that were taken out of one text."""

    def __init__(self, content: bytes) -> None:
        self._values: dict[str, object] = {}
        self._runs: dict[str, list[object]] = {}
        self._content = content
        self.bytes_spared = 0
        """What the stand-ins stand for, of which the parser makes next to nothing."""
        self.text = content if _MARK in content else _POSITIONS.sub(self._stand_in, content)
        """The text with its stand-ins, of the same length."""

    def __bool__(self) -> bool:
        """Tell whether a stand-in has not come back."""
        return bool(self._values or self._runs)

    def value(self, text: str) -> object:
        """Return what a stand-in is for, as one value; raises KeyError where it is for none."""
        return self._values.pop(text)

    def items(self, text: str) -> list[object]:
        """Return the items of a list that a stand-in is for; raises KeyError."""
        return self._runs.pop(text) if text in self._runs else [self._values.pop(text)]

    def _stand_in(self, match: re.Match[bytes]) -> bytes:
        text = match[0]
        name = b"%b%d" % (_MARK, match.start())
        first, *others = text.split(b"\n")
        if len(name) > len(first):
            return text
        held: dict[str, object] | dict[str, list[object]] = self._values
        json = text
        if others:
            dash = others[0][: others[0].index(b"[")]
            begin = self._content.rfind(b"\n", 0, match.start()) + 1
            before = self._content[begin : match.start()]
            if before.strip(b" -") or before[-2:] != b"- " or len(before) != len(dash):
                return text
            held, json = self._runs, b"[" + text.replace(b"\n" + dash, b",") + b"]"
        try:
            value = json_text.loads(json)
        except NotJson:
            return text
        name = name.ljust(len(first), b"_")
        self.bytes_spared += len(text)
        held[name.decode()] = value
        return name + text[len(first) :].translate(_BLANK)
