"""Where the contract suite puts ledgers.  A further kind of store is one more function here."""

import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from satops.adapters.stores.open import open_store
from satops.ports import LedgerStore
from tests.fakes.ledger_store import MemoryStore


@dataclass(frozen=True, slots=True)
class Place:
    """One place for one ledger that does not exist yet."""

    open: Callable[[], LedgerStore]
    """Opens the store; each call as another process would."""
    rounds: int
    """How many races are worth their time there."""


@dataclass(frozen=True, slots=True)
class SharedPlace(Place):
    """A place that other processes can open by its address."""

    address: str
    root: Path


def memory(folder: Path) -> Place:
    """Return a place that ends with this process."""
    store = MemoryStore()
    return Place(lambda: store, rounds=100)


def file(folder: Path) -> SharedPlace:
    """Return a place on the local disk."""
    return _shared("file:state/ledger.jsonl", folder, rounds=40)


def git(folder: Path) -> SharedPlace:
    """Return a place in a clone of a bare repository, which is as empty as a new one."""
    remote, clone = folder / "remote.git", folder / "clone"
    for command in (
        ["init", "-q", "--bare", str(remote)],
        ["clone", "-q", str(remote), str(clone)],
    ):
        subprocess.run(["git", *command], check=True, capture_output=True)
    return _shared("git:satops-state", clone, rounds=6)


def _shared(address: str, root: Path, rounds: int) -> SharedPlace:
    return SharedPlace(lambda: open_store(address, root), rounds, address, root)


SHARED: dict[str, Callable[[Path], SharedPlace]] = {"file": file, "git": git}
ALL: dict[str, Callable[[Path], Place]] = {"memory": memory, **SHARED}
