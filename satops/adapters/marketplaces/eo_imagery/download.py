"""Follow one link to a product, and stream the answer.

Redirects are followed here, and each address is checked before the request.  The token goes to the
marketplace's own host only.
"""

import os
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Final
from urllib.parse import urlsplit

import requests
from msgspec import Struct, field

from satops import __version__
from satops.adapters.clock import monotonic_s
from satops.adapters.marketplaces.eo_imagery.answer import Answer, envelope, whole_number
from satops.adapters.marketplaces.eo_imagery.failures import failure_outcome
from satops.adapters.marketplaces.eo_imagery.outcome import retry_after_s
from satops.adapters.marketplaces.eo_imagery.sender import ca_bundle
from satops.adapters.marketplaces.eo_imagery.wire import (
    FRAMING_BYTES,
    Exchange,
    OneShotAdapter,
    base_url,
    current_exchange,
    proxy_of,
)
from satops.adapters.token import Token
from satops.core.delivery.link import (
    LinkFailed,
    Served,
    WrongLink,
    is_of,
    link_redactor,
    redirected,
    require_allowed,
)
from satops.core.delivery.names import sender_title
from satops.core.plan.config import ApplyConfig, DeliveryConfig, MarketplaceConfig
from satops.core.redaction import Redactor, passwords_of
from satops.core.safe import shown
from satops.errors import UsageError

STALL_S: Final = 30.0
"""Seconds without `STALL_BYTES` new bytes, after which the connection is given up."""
STALL_BYTES: Final = 4096
HOPS_MAX: Final = 5
_CHUNK_BYTES: Final = 64 * 1024
_ERROR_BYTES: Final = 64 * 1024
_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
_GONE: Final = frozenset({400, 401, 403, 404, 410})
"""HTTP statuses of an expired or wrong link."""
_MAY_PASS: Final = frozenset({408, 409, 423, 425, 429})
_ETAG: Final = re.compile(r'"[\x21\x23-\x7e]{1,300}"')
_SPAN: Final = re.compile(r"bytes (\d{1,18})-(\d{1,18})/(\d{1,18})")
_HEADERS: Final = {
    "Accept": "*/*",
    "Accept-Encoding": "identity",  # a byte range of a compressed body has other bytes
    "User-Agent": f"satops/{__version__}",
}


class _Flow(Exchange):
    """An exchange without a total deadline, as long as bytes keep coming."""

    stall_s: float = STALL_S
    _since: int = field(default=0)

    def received(self, chunk: bytes | memoryview) -> None:
        """Count bytes, and extend the deadline after enough of them."""
        super().received(chunk)
        self._since += len(chunk)
        if self._since >= STALL_BYTES:
            self._since = 0
            self.answer_by = monotonic_s() + self.stall_s


