"""Check the proxy of the environment, before anything is intended."""

from typing import Final
from urllib.parse import urlsplit

from requests.utils import get_environ_proxies, select_proxy

from satops.core.plan.address import is_loopback
from satops.errors import UsageError

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
