"""All servers of a test session: each starts when it is first asked for, and stops at the end."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path

from tests.servers.objects import ObjectServer, azurite, moto, rclone, s3rver, seaweedfs
from tests.servers.postgresql import PostgreSQL, postgresql_server

_OBJECTS: Mapping[str, Callable[[Path], AbstractContextManager[ObjectServer]]] = {
    "moto": moto,
    "seaweedfs": seaweedfs,
    "rclone": rclone,
    "s3rver": s3rver,
    "azurite": azurite,
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
            self._objects[name] = self._stack.enter_context(_OBJECTS[name](self._folder))
        return self._objects[name]

    def postgresql(self) -> PostgreSQL:
        """Return the database server."""
        if self._postgresql is None:
            self._postgresql = self._stack.enter_context(postgresql_server())
        return self._postgresql
