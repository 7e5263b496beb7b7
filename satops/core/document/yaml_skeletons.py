"""Reads a YAML text by what it has in common with others: the quickest way, for plain texts.

The specs of a repository are written alike.  Take out of a text the words, numbers, positions,
quoted texts, block texts and comments, each by a pattern of its class, and what is left is its
*skeleton*.  A skeleton that is met again is parsed once, with a stand-in for each piece; from then
on, a text with that skeleton is the same tree with its own pieces in it.

Nothing rests on a guess about where a piece stands.  A stand-in holds the worst that its class may
hold, and the parser must give it back whole, as a value of its own and once (of a comment:
nothing); and a piece fills only a place of its own class.  Otherwise nothing is made of the text
here, and it is read as it stands.  A test holds all of this to the strict reader.
"""

import re
from typing import Any, NamedTuple, Protocol

from yaml import MappingNode, ScalarNode, SequenceNode, YAMLError

from satops.core import json_text
from satops.core.document.reading import MAX_DEPTH, MAX_NODES, Found, Place, Places
from satops.core.document.scalars import NOT_TEXT, BadNumber, plain_value
from satops.core.document.yaml_nodes import NotPlain, compose, key_of, places_of
from satops.core.json_text import NotJson

MARK = "~"
"""How a stand-in begins, and in a text that is read here nothing else does."""
_MAX_CHARS = 16 * 1024
"""Of one document.  Outlines with more corners than fit are seldom of one length."""
_MAX_SKELETONS = 2_048
_MAX_VARIANTS = 4
"""Of one skeleton: texts that are alike but for the classes of their pieces."""
_USUAL = re.compile(rb"[\n \"-%'-\[\]-}]*+").fullmatch
"""ASCII that can be seen, without what is rare in specs and has a meaning: ! & \\ ~."""
_RARE = ("!", "&", "\\", MARK)

_START = r"(?:[A-Za-z0-9./_]|-(?=[A-Za-z0-9.]))"
_NUMBER = r"-?[0-9]{1,3}(?:\.[0-9]{1,17})?"
"""So short that every reader makes the same number of it."""
_PIECES = re.compile(
    r"(: (?:"
    # Words up to the end of the line or a comment, without what has a meaning in YAML.
    rf"{_START}[^\s#:\[\]{{}}]*+(?:(?: +|:)[^\s#:\[\]{{}}]++)*+(?= *\n| +#)"
    # A word in a group or list in brackets.
    rf"|{_START}[A-Za-z0-9./_+-]*+(?::[A-Za-z0-9./_+-]++)*+(?= ?[,}}])"
    r"""|"[^"\n]*"|'[^'\n]*'"""
    # A block, of which all lines are indented alike.
    r"|[>|][+-]?\n( +)(?=\S)[^\n]*(?:\n\2(?=\S)[^\n]*)*+"
    r")"
    rf"|\[ *{_NUMBER}(?: *, *{_NUMBER}){{1,3}} *\]"
    r"|\n *#[^\n]*)"
)
_BLOCK = re.compile(r": [>|][+-]?\n( +)")
_NO_WORD = frozenset("\"'|>")
"""How a piece goes on that is neither a word nor several."""


class _OtherClass(Exception):
    """A piece is not of the class that its place was parsed for."""


class _Tree(Protocol):
    """A value with places for pieces in it."""

    def value(self, pieces: list[str]) -> Any:
        """Return the value with its pieces; raises `_OtherClass`, `BadNumber` and `NotJson`."""


class _Words(NamedTuple):
    piece: int

    def value(self, pieces: list[str]) -> Any:
        piece = pieces[self.piece]
        if piece[0] != ":" or piece[2] in _NO_WORD:
            raise _OtherClass
        text = piece[2:]
        return plain_value(text) if text[0] in NOT_TEXT else text


class _Quoted(NamedTuple):
    piece: int
    opener: str

    def value(self, pieces: list[str]) -> Any:
        piece = pieces[self.piece]
        if piece[:3] != self.opener:
            raise _OtherClass
        return piece[3:-1]


class _Block(NamedTuple):
    piece: int
    opener: str
    """With the indent of the first line."""
    indent: str
    breaks: int
    separator: str
    """What its lines are joined with."""
    ending: str

    def value(self, pieces: list[str]) -> Any:
        piece, begin = pieces[self.piece], len(self.opener)
        if piece[:begin] != self.opener or piece[begin] == " ":
            raise _OtherClass
        lines = piece[begin:].split(f"\n{self.indent}")
        if len(lines) != self.breaks + 1:
            raise _OtherClass
        return self.separator.join(lines) + self.ending


class _Comment(NamedTuple):
    piece: int
    opener: str
    """With the indent, by which such a line may belong to a block."""

    def check(self, pieces: list[str]) -> None:
        if not pieces[self.piece].startswith(self.opener):
            raise _OtherClass


