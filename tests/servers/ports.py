"""Ports for servers that have to be told one: each is this process's own until it ends.

They lie below the ports that the system gives to connections and to whoever asks for any, and a
lock keeps the other processes of a test run away.  So nobody can take a port between its choice
and its use.
"""

import fcntl
import os
import socket
from io import BufferedWriter
from pathlib import Path
from tempfile import gettempdir

_FIRST, _COUNT = 20_000, 12_000
_held: list[BufferedWriter] = []
"""Locked for as long as they are open, which is until this process ends."""


def own_port() -> int:
    """Return a port of loopback that nobody listens on, and that nobody else will be given."""
    folder = Path(gettempdir()) / f"satops-test-ports-{os.getuid()}"
    folder.mkdir(exist_ok=True)
    begin = os.getpid() * 101
    # Processes begin at different places, or all would knock at the same doors.
    for step in range(begin, begin + _COUNT):
        port = _FIRST + step % _COUNT
        lock = (folder / str(port)).open("wb")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            socket.create_server(("127.0.0.1", port)).close()
        except OSError:
            lock.close()
        else:
            _held.append(lock)
            return port
    raise AssertionError(f"no port from {_FIRST} on is free")
