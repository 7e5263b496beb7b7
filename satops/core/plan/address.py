"""The address of a marketplace: its normal form, and the check of its host."""

from ipaddress import ip_address
from urllib.parse import SplitResult, urlsplit

from satops.core.plan.config import SANDBOX
from satops.core.redaction import shown_address
from satops.errors import UsageError

_DEFAULT_PORTS = {"http": 80, "https": 443}


def normal_address(url: str) -> str:
    """Return the normal form of an address, for comparisons.

    Scheme and host in lower case, an international name as `xn--`, the port only if it is not the
    scheme's default, the path without its last slash.  `sandbox` stays unchanged.
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


def require_host(url: str, expected: str) -> None:
    """Raise UsageError if the host of an address is not the expected one.

    A pull request can change `satops.yaml`, so `expected` comes from the run's environment
    (SATOPS_MARKETPLACE): a host, a host with a port, or a whole address.  The default port is the
    scheme's.
    """

    def port(parts: SplitResult) -> int:
        return parts.port or _DEFAULT_PORTS.get(parts.scheme, 443)

    wanted = urlsplit(expected if "://" in expected else f"//{expected}")
    found = urlsplit(url)
    try:
        same = (found.hostname, port(found)) == (wanted.hostname, port(wanted))
    except ValueError:
        same = False
    if not same or not wanted.hostname or wanted.scheme not in {"", found.scheme}:
        raise UsageError(
            f"marketplace.url leads to {found.netloc.rpartition('@')[2]!r}, but SATOPS_MARKETPLACE "
            f"allows only {shown_address(expected)!r}. Nothing was sent. Find out who "
            "changed marketplace.url."
        )


def state_for(state: str, address: str) -> str:
    """Return the ledger's address for a marketplace, from the one for the sandbox.

    Default names contain the marketplace: `git:satops-state` for the sandbox,
    `git:satops-state-HOST` for another one.
    """
    host = (urlsplit(address).hostname or "marketplace").replace(":", "-")
    if state.endswith(".jsonl"):
        return f"{state.removesuffix('.jsonl')}-{host}.jsonl"
    return f"{state}-{host}"
