"""Open a store by its address in `satops.yaml`: one table of all kinds.

Each row holds the function for the real store, the one for a scratch ledger of the same kind, and
the store's promise: so a store cannot be opened as one kind and proven as another.

A proof uses a scratch ledger of the same kind and in the same location as the real one, and removes
it afterwards.  It never opens the real ledger.
"""

import re
import secrets
import shlex
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

from satops.errors import SatopsError, StoreUnreachable, UsageError
from satops.ports import LedgerStore, OpenScratch, Promise

if TYPE_CHECKING:
    from satops.adapters.stores.git import Pages
    from satops.adapters.stores.objects import ObjectLedger
    from satops.adapters.stores.postgresql import PostgresStore
else:
    Pages = object  # what `help` shows of the annotation, without an import

Scratch = tuple[OpenScratch, Callable[[], None]]
"""Functions that open and remove a scratch ledger."""


class Kind(Struct, frozen=True):
    """One kind of store."""

    open: "Callable[[str, Path, Pages | None], LedgerStore]"
    """Arguments: the address after the scheme, the repository's root, the function that makes
    pages."""
    scratch: Callable[[str, Path, str], Scratch]
    """Arguments: the address after the scheme, the root, the name of the scratch ledger."""
    left: Callable[[str, Path], Iterable[tuple[str, str]]]
    """Arguments: the address after the scheme, the root.  Returns the names beside the ledger, each
    with the command that removes it."""
    promise: Promise


def kind_of(address: str) -> Kind:
    """Return the kind of the store at `SCHEME:REST`.

    Raises `UsageError` for a scheme outside the table, so an address cannot choose code to load.
    """
    scheme, colon, _ = address.partition(":")
    kind = KINDS.get(scheme) if colon else None
    if kind is None:
        known = ", ".join(f"`{name}:`" for name in sorted(KINDS))
        raise UsageError(
            "The address of the ledger (`state` in satops.yaml, or the argument) names no kind of "
            f"store. Known are {known}; the default is `file:state/ledger.jsonl`."
        )
    return kind


def open_store(address: str, root: Path, *, pages: "Pages | None" = None) -> LedgerStore:
    """Return the store at `SCHEME:REST`; relative paths start at the repository's root.

    `pages` makes the files beside the ledger, which only the `git:` store has.  Reads and writes
    nothing, and needs no credentials.  Raises `UsageError`.
    """
    return kind_of(address).open(address.partition(":")[2], root, pages)


def _file(rest: str, root: Path, pages: "Pages | None") -> LedgerStore:
    from satops.adapters.stores.file import FileStore

    if not rest:
        raise UsageError(
            "`state: file:` in satops.yaml names no file. Write `file:state/ledger.jsonl`."
        )
    return FileStore(root / rest)


def _file_scratch(rest: str, root: Path, name: str) -> Scratch:
    from satops.adapters.stores.file import FileStore

    _file(rest, root, None)  # raises for an address without a file
    path = (root / rest).with_name(f".{name}.jsonl")
    return lambda: FileStore(path), lambda: path.unlink(missing_ok=True)


def _file_left(rest: str, root: Path) -> Iterator[tuple[str, str]]:
    folder = (root / rest).parent
    for path in sorted(folder.glob(".*.jsonl")):
        yield path.stem[1:], f"rm {shlex.quote(str(path))}"


def _git(rest: str, root: Path, pages: "Pages | None") -> LedgerStore:
    from satops.adapters.stores.git import DEFAULT_REF, DEFAULT_REMOTE, GitStore

    remote, _, ref = rest.rpartition("#")
    remote, ref = remote or DEFAULT_REMOTE, ref or DEFAULT_REF
    # git would read a leading dash as an option, and "::" runs a program.
    if not _REF.fullmatch(ref) or remote.startswith("-") or "::" in remote:
        raise UsageError(
            "`state: git:` in satops.yaml does not name a ref. Write `git:satops-state` for a ref "
            "of `origin`, or `git:REMOTE#REF` for one of another remote."
        )
    return GitStore(root, remote, ref, pages=pages)


def _git_scratch(rest: str, root: Path, name: str) -> Scratch:
    from satops.adapters.stores.git import DEFAULT_REMOTE, GitStore

    _git(rest, root, None)  # refuses what git could misread
    remote = rest.rpartition("#")[0] or DEFAULT_REMOTE

    def opened() -> GitStore:
        return GitStore(root, remote, name)

    return opened, lambda: opened().remove()


def _git_left(rest: str, root: Path) -> Iterator[tuple[str, str]]:
    from satops.adapters.stores.git import DEFAULT_REMOTE, TIMEOUT_S
    from satops.adapters.stores.git_remote import branches_of

    _git(rest, root, None)  # refuses what git could misread
    remote = rest.rpartition("#")[0] or DEFAULT_REMOTE
    for name in branches_of(root, TIMEOUT_S, remote, "satops-probe-"):
        yield name, f"git push {shlex.quote(remote)} --delete {name}"


