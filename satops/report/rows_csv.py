"""Rows of the ledger as CSV, for spreadsheets.

A spreadsheet may run a cell that begins with `=`, `+`, `-` or `@` as a formula, so such a text gets
a leading apostrophe.  Numbers stay numbers, and control characters are escaped.
"""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain, islice
from typing import Any

from satops.core.safe import safe
from satops.report.rows_json import sum_fields
from satops.workflow.rows import Rows
from satops.workflow.sums import By, Group, Sum

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_LINES_PER_CHUNK = 512
_MONEY = ("estimates", "amounts", "differences")


def list_csv(rows: Rows) -> Iterator[bytes]:
    """Yield a header and every row, flat; without orders only the header."""
    flat = rows.flat()
    first = next(flat, None)
    if first is None:
        return iter([b"name\n"])
    return _written(chain([first], flat))


def sums_csv(by: Sequence[By], found: Mapping[Group, Sum]) -> Iterator[bytes]:
    """Yield a line for each group, with a column for each currency."""
    lines = [(group, sum_fields(some)) for group, some in found.items()]
    currencies = {
        field: sorted({currency for _, fields in lines for currency in fields[field]})
        for field in _MONEY
    }
    return _written(_flat(by, group, fields, currencies) for group, fields in lines)


def _flat(
    by: Sequence[By], group: Group, fields: dict[str, Any], currencies: Mapping[str, list[str]]
) -> dict[str, Any]:
    flat: dict[str, Any] = {str(each): key for each, key in zip(by, group, strict=True)}
    for field, value in fields.items():
        if field in currencies:
            flat |= {f"{field}.{each}": value.get(each) for each in currencies[field]}
        else:
            flat[field] = value
    return flat


def _written(records: Iterable[Mapping[str, Any]]) -> Iterator[bytes]:
    """Yield lines; all records have the first one's fields."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    rest, begun = iter(records), False
    while some := list(islice(rest, _LINES_PER_CHUNK)):
        if not begun:
            writer.writerow([_cell(field) for field in some[0]])
            begun = True
        writer.writerows([_cell(value) for value in record.values()] for record in some)
        yield text.getvalue().encode(errors="replace")
        text.seek(0)
        text.truncate()


def _cell(value: object) -> object:
    if isinstance(value, bool):
        return "true" if value else "false"
    if not isinstance(value, str):
        return value
    return f"'{safe(value)}" if value.startswith(_FORMULA) else safe(value)
