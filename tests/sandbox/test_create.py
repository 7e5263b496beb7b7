"""Submitting orders: the documented field rules, the token, and what is kept of a request."""

import json
import re
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from satops.sandbox.server import Sandbox
from tests.sandbox.client import (
    CREATE,
    FROM_SIMULATION,
    QUERY,
    RESULTS,
    Serving,
    order,
    place,
    post,
    send,
)

CLOCKWISE = [[[54.0, 24.0], [54.0, 28.0], [58.0, 28.0], [58.0, 24.0], [54.0, 24.0]]]
GEOJSON = json.dumps({"type": "Polygon", "coordinates": CLOCKWISE})


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"geometry": GEOJSON},
        {"geometry": "polygon((1 1,2 1,2 2,1 1),(1.1 1.1,1.2 1.1,1.2 1.2,1.1 1.1))"},
        {"geometry": "POLYGON Z ((1 1 0, 2 1 0, 2 2 0, 1 1 0))"},
        {"provider": "changguang", "resolutionType": 1},
        {"provider": "changguang", "resolutionType": 3, "maxCloud": 0},
        {"resolutionType": 4, "maxCloud": 100},
        {"resolutionType": ..., "maxCloud": ...},
        {"resolutionType": None, "maxCloud": None, "recurring": None},
        {"recurring": True, "recurringDay": 3, "recurringUnit": 1},
        {"recurring": False, "recurringUnit": 3},
        {"somethingElse": "is ignored"},
    ],
)
def test_what_the_page_allows_is_placed(sandbox: Sandbox, changes: dict[str, Any]) -> None:
    answer = post(sandbox.url, CREATE, order(**changes))
    assert (answer.status, answer.code, answer.message) == (200, 200, "success")
    assert [stored.order_no for stored in sandbox.store.orders()] == [answer.content["orderNo"]]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"provider": ...}, "provider is required"),
        ({"provider": "Tianyi"}, "provider must be changguang or tianyi"),
        ({"provider": 4}, "provider must be a string"),
        ({"geometry": ""}, "geometry is required"),
        ({"geometry": {"type": "Polygon"}}, "geometry must be a string"),
        ({"geometry": "POINT (1 1)"}, "geometry must be a WKT or GeoJSON Polygon"),
        ({"geometry": "POLYGON EMPTY"}, "geometry must be a WKT or GeoJSON Polygon"),
        ({"geometry": "POLYGON ()"}, "geometry must be a WKT or GeoJSON Polygon"),
        ({"geometry": "POLYGON ((1 1, 2 1, 2 2, 1 1.5))"}, "a ring that is not closed"),
        ({"geometry": "POLYGON ((1 1, 2 1, 1 1))"}, "fewer than four positions"),
        ({"geometry": "POLYGON ((1 1, 2 1, x 2, 1 1))"}, "a coordinate that is not a number"),
        ({"geometry": "POLYGON ((1 1, 2 1, nan 2, 1 1))"}, "a coordinate that is not a number"),
        ({"geometry": "POLYGON ((1, 2 1, 2 2, 1))"}, "not two or three numbers"),
        ({"geometry": '{"type": "Point", "coordinates": [1, 1]}'}, "a GeoJSON Polygon"),
        ({"geometry": '{"type": "Polygon"}'}, "geometry has no coordinates"),
        ({"geometry": '{"type": "Polygon", "coordinates": [1]}'}, "geometry has no coordinates"),
        ({"geometry": '{"type": "Polygon", "coordinates": []}'}, "geometry has no ring"),
        ({"geometry": '{"type": "Polygon", "coordinates": [[[1, null]]]}'}, "is not a number"),
        ({"geometry": "{"}, "is not JSON"),
        ({"startDate": "2030-01-01"}, "startDate is not in a documented date format"),
        ({"startDate": "2030-01-01T00:00Z"}, "startDate is not in a documented date format"),
        ({"startDate": "2030-1-01 00:00"}, "startDate is not in a documented date format"),
        ({"endDate": "2030-01-01 00:00:00"}, "endDate is not in a documented date format"),
        ({"endDate": "2030-02-30 00:00"}, "endDate is not in a documented date format"),
        ({"endDate": ...}, "endDate is required"),
        ({"endDate": "2020-01-01 00:00"}, "Satellite not available"),
        ({"maxCloud": 101}, "maxCloud must be between 0 and 100"),
        ({"maxCloud": -1}, "maxCloud must be between 0 and 100"),
        ({"maxCloud": 20.0}, "maxCloud must be an integer"),
        ({"maxCloud": "20"}, "maxCloud must be an integer"),
        ({"maxCloud": True}, "maxCloud must be an integer"),
        ({"resolutionType": 0}, "resolutionType must be between 1 and 8"),
        ({"resolutionType": 9}, "resolutionType must be between 1 and 8"),
        ({"resolutionType": 3}, "resolutionType 3 does not belong to provider tianyi"),
        ({"provider": "changguang"}, "resolutionType 6 does not belong to provider changguang"),
        ({"recurring": "true"}, "recurring must be true or false"),
        ({"recurringUnit": 4}, "recurringUnit must be between 1 and 3"),
        ({"recurringDay": 1.5}, "recurringDay must be an integer"),
    ],
)
def test_what_the_page_forbids_is_code_400_and_places_nothing(
    sandbox: Sandbox, changes: dict[str, Any], message: str
) -> None:
    answer = post(sandbox.url, CREATE, order(**changes))
    assert (answer.status, answer.code, answer.content) == (200, 400, None)
    assert message in answer.message
    assert sandbox.store.orders() == ()


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b'"text"', b"\xff", b'{"maxCloud": NaN}'])
def test_a_body_that_is_no_json_object_is_code_400(sandbox: Sandbox, body: bytes) -> None:
    assert post(sandbox.url, CREATE, body).code == 400
    assert sandbox.store.requests()[0].body == body


