"""The control endpoint: the levers of the Python API over HTTP."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from satops.sandbox.server import Sandbox
from tests.sandbox.client import CREATE, Serving, order, send


@pytest.fixture
def controlled(serving: Serving) -> Iterator[Sandbox]:
    with serving(control=True, token="right") as sandbox:
        yield sandbox


def ask(sandbox: Sandbox, method: str, path: str, body: Any = None) -> tuple[int, Any]:
    """Return status and content of one control request, which needs no token."""
    raw = b"" if body is None else json.dumps(body).encode()
    answer = send(sandbox.address, "/_sandbox" + path, raw, {}, method=method)
    return answer.status, json.loads(answer.body)


def create(sandbox: Sandbox, **changes: Any) -> int:
    return send(sandbox.url, CREATE, order(**changes), {"X-API-Key": "right"}).status


def test_it_is_off_unless_asked_for(sandbox: Sandbox) -> None:
    assert send(sandbox.address, "/_sandbox/orders", b"", method="GET").status == 404


def test_faults_are_set_and_counted(controlled: Sandbox) -> None:
    rules = {"seed": 1, "rules": [{"kind": "status", "status": 503, "count": 1}]}
    assert ask(controlled, "PUT", "/faults", rules) == (200, {"rules": 1, "seed": 1})
    assert [create(controlled), create(controlled)] == [503, 200]
    assert ask(controlled, "GET", "/faults") == (200, {"fired": [1]})


def test_orders_are_placed_marked_and_listed(controlled: Sandbox) -> None:
    asked = {"order": order(), "orderNo": "by-hand", "ctimeMs": 1, "status": 4, "deleted": True}
    assert ask(controlled, "POST", "/orders", asked) == (200, {"orderNo": "by-hand"})
    status, (listed,) = ask(controlled, "GET", "/orders")
    assert status == 200
    assert (listed["order_no"], listed["ctime_ms"], listed["status"], listed["deleted"]) == (
        "by-hand",
        1,
        4,
        True,
    )
    assert ask(controlled, "PATCH", "/orders/by-hand", {"status": 6}) == (200, {})
    (stored,) = controlled.store.orders()
    assert (stored.status, stored.deleted) == (6, False)
    assert ask(controlled, "PATCH", "/orders/another", {})[0] == 404


def test_requests_are_listed_without_the_credential(controlled: Sandbox) -> None:
    create(controlled)
    _, (request,) = ask(controlled, "GET", "/requests")
    assert json.loads(request["body"])["provider"] == "tianyi"
    assert ["x-api-key", "(hidden)"] in request["headers"]


def test_the_clock_is_set_and_moved(controlled: Sandbox) -> None:
    at = datetime.now(UTC).replace(microsecond=0) + timedelta(days=3)
    assert ask(controlled, "PUT", "/clock", {"at": at.isoformat()})[0] == 200
    _, told = ask(controlled, "PUT", "/clock", {"advanceS": 60})
    assert told == {"now": (at + timedelta(seconds=60)).isoformat()}
    assert ask(controlled, "GET", "/clock")[1] == told


def test_a_reset_forgets_orders_requests_faults_and_the_clock(controlled: Sandbox) -> None:
    create(controlled)
    controlled.clock.set(datetime.now(UTC) + timedelta(days=400))
    ask(controlled, "PUT", "/faults", {"rules": [{"kind": "status"}]})
    assert ask(controlled, "POST", "/reset") == (200, {})
    assert controlled.store.orders() == ()
    assert controlled.store.requests() == ()
    assert controlled.clock.now() < datetime.now(UTC) + timedelta(days=1)
    assert create(controlled) == 200


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("PUT", "/faults", {"rules": [{"kind": "clos"}]}),
        ("PUT", "/faults", None),
        ("POST", "/orders", {}),
        ("POST", "/orders", []),
        ("POST", "/orders", {"order": order(provider="nobody")}),
        ("PATCH", "/orders/1", {"status": "6"}),
        ("PUT", "/clock", {"at": "yesterday"}),
        ("PUT", "/clock", {"at": "2030-01-01T00:00:00"}),
        ("PUT", "/clock", {"advanceS": "60"}),
    ],
)
def test_what_is_wrong_is_said(controlled: Sandbox, method: str, path: str, body: Any) -> None:
    status, told = ask(controlled, method, path, body)
    assert status == 400
    assert told["error"]


def test_an_order_number_is_never_given_twice_by_hand(controlled: Sandbox) -> None:
    asked = {"order": order(), "orderNo": "by-hand"}
    ask(controlled, "POST", "/orders", asked)
    status, told = ask(controlled, "POST", "/orders", asked)
    assert (status, len(controlled.store.orders())) == (400, 1)
    assert "order_no" in told["error"]
