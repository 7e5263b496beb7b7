"""From the address in `satops.yaml` to a store."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from satops.errors import UsageError
from satops.ports import LedgerStore

if TYPE_CHECKING:
    from satops.adapters.stores.git import Pages


def open_store(address: str, root: Path, *, pages: "Pages | None" = None) -> LedgerStore:
    """Return the store at `SCHEME:REST`, reading paths from the repository's root.

    `pages` makes what a store can show beside the ledger; only the `git:` store has room for it.
    Nothing is read or written yet, and no credential is needed.  Raises `UsageError` for a
    scheme that is not in the table: an address can never choose code to load.
    """
    scheme, colon, rest = address.partition(":")
    opener = _OPENERS.get(scheme) if colon else None
    if opener is None:
        known = ", ".join(f"`{name}:`" for name in sorted(_OPENERS))
        raise UsageError(
            f"`state: {scheme}{colon}` in satops.yaml is no kind of ledger store. "
            f"Known are {known}; the default is `file:state/ledger.jsonl`."
        )
    return opener(rest, root, pages)


def _file(rest: str, root: Path, pages: "Pages | None") -> LedgerStore:
    from satops.adapters.stores.file import FileStore

    if not rest:
        raise UsageError(
            "`state: file:` in satops.yaml names no file. Write `file:state/ledger.jsonl`."
        )
    return FileStore(root / rest)


def _git(rest: str, root: Path, pages: "Pages | None") -> LedgerStore:
    from satops.adapters.stores.git import DEFAULT_REF, DEFAULT_REMOTE, GitStore

    remote, _, ref = rest.rpartition("#")
    remote, ref = remote or DEFAULT_REMOTE, ref or DEFAULT_REF
    # What begins with a dash would be read as an option, and "::" names a program to run.
    if not _REF.fullmatch(ref) or remote.startswith("-") or "::" in remote:
        raise UsageError(
            "`state: git:` in satops.yaml does not name a ref. Write `git:satops-state` for a ref "
            "of `origin`, or `git:REMOTE#REF` for one of another remote."
        )
    return GitStore(root, remote, ref, pages=pages)


def _postgresql(rest: str, root: Path, pages: "Pages | None") -> LedgerStore:
    from satops.adapters.stores.postgresql_address import parse_address

    address = parse_address(rest)
    with _extra("postgresql"):
        from satops.adapters.stores.postgresql import PostgresStore

    return PostgresStore(address.conninfo, address.ledger, shown=address.shown)


def _objects(scheme: str) -> "_Opener":
    def opener(rest: str, root: Path, pages: "Pages | None") -> LedgerStore:
        with _extra("cloud"):
            from satops.adapters.stores.objects import ObjectLedger
            from satops.adapters.stores.objects_client import open_client, parse_address

        address = parse_address(scheme, rest)
        return ObjectLedger(open_client(address), shown=address.shown)

    return opener


@contextmanager
def _extra(name: str) -> Iterator[None]:
    """Say which extra of the package is missing, where a store needs one."""
    try:
        yield
    except ImportError as error:
        raise UsageError(
            f"This ledger store needs a package that is not installed: {error.name}. Install it "
            f"with satops:\n    pip install 'satops[{name}]'"
        ) from None


_REF = re.compile(r"(?!.*(\.\.|//|\.lock(/|$)|/$|\.$))[A-Za-z0-9][A-Za-z0-9._/-]*")
_Opener = Callable[[str, Path, "Pages | None"], LedgerStore]
_OPENERS: dict[str, _Opener] = {
    "file": _file,
    "git": _git,
    "postgresql": _postgresql,
    "s3": _objects("s3"),
    "gs": _objects("gs"),
    "az": _objects("az"),
}
