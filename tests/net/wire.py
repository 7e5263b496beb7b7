"""A TCP proxy between satops and a store, which loses replies, cuts connections, and is late."""

import socket
import struct
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Self

from tests.net.listening import Listening

CHUNK = 65536


@dataclass(slots=True)
class Exchange:
    """One connection, as the fault sees it."""

    client: socket.socket
    server: socket.socket
    sent: bytes = b""
    """What the client sent so far, over the whole connection."""
    stop: threading.Event = field(default_factory=threading.Event)

    def cut(self) -> None:
        """End both sides with a TCP reset, as a firewall or a crash does."""
        for side in (self.client, self.server):
            side.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            try:
                side.shutdown(socket.SHUT_RDWR)
            except OSError:
                continue
        self.stop.set()


Fault = Callable[[Exchange, bytes], bytes | None]
"""Sees bytes on their way, and returns what goes on; None once the fault has cut the connection."""


def passes(_: Exchange, chunk: bytes) -> bytes:
    """Change nothing."""
    return chunk


class Wire(Listening):
    """Carries connections of one port to another; the faults may be set at any time."""

    def __init__(self, port: int) -> None:
        """Listen on a free port in front of another one of loopback."""
        self.to_server: Fault = passes
        self.to_client: Fault = passes
        self._target = port
        super().__init__()

    def _serve(self, sock: socket.socket, number: int) -> None:
        exchange = Exchange(sock, socket.create_connection(("127.0.0.1", self._target)))
        with exchange.client, exchange.server:
            back = threading.Thread(target=self._back, args=[exchange])
            back.start()
            self._forth(exchange)
            back.join()

    def _forth(self, exchange: Exchange) -> None:
        for chunk in self._chunks(exchange.client, exchange):
            exchange.sent += chunk
            if not _give(exchange, exchange.server, self.to_server(exchange, chunk)):
                return

    def _back(self, exchange: Exchange) -> None:
        for chunk in self._chunks(exchange.server, exchange):
            if not _give(exchange, exchange.client, self.to_client(exchange, chunk)):
                return

    def _chunks(self, side: socket.socket, exchange: Exchange) -> "Chunks":
        return Chunks(side, exchange, self._stopping)


class Chunks:
    """What arrives on one side, until either side or the proxy ends."""

    def __init__(self, side: socket.socket, exchange: Exchange, stopping: threading.Event) -> None:
        self._side = side
        self._exchange = exchange
        self._stopping = stopping
        side.settimeout(0.05)

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> bytes:
        while not (self._stopping.is_set() or self._exchange.stop.is_set()):
            try:
                chunk = self._side.recv(CHUNK)
            except TimeoutError:
                continue
            except OSError:
                break
            if not chunk:
                break
            return chunk
        self._exchange.cut()
        raise StopIteration


def _give(exchange: Exchange, side: socket.socket, chunk: bytes | None) -> bool:
    if chunk is None:
        return False
    try:
        side.sendall(chunk)
    except OSError:
        exchange.cut()
        return False
    return True
