"""Send one request; return the answer, or the outcome if there is none."""

import os
import re
import ssl
from collections import deque
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import requests
from msgspec import Struct, field

from satops import __version__
from satops.adapters.clock import monotonic_s
from satops.adapters.marketplaces.eo_imagery.answer import EXCERPT_CHARS, Answer
from satops.adapters.marketplaces.eo_imagery.failures import CA_VARIABLES, failure_outcome
from satops.adapters.marketplaces.eo_imagery.wire import (
    FRAMING_BYTES,
    AnswerTooLong,
    Exchange,
    OneShotAdapter,
    base_url,
    current_exchange,
    proxy_of,
)
from satops.adapters.token import Token
from satops.core.order.submission import InDoubt, NotSent
from satops.core.plan.config import ApplyConfig, MarketplaceConfig
from satops.core.redaction import Redactor, passwords_in, passwords_of
from satops.core.safe import shown
from satops.errors import UsageError

_CHUNK_BYTES: Final = 16 * 1024
_HEADER_BLOCKS: Final = re.compile(rb"\A(?:HTTP/[^\n]*\n(?:[^\r\n][^\n]*\n)*\r?\n)+")
_HEADERS: Final = {
    "Content-Type": "application/json",
    "Accept": "application/json",
    "Accept-Encoding": "identity",
    "User-Agent": f"satops/{__version__}",
}


class _Partial(Struct):
    """The part of an answer read so far."""

    status: int | None = None
    headers: Mapping[str, str] | None = None
    body: bytearray = field(default_factory=bytearray)


class _Line(Struct):
    """One connection, used by one request at a time."""

    adapter: OneShotAdapter = field(default_factory=OneShotAdapter)
    prepared: dict[str, requests.PreparedRequest] = field(default_factory=dict)
    """The last request to each path: preparing a new one costs as much as sending it."""


class Sender:
    """Sends JSON to the marketplace's endpoints, each request once.

    Thread-safe: each request has a connection of its own, the most recently used idle one first.
    Proxies and CA bundle are read from the environment at construction; a loopback address never
    uses a proxy.
    """

    def __init__(
        self, config: MarketplaceConfig, apply: ApplyConfig, token: Token, *, idle_max_s: float
    ) -> None:
        """Open no connection yet.  Raises UsageError for an address that may not get the token."""
        self.address = base_url(config.url)
        self._connect_timeout_s = apply.connect_timeout_s
        self._answer_timeout_s = apply.answer_timeout_s
        self._idle_max_s = idle_max_s
        self._token = token
        self._token_header = config.header
        proxy = proxy_of(self.address)
        self._proxies = {} if proxy is None else {urlsplit(self.address).scheme: proxy}
        self._passwords = Redactor(passwords_of(os.environ) | passwords_in(proxy or ""))
        self._verify = ca_bundle() if self.address.startswith("https") else True
        self._idle: deque[_Line] = deque()

    def send(self, path: str, body: bytes, *, bytes_max: int) -> Answer | NotSent | InDoubt:
        """Send one request, once; return the whole answer, or what its absence proves.

        Never retries.  Failures of network and marketplace are returned, never raised.
        """
        exchange = Exchange(
            connect_by=monotonic_s() + self._connect_timeout_s,
            answer_timeout_s=self._answer_timeout_s,
            bytes_left=bytes_max + FRAMING_BYTES,
            idle_max_s=self._idle_max_s,
        )
        partial = _Partial()
        mark = current_exchange.set(exchange)
        try:
            self._exchange(path, body, bytes_max, partial)
        except Exception as error:  # after the first byte, any error means in doubt
            evidence = self._evidence(partial, exchange)
            return failure_outcome(error, evidence, sent=exchange.sent, redact=self.redact)
        finally:
            current_exchange.reset(mark)
        return self._answer(partial, partial.body)

    def redact(self, text: str) -> str:
        """Return a text without the token and without the passwords of proxies."""
        return self._passwords(self._token.redact(text))

    def close(self) -> None:
        """Close the idle connections."""
        with suppress(IndexError):
            while True:
                self._idle.pop().adapter.close()

    def _exchange(self, path: str, body: bytes, bytes_max: int, partial: _Partial) -> None:
        try:
            line = self._idle.pop()
        except IndexError:
            line = _Line()
        try:
            self._post(line, path, body, bytes_max, partial)
        except BaseException:
            line.adapter.close()
            raise
        self._idle.append(line)

    def _post(self, line: _Line, path: str, body: bytes, bytes_max: int, partial: _Partial) -> None:
        with line.adapter.send(
            self._request(line, path, body),
            timeout=(self._connect_timeout_s, self._answer_timeout_s),
            stream=True,
            proxies=self._proxies,
            verify=self._verify,
        ) as response:
            partial.status = response.status_code
            partial.headers = {name.lower(): value for name, value in response.headers.items()}
            for chunk in response.raw.stream(_CHUNK_BYTES, decode_content=False):
                partial.body += chunk
                if len(partial.body) > bytes_max:
                    raise AnswerTooLong(f"the body has more than {bytes_max} bytes")

    def _request(self, line: _Line, path: str, body: bytes) -> requests.PreparedRequest:
        request = line.prepared.get(path)
        if request is None:
            headers = {**_HEADERS, self._token_header: self._token.reveal()}
            request = requests.Request("POST", self.address + path, headers=headers).prepare()
            line.prepared[path] = request
        request.prepare_body(body, None)
        return request

    def _answer(self, partial: _Partial, body: bytes | bytearray) -> Answer:
        assert partial.status is not None
        return Answer(partial.status, partial.headers or {}, bytes(body), self.redact)

    def _evidence(self, partial: _Partial, exchange: Exchange) -> str:
        if partial.status is not None:
            # urllib3 drops the bytes of a block that was cut; they may hold an order number.
            body = partial.body or _HEADER_BLOCKS.sub(b"", exchange.head)
            return self._answer(partial, body).evidence()
        if not exchange.head:
            return "no byte came back"
        text = self.redact(exchange.head.decode("utf-8", "backslashreplace"))
        return f"what came back begins: {shown(_without_cookies(text), EXCERPT_CHARS)}"


def _without_cookies(head: str) -> str:
    lines = head.splitlines(keepends=True)
    return "".join(line for line in lines if not line.lower().startswith("set-cookie"))


def ca_bundle() -> str | bool:
    """Return the CA bundle named by the environment, for requests, curl or OpenSSL; True for the
    default.

    Raises UsageError for a bundle that cannot be loaded, since every request would fail.
    """
    variable = next((name for name in CA_VARIABLES if os.environ.get(name)), None)
    if variable is None:
        return True
    path = os.environ[variable]
    try:
        if not Path(path).is_dir():
            ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(path)
    except OSError as error:  # ssl.SSLError is one
        reason = "it holds no certificate" if isinstance(error, ssl.SSLError) else error.strerror
        raise UsageError(
            f"{variable} names {path} as the certificates of the authorities to trust, and it "
            f"cannot be loaded: {reason}. Name a file in PEM format, or unset {variable}."
        ) from None
    return path
