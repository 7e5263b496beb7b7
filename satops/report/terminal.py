"""Draw reports on a terminal, with colours and wrapping, with rich.

The content equals that of `layout.plain`; NO_COLOR and TERM=dumb are honoured.
"""

import os
import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import TextIO

from msgspec.structs import replace
from rich.console import Console
from rich.text import Text

from satops.report.layout import (
    GAP,
    Block,
    Line,
    Table,
    Tone,
    aligned,
    begin,
    cells_of,
    cut,
    plain_table,
)

STYLES = {
    Tone.PLAIN: "",
    Tone.HEADING: "bold",
    Tone.NEW: "green",
    Tone.GOOD: "green",
    Tone.WARNING: "yellow",
    Tone.ERROR: "red",
    Tone.QUIET: "bright_black",
    Tone.COMMAND: "bold cyan",
}
"""Style of each tone; NO_COLOR leaves only the weight."""
_DRAWN_ROWS_MAX = 2_000
"""Longer tables are written as plain lines, since rich would take a minute."""
_USUAL = 80
_NARROWEST = 40
_COLUMN_MIN = 20
"""Minimum cells of a cut name or wrapped text."""
_NAME_MIN = 28
"""Minimum cells of a cut name in a table with columns to omit."""
_DOT = " · "
_MARGIN = " " * 4
_PIECES = re.compile(r" +|[^ ]+")

Styled = tuple[str, str]
"""A line and its style."""
_Cells = Sequence[str]
_Row = tuple[_Cells, str]
"""The cells of a row and their style."""


def draw(blocks: Iterable[Block], stream: TextIO) -> None:
    """Draw a report on a terminal."""
    draw_on(console_on(stream), blocks)


def draw_on(console: Console, blocks: Iterable[Block]) -> None:
    """Draw a report on a console, which may record."""
    # Leave the last column free: some terminals wrap a line that fills it.
    width = console.width - 1
    for block in blocks:
        if isinstance(block, Line):
            lines: Iterable[Styled] = ((text, STYLES[block.tone]) for text in _line(block, width))
        else:
            lines = _table(block, width)
        for text, style in lines:
            console.print(Text(text, style=style))


def console_on(stream: TextIO) -> Console:
    """Return a console without markup and highlighting."""
    return Console(
        file=stream, markup=False, highlight=False, emoji=False, soft_wrap=True,
        width=_columns_of(stream),
    )  # fmt: skip


def _columns_of(stream: TextIO) -> int:
    """Return COLUMNS, or the terminal's width; 0 if not known."""
    asked = os.environ.get("COLUMNS", "")
    columns = int(asked) if asked.isdecimal() else 0
    if not columns:
        try:
            columns = os.get_terminal_size(stream.fileno()).columns
        except OSError:
            columns = 0
    return max(columns or _USUAL, _NARROWEST)


def _line(line: Line, width: int) -> Iterable[str]:
    margin = " " * line.indent
    if line.tone is Tone.COMMAND:
        return [margin + line.text]
    return _wrapped(line.text, width, margin, margin or _MARGIN)


def _table(table: Table, width: int) -> Iterator[Styled]:
    """Yield the lines of a table, in the first form that fits.

    The forms: unchanged; without empty columns, with wrapped text and cut names; each row as a
    record.
    """
    if len(table.items) > _DRAWN_ROWS_MAX:
        yield from ((line, "") for line in plain_table(table))
        return
    rows: list[_Row] = [(row.cells, STYLES[row.tone]) for row in map(table.row, table.items)]
    if _total(_widths(table, rows)) > width:
        table, rows = _without_empty_columns(table, rows)
    widths = _fitted(table, rows, width)
    while widths is None and table.dropped:
        table, rows = _without(table, rows, {table.dropped[0]})
        widths = _fitted(table, rows, width)
    if any(table.header):
        rows.insert(0, (table.header, "bold"))
    for cells, style in rows:
        lines = _record(table, cells, width) if widths is None else _row(table, cells, widths)
        yield from ((line, style) for line in lines)


def _widths(table: Table, rows: Sequence[_Row]) -> list[int]:
    columns = zip(table.header, *(cells for cells, _ in rows), strict=True)
    return [max(map(cells_of, column)) for column in columns]