def _server(rest: str, scratch: str | None = None) -> "PostgresStore":
    """Return the store of a ledger in a database, or of a scratch ledger beside it."""
    with _extra("postgresql"):
        from satops.adapters.stores.postgresql import PostgresStore
        from satops.adapters.stores.postgresql_server import parse_address

    address = parse_address(rest)
    if scratch is None:
        return PostgresStore(address.conninfo, address.ledger, shown=address.shown)
    return PostgresStore(address.conninfo, scratch, shown=address.shown, table="scratch")


def _server_left(rest: str, root: Path) -> Iterator[tuple[str, str]]:
    for name in _server(rest, "").scratch_ledgers():
        yield name, f"# delete the rows of ledger '{name}' from the table satops.scratch"


def _bucket(scheme: str, rest: str, scratch: str | None = None) -> "ObjectLedger":
    """Return the store of a ledger in a bucket, or of a scratch ledger below it."""
    with _extra("cloud"):
        from satops.adapters.stores.objects import ObjectLedger
        from satops.adapters.stores.objects_client import open_client, parse_address

    address = parse_address(scheme, rest)
    if scratch is not None:
        address = address.below(scratch)
    return ObjectLedger(open_client(address), shown=address.shown)


def _bucket_left(scheme: str, rest: str) -> Iterator[tuple[str, str]]:
    for name in _bucket(scheme, rest).folders():
        yield name, f"# remove every object below {_bucket(scheme, rest, name).address}"


def _scratch(opened: "Callable[[], PostgresStore | ObjectLedger]") -> Scratch:
    opened()  # refuses an address that is none
    return opened, lambda: opened().remove()


def _objects(scheme: str) -> Kind:
    return Kind(
        lambda rest, _root, _pages: _bucket(scheme, rest),
        lambda rest, _root, name: _scratch(partial(_bucket, scheme, rest, name)),
        lambda rest, _root: _bucket_left(scheme, rest),
        Promise.RACES,
    )


@contextmanager
def _extra(name: str) -> Iterator[None]:
    """Name the missing extra of the package, if an import fails."""
    try:
        yield
    except ImportError as error:
        raise UsageError(
            f"This ledger store needs a package that is not installed: {error.name}. Install it "
            f"with satops:\n    pip install 'satops[{name}]'"
        ) from None


_REF = re.compile(r"(?!.*(\.\.|//|\.lock(/|$)|/$|\.$))[A-Za-z0-9][A-Za-z0-9._/-]*")
KINDS: Mapping[str, Kind] = {
    "file": Kind(_file, _file_scratch, _file_left, Promise.LOCAL_DISK),
    "git": Kind(_git, _git_scratch, _git_left, Promise.PROTOCOL),
    "postgresql": Kind(
        lambda rest, _root, _pages: _server(rest),
        lambda rest, _root, name: _scratch(partial(_server, rest, name)),
        _server_left,
        Promise.RACES,
    ),
    "s3": _objects("s3"),
    "gs": _objects("gs"),
    "az": _objects("az"),
}
"""Every kind of store, by the scheme of its addresses."""


PREFIX = "satops-probe-"
"""Prefix of the names of scratch ledgers."""
_NAME = re.compile(re.escape(PREFIX) + "[0-9a-f]{12}")


class LeftOver(Struct, frozen=True):
    """A scratch ledger of a proof that was interrupted or is running."""

    name: str
    removal: str
    """Command that removes it."""


def left_beside(address: str, root: Path) -> tuple[LeftOver, ...]:
    """Return the scratch ledgers beside the ledger at `address`; removes none.

    Raises `UsageError` as `open_store` does, and `StoreUnreachable`.
    """
    found = kind_of(address).left(address.partition(":")[2], root)
    return tuple(LeftOver(name, removal) for name, removal in found if _NAME.fullmatch(name))


@contextmanager
def scratch_beside(address: str, root: Path) -> Iterator[OpenScratch]:
    """Yield a function that opens a scratch ledger beside the one at `address`, and clear it
    afterwards.

    Raises `UsageError` as `open_store` does, and `StoreUnreachable` if it cannot be cleared; the
    message names the remains.
    """
    name = PREFIX + secrets.token_hex(6)
    opened, remove = kind_of(address).scratch(address.partition(":")[2], root, name)
    try:
        yield opened
    except BaseException:
        with suppress(OSError, SatopsError):
            remove()
        raise
    try:
        remove()
    except (OSError, SatopsError) as error:
        raise StoreUnreachable(
            f"The scratch ledger {name} beside the real one could not be removed: {error}\n"
            "It does no harm. Remove it by hand."
        ) from error
