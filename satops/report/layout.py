"""The content of a report as lines and tables, apart from its drawing.

`plain` draws it for files and pipes, `report.terminal` for a terminal.
"""

import re
import unicodedata
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from enum import StrEnum
from functools import cache
from itertools import islice
from typing import Any

from msgspec import Struct


class Tone(StrEnum):
    """The meaning of a line or row; a terminal may colour it, and adds no other meaning."""

    PLAIN = "plain"
    HEADING = "heading"
    NEW = "new"
    GOOD = "good"
    WARNING = "warning"
    ERROR = "error"
    QUIET = "quiet"
    COMMAND = "command"
    """A command to copy: never wrapped."""


class Line(Struct, frozen=True):
    """One paragraph of text without line breaks."""

    text: str = ""
    tone: Tone = Tone.PLAIN
    indent: int = 0
    """Columns, also for wrapped lines."""


class Row(Struct, frozen=True):
    """The cells of one table row."""

    cells: tuple[str, ...]
    tone: Tone = Tone.PLAIN


class Table(Struct, frozen=True):
    """Rows under a header.  Rows are made on drawing, to save memory."""

    header: tuple[str, ...]
    """Titles of the columns; if all are empty, no header is drawn."""
    items: Sequence[Any]
    row: Callable[[Any], Row]
    right: frozenset[int] = frozenset()
    """Columns that are aligned right."""
    names: frozenset[int] = frozenset()
    """Columns of names, whose middle is cut on a narrow terminal."""
    dropped: tuple[int, ...] = ()
    """Columns that a narrow terminal omits, in order, before it breaks a row."""
    has_prose: bool = False
    """Whether the last column is text that may wrap."""


Block = Line | Table

BLANK = Line()
GAP = "  "
"""Between two columns."""
_ROWS_ALIGNED = 5_000
_ODD_WIDTH = "[^\x00-\u02ff\u2010-\u2027\u2190-\u21ff]"
"""Characters whose width may be 0 or 2 cells."""


def command(text: str) -> Line:
    """Return a command to copy, alone on an indented line."""
    return Line(text, Tone.COMMAND, indent=4)


def plain(blocks: Iterable[Block]) -> Iterator[str]:
    """Yield the lines of a report without control codes, unlimited in width."""
    for block in blocks:
        if isinstance(block, Line):
            yield f"{' ' * block.indent}{block.text}" if block.text else ""
        else:
            yield from plain_table(block)


def plain_table(table: Table) -> Iterator[str]:
    """Yield the header and rows of a table, aligned with blanks.

    A long table is aligned in parts of some thousand rows; a part is never narrower than the last.
    """
    widths = [cells_of(cell) for cell in table.header]
    begun = not any(table.header)
    items = iter(table.items)
    while True:
        rows = [table.row(item).cells for item in islice(items, _ROWS_ALIGNED)]
        for column, cells in enumerate(zip(*rows, strict=True)):
            widths[column] = max(widths[column], _widest(cells))
        if not begun:
            yield aligned(table.header, widths, table.right)
            begun = True
        if not rows:
            return
        yield from _aligned_rows(rows, widths, table.right)


def aligned(cells: Sequence[str], widths: Sequence[int], right: Collection[int]) -> str:
    """Return the cells of a row on one line, each as wide as its column."""
    padded = []
    for column, (cell, width) in enumerate(zip(cells, widths, strict=True)):
        blanks = " " * (width - cells_of(cell))
        padded.append(blanks + cell if column in right else cell + blanks)
    return GAP.join(padded).rstrip()


def _widest(cells: Sequence[str]) -> int:
    is_plain = re.search(_ODD_WIDTH, "".join(cells)) is None
    return max(map(len if is_plain else cells_of, cells))


def _aligned_rows(
    rows: Sequence[Sequence[str]], widths: Sequence[int], right: Collection[int]
) -> Iterator[str]:
    """Yield rows with columns of the given widths; ASCII text takes a fast path."""
    pad = GAP.join(
        f"%{'' if column in right else '-'}{width}s" for column, width in enumerate(widths)
    )
    lines = [pad % cells for cells in rows]
    if re.search(_ODD_WIDTH, "".join(lines)) is None:
        yield from map(str.rstrip, lines)
    else:
        yield from (aligned(cells, widths, right) for cells in rows)


def cells_of(text: str) -> int:
    """Return the width of a safe text in terminal cells: 0, 1 or 2 for a character."""
    if text.isascii() or re.search(_ODD_WIDTH, text) is None:
        return len(text)
    return sum(map(_cells_of_char, text))


def cut(text: str, width: int) -> str:
    """Return a safe text in at most `width` cells; the middle of a longer one is an ellipsis."""
    if len(text) <= width and (text.isascii() or cells_of(text) <= width):
        return text
    head = (width - 1) * 2 // 3
    tail = begin(text[::-1], width - 1 - head)[::-1]
    while tail and not _cells_of_char(tail[0]):
        tail = tail[1:]  # a combining mark without its letter
    return f"{begin(text, head)}…{tail}"


def begin(text: str, width: int) -> str:
    """Return the beginning of a text in at most `width` cells; combining marks count as one."""
    for index, char in enumerate(text):
        width -= _cells_of_char(char) or 1
        if width < 0:
            return text[:index]
    return text


@cache
def _cells_of_char(char: str) -> int:
    if unicodedata.category(char) in ("Mn", "Me") or "\u1160" <= char <= "\u11ff":
        return 0  # a combining mark
    return 2 if unicodedata.east_asian_width(char) in ("W", "F") else 1