def _total(widths: Sequence[int]) -> int:
    return sum(widths) + len(GAP) * (len(widths) - 1)


def _without_empty_columns(table: Table, rows: Sequence[_Row]) -> tuple[Table, list[_Row]]:
    columns = range(len(table.header))
    return _without(table, rows, {at for at in columns if not any(cells[at] for cells, _ in rows)})


def _without(
    table: Table, rows: Sequence[_Row], left_out: Collection[int]
) -> tuple[Table, list[_Row]]:
    last = len(table.header) - 1
    kept = [column for column in range(last + 1) if column not in left_out]
    narrower = replace(
        table,
        header=tuple(table.header[column] for column in kept),
        right=frozenset(kept.index(column) for column in table.right if column in kept),
        names=frozenset(kept.index(column) for column in table.names if column in kept),
        dropped=tuple(kept.index(column) for column in table.dropped if column in kept),
        has_prose=table.has_prose and last in kept,
    )
    return narrower, [(tuple(cells[column] for column in kept), style) for cells, style in rows]


def _fitted(table: Table, rows: Sequence[_Row], width: int) -> list[int] | None:
    """Return widths that fit: text is narrowed first, then names; None if nothing fits."""
    widths = _widths(table, rows)
    shortest = _NAME_MIN if table.dropped else _COLUMN_MIN
    least = dict.fromkeys(sorted(table.names), shortest)
    if table.has_prose:
        words = [word for cells, _ in rows for word in cells[-1].split()]
        least = {len(widths) - 1: max(_COLUMN_MIN, *map(cells_of, words))} | least
    for column, narrowest in least.items():
        excess = max(_total(widths) - width, 0)
        widths[column] -= min(max(widths[column] - narrowest, 0), excess)
    return widths if _total(widths) <= width else None


def _row(table: Table, cells: _Cells, widths: Sequence[int]) -> Iterator[str]:
    """Yield a row on one line, and its wrapped text below."""
    shown = [
        cut(cell, widths[column]) if column in table.names else cell
        for column, cell in enumerate(cells)
    ]
    if not table.has_prose:
        yield aligned(shown, widths, table.right)
        return
    first, *more = _wrapped(shown[-1], widths[-1])
    yield aligned([*shown[:-1], first], widths, table.right)
    margin = " " * (_total(widths) - widths[-1])
    yield from (margin + text for text in more)


def _record(table: Table, cells: _Cells, width: int) -> Iterator[str]:
    """Yield a row on several lines, broken between cells: its name, or a number and it, alone."""
    lead = 0
    if 0 not in table.right:
        lead = next((column for column, title in enumerate(table.header) if title), 0) + 1
        yield cut(" ".join(cell or " " for cell in cells[:lead]), width)
    inner = width - len(_MARGIN)
    lines = [""]
    for cell in filter(None, cells[lead:]):
        joined = _DOT.join(filter(None, (lines[-1], cell)))
        if lines[-1] and cells_of(joined) > inner:
            lines.append(cell)
        else:
            lines[-1] = joined
    texts = [text for line in filter(None, lines) for text in _wrapped(line, inner)]
    yield from (text if at == 0 and not lead else _MARGIN + text for at, text in enumerate(texts))


def _wrapped(text: str, width: int, first: str = "", rest: str = "") -> Iterator[str]:
    """Yield lines of whole words; only words of wide characters are split.

    `first` and `rest` begin the first line and the others.
    """
    line, gap, is_begun = first, "", False
    for piece in _pieces(text, width - len(rest)):
        if piece[0] == " ":
            gap = piece
            continue
        if is_begun and cells_of(line + gap + piece) > width:
            yield line
            line, gap = rest, ""
        line, gap, is_begun = line + gap + piece, "", True
    yield line


def _pieces(text: str, width: int) -> Iterator[str]:
    """Yield the words and blanks of a text; wide text without blanks comes in parts."""
    for piece in _PIECES.findall(text):
        while cells_of(piece) > max(width, len(piece)):
            part = begin(piece, width)
            yield part
            piece = piece[len(part) :]
        yield piece
