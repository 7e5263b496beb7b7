"""Rows of the ledger, and their sums, as JSON, CSV and GeoJSON: the formats of `list`.

A spreadsheet may run a cell that begins with `=`, `+`, `-` or `@` as a formula, so such a text gets
a leading apostrophe.  Numbers stay numbers, and control characters are escaped.

GeoJSON holds every order with its bought polygon.  Properties are flat; `start` and `end` are texts
in UTC, which QGIS recognises.
"""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain, islice
from typing import Any

from satops.core import json_text
from satops.core.safe import encodable, safe
from satops.report.geojson import collection
from satops.report.json import Chunks, document
from satops.report.shapes import box
from satops.workflow.list import By, Group, Money, Sum
from satops.workflow.rows import Row, Rows

_AREA_DECIMALS = 6
"""Decimals of km²: one square metre."""


def list_json(rows: Rows) -> Chunks:
    """Yield every row, and the ledger's head."""
    return document(head(rows), orders=map(order, rows))


def sums_json(rows: Rows, by: Sequence[By], found: Mapping[Group, Sum], whole: Sum) -> Chunks:
    """Yield the sums of groups, and of all."""
    groups = (
        {"group": {str(each): key or None for each, key in zip(by, group, strict=True)}}
        | sum_fields(some)
        for group, some in found.items()
    )
    return document(head(rows) | {"total": sum_fields(whole)}, sums=groups)


def head(rows: Rows) -> dict[str, Any]:
    """Return the ledger's head, and the time of the last refresh."""
    state = rows.reading.state
    return {
        "as_of": rows.reading.now,
        "ledger": state.ledger or None,
        "ledger_head": state.head.digest,
        "events": state.head.seq,
        "refreshed_at": state.refreshed_at or None,
    }


def order(row: Row) -> dict[str, Any]:
    """Return one row; an absent value is null."""
    facts = row.facts()
    if facts["reason"]:
        facts["reason"] = encodable(facts["reason"])
    return facts


def sum_fields(some: Sum) -> dict[str, Any]:
    """Return a sum; money is by currency, with an empty key for amounts without one."""
    return {
        "orders": some.orders,
        "in_doubt": some.in_doubt,
        "not_bought": some.not_bought,
        "captures": some.captures,
        "area_km2": round(some.area_km2, _AREA_DECIMALS),
        "estimates": _money(some.estimates),
        "without_estimate": some.without_estimate,
        "amounts": _money(some.amounts),
        "with_amount": some.with_amount,
        "differences": _money(some.differences),
    }


def _money(money: Money) -> dict[str, float]:
    return dict(sorted(money.items()))


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


def list_geojson(rows: Rows) -> Iterator[bytes]:
    """Yield one feature per line.  An order without a recorded polygon has its box, or else no
    geometry; none is omitted.
    """
    return collection("satops-orders", head(rows), _features(rows))


def geometry(row: Row) -> Any:
    """Return the polygon of a row, or else its box, or None."""
    if (outline := row.outline) is not None:
        return json_text.loads(outline)
    return None if row.order.bounds is None else box(row.order.bounds)


def _features(rows: Rows) -> Iterator[dict[str, Any]]:
    for row, flat in zip(rows, rows.flat(), strict=True):
        outline = row.outline
        yield {
            "type": "Feature",
            "properties": {
                key: encodable(value) if isinstance(value, str) else value
                for key, value in flat.items()
            },
            "geometry": geometry(row) if outline is None else json_text.Raw(outline),
        }
