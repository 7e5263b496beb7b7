"""The ledger in PostgreSQL: one table, whose primary key is compare-and-append.

An append is one transaction: it reads the last line, compares, and inserts the next numbers.  Two
writers on one head insert the same number; the primary key accepts one, and the other waits and is
then refused.  No lock can outlive a dead client.  Lines are sent in binary, so that the database's
encoding does not matter, and are read back before the commit: if a trigger or rule has changed
them, the transaction is rolled back.

Migrations create the tables.  A released migration never changes; a later version of satops appends
one.  If the database has more migrations than satops knows, satops stops.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Literal, cast

import psycopg
from psycopg import errors

from satops.adapters.stores.lines import joined
from satops.adapters.stores.postgresql_server import ANSWER_S, Database
from satops.core.ledger.chain import GENESIS, line_digest
from satops.errors import HeadMoved, LedgerMissing, StoreUnreachable

Table = Literal["events", "scratch"]
"""The table: of ledgers, or of the scratch ledgers that prove a store."""

OF_ORDER = """
    CASE WHEN position('"name":"'::bytea IN line) > 0 THEN split_part(encode(substring(
        line FROM position('"name":"'::bytea IN line) + 8 FOR 129), 'escape'), '"', 1) END
"""
"""The order name of a line: the first `name` in its text, where quotes inside a string are escaped.
There is no cast to JSON, so that a broken line stays as it is, for `verify` to name."""

MIGRATIONS = (
    """
    CREATE TABLE satops.events (
        ledger text NOT NULL,
        seq bigint NOT NULL CHECK (seq > 0),
        line bytea NOT NULL,
        PRIMARY KEY (ledger, seq)
    );
    CREATE TABLE satops.scratch (LIKE satops.events INCLUDING ALL);
    COMMENT ON TABLE satops.events IS
        'Ledgers of satops. Lines are only ever added: each holds the SHA-256 of the one before.';
    COMMENT ON TABLE satops.scratch IS
        'Ledgers by which `satops doctor` proves that of two writers one wins. Not kept.';
    """,
    f"CREATE INDEX events_of_order ON satops.events (ledger, ({OF_ORDER}), seq)",
)
"""In order; a database's version is the number of applied ones."""

# Two runs must not create the tables at the same time.  The number is "satops" in ASCII.
_LOCK = "SELECT pg_advisory_xact_lock(126879197687923)"
_VERSION = "SELECT count(*), pg_is_in_recovery() FROM satops.migrations"
PAGE_LINES = 1000
"""Lines of one query: a page of the longest events fits in a small runner's memory."""
_FIRST_LINES = 10
"""Lines of the first query, for readers of one line or of new lines only."""
_TRIES_MAX = 8

# Time limits of a transaction, so that a dead client cannot block a number; and synchronous commit,
# since `append` promises durability.
_SETTINGS = """
    SELECT pg_catalog.set_config('lock_timeout', '10s', true),
           pg_catalog.set_config('statement_timeout', '20s', true),
           pg_catalog.set_config('idle_in_transaction_session_timeout', '20s', true),
           CASE pg_catalog.current_setting('synchronous_commit')
                WHEN 'off' THEN pg_catalog.set_config('synchronous_commit', 'on', true) END
"""
_LAST = "SELECT seq, line FROM satops.{} WHERE ledger = %s ORDER BY seq DESC LIMIT 1"
_ADD = """
    INSERT INTO satops.{} (ledger, seq, line)
    SELECT %s, %s + number, line
    FROM pg_catalog.unnest(%b::bytea[]) WITH ORDINALITY AS added (line, number)
"""
_PAGE = "SELECT seq, line FROM satops.{} WHERE ledger = %s AND seq > %s ORDER BY seq LIMIT %s"
_ABOUT = "SELECT line FROM satops.{} WHERE ledger = %s AND {} = %s ORDER BY seq"
_SCRATCH = "SELECT DISTINCT ledger FROM satops.scratch ORDER BY ledger"
_REMOVE = "DELETE FROM satops.{} WHERE ledger = %s"