def test_a_body_must_be_called_json(sandbox: Sandbox) -> None:
    headers = {"X-API-Key": "a-token", "Content-Type": "text/plain"}
    assert post(sandbox.url, CREATE, order(), headers).code == 400
    headers = {"X-API-Key": "a-token", "Content-Type": "application/json; charset=utf-8"}
    assert post(sandbox.url, CREATE, order(), headers).code == 200


def test_a_body_larger_than_any_order_is_refused_and_not_kept(sandbox: Sandbox) -> None:
    answer = send(sandbox.url, CREATE, b" " * (17 * 1024 * 1024))
    assert answer.status == 413
    assert sandbox.store.requests() == ()


@pytest.mark.parametrize("header", ["Authorization", "X-API-Key"])
def test_only_the_configured_token_opens(serving: Serving, header: str) -> None:
    with serving(token="right") as sandbox:
        for headers in ({}, {header: ""}, {header: "wrong"}, {header: "Bearer right"}):
            answer = post(sandbox.url, CREATE, order(), headers)
            assert (answer.status, answer.code, answer.content) == (401, 401, None)
        assert sandbox.store.orders() == ()
        assert post(sandbox.url, CREATE, order(), {header: "right"}).code == 200


def test_without_a_configured_token_any_opens_but_none_does_not(sandbox: Sandbox) -> None:
    assert post(sandbox.url, CREATE, order(), {}).code == 401
    assert post(sandbox.url, QUERY, {"pageNumber": 1, "pageSize": 1}, {}).code == 401
    assert post(sandbox.url, FROM_SIMULATION, {"resultId": 1}, {}).code == 401
    assert post(sandbox.url, RESULTS, {"taskNo": "SIM"}, {}).message == "Simulation task not found"
    assert post(sandbox.url, CREATE, order(), {"X-API-Key": "anything"}).code == 200


