"""A server on loopback that reads requests and lets a script do anything with the connection."""

import json
import select
import socket
import ssl
import struct
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.net.listening import ENOUGH_S, Listening

Script = Callable[["Visit"], None]
"""What the server does once it has read a whole request."""


@dataclass(frozen=True, slots=True)
class Request:
    """One request as it came over the wire."""

    method: str
    path: str
    headers: dict[str, str]
    """Names in lower case."""
    body: bytes
    connection: int
    """Which of the server's connections it came on, counted from 1."""

    def json(self) -> Any:
        """Return the body's value."""
        return json.loads(self.body)


class Visit:
    """One request being answered: what a script can do to the client."""

    def __init__(self, sock: socket.socket, request: Request, stopping: threading.Event) -> None:
        self.request = request
        self.stopping = stopping
        self._sock = sock

    def send(self, data: bytes) -> None:
        """Send bytes as they are."""
        self._sock.sendall(data)

    def drip(self, data: bytes, every_s: float) -> None:
        """Send one byte at a time."""
        for index in range(len(data)):
            self._sock.sendall(data[index : index + 1])
            if self.stopping.wait(every_s):
                return

    def stall(self) -> None:
        """Say nothing more, until the client goes away or the server is stopped."""
        self._sock.settimeout(0.05)
        while not self.stopping.is_set():
            try:
                if not self._sock.recv(1):
                    return
            except TimeoutError:
                continue
            except OSError:
                return

    def reset(self) -> None:
        """Cut the connection with a TCP reset."""
        self._sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._sock.close()

    def tunnel(self, port: int, after_s: float = 0) -> None:
        """Carry bytes to and from another server, as a proxy does, until one side ends."""
        with socket.create_connection(("127.0.0.1", port)) as other:
            if self.stopping.wait(after_s):
                return
            sides = {self._sock: other, other: self._sock}
            while not self.stopping.is_set():
                for side in select.select(list(sides), [], [], 0.05)[0]:
                    chunk = side.recv(65536)
                    if not chunk:
                        return
                    sides[side].sendall(chunk)

    def hang_up(self) -> None:
        """End the connection in good order."""
        self._sock.shutdown(socket.SHUT_RDWR)


class RawServer(Listening):
    """Serves every connection on a thread of its own; `requests` keeps all that was read whole."""

    def __init__(
        self, script: Script, tls: ssl.SSLContext | None = None, *, greets: bool = False
    ) -> None:
        """Listen on a free port.  One that `greets` runs its script before it reads anything."""
        self._greets = greets
        self.requests: list[Request] = []
        self._script = script
        self._tls = tls
        super().__init__()

    @property
    def url(self) -> str:
        """The server's address."""
        return f"{'https' if self._tls else 'http'}://127.0.0.1:{self.port}"

    def _serve(self, sock: socket.socket, number: int) -> None:
        with sock:
            try:
                if self._tls is not None:
                    sock.settimeout(ENOUGH_S)
                    sock = self._tls.wrap_socket(sock, server_side=True)
                with sock:
                    self._answer_all(sock, number)
            except OSError:
                return  # the client went away, as the test wanted it to

    def _answer_all(self, sock: socket.socket, number: int) -> None:
        pending = b""
        if self._greets:
            nobody = Request("", "", {}, b"", number)
            self._script(Visit(sock, nobody, self._stopping))
        while sock.fileno() >= 0:
            request, pending = self._read(sock, pending, number)
            if request is None:
                return
            self.requests.append(request)
            sock.settimeout(ENOUGH_S)
            self._script(Visit(sock, request, self._stopping))

    def _read(self, sock: socket.socket, read: bytes, number: int) -> tuple[Request | None, bytes]:
        sock.settimeout(0.05)
        while True:
            head, end, rest = read.partition(b"\r\n\r\n")
            if end:
                first, *lines = head.decode("latin-1").split("\r\n")
                pairs = (line.partition(":") for line in lines)
                headers = {name.lower(): value.strip() for name, _, value in pairs}
                length = int(headers.get("content-length", "0"))
                if len(rest) >= length:
                    method, path, _ = first.split(" ", 2)
                    request = Request(method, path, headers, rest[:length], number)
                    return request, rest[length:]
            try:
                chunk = sock.recv(65536)
            except TimeoutError:
                if self._stopping.is_set():
                    return None, b""
                continue
            if not chunk:
                return None, b""
            read += chunk


def http(
    body: bytes | str, status: str = "200 OK", headers: str = "", length: int | None = None
) -> bytes:
    """Return the bytes of an answer; `headers` are lines, each with its line end."""
    content = body.encode() if isinstance(body, str) else body
    size = len(content) if length is None else length
    head = f"HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {size}\r\n"
    return f"{head}{headers}\r\n".encode() + content


def says(
    body: object, status: str = "200 OK", headers: str = "", length: int | None = None
) -> Script:
    """Return a script that gives one answer to every request; an object is sent as JSON."""
    text = body if isinstance(body, bytes | str) else json.dumps(body)

    def script(visit: Visit) -> None:
        visit.send(http(text, status, headers, length))

    return script


def receipt(order_no: object = "PROG_ORDER_202310270001") -> dict[str, object]:
    """Return the documented answer of success."""
    return {"code": 200, "message": "success", "data": {"orderNo": order_no}}


def refusal(code: int, message: str = "Satellite not available") -> dict[str, object]:
    """Return the documented answer of failure."""
    return {"code": code, "message": message, "data": None}
