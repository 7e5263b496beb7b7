"""The tree of a skeleton: values, with places for the pieces of one text in them."""

from typing import Any, NamedTuple, Protocol

from satops.core import json_text
from satops.core.loading.scalars import NOT_TEXT, plain_value

_NO_WORD = frozenset("\"'|>")
"""How a piece goes on that is neither a word nor several."""


class OtherClass(Exception):
    """A piece is not of the class that its place was parsed for."""


class Tree(Protocol):
    """A value with places for pieces in it."""

    def value(self, pieces: list[str]) -> Any:
        """Return the value with its pieces; raises `OtherClass`, `BadNumber` and `NotJson`."""


class Words(NamedTuple):
    """A word, several of them, or a number, not in quotes."""

    piece: int

    def value(self, pieces: list[str]) -> Any:
        """Return what a plain scalar stands for."""
        piece = pieces[self.piece]
        if piece[0] != ":" or piece[2] in _NO_WORD:
            raise OtherClass
        text = piece[2:]
        return plain_value(text) if text[0] in NOT_TEXT else text


class Quoted(NamedTuple):
    """A text in quotes."""

    piece: int
    opener: str

    def value(self, pieces: list[str]) -> Any:
        """Return what stands between the quotes."""
        piece = pieces[self.piece]
        if piece[:3] != self.opener:
            raise OtherClass
        return piece[3:-1]


class Block(NamedTuple):
    """The lines of a block."""

    piece: int
    opener: str
    """With the indent of the first line."""
    indent: str
    breaks: int
    separator: str
    """What its lines are joined with."""
    ending: str

    def value(self, pieces: list[str]) -> Any:
        """Return the lines as one text."""
        piece, begin = pieces[self.piece], len(self.opener)
        if piece[:begin] != self.opener or piece[begin] == " ":
            raise OtherClass
        lines = piece[begin:].split(f"\n{self.indent}")
        if len(lines) != self.breaks + 1:
            raise OtherClass
        return self.separator.join(lines) + self.ending


class Comment(NamedTuple):
    """A line that is no value: the place where it stands is all that matters."""

    piece: int
    opener: str
    """With the indent, by which such a line may belong to a block."""

    def check(self, pieces: list[str]) -> None:
        """Raise `OtherClass` where the piece is none, or has another indent."""
        if not pieces[self.piece].startswith(self.opener):
            raise OtherClass


class Position(NamedTuple):
    """A position, or a box; no piece of another class is JSON."""

    piece: int
    numbers: int

    def value(self, pieces: list[str]) -> Any:
        """Return its numbers."""
        read = json_text.loads(pieces[self.piece])
        if len(read) != self.numbers:
            raise OtherClass
        return read


class Positions(NamedTuple):
    """A list of nothing but positions, whose pieces follow one another."""

    first: int
    end: int
    numbers: int

    def value(self, pieces: list[str]) -> Any:
        """Return all of them."""
        read = json_text.loads(f"[{','.join(pieces[self.first : self.end])}]")
        if {*map(len, read)} != {self.numbers}:
            raise OtherClass
        return read


class Fixed(NamedTuple):
    """A value that is the same in every text."""

    held: Any

    def value(self, _: list[str]) -> Any:
        """Return the value."""
        return self.held


class List(NamedTuple):
    """A list."""

    items: tuple[Tree, ...]

    def value(self, pieces: list[str]) -> Any:
        """Return the items."""
        return [item.value(pieces) for item in self.items]


class Group(NamedTuple):
    """A group of fields."""

    keys: dict[str, Any]
    """All of them in their order, with what is the same in every text."""
    varying: tuple[tuple[str, Tree], ...]

    def value(self, pieces: list[str]) -> Any:
        """Return the fields, in their order."""
        group = self.keys.copy()
        for key, tree in self.varying:
            group[key] = tree.value(pieces)
        return group
