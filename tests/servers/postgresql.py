"""A PostgreSQL of the tests' own, in a temporary folder, run by somebody who is not root."""

import os
import pwd
import signal
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory

import psycopg

from tests.servers.ports import own_port
from tests.servers.process import running
from tests.servers.programs import postgresql

SUPERUSER = "owner"
PASSWORD = "p#ss/wörd"


@dataclass(frozen=True, slots=True)
class PostgreSQL:
    """A server that runs, with one superuser, and passwords for everybody over TCP."""

    port: int
    sockets: Path
    """The folder of the unix socket, over which no password is asked."""
    numbers: Iterator[int]

    def database(self) -> str:
        """Make a database, and return its name."""
        name = f"db{next(self.numbers)}"
        self.run("postgres", f"CREATE DATABASE {name}")
        return name

    def address(self, database: str, user: str = SUPERUSER) -> str:
        """Return the address of a database over the unix socket."""
        return f"postgresql://{user}@/{database}?host={self.sockets}&port={self.port}"

    def run(self, database: str, *statements: str) -> list[tuple[object, ...]]:
        """Run statements as the superuser; return the rows of the last one."""
        with psycopg.connect(self.address(database), autocommit=True) as connection:
            *before, last = statements
            for statement in before:
                connection.execute(statement.encode())
            cursor = connection.execute(last.encode())
            return cursor.fetchall() if cursor.description else []


@contextmanager
def postgresql_server(*settings: str) -> Iterator[PostgreSQL]:
    """Run a server with a cluster of its own, which is deleted at the end."""
    # Not in a test's own folder: only its owner may enter that, and its path may be longer than
    # the 107 bytes that the address of a socket has.
    with TemporaryDirectory(prefix="satops-pg-", dir="/tmp", ignore_cleanup_errors=True) as made:
        folder, port = Path(made), own_port()
        owner = _unprivileged()
        secret = folder / "password"
        secret.write_text(PASSWORD)
        _own(folder, owner)
        _own(secret, owner)
        subprocess.run(
            [*_as(owner), postgresql("initdb"), "-D", folder / "data", "-U", SUPERUSER,
             "--pwfile", secret, "--auth-local=trust", "--auth-host=scram-sha-256", "-E", "UTF8",
             "--no-locale", "--no-sync", "--no-instructions"],
            check=True, capture_output=True, cwd=folder,
        )  # fmt: skip
        server = PostgreSQL(port, folder, count(1))
        options = (
            f"port={port}",
            "listen_addresses=127.0.0.1",
            f"unix_socket_directories={folder}",
            "max_connections=200",
            "shared_buffers=64MB",
            *settings,
        )
        command: list[str | Path] = [*_as(owner), postgresql("postgres"), "-D", folder / "data"]
        for option in options:
            command += ["-c", option]
        log = folder / "log"
        # SIGQUIT: it ends its own children, waits for no client, and writes nothing more.
        with running(
            command, ready=lambda: _answers(server), log=log, cwd=folder, stop=signal.SIGQUIT
        ):
            yield server


def _answers(server: PostgreSQL) -> None:
    try:
        server.run("postgres", "SELECT 1")
    except psycopg.OperationalError as error:
        raise ConnectionError(str(error)) from error


def _unprivileged() -> pwd.struct_passwd | None:
    """Return who shall run the server, which refuses root; None for this user."""
    return pwd.getpwnam("postgres") if os.geteuid() == 0 else None


def _own(path: Path, owner: pwd.struct_passwd | None) -> None:
    if owner is not None:
        os.chown(path, owner.pw_uid, owner.pw_gid)


def _as(owner: pwd.struct_passwd | None) -> Sequence[str]:
    if owner is None:
        return []
    return ["setpriv", f"--reuid={owner.pw_uid}", f"--regid={owner.pw_gid}", "--clear-groups"]
