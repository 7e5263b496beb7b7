"""Rows of the ledger, and their sums, as JSON: `list --json`."""

from collections.abc import Mapping, Sequence
from typing import Any

from satops.core.safe import encodable
from satops.report.json import Chunks, document
from satops.workflow.rows import Row, Rows
from satops.workflow.sums import By, Group, Money, Sum

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
