"""The SQLite file of a sandbox: one connection, safe for threads and other processes.

Its records are values.
"""

import sqlite3
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from errno import EIO
from pathlib import Path
from sqlite3 import Row
from typing import Any

from msgspec import Struct

from satops.core import json_text

_BUSY_TIMEOUT_S = 30
_SCHEMA = """
create table if not exists requests (
    number integer primary key, at_ms integer not null, method text not null, path text not null,
    headers text not null, body blob not null, fault text
) strict;
create table if not exists orders (
    id integer primary key, order_no text not null unique, request integer, kind integer not null,
    provider text not null, geometry text not null, region text not null,
    start text not null, "end" text not null, recurring integer, recurring_day integer,
    recurring_unit integer, max_cloud integer, resolution_type integer, simulation_id text,
    creator text not null, ctime_ms integer not null, pinned_status integer,
    deleted integer not null, queries_before integer not null
) strict;
create index if not exists orders_by_time on orders (ctime_ms);
create table if not exists tasks (
    task_no text primary key, at_ms integer not null, ends_as integer not null,
    provider text not null, geometry text not null, region text not null,
    start text not null, "end" text not null, max_cloud integer, resolution_type integer
) strict;
create table if not exists results (
    id integer primary key, task_no text not null, fields text not null, order_no text
) strict;
create table if not exists counters (name text primary key, value integer not null) strict;
"""


class Database:
    """A connection whose writes are immediate transactions, which wait instead of failing halfway.

    A committed row survives a kill of the process, since the write-ahead log is with the system.
    It is not synced at once, so a power cut may lose the sandbox's last orders.
    """

    def __init__(self, path: Path) -> None:
        """Open or create the file.  Raises OSError."""
        self._lock = threading.RLock()
        try:
            self._connection = sqlite3.connect(
                path, timeout=_BUSY_TIMEOUT_S, isolation_level=None, check_same_thread=False
            )
            self._connection.row_factory = sqlite3.Row
            try:
                self._prepare()
            except BaseException:
                self._connection.close()
                raise
        except sqlite3.Error as error:
            raise OSError(EIO, str(error), str(path)) from error

    def close(self) -> None:
        """Close the connection; a second call does nothing."""
        with self._lock:
            self._connection.close()

    @contextmanager
    def write(self) -> Iterator[None]:
        """Hold the file's write transaction; an exception rolls it back.

        Nested calls of one thread join the outer transaction.
        """
        with self._lock:
            if self._connection.in_transaction:
                yield
                return
            self._connection.execute("begin immediate")
            try:
                yield
            except BaseException:
                self._connection.execute("rollback")
                raise
            self._connection.execute("commit")

    def execute(self, statement: str, values: Sequence[Any] | dict[str, Any] = ()) -> int:
        """Run one statement and return the inserted row's id, or 0."""
        with self._lock:
            return self._connection.execute(statement, values).lastrowid or 0

    def define(self, name: str, function: Callable[[], int]) -> None:
        """Register a function without arguments for this connection's statements."""
        self._connection.create_function(name, 0, function)

    def insert(self, table: str, row: dict[str, Any]) -> int:
        """Add a row whose keys are columns of the table, and return its id."""
        columns = ", ".join(f'"{name}"' for name in row)
        places = ", ".join(f":{name}" for name in row)
        return self.execute(f"insert into {table} ({columns}) values ({places})", row)  # noqa: S608

    def rows(
        self, statement: str, values: Sequence[Any] | dict[str, Any] = ()
    ) -> list[sqlite3.Row]:
        """Return all rows of a query."""
        with self._lock:
            return self._connection.execute(statement, values).fetchall()

    def count(self, name: str) -> int:
        """Add one to a named counter and return it; for use within `write`."""
        return int(
            self.rows(
                "insert into counters values (?, 1)"
                " on conflict do update set value = value + 1 returning value",
                (name,),
            )[0][0]
        )

    def counter(self, name: str) -> int:
        """Return a named counter."""
        rows = self.rows("select value from counters where name = ?", (name,))
        return int(rows[0][0]) if rows else 0

    def _prepare(self) -> None:
        # The switch to write-ahead logging does not honour the busy timeout, and several servers
        # may open a new file at the same moment.
        deadline = time.monotonic() + _BUSY_TIMEOUT_S
        while True:
            try:
                self._connection.execute("pragma journal_mode = wal")
                break
            except sqlite3.OperationalError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.01)
        self._connection.execute("pragma synchronous = normal")
        with self.write():
            for statement in _SCHEMA.split(";"):
                self._connection.execute(statement)


class ReceivedRequest(Struct, frozen=True):
    """A completely received request."""

    number: int
    """From 1, in the order of arrival."""
    at_ms: int
    method: str
    path: str
    headers: tuple[tuple[str, str], ...]
    """As sent, with lower-case names, without the values of credentials."""
    body: bytes
    """As received, byte for byte."""
    fault: str | None
    """Kind of the fault applied to it."""


class StoredOrder(Struct, frozen=True):
    """An order that exists in the sandbox."""

    id: int
    order_no: str
    request: int | None
    """Number of the request that placed it; None if placed by hand."""
    kind: int
    """1 normal, 2 programming."""
    provider: str
    geometry: str
    """The request's text."""
    region: str
    """The same polygon as WKT."""
    start: str
    """`yyyy-MM-dd HH:mm:ss`, without an offset, as requested."""
    end: str
    recurring: bool | None
    recurring_day: int | None
    recurring_unit: int | None
    max_cloud: int | None
    resolution_type: int | None
    simulation_id: str | None
    creator: str
    ctime_ms: int
    mtime_ms: int
    """Time of its last change of status."""
    status: int
    deleted: bool


class Result(Struct, frozen=True):
    """One row of a simulation: a satellite that would see the area."""

    id: int
    fields: dict[str, Any]
    """The row of results, without `id`."""
    order_no: str | None
    """Number of the order of this result, if any."""


def received_request(row: Row) -> ReceivedRequest:
    """Read a row of the table `requests`."""
    fields = dict(row)
    headers = tuple((name, value) for name, value in json_text.loads(fields.pop("headers")))
    return ReceivedRequest(headers=headers, **fields)


def stored_order(row: Row) -> StoredOrder:
    """Return an order with the status and mtime for its age."""
    fields = {name: row[name] for name in StoredOrder.__struct_fields__}
    fields["deleted"] = bool(fields["deleted"])
    if fields["recurring"] is not None:
        fields["recurring"] = bool(fields["recurring"])
    return StoredOrder(**fields)