class LinkOpener:
    """Opens links to products.  Thread-safe."""

    def __init__(
        self,
        config: MarketplaceConfig,
        delivery: DeliveryConfig,
        apply: ApplyConfig,
        token: Token,
        *,
        stall_s: float = STALL_S,
    ) -> None:
        self._address = base_url(config.url)
        self._delivery = delivery
        self._connect_timeout_s = apply.connect_timeout_s
        self._token, self._header = token, config.header
        self._stall_s = stall_s

    @contextmanager
    def open(self, url: str, *, have: int, etag: str | None) -> Iterator[Served]:
        """Yield the product behind a link: from byte `have` if the server confirms that the bytes
        before it belong to `etag`, else from 0.  Raises `LinkFailed`, also while the body is read.
        """
        seen = [url]
        try:
            for _ in range(HOPS_MAX):
                require_allowed(seen[-1], self._address, self._delivery.hosts)
                with self._one(seen, have, etag) as answer:
                    if isinstance(answer, Served):
                        yield answer
                        return
                    seen.append(redirected(seen[-1], answer))
        except WrongLink as wrong:
            raise LinkFailed(f"The link is not followed: {wrong}.") from None
        raise LinkFailed(f"The link redirects more than {HOPS_MAX} times.")

    @contextmanager
    def _one(self, seen: list[str], have: int, etag: str | None) -> Iterator[Served | str]:
        """Request one address; yield its product, or the address that it redirects to."""
        url, redact = seen[-1], self._redactor(seen)
        flow = _Flow(
            connect_by=monotonic_s() + self._connect_timeout_s,
            answer_timeout_s=self._stall_s,
            bytes_left=2 * self._delivery.bytes_max + FRAMING_BYTES,
            stall_s=self._stall_s,
        )
        with ExitStack() as closing:
            adapter = OneShotAdapter()
            closing.callback(adapter.close)
            request = self._request(url, have, etag)
            mark = current_exchange.set(flow)
            try:
                response = adapter.send(
                    request,
                    timeout=(self._connect_timeout_s, self._stall_s),
                    stream=True,
                    proxies=self._proxies(url),
                    verify=ca_bundle() if url.startswith("https") else True,
                )
            except LinkFailed:
                raise
            except Exception as error:  # any exception of the libraries means: no answer
                raise _failed(error, flow, redact) from None
            finally:
                current_exchange.reset(mark)
            closing.callback(response.close)
            yield self._read(_Answered(response, flow, redact), url, have)

    def _request(self, url: str, have: int, etag: str | None) -> requests.PreparedRequest:
        headers = dict(_HEADERS)
        if have and etag is not None:
            headers |= {"Range": f"bytes={have}-", "If-Range": etag}
        if is_of(url, self._address):
            headers[self._header] = self._token.reveal()
        return requests.Request("GET", url, headers=headers).prepare()

    def _read(self, answered: "_Answered", url: str, have: int) -> Served | str:
        status, headers = answered.response.status_code, answered.headers
        if status in _REDIRECTS and "location" in headers:
            return headers["location"]
        if status not in (HTTPStatus.OK, HTTPStatus.PARTIAL_CONTENT):
            raise _refused(answered)
        if headers.get("content-encoding", "identity").strip().lower() not in ("", "identity"):
            raise LinkFailed("The server compresses on the way, unasked.", again=True)
        start, total = _span(status, headers, have)
        if total is None and headers.get("transfer-encoding", "").strip().lower() != "chunked":
            raise LinkFailed("The answer says no length, so that its end cannot be told.")
        if total is not None and total > self._delivery.bytes_max:
            raise LinkFailed(
                f"The product has {total:,} bytes, and delivery.bytesMax in satops.yaml allows "
                f"{self._delivery.bytes_max:,}."
            )
        redact = answered.redact
        title = redact(sender_title(headers.get("content-disposition", ""), urlsplit(url).path))
        return Served(
            start=start,
            total=total,
            etag=_strong(headers.get("etag", "")),
            content_type=shown(redact(headers.get("content-type", ""))),
            title=title,
            redact=redact,
            chunks=answered.chunks(),
        )

    def _redactor(self, seen: list[str]) -> Callable[[str], str]:
        links, passwords = link_redactor(seen), Redactor(passwords_of(os.environ))
        return lambda text: passwords(self._token.redact(links(text)))

    def _proxies(self, url: str) -> dict[str, str]:
        try:
            proxy = proxy_of(url)
        except UsageError as error:
            raise LinkFailed(str(error)) from None
        return {} if proxy is None else {urlsplit(url).scheme: proxy}


class _Answered(Struct, frozen=True):
    """One answer after its headers were read."""

    response: requests.Response
    flow: _Flow
    redact: Callable[[str], str]

    @property
    def headers(self) -> Mapping[str, str]:
        """Names in lower case."""
        return {name.lower(): value for name, value in self.response.headers.items()}

    def chunks(self) -> Iterator[bytes]:
        """Yield the body in pieces.  Raises `LinkFailed`."""
        try:
            yield from self.response.raw.stream(_CHUNK_BYTES, decode_content=False)
        except Exception as error:  # of the server or of a proxy
            raise _failed(error, self.flow, self.redact) from None


def _refused(answered: _Answered) -> LinkFailed:
    status = answered.response.status_code
    body = next(answered.chunks(), b"")[:_ERROR_BYTES]
    answer = Answer(status, answered.headers, body, answered.redact)
    found = envelope(answer)
    words = (found.message if found is not None else answer.words()).rstrip(".")
    unsatisfied = status == HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE
    return LinkFailed(
        f"HTTP {status}{f': {words}' if words else ''}.",
        fresh=status in _GONE,
        again=status >= 500 or status in _MAY_PASS or status in _GONE or unsatisfied,
        restart=unsatisfied,
        wait_s=retry_after_s(answer, datetime.now(UTC)) if status in (429, 503) else 0.0,
    )


def _failed(error: Exception, flow: _Flow, redact: Callable[[str], str]) -> LinkFailed:
    if isinstance(error, LinkFailed):
        return error
    found = failure_outcome(error, "", sent=flow.sent, redact=redact)
    return LinkFailed(found.reason, again=True)


def _span(status: int, headers: Mapping[str, str], have: int) -> tuple[int, int | None]:
    """Return the offset of the body in the product, and the product's size in bytes.

    Raises `LinkFailed` for another range than requested: its bytes would be written at the wrong
    offset.
    """
    length = whole_number(headers.get("content-length", ""))
    said = headers.get("content-range")
    if status == HTTPStatus.OK and said is None:
        return 0, length
    found = _SPAN.fullmatch((said or "").strip())
    if found is None:
        raise LinkFailed("The server gave a part without saying which.", again=True, restart=True)
    begin, end, total = map(int, found.groups())
    wanted = have if status == HTTPStatus.PARTIAL_CONTENT else 0
    if begin != wanted or end != total - 1 or length not in (None, total - begin):
        raise LinkFailed("The server gave another part than asked for.", again=True, restart=True)
    return begin, total


def _strong(etag: str) -> str | None:
    """Return a strong validator; None for a weak or malformed one."""
    text = etag.strip()
    return text if _ETAG.fullmatch(text) else None
