"""A series as a matrix of signs: keys down, windows across."""

from collections.abc import Iterator, Sequence
from functools import partial

from satops.core.plan.plan import Action, Plan
from satops.core.safe import safe
from satops.errors import UsageError
from satops.report.layout import BLANK, Block, Line, Row, Table, Tone
from satops.report.series import SeriesRow, by_series
from satops.report.subject import SIGNS

_COLUMNS = 16
"""Windows per table, for the width of a terminal."""
_LEGEND = ", ".join(f"{sign} {kind.value}" for kind, sign in SIGNS.items())


def matrix_blocks(plan: Plan, name: str) -> Iterator[Block]:
    """Yield the matrix of one series.  Raises `UsageError` if the plan has no such series."""
    rows, _ = by_series(plan.actions)
    found = next((row for row in rows if row.name == name), None)
    if found is None:
        known = ", ".join(row.name for row in rows) or "none"
        raise UsageError(f"The plan has no series {name!r}. Its series: {known}.")
    yield Line(f"{safe(name)}: {found.axes_words}; {found.signs}", Tone.HEADING)
    yield BLANK
    yield from _tables(found)
    yield Line(f"{_LEGEND}; a dot where the series has no order.", Tone.QUIET)


def _tables(series: SeriesRow) -> Iterator[Block]:
    place = series.window_axis
    cells: dict[tuple[str, ...], dict[str, Action]] = {}
    for action in series.actions:
        keys = [key for _, key in action.keys]
        across = keys.pop(place)
        cells.setdefault(tuple(keys), {})[across] = action
    names = [name for at, (name, _, _) in enumerate(series.axes) if at != place]
    columns = series.axes[place][2]
    for begin in range(0, len(columns), _COLUMNS):
        some = columns[begin : begin + _COLUMNS]
        yield Table(
            (*(safe(name).upper() for name in names), *map(safe, some)),
            sorted(cells.items()),
            partial(_row, some),
        )
        yield BLANK


def _row(columns: Sequence[str], item: tuple[tuple[str, ...], dict[str, Action]]) -> Row:
    keys, row = item
    return Row((*map(safe, keys), *_signs(row, columns)))


def _signs(row: dict[str, Action], columns: Sequence[str]) -> Iterator[str]:
    for key in columns:
        action = row.get(key)
        yield "." if action is None else SIGNS[action.kind]
