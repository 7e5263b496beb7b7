"""The tables of the ledger, and how they came to be: one migration after the other.

Each migration is written once and never changed; a later version of satops adds one at the end.
A tool that finds more migrations than it knows stops, since it cannot tell what they mean.
"""

from collections.abc import Sequence
from typing import Literal, cast

import psycopg
from psycopg import errors

from satops.errors import StoreUnreachable

Table = Literal["events", "scratch"]
"""Where lines are kept: the ledgers, and those that only prove the store and are deleted again."""

OF_ORDER = """
    CASE WHEN position('"name":"'::bytea IN line) > 0 THEN split_part(encode(substring(
        line FROM position('"name":"'::bytea IN line) + 8 FOR 129), 'escape'), '"', 1) END
"""
"""The order name that a line is about: the first name in it, which in a string has its quotes
escaped.  No cast to JSON: a line that is none must stay as it came, for `verify` to name."""

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
"""In the order in which they are applied; the version of a database is how many were."""

# Two beginnings at once must not both make the tables.  The number is "satops" in ASCII.
_LOCK = "SELECT pg_advisory_xact_lock(126879197687923)"
_VERSION = "SELECT count(*), pg_is_in_recovery() FROM satops.migrations"


def check_version(connection: psycopg.Connection, known: int, address: str) -> None:
    """Refuse a schema that is newer than this version, and a server that may lag behind.

    Raises `StoreUnreachable`, and `errors.UndefinedTable` where there is no schema at all.
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


def migrate(connection: psycopg.Connection, migrations: Sequence[str], address: str) -> None:
    """Bring the tables to the version of these migrations, all in one transaction.

    Does nothing, and needs no right to, where they are there already.  Raises `StoreUnreachable`
    for tables that are newer, and what psycopg raises.
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
