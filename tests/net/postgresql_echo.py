"""A server on loopback that speaks enough of PostgreSQL to ask for a password and repeat it."""

import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager

_SSL_REQUEST = 80877103


@contextmanager
def echoing() -> Iterator[int]:
    """Serve until the end of the block; yields the port."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=_serve, args=[listening], daemon=True)
        thread.start()
        yield listening.getsockname()[1]


def _serve(listening: socket.socket) -> None:
    while True:
        try:
            connection, _ = listening.accept()
        except OSError:
            return  # closed with the block
        with connection:
            _answer(connection)


def _answer(connection: socket.socket) -> None:
    while True:
        size, code = struct.unpack("!ii", _exactly(connection, 8))
        _exactly(connection, size - 8)
        if code != _SSL_REQUEST:
            break
        connection.sendall(b"N")
    connection.sendall(b"R" + struct.pack("!ii", 8, 3))  # in clear text, please
    (size,) = struct.unpack("!xi", _exactly(connection, 5))
    password = _exactly(connection, size - 4).rstrip(b"\0")
    fields = b"SFATAL\0C28P01\0M" + b"it was <" + password + b">\0\0"
    connection.sendall(b"E" + struct.pack("!i", len(fields) + 4) + fields)


def _exactly(connection: socket.socket, size: int) -> bytes:
    content = b""
    while len(content) < size:
        chunk = connection.recv(size - len(content))
        if not chunk:
            raise ConnectionError("the client has gone")
        content += chunk
    return content
