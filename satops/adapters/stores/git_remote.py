"""Find the addresses that git fetches a remote from and pushes it to.

Both can differ from `state`, by the clone's settings `url.….insteadOf`, `pushInsteadOf` and
`pushurl`.
"""

import os
import re
import unicodedata
from collections.abc import Iterator
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from urllib.parse import unquote

from msgspec import Struct

from satops.adapters.git_command import Git
from satops.core.redaction import shown_address
from satops.errors import StoreUnreachable, UsageError

_LISTED = re.compile(r"([^\t]+)\t(.*) \((fetch|push)\)(?: \[.*\])?")
_URL = re.compile(r"[A-Za-z0-9][A-Za-z0-9+.-]*://")


class Addresses(Struct, frozen=True):
    """The addresses of one remote."""

    fetch: str
    push: tuple[str, ...]

    @property
    def apart(self) -> bool:
        """Whether a push may go to another repository than a fetch reads."""
        return self.push != (self.fetch,)


def branches_of(folder: Path, timeout_s: float, remote: str, prefix: str) -> Iterator[str]:
    """Yield the names of a remote's branches that begin with `prefix`; fetches nothing.

    Raises `UsageError` as `addresses_of` does, and `StoreUnreachable`.
    """
    addresses_of(folder, timeout_s, remote)
    heads = "refs/heads/"
    listed = Git(folder, timeout_s).attempt(
        "ls-remote", "--quiet", "--", remote, f"{heads}{prefix}*"
    )
    if not listed.ok:
        raise StoreUnreachable(f"The branches of {_shown(remote)} cannot be read: {listed.reason}")
    for line in listed.text.splitlines():
        yield line.partition("\t")[2].removeprefix(heads)


def addresses_of(folder: Path, timeout_s: float, remote: str) -> Addresses:
    """Return the addresses of a remote, or of an address that is no configured remote.

    Raises `UsageError` for a repository inside the tracked files, since a pull request can add it
    and git would run its hooks; and `StoreUnreachable` if git does not know the remote.
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
        if _is_carried(git, address):
            raise UsageError(
                f"The ledger's remote {_shown(remote)} leads to files of the repository itself. A "
                "pull request can bring them, and with them commands that git would run. Name a "
                "remote outside of the work tree in `state` of satops.yaml."
            )
    return Addresses(fetch[0], tuple(push))


def _listed(text: str) -> Iterator[tuple[str, str, str]]:
    for line in text.splitlines():
        found = _LISTED.fullmatch(line)
        if found is not None:
            yield found[1], found[2], found[3]


def _is_half_read(address: str) -> bool:
    """Tell whether git would take a part of the password for the host."""
    if not _URL.match(address):
        return False
    host, *rest = re.split(r"[/?#]", address.partition("://")[2], maxsplit=1)
    return "@" not in host and "@" in "".join(rest)


def _is_carried(git: Git, address: str) -> bool:
    """Tell whether an address leads to files that git tracks in this repository."""
    path = _local_path(address)
    if path is None:
        return False
    top = git.checkout.top
    places = [top / path]
    with suppress(RuntimeError):  # ~nobody
        places.append(top / Path(path).expanduser())
    for place in places:
        for found in (Path(os.path.normpath(place)), Path(os.path.realpath(place))):
            if found.parts[1:2] == ("proc",):  # /proc/self is another folder for git's process
                return True
            below = _below(found, top)
            if below is not None and _is_tracked(git, below):
                return True
    return False


def _below(path: Path, top: Path) -> str | None:
    """Return a path relative to the top of the work tree; None if it lies outside."""
    for place in (path, *path.parents):
        with suppress(OSError):
            if place.samefile(top):
                return path.relative_to(place).as_posix()
    return None


def _is_tracked(git: Git, path: str) -> bool:
    """Tell whether git tracks a path, something below it, or a link or repository above it."""
    listed = git.attempt("ls-files", "-z")
    if not listed.ok or path == ".":
        return True
    whole = _folded(path)
    parts = whole.split("/")
    itself = {"/".join(parts[:count]) for count in range(1, len(parts) + 1)}
    itself |= {f"{whole}.git", f"{whole}.bundle"}  # git also tries these
    entries = map(_folded, os.fsdecode(listed.out).split("\0"))
    return any(
        entry in itself or entry.startswith((f"{whole}/", f"{whole}.git/")) for entry in entries
    )


def _folded(path: str) -> str:
    """Return a path as disks compare it that ignore case and Unicode forms."""
    return unicodedata.normalize("NFC", path).casefold()


def _local_path(address: str) -> str | None:
    """Return the local path of a git address; None for an address of another machine."""
    if address.startswith("file://"):
        return "/" + unquote(address.removeprefix("file://")).lstrip("/")
    if _URL.match(address):
        return None
    host, colon, _ = address.partition(":")
    return address if not colon or "/" in host else None


def _shown(remote: str) -> str:
    return f"`{shown_address(remote)}`"