class _Position(NamedTuple):
    """A position, or a box; no piece of another class is JSON."""

    piece: int
    numbers: int

    def value(self, pieces: list[str]) -> Any:
        read = json_text.loads(pieces[self.piece])
        if len(read) != self.numbers:
            raise _OtherClass
        return read


class _Positions(NamedTuple):
    """A list of nothing but positions, whose pieces follow one another."""

    first: int
    end: int
    numbers: int

    def value(self, pieces: list[str]) -> Any:
        read = json_text.loads(f"[{','.join(pieces[self.first : self.end])}]")
        if {*map(len, read)} != {self.numbers}:
            raise _OtherClass
        return read


class _Fixed(NamedTuple):
    held: Any

    def value(self, _: list[str]) -> Any:
        return self.held


class _List(NamedTuple):
    items: tuple[_Tree, ...]

    def value(self, pieces: list[str]) -> Any:
        return [item.value(pieces) for item in self.items]


class _Group(NamedTuple):
    keys: dict[str, Any]
    """All of them in their order, with what is the same in every text."""
    varying: tuple[tuple[str, _Tree], ...]

    def value(self, pieces: list[str]) -> Any:
        group = self.keys.copy()
        for key, tree in self.varying:
            group[key] = tree.value(pieces)
        return group


class _Skeleton(NamedTuple):
    """A skeleton that was parsed, with pieces of certain classes."""

    tree: _Tree
    comments: tuple[_Comment, ...]
    places: Places

    def value(self, pieces: list[str]) -> Any:
        for comment in self.comments:
            comment.check(pieces)
        return self.tree.value(pieces)


_known: dict[str, list[_Skeleton | None] | None] = {}
"""By the text of a skeleton its variants, of which the last may be None: nothing is to be made of
it.  None in place of a list: it was met once."""


def read_by_skeleton(content: bytes) -> list[Found] | None:
    """Return every document of a text, each of them sound; None where nothing was made of it."""
    text = _plain_text(content)
    if text is None:
        return None
    above = 0
    if text.startswith("---\n"):
        text, above = text[4:], 1
    # A line of three dashes begins a document wherever it stands (YAML 1.2, 9.1.2).
    *documents, last = text.split("\n---\n")
    found = []
    for document in [*(f"{document}\n" for document in documents), last]:
        read = _read(document)
        if read is None:
            return None
        value, places = read
        # A skeleton begins a line before its text.
        found.append(Found(value, places, sound=True, above=above - 1))
        above += document.count("\n") + 1
    return found


def _plain_text(content: bytes) -> str | None:
    """Return a text that holds nothing rare, and fewer values than a file may have."""
    if (
        len(content) > MAX_NODES
        or content[-1:] != b"\n"
        or b"\n..." in content
        or b"\n%" in content
    ):
        return None
    if _USUAL(content):
        return content.decode()
    try:
        text = content.decode()
    except UnicodeDecodeError:
        return None
    is_plain = text.replace("\n", "").isprintable() and not any(rare in text for rare in _RARE)
    return text if is_plain else None


def _read(document: str) -> tuple[Any, Places] | None:
    if len(document) > _MAX_CHARS:
        return None
    parts = _PIECES.split(f"\n{document}")  # a comment begins with a line break
    between, pieces = parts[::3], parts[1::3]
    key = "\0".join(between)
    known = _met(key)
    if known is None:
        return None
    try:
        for skeleton in known:
            if skeleton is None:
                return None
            try:
                return skeleton.value(pieces), skeleton.places
            except _OtherClass:
                continue
        learnt = None
        if len(known) < _MAX_VARIANTS:
            learnt = _Learner(between, pieces).skeleton()
        known.append(learnt)
        return None if learnt is None else (learnt.value(pieces), learnt.places)
    except (BadNumber, NotJson, _OtherClass):
        return None


def _met(key: str) -> list[_Skeleton | None] | None:
    """Return the variants of a skeleton; None where it is met for the first time."""
    if key not in _known:
        if len(_known) >= _MAX_SKELETONS:
            _known.clear()
        _known[key] = None
        return None
    known = _known[key]
    if known is None:
        known = _known[key] = []
    return known


