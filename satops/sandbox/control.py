"""`/_sandbox/`: the controls of the Python API over HTTP, for tests in other languages."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from sqlite3 import IntegrityError

from msgspec.structs import asdict
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from satops.core import json_text
from satops.errors import UsageError
from satops.sandbox import simulations
from satops.sandbox.faults import Faults, read_rules
from satops.sandbox.rules import BadRequest, text, whole_number
from satops.sandbox.store import Store

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
