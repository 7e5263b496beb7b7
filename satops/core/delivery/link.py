"""A link to a product: the parts that may be kept, the hosts that it may lead to, and the answer to
it, a product as a stream or the failure.

A link contains a signature with which anybody can download, so the whole link is a secret; only its
address without the other parts may be shown and recorded.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from hashlib import sha256
from typing import Final
from urllib.parse import SplitResult, parse_qsl, urlencode, urljoin, urlsplit

from msgspec import Struct

from satops.core.plan.address import is_loopback
from satops.core.redaction import Redactor
from satops.core.safe import repr_without

KEPT: Final[tuple[str, ...]] = ("orderNo", "id")
"""Query fields of a link that are not secret."""
SIGNATURE: Final = "[signature]"
"""Replaces a secret part of a link."""
_ID: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")
_ID_CHARS: Final = 12
_PORTS: Final = {"https": 443, "http": 80}
_KEPT_CHARS: Final = 200


class WrongLink(ValueError):
    """The link cannot be followed; the message contains no secret."""


class Link(Struct, frozen=True):
    """One link to one product."""

    url: str
    """The whole link: a secret."""
    product: str
    """Product number: the link's `id`, or else digits of the SHA-256 of host and path."""
    address: str
    """Scheme, host, path, `orderNo` and `id`: the parts that may be kept."""
    host: str
    """`HOST` or `HOST:PORT`, in lower case."""

    __repr__ = repr_without("url")


def read_link(url: str) -> Link:
    """Parse a link.  Raises `WrongLink`."""
    parts = _parts(url)
    fields = dict(parse_qsl(parts.query))
    place = host_of(parts) + parts.path
    number = fields.get("id", "")
    if not _ID.fullmatch(number):
        number = sha256(place.encode()).hexdigest()[:_ID_CHARS]
    kept = {name: fields[name][:_KEPT_CHARS] for name in KEPT if name in fields}
    query = f"?{urlencode(kept)}" if kept else ""
    return Link(url, number, f"{parts.scheme}://{place}{query}", host_of(parts))


def redirected(url: str, location: str) -> str:
    """Return the target of a redirect, relative to the redirecting address.  Raises `WrongLink`."""
    try:
        target = urljoin(url, location)
    except ValueError:
        raise WrongLink("it redirects to what is no address") from None
    if _parts(url).scheme == "https" and _parts(target).scheme != "https":
        raise WrongLink("it redirects from https to plain http")
    return target


def require_allowed(url: str, marketplace: str, hosts: Iterable[str]) -> None:
    """Raise `WrongLink` for an address that is neither the marketplace's nor in `hosts`.

    Plain http is allowed only for the marketplace's own address, which is loopback then, and for
    another named host of this machine.
    """
    parts = _parts(url)
    if is_of(url, marketplace):
        return
    host = host_of(parts)
    if host not in hosts:
        raise WrongLink(
            f"it leads to {host}, and neither marketplace.url nor delivery.hosts in satops.yaml "
            "names that host"
        )
    if parts.scheme != "https" and not is_loopback(url):
        raise WrongLink(f"it leads to {host} over plain http")


def is_of(url: str, marketplace: str) -> bool:
    """Tell whether an address has the marketplace's scheme, host and port."""
    theirs, own = _parts(url), _parts(marketplace)
    return (theirs.scheme, host_of(theirs)) == (own.scheme, host_of(own))


def host_of(parts: SplitResult) -> str:
    """Return the host of an address in lower case, with a port that is not the scheme's default."""
    port = parts.port or _PORTS.get(parts.scheme)
    host = (parts.hostname or "").lower()
    shown = f"[{host}]" if ":" in host else host
    return shown if port == _PORTS.get(parts.scheme) else f"{shown}:{port}"


def secrets_of(url: str) -> Mapping[str, str]:
    """Return the secret parts of a link, each with its mark."""
    try:
        query = urlsplit(url).query
    except ValueError:
        return {url: SIGNATURE}
    values = {value for name, value in parse_qsl(query) if name not in KEPT}
    raw = {
        part.partition("=")[2] for part in query.split("&") if part.partition("=")[0] not in KEPT
    }
    return {text: SIGNATURE for text in {url, query, *values, *raw} if len(text) >= 4}


def link_redactor(urls: Iterable[str]) -> Redactor:
    """Return a redactor for the secrets of some links."""
    return Redactor({text: mark for url in urls for text, mark in secrets_of(url).items()})


def _parts(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise WrongLink("it is no address") from None
    if not (url.isascii() and url.isprintable()) or any(char in url for char in " \\"):
        raise WrongLink("it holds characters that no address holds")
    if parts.scheme not in _PORTS or not parts.hostname or port == 0:
        raise WrongLink("it is no http address")
    if "@" in parts.netloc:
        raise WrongLink("it holds a user name or a password")
    return parts


class LinkFailed(Exception):
    """A link gave no product; the message contains no secret."""

    def __init__(
        self,
        reason: str,
        *,
        fresh: bool = False,
        again: bool = False,
        restart: bool = False,
        wait_s: float = 0.0,
    ) -> None:
        super().__init__(reason)
        self.fresh = fresh
        """Whether the link may have expired, so that a new one is needed."""
        self.again = again
        """Whether the same request may succeed a moment later."""
        self.restart = restart
        """Whether the part cannot be resumed."""
        self.wait_s = wait_s
        """Seconds that the server asks to wait."""


class Served(Struct, frozen=True):
    """The answer to a link after its headers."""

    start: int
    """Offset of the body in the product."""
    total: int | None
    """Bytes of the whole product; None if the server does not say."""
    etag: str | None
    """Strong validator with which a part can be resumed."""
    content_type: str
    """The server's content type."""
    title: str
    """The server's file name, for messages; never a path."""
    redact: Callable[[str], str]
    """Removes the link's signature and the token from a text."""
    chunks: Iterator[bytes]
    """The body in pieces.  Raises `LinkFailed`."""

    __repr__ = repr_without("redact", "chunks")
