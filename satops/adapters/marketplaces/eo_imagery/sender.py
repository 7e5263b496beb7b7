"""Sending one request: settings from outside, and the answer or the failure as a value."""

import os
import re
import ssl
from collections import deque
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import requests

from satops import __version__
from satops.adapters.clock import monotonic_s
from satops.adapters.marketplaces.eo_imagery.address import base_url
from satops.adapters.marketplaces.eo_imagery.answer import EXCERPT_CHARS, Answer
from satops.adapters.marketplaces.eo_imagery.failures import CA_VARIABLES, failure_outcome
from satops.adapters.marketplaces.eo_imagery.proxy import proxy_of
from satops.adapters.marketplaces.eo_imagery.wire import (
    FRAMING_BYTES,
    AnswerTooLong,
    Exchange,
    OneShotSession,
    current_exchange,
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


@dataclass(slots=True)
class _Partial:
    """What was read of an answer so far."""

    status: int | None = None
    headers: Mapping[str, str] | None = None
    body: bytearray = field(default_factory=bytearray)


class Sender:
    """Sends JSON to the marketplace's endpoints, each request once.

    May be used by many threads at a time: no session serves two of them at once, and the
    connection that was used last is used first.  Proxies and the CA bundle are taken from the
    environment when it is made; a loopback address never goes through a proxy.
    """

    def __init__(
        self, config: MarketplaceConfig, apply: ApplyConfig, token: Token, *, idle_max_s: float
    ) -> None:
        """Open nothing yet; raises UsageError for an address that the token may not go to."""
        self.address = base_url(config.url)
        self._connect_timeout_s = apply.connect_timeout_s
        self._answer_timeout_s = apply.answer_timeout_s
        self._idle_max_s = idle_max_s
        self._token = token
        self._token_header = config.header
        self._blanks: dict[str, requests.PreparedRequest] = {}
        """By path, requests without body and token: preparing costs as much as sending."""
        proxy = proxy_of(self.address)
        self._proxies = {} if proxy is None else {urlsplit(self.address).scheme: proxy}
        self._passwords = Redactor(passwords_of(os.environ) | passwords_in(proxy or ""))
        self._verify = ca_bundle() if self.address.startswith("https") else True
        self._idle: deque[OneShotSession] = deque()

    def send(self, path: str, body: bytes, *, bytes_max: int) -> Answer | NotSent | InDoubt:
        """Send one request, once, and return the whole answer, or what its absence proves.

        Never retries, and never raises for what the network or the marketplace does.
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
        except Exception as error:  # after the first byte each error is a doubt
            evidence = self._evidence(partial, exchange)
            return failure_outcome(error, evidence, sent=exchange.sent, redact=self.redact)
        finally:
            current_exchange.reset(mark)
        return self._answer(partial, partial.body)

    def redact(self, text: str) -> str:
        """Return a text without the token and without the passwords of proxies."""
        return self._passwords(self._token.redact(text))

    def close(self) -> None:
        """Close the connections that are idle."""
        with suppress(IndexError):
            while True:
                self._idle.pop().close()

    def _exchange(self, path: str, body: bytes, bytes_max: int, partial: _Partial) -> None:
        try:
            session = self._idle.pop()
        except IndexError:
            session = OneShotSession()
        try:
            self._post(session, path, body, bytes_max, partial)
        except BaseException:
            session.close()
            raise
        self._idle.append(session)

    def _post(
        self, session: OneShotSession, path: str, body: bytes, bytes_max: int, partial: _Partial
    ) -> None:
        with session.send(
            self._request(path, body),
            timeout=(self._connect_timeout_s, self._answer_timeout_s),
            allow_redirects=False,
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

    def _request(self, path: str, body: bytes) -> requests.PreparedRequest:
        if path not in self._blanks:
            blank = requests.Request("POST", self.address + path, headers=_HEADERS)
            with OneShotSession() as session:
                self._blanks[path] = session.prepare_request(blank)
        request = self._blanks[path].copy()
        request.headers[self._token_header] = self._token.reveal()
        request.prepare_body(body, None)
        return request

    def _answer(self, partial: _Partial, body: bytes | bytearray) -> Answer:
        assert partial.status is not None
        return Answer(partial.status, partial.headers or {}, bytes(body), self.redact)

    def _evidence(self, partial: _Partial, exchange: Exchange) -> str:
        if partial.status is not None:
            # urllib3 drops what it read of a block that was cut: it may hold an order number.
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
    """Return the CA bundle that the environment names: for requests, curl, or all of OpenSSL.

    Raises UsageError for one that cannot be loaded: every request would fail.
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
