"""The subject of the report, and texts that its parts share."""

from datetime import date, timedelta
from functools import cached_property

from msgspec import Struct

from satops.core import json_text
from satops.core.geometry.coast import Coast, drawn
from satops.core.ledger.order_state import Standing
from satops.core.order.order import Rings
from satops.core.words import days, money
from satops.report.html.markup import EMPTY, Markup, tag, text
from satops.report.text.rows import words
from satops.workflow.list import By
from satops.workflow.rows import Row, Rows

DOUBT, WAITING, GOOD, BAD, LATE, NONE = "doubt", "waiting", "good", "bad", "late", "none"
"""The state of an order as class of its mark."""
KINDS = {
    DOUBT: "in doubt",
    BAD: "failed, or not bought",
    LATE: "overdue",
    WAITING: "placed, not delivered",
    GOOD: "delivered",
}
NEXT_MAX = 40
"""Number of coming orders with a map of their own."""


class Subject(Struct, frozen=True, dict=True):
    """The values that a report is made from."""

    rows: Rows
    """Every order of the ledger."""
    shown: Rows
    """The orders of the report: all, or those of a month."""
    by: tuple[By, ...]
    month: str
    """The month; empty for all orders."""
    address: str
    """Address of the ledger's store, without credentials."""
    coast: Coast

    @property
    def now(self) -> str:
        """Time of the report, UTC."""
        return self.rows.reading.now

    @cached_property
    def places(self) -> dict[str, list[Rings]]:
        """Polygons to draw of each order of the report, by name."""
        return {row.name: outline(row) for row in self.shown}

    @cached_property
    def coming(self) -> list[Row]:
        """The undelivered orders of the report, by the end of their windows.

        Without orders whose window is over or not known.
        """
        found = [row for row in self.shown if is_coming(row) and row.order.end >= self.now]
        return sorted(found, key=lambda row: (row.order.end, row.name))


def outline(row: Row) -> list[Rings]:
    """Return an order's polygons, or else its box, within the map."""
    if (found := row.outline) is not None:
        return drawn(json_text.loads(found)["coordinates"])
    if row.order.bounds is None:
        return []
    west, south, east, north = row.order.bounds
    box = ((west, south), (east, south), (east, north), (west, north), (west, south))
    return drawn([box])


def is_coming(row: Row) -> bool:
    """Tell whether an order is or may be placed, without a delivery yet."""
    return row.is_spent and row.seen.is_awaited and not row.fetched


def kind(row: Row) -> str:
    """Return the state of an order as a class."""
    standing = row.standing
    if standing is Standing.IN_DOUBT:
        return DOUBT
    if not row.is_spent or row.seen.is_failed:
        return BAD
    if row.is_overdue:
        return LATE
    return WAITING if is_coming(row) else GOOD


def mark(row: Row) -> Markup:
    """Return state and status as text, with their mark on maps and timeline."""
    said = [words(row.standing)]
    if row.is_overdue:
        said.append("overdue")
    if row.status:
        said.append(row.status)
    dot = tag("span", EMPTY, class_=f"dot {kind(row)}", aria_hidden="true")
    return Markup(dot + text(", ".join(said)))


def name_of(row: Row) -> Markup:
    """Return a name with a link to the order's row in the table."""
    return tag("a", text(row.name), href=f"#{anchor(row)}")


def anchor(row: Row) -> str:
    """Return an id for an order from its event's number, independent of its name."""
    return f"order-{row.order.seq}"


def window_of(row: Row) -> str:
    """Return the days of an order's window."""
    return days(row.order.start, row.order.end) if row.order.start else ""


def money_of(value: float | None, currency: str | None) -> str:
    """Return an amount with its currency; may be empty."""
    return "" if value is None else money(value, currency or "")


def day_after(day: str, count: int) -> str:
    """Return the day `count` days after another."""
    return str(date.fromisoformat(day[:10]) + timedelta(days=count))
