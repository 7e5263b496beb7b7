"""One connection to PostgreSQL: made when it is needed, given up when the server keeps silent."""

import os
import socket
import threading
import weakref
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from psycopg import IsolationLevel
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from satops.errors import StoreUnreachable

ANSWER_S = 30.0
"""Longer than any statement may run, which the store limits to 20 s at the server."""
_CONNECT_S = "10"
_REASON_MAX = 400


class Database:
    """Connects as libpq does: its URL parameters, its variables, `.pgpass` and service files."""

    def __init__(self, conninfo: str, shown: str, answer_s: float) -> None:
        self._conninfo = conninfo
        self._shown = shown
        self._answer_s = answer_s
        self._connection: psycopg.Connection | None = None

    @contextmanager
    def connection(self) -> Iterator[psycopg.Connection]:
        """Lend the connection for a few statements; a broken one is replaced the next time.

        Raises `StoreUnreachable` when there is none to be had, and what psycopg raises while it
        is lent.
        """
        connection = self._live() or self._connect()
        with _answered_within(connection, self._answer_s):
            yield connection

    def _live(self) -> psycopg.Connection | None:
        """Return the connection of the last time, if the server still answers on it."""
        connection = self._connection
        if connection is None or connection.closed:
            return None
        try:
            # An idle connection may have been cut by a firewall; before a commit that is harmless.
            with _answered_within(connection, self._answer_s):
                connection.execute("")
        except psycopg.Error:
            connection.close()
            return None
        return connection

    def _connect(self) -> psycopg.Connection:
        try:
            connection = psycopg.connect(_with_defaults(self._conninfo), autocommit=True)
        except psycopg.Error as error:
            raise StoreUnreachable(
                f"The ledger at {self._shown} cannot be reached: {reason(error)}"
            ) from None
        # Poolers hand one server connection to many clients: nothing may be kept on it.
        connection.prepare_threshold = None
        connection.isolation_level = IsolationLevel.READ_COMMITTED
        # The port has no end, so the connection ends with this object, or with the process.
        weakref.finalize(self, connection.close)
        self._connection = connection
        return connection


def reason(error: psycopg.Error) -> str:
    """Return what the server or libpq said, on one line."""
    return " ".join(str(error).split())[:_REASON_MAX] or type(error).__name__


def _with_defaults(conninfo: str) -> str:
    # libpq would wait for minutes.  Whoever says otherwise is not overruled.
    wanted = {"fallback_application_name": "satops"}
    if "PGCONNECT_TIMEOUT" not in os.environ:
        wanted["connect_timeout"] = _CONNECT_S
    return make_conninfo(conninfo, **{**wanted, **conninfo_to_dict(conninfo)})


@contextmanager
def _answered_within(connection: psycopg.Connection, seconds: float) -> Iterator[None]:
    """Cut the connection after some seconds: libpq itself waits for an answer without end."""
    with socket.socket(fileno=os.dup(connection.fileno())) as wire:
        timer = threading.Timer(seconds, _cut, [wire])
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()
            timer.join()


def _cut(wire: socket.socket) -> None:
    try:
        wire.shutdown(socket.SHUT_RDWR)
    except OSError:
        return  # it ended by itself