class _Learner:
    """Parses one skeleton."""

    def __init__(self, between: list[str], pieces: list[str]) -> None:
        self._between = between
        self._pieces = pieces
        self._awaited: dict[str, _Tree] = {}
        """What comes of a scalar, by its value: that of a stand-in."""
        self._positions: dict[str, _Position] = {}
        """The same for a list, by its first item."""
        self._comments: list[_Comment] = []
        self._moving: dict[int, int] = {}
        """By the number of a line, from 0, the column where its first piece ends."""

    def skeleton(self) -> _Skeleton | None:
        """Return the skeleton; None where a stand-in does not come back as it must."""
        text = self._between[0]
        for number, after in enumerate(self._between[1:]):
            text += self._stand_in(number, after)
            self._moving.setdefault(text.count("\n"), len(text) - text.rfind("\n") - 1)
            text += after
        try:
            roots = list(compose(text.encode()))
            if len(roots) != 1 or roots[0].__class__ is not MappingNode:
                return None
            tree = self._group(roots[0], 0)
        except (YAMLError, NotPlain, BadNumber, RecursionError):
            return None
        places = {path: at for path, at in places_of(roots[0]).items() if self._is_fixed(at)}
        # Other places are found by a closer look when they are asked for; these always are.
        if self._awaited or self._positions or any((key,) not in places for key in tree.keys):
            return None
        return _Skeleton(tree, tuple(self._comments), places)

    def _is_fixed(self, place: Place) -> bool:
        """Tell whether a place is the same in every text: no piece stands before it in its line."""
        key_line, key_column, line, column = place
        return all(
            at < self._moving.get(row - 1, at + 1)
            for row, at in ((key_line, key_column - 1), (line, column - 1))
        )

    def _stand_in(self, number: int, after: str) -> str:
        """Return a piece of the same class that holds the worst of it, and await it."""
        piece, name = self._pieces[number], f"{MARK}{number}{MARK}"
        if piece[0] == "\n":
            opener = piece[: piece.index("#") + 1]
            self._comments.append(_Comment(number, opener))
            return f"{opener}{name}: [{{"
        if piece[0] == "[":
            count = piece.count(",") + 1
            self._positions[name] = _Position(number, count)
            return f"[{name}{f', {name}' * (count - 1)}]"
        kind = piece[2]
        if kind in "|>":
            return self._stand_in_block(number, name)
        if kind in "\"'":
            words = f"{name} #: ,[]{{}}|>%@`?*-"
            self._awaited[words] = _Quoted(number, piece[:3])
            return f": {kind}{words}{kind}"
        in_brackets = after.lstrip(" ").startswith((",", "}"))
        words = f"{name}:/+-._x" if in_brackets else f"{name} ,\"'%@`|>?*-:(x)"
        self._awaited[words] = _Words(number)
        return f": {words}"

    def _stand_in_block(self, number: int, name: str) -> str:
        piece = self._pieces[number]
        opening = _BLOCK.match(piece)
        assert opening is not None
        opener, indent = opening[0], opening[1]
        breaks = piece.count("\n") - 1
        words = [f"{name}{line} #: ,[]{{}}\"'" for line in range(breaks + 1)]
        separator = " " if piece[2] == ">" else "\n"
        block = _Block(number, opener, indent, breaks, separator, "")
        self._awaited[separator.join(words)] = block
        return opener + f"\n{indent}".join(words)

    def _tree(self, node: Any, depth: int) -> _Tree:
        """Return what a node is; raises `NotPlain` where a stand-in is a part of something."""
        if depth + 1 >= MAX_DEPTH:
            raise NotPlain
        if node.__class__ is ScalarNode:
            return self._scalar(node)
        if node.__class__ is SequenceNode:
            return self._list(node, depth)
        group = self._group(node, depth)
        return group if group.varying else _Fixed(group.keys)

    def _group(self, node: Any, depth: int) -> _Group:
        keys = [key_of(key) for key, _ in node.value]
        if len(set(keys)) < len(keys) or any(MARK in key for key in keys):
            raise NotPlain
        trees = {
            key: self._tree(item, depth + 1)
            for key, (_, item) in zip(keys, node.value, strict=True)
        }
        varying = tuple(pair for pair in trees.items() if not isinstance(pair[1], _Fixed))
        fixed = {k: tree.held if isinstance(tree, _Fixed) else None for k, tree in trees.items()}
        return _Group(fixed, varying)

    def _list(self, node: Any, depth: int) -> _Tree:
        if node.value and node.value[0].__class__ is ScalarNode and node.flow_style:
            position = self._positions.pop(node.value[0].value, None)
            if position is not None:
                if len(node.value) != position.numbers:
                    raise NotPlain
                return position
        items = tuple(self._tree(item, depth + 1) for item in node.value)
        if all(isinstance(item, _Fixed) for item in items):
            return _Fixed([item.value([]) for item in items])
        return _run(items) or _List(items)

    def _scalar(self, node: Any) -> _Tree:
        text, style = node.value, node.style or ""
        if MARK not in text:
            return _Fixed(text if style else plain_value(text))
        words = text.rstrip("\n")
        awaited = self._awaited.pop(words, None)
        match awaited:
            case _Words() if not style and words == text:
                return awaited
            case _Quoted(_, opener) if style == opener[2] and words == text:
                return awaited
            case _Block() if style == awaited.opener[2]:
                return awaited._replace(ending=text[len(words) :])
        raise NotPlain


def _run(items: tuple[_Tree, ...]) -> _Positions | None:
    """Return a list of nothing but positions as one."""
    positions = [item for item in items if isinstance(item, _Position)]
    first, numbers = positions[0] if positions else (0, 0)
    run = [_Position(first + index, numbers) for index in range(len(items))]
    return _Positions(first, first + len(items), numbers) if positions == run else None
