"""All servers of a test session: each starts when it is first asked for, and stops at the end."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path
from typing import TypeVar

from tests.servers.gcs import gcs
from tests.servers.objects import ObjectServer, azurite, moto, rclone, s3rver, seaweedfs
from tests.servers.postgresql import PostgreSQL, postgresql_server
from tests.servers.process import DidNotStart

_STARTS_MAX = 4
_Server = TypeVar("_Server")
_OBJECTS: Mapping[str, Callable[[Path], AbstractContextManager[ObjectServer]]] = {
    "moto": moto,
    "seaweedfs": seaweedfs,
    "rclone": rclone,
    "s3rver": s3rver,
    "azurite": azurite,
    "gcs": gcs,
}


class Servers:
    """The servers, by name."""

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        self._folder = folder
        self._stack = stack
        self._objects: dict[str, ObjectServer] = {}
        self._postgresql: PostgreSQL | None = None

    def objects(self, name: str) -> ObjectServer:
        """Return an object store."""
        if name not in self._objects:
            self._objects[name] = self._start(name, _OBJECTS[name])
        return self._objects[name]

    def postgresql(self) -> PostgreSQL:
        """Return the database server."""
        if self._postgresql is None:
            self._postgresql = self._start("postgresql", lambda _: postgresql_server())
        return self._postgresql

    def _start(
        self, name: str, server: Callable[[Path], AbstractContextManager[_Server]]
    ) -> _Server:
        """Start again where somebody else took a port between its choice and its use."""
        for attempt in range(1, _STARTS_MAX):
            folder = self._folder / f"{name}-{attempt}"
            folder.mkdir()
            try:
                return self._stack.enter_context(server(folder))
            except DidNotStart:
                continue
        folder = self._folder / name
        folder.mkdir()
        return self._stack.enter_context(server(folder))
