"""One HTTP exchange: sent at most once, within a deadline and a size limit.

requests and urllib3 lack this: their read timeout counts from byte to byte, so that a slow answer
never ends; they do not say whether a request had begun to leave; they follow redirects, keep
cookies, read netrc and expand gzip.  The classes here add it:

- `Exchange` holds the deadlines, and whether a byte may have left; the connections read it.
- A connection writes nothing after the connect deadline, however long DNS and handshake took: a
  late request could follow another run's intent.
- Every read (headers, chunk sizes, body) is limited to the remaining time and bytes.

Before anything is intended, the address and the environment's proxy are checked: may they get the
token?
"""

import http.client
import io
import logging
import math
import socket
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

import requests
from msgspec import Struct, field
from requests.adapters import HTTPAdapter
from requests.utils import get_environ_proxies, select_proxy
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool

from satops.adapters.clock import monotonic_s
from satops.core.plan.address import is_loopback
from satops.errors import UsageError

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

IDLE_MAX_S: Final = 1.0
"""A connection that was idle for longer is not used again.  Common servers close idle connections
after 2 to 75 seconds, and an order sent at that moment would be in doubt."""
FRAMING_BYTES: Final = 256 * 1024
"""Bytes for status line, headers, chunk sizes and interim answers, besides the body."""
_HEAD_BYTES: Final = 4000


class ConnectedTooLate(Exception):
    """Connecting took too long; nothing was sent."""


class AnswerTooLong(Exception):
    """The answer exceeds the size limit."""


class Exchange(Struct):
    """The state of one request: its deadlines, what was sent, what was received."""

    connect_by: float
    """Deadline for the first byte, in monotonic seconds."""
    answer_timeout_s: float
    """Seconds for the whole answer, from the first byte sent."""
    bytes_left: int
    """Bytes that may still be received, headers and framing included."""
    idle_max_s: float = IDLE_MAX_S
    """Seconds that its connection may be idle and still be used again."""
    sent: bool = False
    """Set just before the first byte of the request is passed to the system."""
    answer_by: float = math.inf
    active_at: float = 0.0
    head: bytearray = field(default_factory=bytearray)
    """The first bytes received: evidence if the answer was cut or is not HTTP."""

    def begin_sending(self) -> None:
        """Set `sent`.  Raises `ConnectedTooLate` after the deadline."""
        now = monotonic_s()
        if not self.sent:
            if now >= self.connect_by:
                raise ConnectedTooLate("connecting took too long, and nothing was sent")
            self.sent = True
            self.answer_by = now + self.answer_timeout_s
        self.active_at = now

    def left_s(self) -> float:
        """Return the seconds until the current deadline.  Raises TimeoutError after it."""
        left = (self.answer_by if self.sent else self.connect_by) - monotonic_s()
        if left <= 0:
            raise TimeoutError("the deadline has passed")
        return left

    def received(self, chunk: bytes | memoryview) -> None:
        """Count received bytes.  Raises `AnswerTooLong`."""
        self.active_at = monotonic_s()
        self.bytes_left -= len(chunk)
        if len(self.head) < _HEAD_BYTES:
            self.head += chunk[: _HEAD_BYTES - len(self.head)]
        if self.bytes_left < 0:
            raise AnswerTooLong("the answer is longer than satops reads")


current_exchange: ContextVar[Exchange] = ContextVar("current_exchange")
"""The exchange of this thread. urllib3 creates connections and responses by itself, so they find it
here."""


class _MeteredReader(io.RawIOBase):
    """Reads a socket within the exchange's remaining time and bytes."""

    def __init__(self, raw: io.RawIOBase, sock: socket.socket, exchange: Exchange) -> None:
        self._raw = raw
        self._sock = sock
        self._exchange = exchange

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "WriteableBuffer", /) -> int | None:
        self._sock.settimeout(self._exchange.left_s())
        count = self._raw.readinto(buffer)
        if count:
            self._exchange.received(memoryview(buffer)[:count])
        return count

    def close(self) -> None:
        self._raw.close()
        super().close()


class _MeteredResponse(http.client.HTTPResponse):
    """Makes http.client and urllib3 read through the metered reader."""

    def __init__(self, sock: socket.socket, *args: Any, **kwargs: Any) -> None:
        super().__init__(sock, *args, **kwargs)
        raw = self.fp.detach()
        self.fp = io.BufferedReader(_MeteredReader(raw, sock, current_exchange.get()))


