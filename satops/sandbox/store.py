"""The requests and orders of a sandbox, and its clock: the machine's, until a test sets it."""

import threading
from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from secrets import token_hex
from typing import Any, Self
from uuid import uuid4

from satops.core import json_text
from satops.sandbox.database import (
    Database,
    ReceivedRequest,
    StoredOrder,
    received_request,
    stored_order,
)
from satops.sandbox.options import Options
from satops.sandbox.rules import OrderRequest, PageRequest, read_create


class SandboxClock:
    """The time for orders and their statuses.  Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._stands_at: datetime | None = None
        self._ahead = timedelta()

    def now(self) -> datetime:
        """Return the sandbox's time, UTC."""
        with self._lock:
            return (self._stands_at or datetime.now(UTC)) + self._ahead

    def now_ms(self) -> int:
        """Return the sandbox's time in milliseconds since 1970."""
        return round(self.now().timestamp() * 1000)

    def set(self, instant: datetime) -> None:
        """Stop the clock at an instant with an offset; `advance` moves it."""
        if instant.tzinfo is None:
            raise ValueError("The instant must carry a zone.")
        with self._lock:
            self._stands_at, self._ahead = instant.astimezone(UTC), timedelta()

    def advance(self, seconds: float) -> None:
        """Move the clock forward, whether it is stopped or not."""
        with self._lock:
            self._ahead += timedelta(seconds=seconds)

    def reset(self) -> None:
        """Follow the machine's clock again."""
        with self._lock:
            self._stands_at, self._ahead = None, timedelta()


PROGRAMMING = 2
"""`type` of an order placed by create."""
CREATOR = "sandbox"

_VIEW = """
    create temp view aged_orders as select *,
        coalesce(pinned_status, (
            select status from lifecycle where from_ms <= age_ms order by from_ms desc limit 1
        )) as status,
        ctime_ms + (select max(from_ms) from lifecycle where from_ms <= age_ms) as mtime_ms,
        {at_once} or (age_ms >= {visible_after_ms} and {visible_after_queries} <=
            coalesce((select value from counters where name = 'queries'), 0) - queries_before)
            as visible
    from (select *, max(now_ms() - ctime_ms, 0) as age_ms from orders)
"""
"""The orders with the values that depend on their age.

A condition that is constantly `true` costs nothing per row, which matters for pages of 100,000
orders."""
_FILTERS = {
    "order_no": "order_no = :order_no",
    "kind": "kind = :kind",
    "creator": "creator = :creator",
    "time_start": "ctime_ms / :time_unit_ms >= :time_start",
    "time_end": "ctime_ms / :time_unit_ms <= :time_end",
    "statuses": "status in (select value from json_each(:statuses))",
}
"""SQL condition by field of a page request."""
_SORTING = {
    "ctime": "ctime_ms {0}, id {0}",
    "mtime": "mtime_ms {0}, id {0}",
    "id": "id {0}",
    "orderNo": "order_no {0}",
}
_WRONG_SORTING = {
    "oldest-first": "id",
    "shuffled": "(id * 7919) % 10007, id",  # constant, or pages would overlap
}


_SHOWN = ("visible", ":account in ('', creator)")
"""Conditions of every listed order."""


