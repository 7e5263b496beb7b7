"""The marketplace as an ASGI application: checks of a request, endpoints, and faults.

`/_sandbox/` offers the controls of the Python API over HTTP, for tests in other languages.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from hmac import compare_digest
from sqlite3 import IntegrityError
from typing import Any

from msgspec import Struct
from msgspec.structs import asdict
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from satops.core import json_text
from satops.core.safe import repr_without
from satops.errors import UsageError
from satops.sandbox import simulations
from satops.sandbox.deliveries import PATH as DOWNLOAD_PATH
from satops.sandbox.deliveries import Shelf
from satops.sandbox.endpoints import ENDPOINTS, Call, Endpoint
from satops.sandbox.faults import Faults, misbehave, read_rules
from satops.sandbox.options import Options
from satops.sandbox.rules import BadRequest, text, whole_number
from satops.sandbox.store import SandboxClock, Store
from satops.sandbox.wire import BAD_REQUEST, UNAUTHORIZED, Reply, Stopping, Wire, failure, success

PREFIX = "/_sandbox"

Answer = Callable[[Request], Awaitable[Response]]


class Control:
    """The control endpoint of one server.  It needs no token, and is off by default."""

    def __init__(self, store: Store, faults: Faults) -> None:
        self._store, self._faults = store, faults

    async def put_faults(self, request: Request) -> Response:
        """Replace the rules, and reset all counts."""
        rules, seed = read_rules(json_text.loads(await request.body()))
        self._faults.replace(rules, seed=seed)
        return _answer({"rules": len(rules), "seed": seed})

    async def get_faults(self, _: Request) -> Response:
        """Return how often each rule has fired."""
        return _answer({"fired": self._faults.fired()})

    async def get_orders(self, _: Request) -> Response:
        """List every order, visible to clients or not."""
        return _answer([asdict(order) for order in self._store.orders()])

    async def post_order(self, request: Request) -> Response:
        """Place an order by hand."""
        asked = json_text.loads(await request.body())
        number = self._store.insert(
            asked["order"],
            order_no=text(asked, "orderNo"),
            ctime_ms=whole_number(asked, "ctimeMs"),
            status=whole_number(asked, "status"),
            deleted=asked.get("deleted") is True,
        )
        return _answer({"orderNo": number})

    async def patch_order(self, request: Request) -> Response:
        """Set an order's deleted flag and status."""
        asked = json_text.loads(await request.body())
        found = self._store.mark(
            request.path_params["order_no"],
            deleted=asked.get("deleted") is True,
            status=whole_number(asked, "status"),
        )
        return _answer({}) if found else _answer({"error": "There is no such order."}, 404)

    async def patch_result(self, request: Request) -> Response:
        """Change or remove a row of a simulation, or order it as another user."""
        asked = json_text.loads(await request.body())
        result = int(request.path_params["result"])
        if asked.get("used") is True and simulations.use_result(self._store, result) is None:
            return _answer({"error": "The result cannot be ordered."}, 404)
        fields = None if asked.get("gone") is True else asked.get("set", {})
        found = simulations.change_result(self._store, result, fields)
        return _answer({}) if found else _answer({"error": "There is no such result."}, 404)

    async def get_requests(self, _: Request) -> Response:
        """List the requests; a body that is not UTF-8 has replacement characters."""
        return _answer(
            [
                {**asdict(request), "body": request.body.decode(errors="replace")}
                for request in self._store.requests()
            ]
        )

    async def post_reset(self, _: Request) -> Response:
        """Delete orders, requests and faults, and reset the clock."""
        self._store.reset()
        self._store.clock.reset()
        self._faults.replace()
        return _answer({})

    async def put_clock(self, request: Request) -> Response:
        """Stop the clock at `at` (an instant with an offset), move it by `advanceS`, or both."""
        asked = json_text.loads(await request.body())
        if "at" in asked:
            self._store.clock.set(datetime.fromisoformat(asked["at"]))
        self._store.clock.advance(asked.get("advanceS", 0))
        return await self.get_clock(request)

    async def get_clock(self, _: Request) -> Response:
        """Return the sandbox's time."""
        return _answer({"now": self._store.clock.now().isoformat()})


def control_routes(store: Store, faults: Faults) -> list[Route]:
    """Return the routes of the control endpoint."""
    control = Control(store, faults)
    return [
        Route(PREFIX + path, _forgiving(answer), methods=[method])
        for method, path, answer in (
            ("GET", "/faults", control.get_faults),
            ("PUT", "/faults", control.put_faults),
            ("GET", "/orders", control.get_orders),
            ("POST", "/orders", control.post_order),
            ("PATCH", "/orders/{order_no}", control.patch_order),
            ("PATCH", "/results/{result}", control.patch_result),
            ("GET", "/requests", control.get_requests),
            ("POST", "/reset", control.post_reset),
            ("GET", "/clock", control.get_clock),
            ("PUT", "/clock", control.put_clock),
        )
    ]


def _forgiving(answer: Answer) -> Answer:
    """Turn an error of a control request into HTTP 400 with the reason."""

    async def answer_or_reason(request: Request) -> Response:
        try:
            return await answer(request)
        except (UsageError, BadRequest, ValueError, TypeError, KeyError, IntegrityError) as error:
            return _answer({"error": f"{type(error).__name__}: {error}"}, 400)

    return answer_or_reason


def _answer(content: object, status: int = 200) -> Response:
    return Response(json_text.dumps(content), status, media_type="application/json")


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