class _FencedConnection(HTTPConnection):
    """Notes the first byte of the request, and refuses to send it late."""

    response_class = _MeteredResponse
    debuglevel = 0  # http.client would print the token at level 1

    _connecting = False
    _exchange: Exchange | None = None

    def connect(self) -> None:
        self.timeout = current_exchange.get().left_s()
        self._connecting = True
        try:
            super().connect()
        finally:
            self._connecting = False

    def send(self, data: Any) -> None:
        exchange = current_exchange.get()
        if not self._connecting:  # a CONNECT to the proxy holds neither order nor token
            if self.sock is None:
                self.connect()
            self._exchange = exchange
            exchange.begin_sending()
        self.sock.settimeout(exchange.left_s())
        super().send(data)

    @property
    def is_connected(self) -> bool:
        last = self._exchange
        if last is not None and monotonic_s() - last.active_at > last.idle_max_s:
            return False
        return super().is_connected


class _FencedTlsConnection(_FencedConnection, HTTPSConnection):
    """The same over TLS."""


class OneShotAdapter(HTTPAdapter):
    """Sends each request once: no retries, on fenced connections, always to the same proxy.

    It is used without a session, which would keep cookies, read netrc (an entry would replace the
    token) and the environment, and read and expand the whole body of a redirect.
    """

    def __init__(self) -> None:
        super().__init__(pool_connections=1, pool_maxsize=1, max_retries=0)
        self._pools: dict[str, HTTPConnectionPool] = {}

    def get_connection_with_tls_context(
        self, request: requests.PreparedRequest, *args: Any, **kwargs: Any
    ) -> HTTPConnectionPool:
        """Return the pool, with or without a proxy, that uses our connections."""
        url = request.url or ""
        pool = self._pools.get(url)
        if pool is None:
            found = super().get_connection_with_tls_context(request, *args, **kwargs)
            assert isinstance(found, HTTPConnectionPool)
            pool = self._pools[url] = found
            tls = pool.scheme == "https"
            pool.ConnectionCls = _FencedTlsConnection if tls else _FencedConnection
        return pool


def _is_not_ours(record: logging.LogRecord) -> bool:
    return current_exchange.get(None) is None


# urllib3 logs the text of unparsable headers, in which a server may echo the token.
logging.getLogger("urllib3.connection").addFilter(_is_not_ours)


def base_url(url: str) -> str:
    """Return the marketplace's address without a final slash; endpoint paths are appended to it.

    Raises UsageError for plain HTTP to a host other than loopback, where anybody on the way could
    read the token and change the order, and for an address with credentials, query or fragment.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise UsageError(
            "marketplace.url is not an address. It must be an https address."
        ) from None
    if "@" in url:
        raise UsageError(
            "marketplace.url carries a user name or a password. "
            "The credential comes from the environment: see marketplace.auth.tokenFrom."
        )
    if parts.scheme not in {"http", "https"} or not parts.hostname or port == 0:
        raise UsageError(f"marketplace.url is {url!r}. It must be an https address.")
    if parts.query or parts.fragment or not (url.isascii() and url.isprintable()) or " " in url:
        raise UsageError(
            f"marketplace.url is {url!r}. It must be a host and a path, with nothing after it."
        )
    if parts.scheme == "http" and not is_loopback(url):
        raise UsageError(
            f"marketplace.url is {url!r}: plain HTTP. Anybody on the way could read the token. "
            "Use https. Plain HTTP is only for loopback."
        )
    return url.rstrip("/")


_SCHEMES: Final = ("http", "https")


def proxy_of(address: str) -> str | None:
    """Return the environment's proxy for an address; None if it has none, as for loopback.

    Raises `UsageError` for a proxy address that requests could not use or would misread.  The
    message shows no part of it.
    """
    parts = urlsplit(address)
    if is_loopback(address):
        return None
    proxy = select_proxy(address, get_environ_proxies(address))
    if not proxy:
        return None
    given = proxy if "://" in proxy else f"http://{proxy}"
    if wrong := _wrong(given):
        raise UsageError(
            f"The proxy that the environment names for {parts.scheme} (HTTPS_PROXY, ALL_PROXY) "
            f"cannot be used: {wrong} It is http, user and password, host and port, as curl takes "
            "them. In user and password write / ? # @ : % and blanks as %2F %3F %23 %40 %3A %25 "
            "and %20. Nothing was sent."
        )
    return given


def _wrong(proxy: str) -> str:
    """Return what is wrong with a proxy's address, without any part of it."""
    if not (proxy.isascii() and proxy.isprintable()) or " " in proxy:
        return "its address holds a blank or a character that is not plain ASCII."
    try:
        parts = urlsplit(proxy)
        host, port = parts.hostname, parts.port
    except ValueError:
        return "its address has no host and port that can be read."
    if parts.scheme not in _SCHEMES:
        return "it is not an http proxy."
    if "@" in parts.path or parts.query or parts.fragment or parts.path not in ("", "/"):
        return "something stands behind its host and port, or its password is not escaped."
    if not host or port == 0 or parts.netloc.rpartition("@")[2].endswith(":"):
        return "its address names no host or no port."
    return ""
