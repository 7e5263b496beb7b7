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
from typing import Any, NamedTuple

from yaml import MappingNode, ScalarNode, SequenceNode, YAMLError

from satops.core.json_text import NotJson
from satops.core.loading.reading import MAX_DEPTH, MAX_NODES, Found, Place, Places
from satops.core.loading.scalars import BadNumber, plain_value
from satops.core.loading.yaml_nodes import NotPlain, compose, key_of, places_of
from satops.core.loading.yaml_trees import (
    Block,
    Comment,
    Fixed,
    Group,
    List,
    OtherClass,
    Position,
    Positions,
    Quoted,
    Tree,
    Words,
)

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


class _Skeleton(NamedTuple):
    """A skeleton that was parsed, with pieces of certain classes."""

    tree: Tree
    comments: tuple[Comment, ...]
    places: Places

    def value(self, pieces: list[str]) -> Any:
        """Return what the text says whose pieces these are; raises as `Tree.value` does."""
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
            except OtherClass:
                continue
        learnt = None
        if len(known) < _MAX_VARIANTS:
            learnt = _Learner(between, pieces).skeleton()
        known.append(learnt)
        return None if learnt is None else (learnt.value(pieces), learnt.places)
    except (BadNumber, NotJson, OtherClass):
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
        self._awaited: dict[str, Tree] = {}
        """What comes of a scalar, by its value: that of a stand-in."""
        self._positions: dict[str, Position] = {}
        """The same for a list, by its first item."""
        self._comments: list[Comment] = []
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
            self._comments.append(Comment(number, opener))
            return f"{opener}{name}: [{{"
        if piece[0] == "[":
            count = piece.count(",") + 1
            self._positions[name] = Position(number, count)
            return f"[{name}{f', {name}' * (count - 1)}]"
        kind = piece[2]
        if kind in "|>":
            return self._stand_in_block(number, name)
        if kind in "\"'":
            words = f"{name} #: ,[]{{}}|>%@`?*-"
            self._awaited[words] = Quoted(number, piece[:3])
            return f": {kind}{words}{kind}"
        in_brackets = after.lstrip(" ").startswith((",", "}"))
        words = f"{name}:/+-._x" if in_brackets else f"{name} ,\"'%@`|>?*-:(x)"
        self._awaited[words] = Words(number)
        return f": {words}"

    def _stand_in_block(self, number: int, name: str) -> str:
        piece = self._pieces[number]
        opening = _BLOCK.match(piece)
        assert opening is not None
        opener, indent = opening[0], opening[1]
        breaks = piece.count("\n") - 1
        words = [f"{name}{line} #: ,[]{{}}\"'" for line in range(breaks + 1)]
        separator = " " if piece[2] == ">" else "\n"
        block = Block(number, opener, indent, breaks, separator, "")
        self._awaited[separator.join(words)] = block
        return opener + f"\n{indent}".join(words)

    def _tree(self, node: Any, depth: int) -> Tree:
        """Return what a node is; raises `NotPlain` where a stand-in is a part of something."""
        if depth + 1 >= MAX_DEPTH:
            raise NotPlain
        if node.__class__ is ScalarNode:
            return self._scalar(node)
        if node.__class__ is SequenceNode:
            return self._list(node, depth)
        group = self._group(node, depth)
        return group if group.varying else Fixed(group.keys)

    def _group(self, node: Any, depth: int) -> Group:
        keys = [key_of(key) for key, _ in node.value]
        if len(set(keys)) < len(keys) or any(MARK in key for key in keys):
            raise NotPlain
        trees = {
            key: self._tree(item, depth + 1)
            for key, (_, item) in zip(keys, node.value, strict=True)
        }
        varying = tuple(pair for pair in trees.items() if not isinstance(pair[1], Fixed))
        fixed = {k: tree.held if isinstance(tree, Fixed) else None for k, tree in trees.items()}
        return Group(fixed, varying)

    def _list(self, node: Any, depth: int) -> Tree:
        if node.value and node.value[0].__class__ is ScalarNode and node.flow_style:
            position = self._positions.pop(node.value[0].value, None)
            if position is not None:
                if len(node.value) != position.numbers:
                    raise NotPlain
                return position
        items = tuple(self._tree(item, depth + 1) for item in node.value)
        if all(isinstance(item, Fixed) for item in items):
            return Fixed([item.value([]) for item in items])
        return _run(items) or List(items)

    def _scalar(self, node: Any) -> Tree:
        text, style = node.value, node.style or ""
        if MARK not in text:
            return Fixed(text if style else plain_value(text))
        words = text.rstrip("\n")
        awaited = self._awaited.pop(words, None)
        match awaited:
            case Words() if not style and words == text:
                return awaited
            case Quoted(_, opener) if style == opener[2] and words == text:
                return awaited
            case Block() if style == awaited.opener[2]:
                return awaited._replace(ending=text[len(words) :])
        raise NotPlain


def _run(items: tuple[Tree, ...]) -> Positions | None:
    """Return a list of nothing but positions as one."""
    positions = [item for item in items if isinstance(item, Position)]
    first, numbers = positions[0] if positions else (0, 0)
    run = [Position(first + index, numbers) for index in range(len(items))]
    return Positions(first, first + len(items), numbers) if positions == run else None
