"""A PostgreSQL server: its address, and one connection, opened when needed.

The address is in `satops.yaml`, which a pull request can change.  So it is parsed strictly, with
known parameters only, before libpq sees it: libpq takes part of a password with unescaped
characters for a host, and repeats it in messages.
"""

import os
import re
import socket
import threading
import weakref
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from urllib.parse import parse_qsl, urlencode

import psycopg
from msgspec import Struct
from psycopg import IsolationLevel
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg.pq import Conninfo

from satops.core.redaction import Redactor, password_forms, without_credentials
from satops.errors import StoreUnreachable, UsageError

DEFAULT_LEDGER = "satops"
ANSWER_S = 30.0
"""Seconds; longer than any statement, which the store limits to 20 s at the server."""
_CONNECT_S = "10"
_REASON_MAX = 400
_LEDGER = re.compile(r"[a-z0-9][a-z0-9._-]{0,127}")
_SHOWN = frozenset(
    ("host", "hostaddr", "port", "dbname", "user", "service", "sslmode", "target_session_attrs")
)
"""Parameters that may be shown; others can be secrets."""
_SECRET = frozenset(("password", "sslpassword"))
_KNOWN = (
    _SHOWN
    | _SECRET
    | {
        "application_name", "channel_binding", "connect_timeout", "gssencmode", "keepalives",
        "keepalives_count", "keepalives_idle", "keepalives_interval", "load_balance_hosts",
        "require_auth", "ssl_max_protocol_version", "ssl_min_protocol_version", "sslcert", "sslcrl",
        "sslkey", "sslnegotiation", "sslrootcert", "sslsni", "tcp_user_timeout",
    }
)  # fmt: skip
"""Allowed parameters: not `options`, which could weaken an append, nor password files."""
_ESCAPED = r"(?:[^\s/?#@%\[\]&=]|%[0-9A-Fa-f]{2})"
_ADDRESS = re.compile(
    rf"//(?:(?P<user>(?:(?!:){_ESCAPED})*)(?P<colon>:(?P<password>{_ESCAPED}*))?@)?"
    rf"(?P<hosts>(?:[A-Za-z0-9._~,-]|%[0-9A-Fa-f]{{2}}|\[[0-9A-Fa-f:.%]+\]|:[0-9]{{1,5}}(?=,|/|\?|\Z))*)"
    rf"(?P<path>(?:/{_ESCAPED}*)?)(?:\?(?P<query>[^\s#]*))?"
)


class PostgresAddress(Struct, frozen=True):
    """The parts of an address of a ledger in a database."""

    conninfo: str
    """For libpq; may hold a password."""
    ledger: str
    shown: str
    has_password: bool
    """Whether the address, and so the file it came from, holds a password."""

    def __repr__(self) -> str:
        return f"PostgresAddress({self.shown})"


def parse_address(rest: str) -> PostgresAddress:
    """Parse the part after `postgresql:` in an address.

    Raises `UsageError`, whose message shows no part of the address.
    """
    connection, _, ledger = rest.partition("#")
    ledger = ledger or DEFAULT_LEDGER
    found = _ADDRESS.fullmatch(connection)
    if found is None or not _LEDGER.fullmatch(ledger):
        raise UsageError(
            "`state: postgresql:` in satops.yaml does not name a ledger. Write "
            "`postgresql://HOST/DATABASE#LEDGER`; the name has letters a to z, digits, dots and "
            f"dashes, and is `{DEFAULT_LEDGER}` where none is given. In user and password write "
            "/ ? # @ : % and blanks as %2F %3F %23 %40 %3A %25 and %20."
        )
    asked = parse_qsl(found["query"] or "", keep_blank_values=True)
    unknown = [key for key, _ in asked if key not in _KNOWN]
    if unknown or len({key for key, _ in asked}) < len(asked):
        raise UsageError(
            "`state: postgresql:` in satops.yaml has a parameter behind its ? that satops does not "
            f"pass on, or one twice. Known are: {', '.join(sorted(_KNOWN - _SECRET))}."
        )
    query = urlencode([pair for pair in asked if pair[0] in _SHOWN], safe="/,:")
    at = "" if found["user"] is None else f"{found['user']}@"
    where = f"{at}{found['hosts']}{found['path']}" + (f"?{query}" if query else "")
    return PostgresAddress(
        conninfo=f"postgresql:{connection}",
        ledger=ledger,
        shown=f"postgresql://{where}#{ledger}",
        has_password=bool(found["colon"]) or any(key in _SECRET for key, _ in asked),
    )


