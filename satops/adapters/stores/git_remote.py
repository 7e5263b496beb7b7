"""Where a remote is read and where it is pushed to, as git itself resolves it.

Both can be other than what `state` says: `url.….insteadOf`, `pushInsteadOf` and `pushurl` are
ordinary settings of a clone.
"""

import os
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from urllib.parse import unquote

from satops.adapters.git_command import Git
from satops.core.redaction import shown_address
from satops.errors import StoreUnreachable, UsageError

_LISTED = re.compile(r"([^\t]+)\t(.*) \((fetch|push)\)(?: \[.*\])?")
_URL = re.compile(r"[A-Za-z0-9][A-Za-z0-9+.-]*://")
_OF_A_PROCESS = ("/proc", "/dev", "/sys")
"""Paths below these lead git elsewhere than they lead this process."""


@dataclass(frozen=True, slots=True)
class Addresses:
    """The addresses of one remote."""

    fetch: str
    push: tuple[str, ...]

    @property
    def apart(self) -> bool:
        """Whether what is pushed may go to another repository than the one that is read."""
        return self.push != (self.fetch,)


def addresses_of(folder: Path, timeout_s: float, remote: str) -> Addresses:
    """Return the addresses of a remote, or of an address that is no configured remote.

    A repository inside the work tree is refused: a pull request could bring it, and git would run
    its hooks.  Raises `UsageError`, and `StoreUnreachable` where git does not know the remote.
    """
    alias = f"satops-{sha256(remote.encode(errors='surrogateescape')).hexdigest()[:16]}"
    git = Git(folder, timeout_s, [f"remote.{alias}.url={remote}"])
    listed = list(_listed(git.run("remote", "-v")))
    is_configured = any(name == remote for name, _, _ in listed)
    wanted = remote if is_configured else alias
    if not is_configured and re.fullmatch(r"[\w.-]+", remote):
        raise StoreUnreachable(
            f"git knows no remote `{remote}` in {git.checkout.top}. Add it, with the address of "
            f"the forge:\n    git remote add {remote} URL"
        )
    fetch = [address for name, address, kind in listed if (name, kind) == (wanted, "fetch")]
    push = [address for name, address, kind in listed if (name, kind) == (wanted, "push")]
    if len(fetch) != 1 or not push:
        raise StoreUnreachable(f"git does not tell where the remote {_shown(remote)} leads.")
    for address in (*fetch, *push):
        if _is_half_read(address):
            raise UsageError(
                f"The address of the remote {_shown(remote)} holds an @ behind its host: git would "
                "take a part of a password for the host. Write / ? # @ in it as %2F %3F %23 %40."
            )
        if _is_inside(address, git.checkout.top):
            raise UsageError(
                f"The ledger's remote {_shown(remote)} leads into the work tree itself. A pull "
                "request could bring a repository there, and with it commands that git would run. "
                "Name a remote outside of it in `state` of satops.yaml."
            )
    return Addresses(fetch[0], tuple(push))


def _listed(text: str) -> Iterator[tuple[str, str, str]]:
    for line in text.splitlines():
        found = _LISTED.fullmatch(line)
        if found is not None:
            yield found[1], found[2], found[3]


def _is_half_read(address: str) -> bool:
    """Tell whether git would look for the host in the middle of a password."""
    if not _URL.match(address):
        return False
    host, *rest = re.split(r"[/?#]", address.partition("://")[2], maxsplit=1)
    return "@" not in host and "@" in "".join(rest)


def _is_inside(address: str, top: Path) -> bool:
    path = _local_path(address)
    if path is None:
        return False
    places = [top / path]
    with suppress(RuntimeError):  # ~nobody
        places.append(top / Path(path).expanduser())
    return any(
        _lies_in(found, top) or found.startswith(_OF_A_PROCESS)
        for place in places
        for found in (os.path.normpath(place), os.path.realpath(place))
    )


def _local_path(address: str) -> str | None:
    """Return the path that an address of git stands for; None for one of another machine."""
    if address.startswith("file://"):
        return "/" + unquote(address.removeprefix("file://")).lstrip("/")
    if _URL.match(address):
        return None
    host, colon, _ = address.partition(":")
    return address if not colon or "/" in host else None


def _lies_in(path: str, folder: Path) -> bool:
    for place in (Path(path), *Path(path).parents):
        try:
            if place.samefile(folder):
                return True
        except OSError:
            continue
    return False


def _shown(remote: str) -> str:
    return f"`{shown_address(remote)}`"
