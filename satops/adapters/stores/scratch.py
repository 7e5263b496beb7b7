"""A scratch ledger beside the real one, of the same kind and in the same place: to prove a store.

It is removed again.  The real ledger is never opened for it.
"""

import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from satops.adapters.stores.open import open_store
from satops.errors import SatopsError, StoreUnreachable
from satops.ports import LedgerStore

OpenScratch = Callable[[], LedgerStore]
"""Opens the scratch ledger, each time as another writer would."""
PREFIX = "satops-probe-"
"""What the names of scratch ledgers begin with."""


@contextmanager
def scratch_beside(address: str, root: Path) -> Iterator[OpenScratch]:
    """Lend a place for a ledger beside the one at `address`, and clear it afterwards.

    Raises `UsageError` as `open_store` does, and `StoreUnreachable`, naming what was left behind,
    when it cannot be cleared.
    """
    name = PREFIX + secrets.token_hex(6)
    scheme, _, rest = address.partition(":")
    if scheme == "git":
        opened, remove = _git(rest, root, name)
    elif scheme == "postgresql":
        opened, remove = _postgresql(rest, name)
    elif scheme in ("s3", "gs", "az"):
        opened, remove = _objects(scheme, rest, name)
    else:
        open_store(address, root)  # raises for every scheme that there is not
        opened, remove = _file(root / rest, name)
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


def _file(ledger: Path, name: str) -> tuple[OpenScratch, Callable[[], None]]:
    from satops.adapters.stores.file import FileStore

    path = ledger.with_name(f".{name}.jsonl")
    return lambda: FileStore(path), lambda: path.unlink(missing_ok=True)


def _git(rest: str, root: Path, name: str) -> tuple[OpenScratch, Callable[[], None]]:
    from satops.adapters.stores.git import DEFAULT_REMOTE, GitStore

    open_store(f"git:{rest}", root)  # refuses what git could misread
    remote = rest.rpartition("#")[0] or DEFAULT_REMOTE

    def opened() -> GitStore:
        return GitStore(root, remote, name)

    return opened, lambda: opened().remove()


def _postgresql(rest: str, name: str) -> tuple[OpenScratch, Callable[[], None]]:
    open_store(f"postgresql:{rest}", Path())  # says what is not installed
    from satops.adapters.stores.postgresql import PostgresStore
    from satops.adapters.stores.postgresql_address import parse_address

    address = parse_address(rest)

    def opened() -> PostgresStore:
        return PostgresStore(address.conninfo, name, shown=address.shown, table="scratch")

    return opened, lambda: opened().remove()


def _objects(scheme: str, rest: str, name: str) -> tuple[OpenScratch, Callable[[], None]]:
    open_store(f"{scheme}:{rest}", Path())  # says what is not installed
    from satops.adapters.stores.objects import ObjectLedger
    from satops.adapters.stores.objects_client import open_client, parse_address

    address = parse_address(scheme, rest).below(name)

    def opened() -> ObjectLedger:
        return ObjectLedger(open_client(address), shown=address.shown)

    return opened, lambda: opened().remove()
