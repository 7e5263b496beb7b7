"""`postgresql://…#LEDGER`: what libpq is given, and what people are shown."""

import re
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode, urlsplit

from satops.errors import UsageError

DEFAULT_LEDGER = "satops"
_LEDGER = re.compile(r"[a-z0-9][a-z0-9._-]{0,127}")
_SHOWN = frozenset(
    ("host", "hostaddr", "port", "dbname", "user", "service", "sslmode", "target_session_attrs")
)
"""The parameters that say which database it is.  No other one is shown: some are secrets."""


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
    """Take apart what follows `postgresql:` in an address.  Raises `UsageError`."""
    connection, _, ledger = rest.partition("#")
    ledger = ledger or DEFAULT_LEDGER
    if not connection.startswith("//") or not _LEDGER.fullmatch(ledger):
        raise UsageError(
            "`state: postgresql:` in satops.yaml does not name a ledger. Write "
            "`postgresql://HOST/DATABASE#LEDGER`; the name has letters a to z, digits, dots and "
            f"dashes, and is `{DEFAULT_LEDGER}` where none is given."
        )
    url = urlsplit(f"postgresql:{connection}")
    user, at, hosts = url.netloc.rpartition("@")
    name, colon, _ = user.partition(":")
    asked = parse_qsl(url.query, keep_blank_values=True)
    query = urlencode([pair for pair in asked if pair[0] in _SHOWN], safe="/,:")
    where = f"{name}{at}{hosts}{url.path}" + (f"?{query}" if query else "")
    return PostgresAddress(
        conninfo=f"postgresql:{connection}",
        ledger=ledger,
        shown=f"postgresql://{where}#{ledger}",
        has_password=bool(colon) or any("password" in key for key, _ in asked),
    )
