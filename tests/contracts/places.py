"""Where the contract suite puts ledgers.  A further kind of store is one more function here."""

import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol, TypeVar

from satops.adapters.stores.open import open_store
from satops.ports import LedgerStore
from tests.fakes.ledger_store import MemoryStore
from tests.servers.fleet import Servers


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
    environ: Mapping[str, str] = field(default_factory=dict)
    """What the address does not say: an endpoint, and credentials."""


def memory(folder: Path, servers: Servers) -> Place:
    """Return a place that ends with this process."""
    store = MemoryStore()
    return Place(lambda: store, rounds=100)


def file(folder: Path, servers: Servers) -> SharedPlace:
    """Return a place on the local disk."""
    return _shared("file:state/ledger.jsonl", folder, rounds=40)


def git(folder: Path, servers: Servers) -> SharedPlace:
    """Return a place in a clone of a bare repository, which is as empty as a new one."""
    remote, clone = folder / "remote.git", folder / "clone"
    for command in (
        ["init", "-q", "--bare", str(remote)],
        ["clone", "-q", str(remote), str(clone)],
    ):
        subprocess.run(["git", *command], check=True, capture_output=True)
    return _shared("git:satops-state", clone, rounds=6)


def postgresql(folder: Path, servers: Servers) -> SharedPlace:
    """Return a place in a database that satops has never seen."""
    server = servers.postgresql()
    return _shared(f"{server.address(server.database())}#team-a", folder, rounds=40)


def objects(name: str) -> "Make[SharedPlace]":
    """Return what makes places in one kind of object store."""

    def make(folder: Path, servers: Servers) -> SharedPlace:
        server = servers.objects(name)
        address = server.address(f"team-ä/{folder.name}")
        return _shared(address, folder, rounds=12, environ=server.environ)

    return make


def _shared(
    address: str, root: Path, rounds: int, environ: Mapping[str, str] | None = None
) -> SharedPlace:
    return SharedPlace(lambda: open_store(address, root), rounds, address, root, environ or {})


Made = TypeVar("Made", bound=Place, covariant=True)


class Make(Protocol[Made]):
    """Makes a place in a folder of its own, or with one of the servers."""

    def __call__(self, folder: Path, servers: Servers) -> Made: ...


SHARED: dict[str, Make[SharedPlace]] = {
    "file": file,
    "git": git,
    "postgresql": postgresql,
    "s3-moto": objects("moto"),
    "s3-seaweedfs": objects("seaweedfs"),
    "az-azurite": objects("azurite"),
    "gs-fake": objects("gcs"),
}
ALL: dict[str, Make[Place]] = {"memory": memory, **SHARED}