class Database:
    """Connects as libpq does, with URL parameters, environment variables, `.pgpass` and service
    files.
    """

    def __init__(self, conninfo: str, shown: str, answer_s: float) -> None:
        self._conninfo = conninfo
        self._shown = shown
        self._answer_s = answer_s
        self._connection: psycopg.Connection | None = None
        self._hide = Redactor(_secrets(conninfo))

    @contextmanager
    def connection(self) -> Iterator[psycopg.Connection]:
        """Yield the connection for a few statements; a broken one is replaced at the next call.

        Raises `StoreUnreachable` if it cannot connect, and the exceptions of psycopg in the block.
        """
        connection = self._live() or self._connect()
        with _answered_within(connection, self._answer_s):
            yield connection

    def reason(self, error: psycopg.Error) -> str:
        """Return the message of the server or libpq, on one line and without passwords."""
        # `.pgpass` may have given a password that is not known yet.
        used = getattr(error.pgconn, "password", None) or b""
        hide = Redactor(password_forms(used.decode(errors="replace")))
        said = without_credentials(hide(self._hide(str(error))))
        return " ".join(said.split())[:_REASON_MAX] or type(error).__name__

    def _live(self) -> psycopg.Connection | None:
        """Return the last connection, if the server still answers on it."""
        connection = self._connection
        if connection is None or connection.closed:
            return None
        try:
            # A firewall may have cut an idle connection; before a commit that is harmless.
            with _answered_within(connection, self._answer_s):
                connection.execute("")
        except psycopg.Error:
            connection.close()
            return None
        return connection

    def _connect(self) -> psycopg.Connection:
        try:
            conninfo = _with_defaults(self._conninfo)
        except psycopg.Error:  # its text repeats the unreadable address
            raise StoreUnreachable(
                f"The ledger at {self._shown} cannot be reached: its address cannot be read."
            ) from None
        try:
            connection = psycopg.connect(conninfo, autocommit=True)
        except psycopg.Error as error:
            raise StoreUnreachable(
                f"The ledger at {self._shown} cannot be reached: {self.reason(error)}"
            ) from None
        # Poolers share one server connection among clients: prepare no statements on it.
        connection.prepare_threshold = None
        connection.isolation_level = IsolationLevel.READ_COMMITTED
        # `LedgerStore` has no close method, so the connection closes with this object.
        weakref.finalize(self, connection.close)
        self._connection = connection
        return connection


def _secrets(conninfo: str) -> dict[str, str]:
    """Return the passwords that libpq would use, from address, environment or service file."""
    found: list[str | None] = []
    with suppress(psycopg.Error):  # reported by the connection
        given = conninfo_to_dict(conninfo)
        found += [str(given[name]) for name in _SECRET if given.get(name)]
    with suppress(psycopg.Error):
        found += [
            option.val.decode(errors="replace")
            for option in Conninfo.get_defaults()
            if option.val and option.keyword.decode() in _SECRET
        ]
    return {form: mark for value in found if value for form, mark in password_forms(value).items()}


def _with_defaults(conninfo: str) -> str:
    # libpq would wait for minutes.  A given value is kept.
    wanted = {"fallback_application_name": "satops"}
    if "PGCONNECT_TIMEOUT" not in os.environ:
        wanted["connect_timeout"] = _CONNECT_S
    return make_conninfo(conninfo, **{**wanted, **conninfo_to_dict(conninfo)})


@contextmanager
def _answered_within(connection: psycopg.Connection, seconds: float) -> Iterator[None]:
    """Close the connection after some seconds, since libpq waits for an answer without limit."""
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
        return  # already closed
