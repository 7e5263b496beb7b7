"""What a report shows, apart from how it is drawn: lines and tables.

`plain` draws them for files and pipes; `report.terminal` draws the same for a terminal.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Tone(StrEnum):
    """What a line or a row means; a terminal may give it a colour, never a meaning of its own."""

    PLAIN = "plain"
    HEADING = "heading"
    NEW = "new"
    GOOD = "good"
    WARNING = "warning"
    ERROR = "error"
    QUIET = "quiet"
    COMMAND = "command"
    """To be copied: never wrapped."""


@dataclass(frozen=True, slots=True)
class Line:
    """One paragraph of text without line breaks."""

    text: str = ""
    tone: Tone = Tone.PLAIN
    indent: int = 0
    """Columns; a terminal keeps it when it wraps the text."""


@dataclass(frozen=True, slots=True)
class Row:
    """The cells of one line of a table."""

    cells: tuple[str, ...]
    tone: Tone = Tone.PLAIN


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under a header.  `row` is called twice for each item, so that no row need be kept."""

    header: tuple[str, ...]
    """Titles of the columns; all empty, and no header is drawn."""
    items: Sequence[Any]
    row: Callable[[Any], Row]
    right: frozenset[int] = frozenset()
    """Columns of numbers, which line up at their right."""


Block = Line | Table

BLANK = Line()
_GAP = "  "


def command(text: str) -> Line:
    """Return a command to copy, alone on an indented line."""
    return Line(text, Tone.COMMAND, indent=4)


def plain(blocks: Iterable[Block]) -> Iterator[str]:
    """Yield the lines of a report without control codes, as wide as their content."""
    for block in blocks:
        if isinstance(block, Line):
            yield f"{' ' * block.indent}{block.text}" if block.text else ""
        else:
            yield from plain_table(block)


def plain_table(table: Table) -> Iterator[str]:
    """Yield the header and the rows of a table, columns aligned with blanks."""
    widths = [len(cell) for cell in table.header]
    for item in table.items:
        widths = [max(*pair) for pair in zip(widths, map(len, table.row(item).cells), strict=True)]
    if any(table.header):
        yield _aligned(table.header, widths, table.right)
    for item in table.items:
        yield _aligned(table.row(item).cells, widths, table.right)


def _aligned(cells: tuple[str, ...], widths: list[int], right: frozenset[int]) -> str:
    padded = (
        cell.rjust(width) if column in right else cell.ljust(width)
        for column, (cell, width) in enumerate(zip(cells, widths, strict=True))
    )
    return _GAP.join(padded).rstrip()
