"""The ledger in PostgreSQL: one table, and its primary key decides who comes first.

An append is one transaction: it reads the last line, compares, and inserts the next numbers.  Two
writers on one head insert the same number, and the primary key takes one of them; the other
waits for the outcome and is then refused.  No lock is taken that a dead client could leave behind.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import psycopg
from psycopg import errors

from satops.adapters.stores.lines import joined
from satops.adapters.stores.postgresql_connection import ANSWER_S, Database, reason
from satops.adapters.stores.postgresql_schema import (
    MIGRATIONS,
    OF_ORDER,
    Table,
    check_version,
    migrate,
)
from satops.core.ledger.chain import GENESIS, line_digest
from satops.errors import HeadMoved, LedgerMissing, StoreUnreachable

PAGE_LINES = 1000
"""Lines of one query: a page of the longest events stays far below the memory of a small runner."""
_FIRST_LINES = 10
"""Of the first query: who wants one line, or what is new, does not fetch a whole page."""
_TRIES_MAX = 8

# What a transaction waits for.  A client that is cut off in the middle must not keep a number, and
# a database that acknowledges before it has written would break the promise of `append`.
_SETTINGS = """
    SELECT set_config('lock_timeout', '10s', true),
           set_config('statement_timeout', '20s', true),
           set_config('idle_in_transaction_session_timeout', '20s', true),
           CASE current_setting('synchronous_commit')
                WHEN 'off' THEN set_config('synchronous_commit', 'on', true) END
"""
_LAST = "SELECT seq, line FROM satops.{} WHERE ledger = %s ORDER BY seq DESC LIMIT 1"
_ADD = """
    INSERT INTO satops.{} (ledger, seq, line)
    SELECT %s, %s + number, line
    FROM unnest(%s::bytea[]) WITH ORDINALITY AS added (line, number)
