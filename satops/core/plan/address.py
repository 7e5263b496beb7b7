"""The identity of a marketplace: its address, in one normal form."""

from ipaddress import ip_address
from urllib.parse import urlsplit

from satops.core.plan.config import SANDBOX

_DEFAULT_PORTS = {"http": 80, "https": 443}


def normal_address(url: str) -> str:
    """Return an address by which two are compared.

    Scheme and host in small letters, a name outside of ASCII as `xn--`, the port unless it is the
    scheme's own, the path without its last slash.  `sandbox` stays as it is.
    """
    if url == SANDBOX:
        return url
    parts = urlsplit(url)
    host = (parts.hostname or "").rstrip(".")
    if not host.isascii():
        host = host.encode("idna").decode()
    if ":" in host:
        host = f"[{host}]"
    port = "" if parts.port in (None, _DEFAULT_PORTS.get(parts.scheme)) else f":{parts.port}"
    return f"{parts.scheme.lower()}://{host}{port}{parts.path.rstrip('/')}"


def is_loopback(address: str) -> bool:
    """Tell whether an address leads to this machine."""
    host = urlsplit(address).hostname or ""
    if host.lower() == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def state_for(state: str, address: str) -> str:
    """Return the name of the ledger of another marketplace beside one of the sandbox.

    The default names carry the marketplace: `git:satops-state` is the sandbox's, and
    `git:satops-state-HOST` another one's.
    """
    host = (urlsplit(address).hostname or "marketplace").replace(":", "-")
    if state.endswith(".jsonl"):
        return f"{state.removesuffix('.jsonl')}-{host}.jsonl"
    return f"{state}-{host}"
