"""Ledger lines for tests, made by the code that makes real ones."""

from collections.abc import Sequence
from datetime import UTC, datetime

from satops.core import json_text
from satops.core.json_text import Raw
from satops.core.ledger.chain import EMPTY, Head, encode
from satops.core.ledger.events import (
    Event,
    Extent,
    LedgerStarted,
    RunStarted,
    SubmissionIntended,
    SubmissionPlaced,
)
from satops.core.order.order import Order
from tests.offers.orders import eo_order

AT = datetime(2031, 5, 6, 7, 8, 9, tzinfo=UTC)
"""The moment at which the events of tests happen."""
STARTED = LedgerStarted(ledger="ledger-of-a-test", tool="satops test")
RUN = RunStarted(command="apply", tool="satops test", host="a-host", actor="Ada", plan_digest="ab")
RINGS = (((105.8, 21.0), (105.9, 21.0), (105.9, 21.1), (105.8, 21.1), (105.8, 21.0)),)
FOOTPRINT = Extent(
    area_km2=115.0, west=105.8, south=21.0, east=105.9, north=21.1,
    longitude=105.85, latitude=21.05, vertices=4, holes=0,
)  # fmt: skip
SOURCE = {"file": "orders/a.yaml", "line": 1, "sha256": "0" * 64, "document": 0, "documents": 1}


def chain(*events: Event, head: Head = EMPTY, run: str = "run-1") -> tuple[list[bytes], Head]:
    """Return the lines of events, and the head that they make."""
    return encode(events, head=head, time=AT, run=run)


def started() -> tuple[list[bytes], Head]:
    """Return the first line of a ledger, and its head."""
    return chain(STARTED)


def order(max_cloud: int = 20) -> Order:
    """Return an order; another cloud limit makes another order."""
    return eo_order(
        provider="changguang",
        rings=RINGS,
        start=datetime(2031, 6, 1, tzinfo=UTC),
        end=datetime(2031, 6, 15, tzinfo=UTC),
        max_cloud=max_cloud,
        resolution_type=2,
    )


def intended(name: str, attempt: int = 1, max_cloud: int = 20) -> SubmissionIntended:
    """Return the intent to place an order."""
    bought = order(max_cloud)
    return SubmissionIntended(
        name=name,
        attempt=attempt,
        order_digest=bought.digest,
        order=Raw(bought.canonical),
        request='{"provider":"changguang"}',
        source=json_text.raw(SOURCE),
        footprint=FOOTPRINT,
        until="2031-05-06T07:13:09Z",
    )


def placed(name: str, attempt: int = 1, order_no: str | None = None) -> SubmissionPlaced:
    """Return the receipt of an order."""
    return SubmissionPlaced(name, attempt, order_no or f"PROG_{name}")


def ledger_of(orders: int) -> tuple[list[bytes], Head]:
    """Return a ledger with a number of placed orders, two events each, and its head."""
    events: list[Event] = [STARTED, RUN]
    for number in range(orders):
        events += [intended(f"order-{number:06}"), placed(f"order-{number:06}")]
    return chain(*events)


def altered(lines: Sequence[bytes], number: int, old: bytes, new: bytes) -> list[bytes]:
    """Return lines with one of them, counted from 1, changed."""
    changed = list(lines)
    assert old in changed[number - 1]
    changed[number - 1] = changed[number - 1].replace(old, new)
    return changed