class PostgresStore:
    """One ledger of a database, by its name.  Not thread-safe."""

    orders_per_append = 10
    """An append is a few round trips, and appends of several runs wait for each other."""

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
        """`conninfo` is for libpq; `shown` is the address without credentials.

        `answer_s` is how long the server may be silent before the connection is closed.
        """
        self._database = Database(conninfo, shown, answer_s)
        self._ledger = ledger
        self._shown = shown
        self._table: Table = table
        self._migrations = migrations
        self._checked: psycopg.Connection | None = None

    @property
    def address(self) -> str:
        """`postgresql://HOST/DATABASE#LEDGER`."""
        return self._shown

    def read(self, after: int = 0) -> Iterator[bytes]:
        """Yield the lines above `after`, page by page; see `ports.LedgerStore.read`.

        No transaction is open between pages, since lines never change.
        """
        size = _FIRST_LINES
        page = self._page(after, size)
        if not page and not self._begun():
            raise LedgerMissing(self._missing())
        while page:
            for _, line in page:
                yield line
            # A page that is not full ends at the ledger's end, after a whole append.
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
                # A serialization failure was rolled back, and need not come from another append.
                continue
            return
        raise StoreUnreachable(
            f"The ledger at {self.address} was not written: the database rolled the append back "
            f"{_TRIES_MAX} times."
        )

    def migrate(self) -> None:
        """Create the tables, or migrate older ones; see `ports.MigratedStore`."""
        with self._told(), self._database.connection() as connection:
            _migrate(connection, self._migrations, self.address)

    def remove(self) -> None:
        """Delete this ledger; the database allows it for scratch ledgers only."""
        if self._table != "scratch":
            raise ValueError("Only a scratch ledger is ever removed.")
        with self._told(), self._checked_connection() as connection:
            connection.execute(_REMOVE.format(self._table), [self._ledger])

    def scratch_ledgers(self) -> list[str]:
        """Return the names of the remaining scratch ledgers; none without tables."""
        with self._told(), self._database.connection() as connection:
            [made] = connection.execute("SELECT to_regclass('satops.scratch')").fetchone() or [None]
            rows = [] if made is None else connection.execute(_SCRATCH).fetchall()
        return [name for (name,) in rows]

    def _append(self, lines: Sequence[bytes], expected_head: str) -> None:
        if expected_head == GENESIS:
            self.migrate()
        asked_to_commit = False
        try:
            with self._checked_connection() as connection, connection.transaction():
                connection.execute(_SETTINGS)
                seq = self._compare(connection, expected_head)
                connection.execute(_ADD.format(self._table), [self._ledger, seq, list(lines)])
                self._read_back(connection, seq, lines)
                asked_to_commit = True
        except (errors.SerializationFailure, errors.DeadlockDetected):
            raise
        except (errors.UniqueViolation, errors.UndefinedTable) as error:
            raise self._refused(error) from None
        except psycopg.Error as error:
            if asked_to_commit:
                raise StoreUnreachable(
                    f"It is not known whether the ledger at {self.address} was written. The "
                    f"commit had no good answer: {self._database.reason(error)}"
                ) from None
            raise StoreUnreachable(
                f"The ledger at {self.address} was not written: {self._database.reason(error)}"
            ) from None

    def _compare(self, connection: psycopg.Connection, expected_head: str) -> int:
        """Return the number of the last event.  Raises unless its digest is the expected head."""
        last = connection.execute(_LAST.format(self._table), [self._ledger], binary=True).fetchone()
        if last is None and expected_head != GENESIS:
            raise LedgerMissing(self._missing())
        seq, head = (0, GENESIS) if last is None else (last[0], line_digest(last[1]))
        if head != expected_head:
            raise HeadMoved(f"Somebody else appended to the ledger at {self.address}.")
        return int(seq)

    def _read_back(self, connection: psycopg.Connection, seq: int, lines: Sequence[bytes]) -> None:
        """Raise unless the stored lines equal the given ones; called before the commit."""
        asked = [self._ledger, seq, len(lines) + 1]
        kept = connection.execute(_PAGE.format(self._table), asked, binary=True).fetchall()
        if kept != list(enumerate(lines, start=seq + 1)):
            raise StoreUnreachable(
                f"The ledger at {self.address} was not written: the database would keep something "
                "else than what it was given. Look for triggers and rules on the table "
                f"satops.{self._table}."
            )

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
        """Yield the connection, after a check that this version knows the schema."""
        with self._database.connection() as connection:
            if self._checked is not connection:
                _check_version(connection, len(self._migrations), self.address)
                self._checked = connection
            yield connection

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Turn errors of the server into ones that say what to do."""
        try:
            yield
        except errors.UndefinedTable:
            raise LedgerMissing(self._missing()) from None
        except psycopg.Error as error:
            raise StoreUnreachable(
                f"The ledger at {self.address} cannot be used: {self._database.reason(error)}"
            ) from None

    def _missing(self) -> str:
        return (
            f"There is no ledger at {self.address}. If there was one, get it back first: without "
            "it every order would be bought again. To begin a new one, run\n    satops ledger start"
        )


def _check_version(connection: psycopg.Connection, known: int, address: str) -> None:
    """Refuse a newer schema, and a server that may be a lagging replica.

    Raises `StoreUnreachable`, and `errors.UndefinedTable` without a schema.
    """
    found = connection.execute(_VERSION).fetchone()
    version, is_standby = cast("tuple[int, bool]", found)
    if is_standby:
        raise StoreUnreachable(
            f"The server of {address} is a standby: it may not have seen the last orders yet. "
            "Name the primary, or add target_session_attrs=primary to the address."
        )
    _refuse_newer(version, known, address)
    if version < known:
        raise StoreUnreachable(
            f"The tables of {address} have version {version}, and this satops needs {known}. Let "
            "the owner of the schema `satops` run\n    satops ledger start\nIt changes the tables "
            "and keeps every ledger."
        )


def _migrate(connection: psycopg.Connection, migrations: Sequence[str], address: str) -> None:
    """Apply the missing migrations in one transaction.

    Does nothing, and needs no rights, if there are none.  Raises `StoreUnreachable` for newer
    tables, and the exceptions of psycopg.
    """
    version = _version(connection)
    if version < len(migrations):
        with connection.transaction():
            connection.execute(_LOCK)
            connection.execute("CREATE SCHEMA IF NOT EXISTS satops")
            connection.execute(
                "CREATE TABLE IF NOT EXISTS satops.migrations (version integer PRIMARY KEY, "
                "applied_at timestamptz NOT NULL DEFAULT now())"
            )
            for number, script in enumerate(migrations, start=1):
                added = connection.execute(
                    "INSERT INTO satops.migrations VALUES (%s) ON CONFLICT DO NOTHING", [number]
                )
                if added.rowcount:
                    connection.execute(script.encode())
    _refuse_newer(version, len(migrations), address)


def _version(connection: psycopg.Connection) -> int:
    try:
        found = connection.execute(_VERSION).fetchone()
    except errors.UndefinedTable:
        return 0
    return int(cast("tuple[int, bool]", found)[0])


def _refuse_newer(version: int, known: int, address: str) -> None:
    if version > known:
        raise StoreUnreachable(
            f"The tables of {address} have version {version}; this satops knows them up to "
            f"{known}. Install the newer satops that made them. Nothing was written."
        )
