"""A link to a product: what of it may be kept, and which hosts it may lead to.

A link carries a signature that lets anybody download, so it is a secret as a whole; what may be
shown and recorded is its address without the rest.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Final
from urllib.parse import SplitResult, parse_qsl, urlencode, urljoin, urlsplit

from satops.core.plan.address import is_loopback
from satops.core.redaction import Redactor

KEPT: Final[tuple[str, ...]] = ("orderNo", "id")
"""The fields of a link that are no secret."""
SIGNATURE: Final = "[signature]"
"""Stands where a part of a link stood."""
_ID: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")
_ID_CHARS: Final = 12
_PORTS: Final = {"https": 443, "http": 80}
_KEPT_CHARS: Final = 200


class WrongLink(ValueError):
    """The link cannot be followed; the message shows nothing of it that is secret."""


@dataclass(frozen=True, slots=True)
class Link:
    """One link to one product."""

    url: str = field(repr=False)
    """The whole of it: a secret."""
    product: str
    """The product's number: the link's `id`, else digits of its place."""
    address: str
    """Scheme, host, path, `orderNo` and `id`: what may be kept."""
    host: str
    """`HOST` or `HOST:PORT`, in lower case."""


def read_link(url: str) -> Link:
    """Take a link apart.  Raises `WrongLink`."""
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
    """Return where a redirect leads, seen from the address that gave it.  Raises `WrongLink`."""
    try:
        target = urljoin(url, location)
    except ValueError:
        raise WrongLink("it redirects to what is no address") from None
    if _parts(url).scheme == "https" and _parts(target).scheme != "https":
        raise WrongLink("it redirects from https to plain http")
    return target


def require_allowed(url: str, marketplace: str, hosts: Iterable[str]) -> None:
    """Raise `WrongLink` for an address that is neither the marketplace's nor of `hosts`.

    Plain http is followed only to the marketplace's own address, which is loopback then, and to
    another host of this machine that is named.
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
    """Return the host of an address in lower case, with the port unless it is the scheme's own."""
    port = parts.port or _PORTS.get(parts.scheme)
    host = (parts.hostname or "").lower()
    shown = f"[{host}]" if ":" in host else host
    return shown if port == _PORTS.get(parts.scheme) else f"{shown}:{port}"


def secrets_of(url: str) -> Mapping[str, str]:
    """Return what of a link is a secret, each with the mark that stands for it."""
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
    """Return what takes the secrets of some links out of texts."""
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
