"""Reports on a terminal, with colour and width: the home of rich.

What is drawn is what `layout.plain` writes; NO_COLOR and TERM=dumb are honoured.
"""

from collections.abc import Iterable, Iterator
from textwrap import wrap
from typing import TextIO

from rich.cells import cell_len
from rich.console import Console
from rich.table import Table as RichTable
from rich.text import Text

from satops.report.layout import Block, Line, Row, Table, Tone, plain_table

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
"""How each tone looks; NO_COLOR leaves only the weight of it."""
_DRAWN_ROWS_MAX = 2_000
"""Longer tables are written as plain lines: nobody reads them, and rich would take a minute."""
_NARROWEST = 40
_GAP = "  "
_DOT = " · "
_MARGIN = " " * 4


def draw(blocks: Iterable[Block], stream: TextIO) -> None:
    """Draw a report on a terminal."""
    draw_on(console_on(stream), blocks)


def draw_on(console: Console, blocks: Iterable[Block]) -> None:
    """Draw a report on a console, which may be recording."""
    for block in blocks:
        if isinstance(block, Line):
            _draw_line(console, block)
        else:
            _draw_table(console, block)


def console_on(stream: TextIO) -> Console:
    """Return a console that takes text as it is: no markup, no guesses about what it means."""
    return Console(file=stream, markup=False, highlight=False, emoji=False, soft_wrap=True)


def _draw_line(console: Console, line: Line) -> None:
    margin = " " * line.indent
    if line.tone is Tone.COMMAND:
        console.print(Text(margin + line.text, style=STYLES[line.tone]))
        return
    # The last column stays free: some terminals break a line that fills it.
    width = max(console.width - 1, _NARROWEST)
    lines = wrap(
        line.text,
        width,
        initial_indent=margin,
        subsequent_indent=margin or _MARGIN,
        break_long_words=False,
        break_on_hyphens=False,
    )
    for text in lines or [""]:
        console.print(Text(text, style=STYLES[line.tone]))


def _draw_table(console: Console, table: Table) -> None:
    if len(table.items) > _DRAWN_ROWS_MAX:
        for line in plain_table(table):
            console.print(Text(line))
        return
    rows = [table.row(item) for item in table.items]
    columns = zip(table.header, *(row.cells for row in rows), strict=True)
    widest = [max(map(cell_len, column)) for column in columns]
    if sum(widest) + len(_GAP) * len(table.header) <= console.width:
        console.print(_columns(table, rows), soft_wrap=False)
    else:
        for record in _records(table, rows, console.width - 1):
            console.print(record)


def _columns(table: Table, rows: list[Row]) -> RichTable:
    drawn = RichTable(
        box=None, show_header=any(table.header), pad_edge=False, padding=(0, len(_GAP), 0, 0)
    )
    for column, title in enumerate(table.header):
        drawn.add_column(
            Text(title, style="bold"), justify="right" if column in table.right else "left"
        )
    for row in rows:
        drawn.add_row(*map(Text, row.cells), style=STYLES[row.tone])
    return drawn


def _records(table: Table, rows: list[Row], width: int) -> Iterator[Text]:
    """Yield a table that is too wide: each row on lines of its own, broken between cells."""
    lead = next((column for column, title in enumerate(table.header) if title), 0) + 1
    styled = [(row.cells, STYLES[row.tone]) for row in rows]
    if any(table.header):
        styled.insert(0, (table.header, "bold"))
    for cells, style in styled:
        yield Text(" ".join(cell or " " for cell in cells[:lead]), style=style)
        line = _MARGIN
        for cell in cells[lead:]:
            if len(line) > len(_MARGIN) and len(line) + len(_DOT) + len(cell) > width:
                yield Text(line, style=style)
                line = _MARGIN
            line += (_DOT if len(line) > len(_MARGIN) else "") + cell
        yield Text(line, style=style)
