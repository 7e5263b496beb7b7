"""Which addresses a token may be sent to."""

from ipaddress import ip_address
from urllib.parse import SplitResult, urlsplit

from satops.core.redaction import shown_address
from satops.errors import UsageError


def base_url(url: str) -> str:
    """Return the marketplace's address without a final slash; endpoint paths are appended to it.

    Raises UsageError for plain HTTP to other than loopback (anybody on the way could read the
    token and change the order), and for an address that carries a credential, a query or a
    fragment.
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
    if parts.scheme == "http" and not is_loopback(parts.hostname):
        raise UsageError(
            f"marketplace.url is {url!r}: plain HTTP. Anybody on the way could read the token. "
            "Use https. Plain HTTP is only for loopback."
        )
    return url.rstrip("/")


def is_loopback(host: str) -> bool:
    """Tell whether a host is this machine."""
    if host.lower() == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def require_host(url: str, expected: str) -> None:
    """Refuse an address whose host is not the expected one; raises UsageError.

    `satops.yaml` can be changed by a pull request; `expected` comes from the environment of the
    run (SATOPS_MARKETPLACE), as a host, a host with a port, or a whole address.  A port that is
    not given is the scheme's own.
    """
    wanted = urlsplit(expected if "://" in expected else f"//{expected}")
    found = urlsplit(url)
    try:
        same = (found.hostname, _port(found)) == (wanted.hostname, _port(wanted))
    except ValueError:
        same = False
    if not same or not wanted.hostname or wanted.scheme not in {"", found.scheme}:
        raise UsageError(
            f"marketplace.url leads to {found.netloc.rpartition('@')[2]!r}, but SATOPS_MARKETPLACE "
            f"allows only {shown_address(expected)!r}. Nothing was sent. Find out who "
            "changed marketplace.url."
        )


def _port(parts: SplitResult) -> int:
    return parts.port or (80 if parts.scheme == "http" else 443)