"""
_PAGE = "SELECT seq, line FROM satops.{} WHERE ledger = %s AND seq > %s ORDER BY seq LIMIT %s"
_ABOUT = "SELECT line FROM satops.{} WHERE ledger = %s AND {} = %s ORDER BY seq"
_REMOVE = "DELETE FROM satops.{} WHERE ledger = %s"


class PostgresStore:
    """One ledger of a database, by its name.  For one thread at a time."""

    orders_per_append = 10
    """An append is a few round trips, and one at a time: many runs would wait for one another."""

    def __init__(
        self,
        conninfo: str,
        ledger: str,
        *,
        shown: str,
        table: Table = "events",
        migrations: Sequence[str] = MIGRATIONS,
        answer_s: float = ANSWER_S,
    ) -> None:
        """Take where libpq connects to; `shown` is the address without credentials.

        `answer_s` is how long the server may be silent before the connection is given up.
        """
        self._database = Database(conninfo, shown, answer_s)
        self._ledger = ledger
        self._shown = shown
        self._table: Table = table
        self._migrations = migrations
        self._checked: psycopg.Connection | None = None

    @property
    def address(self) -> str:
        """Server, database and ledger, as `postgresql://HOST/DATABASE#LEDGER`."""
        return self._shown

    def read(self, after: int = 0) -> Iterator[bytes]:
        """Yield the lines above `after`, page by page; see `ports.LedgerStore.read`.

        No transaction stays open between pages: lines never change, so none is needed.
        """
        size = _FIRST_LINES
        page = self._page(after, size)
        if not page and not self._begun():
            raise LedgerMissing(self._missing())
        while page:
            for _, line in page:
                yield line
            # A short page ended where the ledger ended, at the end of a whole append.
            whole, size = len(page) == size, PAGE_LINES
            page = self._page(page[-1][0], size) if whole else []

    def about(self, name: str) -> Sequence[bytes]:
        """Return the lines about one order, by an index; see `ports.IndexedStore`."""
        with self._told(), self._checked_connection() as connection:
            query = _ABOUT.format(self._table, OF_ORDER)
            rows = connection.execute(query, [self._ledger, name], binary=True).fetchall()
        if not rows and not self._begun():
            raise LedgerMissing(self._missing())
        return [line for (line,) in rows]

    def append(self, lines: Sequence[bytes], expected_head: str) -> None:
        """Compare and append in one transaction; see `ports.LedgerStore.append`."""
        joined(lines)
        for _ in range(_TRIES_MAX):
            try:
                self._append(lines, expected_head)
            except (errors.SerializationFailure, errors.DeadlockDetected):
                # The server has rolled back, for reasons that need not be another append.
                continue
            return
        raise StoreUnreachable(
            f"The ledger at {self.address} was not written: the database rolled the append back "
            f"{_TRIES_MAX} times."
        )

    def migrate(self) -> None:
        """Make the tables, or bring older ones forward; see `ports.MigratedStore`."""
        with self._told(), self._database.connection() as connection:
            migrate(connection, self._migrations, self.address)

    def remove(self) -> None:
        """Delete this ledger, which only the table of scratch ledgers allows."""
        if self._table != "scratch":
            raise ValueError("Only a scratch ledger is ever removed.")
        with self._told(), self._checked_connection() as connection:
            connection.execute(_REMOVE.format(self._table), [self._ledger])

    def _append(self, lines: Sequence[bytes], expected_head: str) -> None:
        if expected_head == GENESIS:
            self.migrate()
        asked_to_commit = False
        try:
            with self._checked_connection() as connection, connection.transaction():
                connection.execute(_SETTINGS)
                seq = self._compare(connection, expected_head)
                connection.execute(_ADD.format(self._table), [self._ledger, seq, list(lines)])
                asked_to_commit = True
        except (errors.SerializationFailure, errors.DeadlockDetected):
            raise
        except (errors.UniqueViolation, errors.UndefinedTable) as error:
            raise self._refused(error) from None
        except psycopg.Error as error:
            if asked_to_commit:
                raise StoreUnreachable(
                    f"It is not known whether the ledger at {self.address} was written. The "
                    f"commit had no good answer: {reason(error)}"
                ) from None
            raise StoreUnreachable(
                f"The ledger at {self.address} was not written: {reason(error)}"
            ) from None

    def _compare(self, connection: psycopg.Connection, expected_head: str) -> int:
        """Return the number of the last event, whose digest is the head that was expected."""
        last = connection.execute(_LAST.format(self._table), [self._ledger], binary=True).fetchone()
        if last is None and expected_head != GENESIS:
            raise LedgerMissing(self._missing())
        seq, head = (0, GENESIS) if last is None else (last[0], line_digest(last[1]))
        if head != expected_head:
            raise HeadMoved(f"Somebody else appended to the ledger at {self.address}.")
        return int(seq)

    def _refused(self, error: psycopg.Error) -> HeadMoved | LedgerMissing:
        if isinstance(error, errors.UndefinedTable):
            return LedgerMissing(self._missing())
        return HeadMoved(f"Somebody else appended to the ledger at {self.address}.")

    def _page(self, after: int, size: int) -> list[tuple[int, bytes]]:
        with self._told(), self._checked_connection() as connection:
            asked = [self._ledger, after, size]
            return connection.execute(_PAGE.format(self._table), asked, binary=True).fetchall()

    def _begun(self) -> bool:
        with self._told(), self._checked_connection() as connection:
            found = connection.execute(_LAST.format(self._table), [self._ledger], binary=True)
            return found.fetchone() is not None

    @contextmanager
    def _checked_connection(self) -> Iterator[psycopg.Connection]:
        """Lend the connection, once the schema behind it is one that this version knows."""
        with self._database.connection() as connection:
            if self._checked is not connection:
                check_version(connection, len(self._migrations), self.address)
                self._checked = connection
            yield connection

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Turn what the server says into what a person can act on."""
        try:
            yield
        except errors.UndefinedTable:
            raise LedgerMissing(self._missing()) from None
        except psycopg.Error as error:
            raise StoreUnreachable(
                f"The ledger at {self.address} cannot be used: {reason(error)}"
            ) from None

    def _missing(self) -> str:
        return (
            f"There is no ledger at {self.address}. If there was one, get it back first: without "
            "it every order would be bought again. To begin a new one, run\n    satops ledger start"
        )