class Store:
    """The orders and requests of one file, which several processes may share."""

    def __init__(
        self, path: Path, *, options: Options | None = None, clock: SandboxClock | None = None
    ) -> None:
        self.options = options or Options()
        self.clock = clock or SandboxClock()
        self.database = Database(path)
        self.database.define("now_ms", self.clock.now_ms)
        self.database.execute("create temp table lifecycle (from_ms integer, status integer)")
        for age_s, status in self.options.lifecycle:
            self.database.insert("lifecycle", {"from_ms": round(age_s * 1000), "status": status})
        after_s, after_queries = self.options.visible_after_s, self.options.visible_after_queries
        self.database.execute(
            _VIEW.format(
                at_once="false" if after_s or after_queries else "true",
                visible_after_ms=round(after_s * 1000),
                visible_after_queries=after_queries,
            )
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the file."""
        self.database.close()

    def keep_request(
        self,
        *,
        method: str,
        path: str,
        headers: tuple[tuple[str, str], ...],
        body: bytes,
        fault: str | None,
    ) -> int:
        """Record a request and return its number."""
        with self.database.write():
            return self.database.execute(
                "insert into requests values (null, ?, ?, ?, ?, ?, ?)",
                (self.clock.now_ms(), method, path, json_text.dumps(headers).decode(), body, fault),
            )

    def place(
        self,
        order: OrderRequest,
        *,
        request: int | None = None,
        order_no: str | None = None,
        simulation_id: str | None = None,
        creator: str = "",
        kind: int = PROGRAMMING,
        status: int | None = None,
        deleted: bool = False,
        ctime_ms: int | None = None,
    ) -> str:
        """Store an order and return its number; the order survives a kill.

        A given `status` is fixed; otherwise it follows the order's age.
        """
        with self.database.write():
            number = order_no or self._next_order_no()
            row = {
                "order_no": number,
                "request": request,
                "kind": kind,
                "provider": order.provider,
                "geometry": order.geometry,
                "region": order.region,
                "start": order.start,
                "end": order.end,
                "recurring": order.recurring,
                "recurring_day": order.recurring_day,
                "recurring_unit": order.recurring_unit,
                "max_cloud": order.max_cloud,
                "resolution_type": order.resolution_type,
                "simulation_id": simulation_id,
                "creator": creator or self.options.account or CREATOR,
                "ctime_ms": self.clock.now_ms() if ctime_ms is None else ctime_ms,
                "pinned_status": status,
                "deleted": deleted,
                "queries_before": self.database.counter("queries"),
            }
            self.database.insert("orders", row)
        return number

    def insert(self, fields: Mapping[str, Any], **facts: Any) -> str:
        """Place an order by hand, like another user; `fields` is a create body.

        `facts` are keywords of `place`.  Raises `rules.BadRequest`.
        """
        return self.place(read_create(fields), **facts)

    def mark(self, order_no: str, *, deleted: bool = False, status: int | None = None) -> bool:
        """Set an order's deleted flag, and its status if given.

        Returns False for an absent order.
        """
        with self.database.write():
            return bool(
                self.database.rows(
                    "update orders set deleted = ?, pinned_status = coalesce(?, pinned_status)"
                    " where order_no = ? returning id",
                    (deleted, status, order_no),
                )
            )

    def orders(self) -> tuple[StoredOrder, ...]:
        """Return every order, visible or not, in the order of placing."""
        rows = self.database.rows("select * from aged_orders order by id")
        return tuple(map(stored_order, rows))

    def requests(self, endpoint: str = "") -> tuple[ReceivedRequest, ...]:
        """Return the requests whose path ends with `endpoint`, in the order of arrival."""
        rows = self.database.rows("select * from requests order by number")
        return tuple(received_request(row) for row in rows if row["path"].endswith(endpoint))

    def bought(self) -> Counter[bytes]:
        """Return the number of orders by request body: more than 1 is a double purchase."""
        rows = self.database.rows(
            "select body, count(*) from orders join requests on request = number group by body"
        )
        return Counter({row[0]: row[1] for row in rows})

    def reset(self) -> None:
        """Delete everything."""
        with self.database.write():
            for table in ("requests", "orders", "tasks", "results", "counters"):
                self.database.execute(f"delete from {table}")  # noqa: S608 - names of our own

    def visible(self, order_no: str) -> StoredOrder | None:
        """Return one order if it is visible now."""
        account = self.options.account
        rows = self.database.rows(
            "select * from aged_orders where order_no = ? and visible and ? in ('', creator)",
            (order_no, account),
        )
        return stored_order(rows[0]) if rows else None

    def page(self, page: PageRequest) -> tuple[int, tuple[StoredOrder, ...]]:
        """Return the number of matching visible orders, and those of one page."""
        with self.database.write():
            self.database.count("queries")
        size = min(page.size, self.options.largest_page)
        values = {
            **page.filters,
            "time_unit_ms": 1 if self.options.time_unit == "ms" else 1000,
            "account": self.options.account,
            "size": size,
            "before": (page.number - 1) * size,
        }
        conditions = " and ".join([*_SHOWN, *(_FILTERS[name] for name in page.filters)])
        sorting = _WRONG_SORTING.get(self.options.sorting) or _SORTING[page.sort].format(page.order)
        matching = f"from aged_orders where {conditions}"  # values are bound, never pasted
        total = self.database.rows(f"select count(*) {matching}", values)[0][0]
        rows = self.database.rows(
            f"select * {matching} order by {sorting} limit :size offset :before", values
        )
        return total + self.options.total_above, tuple(map(stored_order, rows))

    def _next_order_no(self) -> str:
        if self.options.order_numbers == "uuid":
            return str(uuid4())
        if self.options.order_numbers == "sandbox":
            return f"SANDBOX_ORDER_{token_hex(6).upper()}"
        day = f"{self.clock.now():%Y%m%d}"
        return f"PROG_ORDER_{day}{self.database.count(day):04d}"
