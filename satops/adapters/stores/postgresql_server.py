"""A PostgreSQL server: its address, and one connection to it, made when it is needed.

An address of a ledger stands in `satops.yaml`, which a pull request can change.  So it is read
strictly, with parameters that are known, before libpq sees it: libpq takes half a password for a
host where a character in it is not escaped, and repeats it in its messages.
"""

import os
import re
import socket
import threading
import weakref
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode

import psycopg
from psycopg import IsolationLevel
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg.pq import Conninfo

from satops.core.redaction import Redactor, password_forms, without_credentials
from satops.errors import StoreUnreachable, UsageError

DEFAULT_LEDGER = "satops"
ANSWER_S = 30.0
"""Longer than any statement may run, which the store limits to 20 s at the server."""
_CONNECT_S = "10"
_REASON_MAX = 400
_LEDGER = re.compile(r"[a-z0-9][a-z0-9._-]{0,127}")
_SHOWN = frozenset(
    ("host", "hostaddr", "port", "dbname", "user", "service", "sslmode", "target_session_attrs")
)
"""The parameters that say which database it is.  No other one is shown: some are secrets."""
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
"""Not `options`, which sets what the server does with an append, and not the names of files that
hold passwords."""
_ESCAPED = r"(?:[^\s/?#@%\[\]&=]|%[0-9A-Fa-f]{2})"
_ADDRESS = re.compile(
    rf"//(?:(?P<user>(?:(?!:){_ESCAPED})*)(?P<colon>:(?P<password>{_ESCAPED}*))?@)?"
    rf"(?P<hosts>(?:[A-Za-z0-9._~,-]|%[0-9A-Fa-f]{{2}}|\[[0-9A-Fa-f:.%]+\]|:[0-9]{{1,5}}(?=,|/|\?|\Z))*)"
    rf"(?P<path>(?:/{_ESCAPED}*)?)(?:\?(?P<query>[^\s#]*))?"
)


@dataclass(frozen=True, slots=True)
class PostgresAddress:
    """An address of a ledger in a database, taken apart."""

    conninfo: str
    """As libpq reads it; it may hold a password."""
    ledger: str
    shown: str
    has_password: bool
    """A password stands in the address, and so in whatever file the address was read from."""

    def __repr__(self) -> str:
        return f"PostgresAddress({self.shown})"


def parse_address(rest: str) -> PostgresAddress:
    """Take apart what follows `postgresql:` in an address.

    Raises `UsageError`, which shows no part of the address.
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
    """Connects as libpq does: its URL parameters, its variables, `.pgpass` and service files."""

    def __init__(self, conninfo: str, shown: str, answer_s: float) -> None:
        self._conninfo = conninfo
        self._shown = shown
        self._answer_s = answer_s
        self._connection: psycopg.Connection | None = None
        self._hide = Redactor(_secrets(conninfo))

    @contextmanager
    def connection(self) -> Iterator[psycopg.Connection]:
        """Lend the connection for a few statements; a broken one is replaced the next time.

        Raises `StoreUnreachable` when there is none to be had, and what psycopg raises while it
        is lent.
        """
        connection = self._live() or self._connect()
        with _answered_within(connection, self._answer_s):
            yield connection

    def reason(self, error: psycopg.Error) -> str:
        """Return what the server or libpq said, on one line and without passwords."""
        # `.pgpass` may have given another password than those that are known before.
        used = getattr(error.pgconn, "password", None) or b""
        hide = Redactor(password_forms(used.decode(errors="replace")))
        said = without_credentials(hide(self._hide(str(error))))
        return " ".join(said.split())[:_REASON_MAX] or type(error).__name__

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
            conninfo = _with_defaults(self._conninfo)
        except psycopg.Error:  # its text repeats what it could not read
            raise StoreUnreachable(
                f"The ledger at {self._shown} cannot be reached: its address cannot be read."
            ) from None
        try:
            connection = psycopg.connect(conninfo, autocommit=True)
        except psycopg.Error as error:
            raise StoreUnreachable(
                f"The ledger at {self._shown} cannot be reached: {self.reason(error)}"
            ) from None
        # Poolers hand one server connection to many clients: nothing may be kept on it.
        connection.prepare_threshold = None
        connection.isolation_level = IsolationLevel.READ_COMMITTED
        # The port has no end, so the connection ends with this object, or with the process.
        weakref.finalize(self, connection.close)
        self._connection = connection
        return connection


def _secrets(conninfo: str) -> dict[str, str]:
    """Return the passwords that libpq would use: of the address, the environment, a service."""
    found: list[str | None] = []
    with suppress(psycopg.Error):  # said when it is used
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
