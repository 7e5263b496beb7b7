"""The marketplace as an ASGI application: checks of a request, endpoints, and faults."""

import asyncio
from collections.abc import Mapping
from hmac import compare_digest
from typing import Any

from msgspec import Struct
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import ClientDisconnect, Request
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from satops.core import json_text
from satops.core.hidden import repr_without
from satops.sandbox.clock import SandboxClock
from satops.sandbox.control import control_routes
from satops.sandbox.deliveries import PATH as DOWNLOAD_PATH
from satops.sandbox.deliveries import Shelf
from satops.sandbox.endpoints import ENDPOINTS, Call, Endpoint
from satops.sandbox.faults import Faults
from satops.sandbox.misbehave import misbehave
from satops.sandbox.options import Options
from satops.sandbox.replies import BAD_REQUEST, UNAUTHORIZED, Reply, failure, success
from satops.sandbox.rules import BadRequest
from satops.sandbox.store import Store
from satops.sandbox.wire import Stopping, Wire

SANDBOX_HEADER = b"x-satops-sandbox"
"""Header of every whole answer, by which a client recognises the sandbox."""
TOKEN_HEADERS = ("authorization", "x-api-key")
"""The API's endpoint pages name the first, its guide and example requests the second."""
_SECRET_HEADERS = frozenset({*TOKEN_HEADERS, "proxy-authorization", "cookie"})
_HIDDEN = "(hidden)"
_LARGEST_REQUEST_BYTES = 16 * 1024 * 1024


class Marketplace(Struct, frozen=True):
    """The values that one server's endpoints share."""

    store: Store
    faults: Faults
    token: str | None
    """The accepted token; None accepts any that is not empty."""
    stop: asyncio.Event
    """Set when the server stops, so that waiting answers end."""

    __repr__ = repr_without("token")

    @property
    def options(self) -> Options:
        """Options of store and server."""
        return self.store.options

    @property
    def clock(self) -> SandboxClock:
        """Clock of store and server."""
        return self.store.clock


def marketplace_app(marketplace: Marketplace) -> Starlette:
    """Return the application: the documented endpoints, and `/_sandbox/` if enabled."""
    base = marketplace.options.base_path
    routes: list[BaseRoute] = [
        Route(base + endpoint.path, Desk(marketplace, endpoint), methods=["POST"])
        for endpoint in ENDPOINTS
        if endpoint.name not in marketplace.options.without
    ]
    shelf = Shelf(marketplace.store, marketplace.faults, marketplace.stop)
    routes.append(Route(base + DOWNLOAD_PATH, shelf, methods=["GET"]))
    if marketplace.options.control:
        routes += control_routes(marketplace.store, marketplace.faults)
    return Starlette(routes=routes, middleware=[Middleware(SaysSandbox)])


class SaysSandbox:
    """Marks every answer with the sandbox's header."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer with one more header."""

        async def marked(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", ()), (SANDBOX_HEADER, b"yes")]
            await send(message)

        await self._app(scope, receive, marked)


class Desk:
    """One endpoint as an ASGI application: records, checks and answers a request."""

    def __init__(self, marketplace: Marketplace, endpoint: Endpoint) -> None:
        self._marketplace, self._endpoint = marketplace, endpoint

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, correctly or with a fault."""
        market, wire = self._marketplace, Wire(scope, receive, send, self._marketplace.stop)
        request = Request(scope, receive)
        try:
            body = await _whole_body(request)
        except ClientDisconnect:
            return  # an incomplete request was not received
        if body is None:
            await wire.send(Reply(413, b""))
            return
        fields = _fields(body)
        rule = market.faults.pick(self._endpoint.name, body, fields or {})
        number = market.store.keep_request(
            method=request.method,
            path=request.url.path,
            headers=_without_secrets(request),
            body=body,
            fault=rule.kind if rule else None,
        )

        def answer() -> Reply:
            return self._answer(request, fields, number)

        try:
            await wire.pause(market.options.latency_ms / 1000)
            if rule is None:
                await wire.send(answer())
            else:
                await misbehave(rule, wire, request.url.path, answer)
        except Stopping:
            return

    def _answer(self, request: Request, fields: Mapping[str, Any] | None, number: int) -> Reply:
        """Execute the request, and return the correct answer."""
        options = self._marketplace.options
        if self._endpoint.needs_token and not self._opens(request):
            return failure(UNAUTHORIZED, "Unauthorized", options)
        try:
            call = self._call(request, fields, number)
            return success(self._endpoint.answer(self._marketplace.store, call))
        except BadRequest as error:
            return failure(BAD_REQUEST, str(error), options)

    def _call(self, request: Request, fields: Mapping[str, Any] | None, number: int) -> Call:
        if request.headers.get("content-type", "").split(";")[0].strip() != "application/json":
            raise BadRequest("Content-Type must be application/json")
        if fields is None:
            raise BadRequest("The body must be a JSON object")
        base = self._marketplace.options.base_path
        return Call(fields, number, f"{request.url.scheme}://{request.url.netloc}{base}")

    def _opens(self, request: Request) -> bool:
        tokens = [request.headers.get(name, "") for name in TOKEN_HEADERS]
        expected = self._marketplace.token
        if expected is None:
            return any(tokens)
        return any(compare_digest(token.encode(), expected.encode()) for token in tokens)


async def _whole_body(request: Request) -> bytes | None:
    """Return the body; None if it is larger than any order."""
    parts, size = [], 0
    async for part in request.stream():
        size += len(part)
        if size <= _LARGEST_REQUEST_BYTES:
            parts.append(part)
    return None if size > _LARGEST_REQUEST_BYTES else b"".join(parts)


def _fields(body: bytes) -> dict[str, Any] | None:
    try:
        value = json_text.loads(body)
    except json_text.NotJson:
        return None
    return value if isinstance(value, dict) else None


def _without_secrets(request: Request) -> tuple[tuple[str, str], ...]:
    return tuple(
        (name, _HIDDEN if name in _SECRET_HEADERS else value)
        for name, value in request.headers.items()
    )
