"""A listener on a free port of loopback, with a thread for each of its connections."""

import socket
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Self

ENOUGH_S = 300
"""Longer than any connection takes to end on the slowest machine."""


class Listening(ABC):
    """Accepts connections for the length of a block; all that it started has ended after it."""

    def __init__(self) -> None:
        """Listen."""
        self.connections = 0
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._listener.settimeout(0.02)
        self.port: int = self._listener.getsockname()[1]
        self._stopping = threading.Event()
        self._threads: list[threading.Thread] = []

    def __enter__(self) -> Self:
        self._start(self._accept)
        return self

    def __exit__(self, *_: object) -> None:
        self._stopping.set()
        for thread in self._threads:
            thread.join(timeout=ENOUGH_S)
            assert not thread.is_alive(), "a connection did not end"
        self._listener.close()

    def _start(self, target: Callable[..., None], *given: object) -> None:
        thread = threading.Thread(target=target, args=given)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while True:
            try:
                sock, _ = self._listener.accept()
            except TimeoutError:
                if self._stopping.is_set():
                    return  # everybody who knocked before has been let in
                continue
            self.connections += 1
            self._start(self._serve, sock, self.connections)

    @abstractmethod
    def _serve(self, sock: socket.socket, number: int) -> None:
        """Answer one connection, the `number`th."""
