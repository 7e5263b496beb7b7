"""Check that an address may get the token."""

from urllib.parse import urlsplit

from satops.core.plan.address import is_loopback
from satops.errors import UsageError


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
