"""One connection at byte level: a whole answer, a part, or none.

ASGI cannot close a connection without an answer, so the server's protocol class passes the
transport to the application.

An answer is the envelope `{code, message, data}` with its HTTP status.
"""

import asyncio
import struct
from collections.abc import Iterable
from socket import IPPROTO_TCP, SO_LINGER, SOL_SOCKET, TCP_NODELAY

from msgspec import Struct
from starlette.types import Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

from satops.core import json_text
from satops.sandbox.options import Options

SUCCESS = 200
BAD_REQUEST = 400
UNAUTHORIZED = 401
SERVER_ERROR = 500
JSON = (b"content-type", b"application/json")


class Reply(Struct, frozen=True):
    """One HTTP answer."""

    status: int
    body: bytes
    headers: tuple[tuple[bytes, bytes], ...] = (JSON,)


def success(content: object) -> Reply:
    """Return the envelope of a success."""
    return Reply(SUCCESS, envelope(SUCCESS, "success", content))


def failure(code: int, message: str, options: Options) -> Reply:
    """Return the envelope of a failure.

    Its HTTP status is not documented, so an option decides.
    """
    shown = {"always-200": False, "auth-only": code == UNAUTHORIZED, "as-code": True}
    return Reply(code if shown[options.http_status] else 200, envelope(code, message, None))


def envelope(code: int, message: str, content: object) -> bytes:
    """Return the body of every answer of the API."""
    return json_text.dumps({"code": code, "message": message, "data": content})


_RESET_ON_CLOSE = struct.pack("ii", 1, 0)  # linger for 0 seconds: close sends RST, not FIN
_BODILESS = frozenset({204, 304})


class Stopping(Exception):
    """The server stops while an answer waits: the connection is closed without one."""


class ExposingProtocol(H11Protocol):
    """Uvicorn's HTTP/1.1, with the transport in `scope["state"]`."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Start a connection with TCP_NODELAY.

        Headers and body are two writes; without it the second would wait 40 ms for the client's
        delayed acknowledgement. asyncio sets it only on listening sockets that name their protocol,
        which those of `socket.create_server` do not.
        """
        transport.get_extra_info("socket").setsockopt(IPPROTO_TCP, TCP_NODELAY, 1)
        super().connection_made(transport)
        self.app_state = {**self.app_state, "transport": transport}


class Wire:
    """The answering side of one request."""

    def __init__(self, scope: Scope, receive: Receive, send: Send, stop: asyncio.Event) -> None:
        self._receive, self._send, self._stop = receive, send, stop
        self._transport: asyncio.Transport = scope["state"]["transport"]

    async def send(self, reply: Reply) -> None:
        """Send a whole answer."""
        bodiless = reply.status in _BODILESS
        length = () if bodiless else ((b"content-length", str(len(reply.body)).encode()),)
        await self.begin(reply.status, (*reply.headers, *length))
        await self._part(b"" if bodiless else reply.body, more=False)

    async def begin(self, status: int, headers: Iterable[tuple[bytes, bytes]]) -> None:
        """Send the headers; without a content-length the body is chunked."""
        await self._send(
            {"type": "http.response.start", "status": status, "headers": list(headers)}
        )

    async def stream(self, parts: Iterable[bytes]) -> None:
        """Send a body in parts, at the client's speed, until its end or the client's."""
        for part in parts:
            if self._gone():
                return
            await self._part(part, more=True)
        await self._part(b"", more=False)

    async def drip(self, seconds_apart: float) -> None:
        """Send single bytes until the client disconnects or the server stops."""
        while not self._gone():
            await self._part(b" ", more=True)
            await self.pause(seconds_apart)

    async def cut(self, reply: Reply) -> None:
        """Announce a whole answer, send half of its body, and close."""
        length = (b"content-length", str(len(reply.body)).encode())
        await self.begin(reply.status, (*reply.headers, length))
        await self._part(reply.body[: len(reply.body) // 2], more=True)
        await self.close()

    async def stall(self, reply: Reply) -> None:
        """Announce a whole answer, send half of its body, then nothing until the client
        disconnects.
        """
        length = (b"content-length", str(len(reply.body)).encode())
        await self.begin(reply.status, (*reply.headers, length))
        await self._part(reply.body[: len(reply.body) // 2], more=True)
        while not self._gone():
            await self.pause(0.1)

    async def close(self) -> None:
        """Flush and close the connection."""
        self._transport.close()
        await self._until_gone()

    async def reset(self) -> None:
        """Close the connection with a TCP reset, losing what the client has not read."""
        self._transport.get_extra_info("socket").setsockopt(SOL_SOCKET, SO_LINGER, _RESET_ON_CLOSE)
        self._transport.abort()
        await self._until_gone()

    async def pause(self, seconds: float) -> None:
        """Wait, even if the client disconnects.  Raises `Stopping`."""
        if seconds <= 0:
            return
        try:
            async with asyncio.timeout(seconds):  # wait_for would start a task
                await self._stop.wait()
        except TimeoutError:
            return
        self._transport.abort()
        await self._until_gone()
        raise Stopping

    async def _part(self, body: bytes, *, more: bool) -> None:
        await self._send({"type": "http.response.body", "body": body, "more_body": more})

    def _gone(self) -> bool:
        return self._transport.is_closing()

    async def _until_gone(self) -> None:
        while (await self._receive())["type"] != "http.disconnect":
            pass
