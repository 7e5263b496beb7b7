"""Shared by the readers of YAML and JSON: limits, positions, and the list of problems."""

import re
from collections.abc import Sequence
from typing import Any

from msgspec import Struct

from satops.core.loading.checks import CHECKS
from satops.core.problem import Position, Problem
from satops.core.safe import shown

MAX_SPEC_BYTES = 4 * 1024 * 1024
"""Bytes of a file.  A larger AOI belongs in a file of its own."""
MAX_DEPTH = 64
"""Depth of nested lists and groups. libyaml's time grows with the square of the depth."""
MAX_NODES = 1_000_000
"""Values in one file, including those that aliases repeat."""
MAX_PROBLEMS = 100
"""Problems of a file.  A file with more is probably no spec."""
MAX_INTEGER = 2**63 - 1
"""The largest integer that JSON readers in other languages hold."""

Path = Sequence[str | int]
"""Keys and list indices from the root of a document."""
Positions = dict[tuple[str | int, ...], tuple[Position, Position]]
"""Positions of key and value by path; a list item has no key and repeats its own position."""


class Found(Struct):
    """A document from a reader."""

    value: Any
    positions: Positions
    sound: bool
    """Whether it has no problem."""


class Stop(Exception):
    """The rest of the file cannot be read; the problem is already collected."""


class Faults:
    """Collects the problems of one file."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.problems: list[Problem] = []

    def add(self, check: str, position: Position, detail: str, path: Path = ()) -> None:
        """Add a problem at a position; one of the whole file has the position of its beginning.

        Raises `Stop` at too many problems.
        """
        if len(self.problems) == MAX_PROBLEMS:
            check, path = "L12", ()
            detail = (
                f"This file has more than {MAX_PROBLEMS} problems, and the rest of it was not "
                "read. Mend the others first, and run the command again."
            )
        self.problems.append(
            CHECKS[check].finding(tuple(path), detail).problem(self.file, position)
        )
        if check == "L12":
            raise Stop

    def end(self, check: str, position: Position, detail: str, path: Path = ()) -> Stop:
        """Add a problem after which the file cannot be read; return the exception to raise."""
        self.add(check, position, detail, path)
        return Stop()


_FORBIDDEN = "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]"
"""Characters that YAML 1.2 forbids (section 5.1), a byte order mark inside the text, and U+0085,
U+2028 and U+2029: libyaml ends a line there and an editor does not, so a comment could hide a
key."""


TOO_DEEP = (
    f"Lists and groups are nested deeper than {MAX_DEPTH} levels here, and no spec needs that. "
    "The rest of the file was not read."
)
TOO_MANY = f"The file holds more than {MAX_NODES:,} values. The rest of it was not read."


def forbidden_at(text: str) -> int | None:
    """Return the offset of the first forbidden character, or None."""
    found = re.search(_FORBIDDEN, text)
    return found.start() if found else None


def forbidden_words(char: str) -> str:
    """Return the message for a forbidden character."""
    if char == "\0":
        return "The file holds zero bytes: it is no text, or it is UTF-16. Save it as UTF-8."
    return (
        f"The character U+{ord(char):04X} stands here. It cannot be seen, and it can make a text "
        "look different from what it says. Remove it."
    )


def refuse_number(text: str) -> str:
    """Return the message for a number out of range."""
    return (
        f"satops cannot send the number {shown(text)}: it is not finite, or too large. "
        "Write a smaller number, or put the text in quotes if it is not a number."
    )


def conflict_in(text: str) -> tuple[Position, str] | None:
    """Return position and message of the first line that git wrote for a conflict; None without."""
    lines = "\n" + text
    start = lines.find("\n<<<<<<<")
    middle = lines.find("\n=======", start)
    if start < 0 or middle < 0 or lines.find("\n>>>>>>>", middle) < 0:
        return None
    return position_at(text, start), (
        "A merge left a conflict here: git wrote this line. Choose one of the sides, and remove "
        "the lines that begin with <<<<<<<, ======= and >>>>>>>."
    )


def twice_words(key: str, first: tuple[int, int]) -> str:
    """Return the message for a duplicate key."""
    line, column = first
    return (
        f"The key {shown(key)} is written twice in this group; the first one stands at line "
        f"{line}, column {column}. Which of the two is meant cannot be known: remove one."
    )


def dotted(path: Path) -> str:
    """Return a path as messages show it: `order.geometry.coordinates[0][2]`."""
    text = ""
    for step in path:
        if isinstance(step, int):
            text += f"[{step}]"
        else:
            text += ("." if text else "") + shown(step)
    return text


def position_at(text: str, offset: int) -> Position:
    """Return line and column, from 1, of an offset; CR, LF and CR LF each end a line."""
    before = text[:offset].replace("\r\n", "\n").replace("\r", "\n")
    return before.count("\n") + 1, len(before) - before.rfind("\n")