@pytest.mark.parametrize(
    ("reading", "bad_request", "unauthorized"),
    [("always-200", 200, 200), ("auth-only", 200, 401), ("as-code", 400, 401)],
)
def test_the_http_status_follows_the_code_as_far_as_the_option_says(
    serving: Serving, reading: str, bad_request: int, unauthorized: int
) -> None:
    with serving(http_status=reading) as sandbox:
        refused = send(sandbox.url, CREATE, order(maxCloud=101))
        assert (refused.status, refused.code) == (bad_request, 400)
        locked_out = send(sandbox.url, CREATE, order(), {})
        assert (locked_out.status, locked_out.code) == (unauthorized, 401)


def test_order_numbers_are_of_no_marketplace_and_no_other_sandbox(sandbox: Sandbox) -> None:
    numbers = {place(sandbox) for _ in range(20)}
    assert len(numbers) == 20
    assert all(re.fullmatch(r"SANDBOX_ORDER_[0-9A-F]{12}", number) for number in numbers)


def test_order_numbers_may_count_up_within_a_day_as_on_the_create_page(serving: Serving) -> None:
    with serving(order_numbers="serial") as sandbox:
        sandbox.clock.set(sandbox.clock.now().replace(hour=23))
        today = f"PROG_ORDER_{sandbox.clock.now():%Y%m%d}"
        assert [place(sandbox), place(sandbox)] == [today + "0001", today + "0002"]
        sandbox.clock.advance(3600)
        assert place(sandbox) == f"PROG_ORDER_{sandbox.clock.now():%Y%m%d}0001"


def test_order_numbers_may_be_uuids(serving: Serving) -> None:
    with serving(order_numbers="uuid") as sandbox:
        numbers = {place(sandbox), place(sandbox)}
        assert len({UUID(number) for number in numbers}) == 2


def test_a_request_is_kept_as_it_came_but_for_the_credential(sandbox: Sandbox) -> None:
    body = json.dumps(order(), indent=3).replace("20,", " 20 ,").encode()
    headers = {"Authorization": "secret", "X-API-Key": "secret", "X-Run": "of a test"}
    number = post(sandbox.url, CREATE, body, headers).content["orderNo"]
    (request,) = sandbox.store.requests(CREATE)
    assert request.body == body
    assert (request.method, request.fault) == ("POST", None)
    assert request.path == "/market_service" + CREATE
    assert ("x-run", "of a test") in request.headers
    assert ("authorization", "(hidden)") in request.headers
    assert ("x-api-key", "(hidden)") in request.headers
    (stored,) = sandbox.store.orders()
    assert (stored.order_no, stored.request) == (number, request.number)


def test_no_token_is_in_the_file(serving: Serving, db: Path) -> None:
    with serving(token="5e-c-r-e7") as sandbox:
        for header in ("Authorization", "X-API-Key", "Cookie"):
            assert post(sandbox.url, CREATE, order(), {header: "5e-c-r-e7"}).code in (200, 401)
        content = b"".join(file.read_bytes() for file in db.parent.iterdir())
    assert b"SANDBOX_ORDER_" in content
    assert b"5e-c-r-e7" not in content


def test_orders_are_counted_by_the_bytes_that_bought_them(sandbox: Sandbox) -> None:
    once, twice = (json.dumps(order(maxCloud=cloud)).encode() for cloud in (1, 2))
    for body in (once, twice, twice, json.dumps(order(maxCloud=101)).encode()):
        post(sandbox.url, CREATE, body)
    assert sandbox.store.bought() == {once: 1, twice: 2}
    assert len(sandbox.store.requests(CREATE)) == 4


def test_an_endpoint_takes_only_post(sandbox: Sandbox) -> None:
    assert send(sandbox.url, CREATE, b"", method="GET").status == 405
    assert send(sandbox.url, "/market/order/cancel", order()).status == 404
