"""The address of a marketplace: its normal form, and which one a run may talk to."""

from ipaddress import ip_address
from urllib.parse import SplitResult, urlsplit

from satops.core.plan.config import SANDBOX
from satops.core.redaction import shown_address
from satops.errors import UsageError

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


def require_host(url: str, expected: str) -> None:
    """Refuse an address whose host is not the expected one; raises UsageError.

    `satops.yaml` can be changed by a pull request; `expected` comes from the environment of the
    run (SATOPS_MARKETPLACE), as a host, a host with a port, or a whole address.  A port that is
    not given is the scheme's own.
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
    """Return the name of the ledger of another marketplace beside one of the sandbox.

    The default names carry the marketplace: `git:satops-state` is the sandbox's, and
    `git:satops-state-HOST` another one's.
    """
    host = (urlsplit(address).hostname or "marketplace").replace(":", "-")
    if state.endswith(".jsonl"):
        return f"{state.removesuffix('.jsonl')}-{host}.jsonl"
    return f"{state}-{host}"
