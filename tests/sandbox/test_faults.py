"""Faults on the wire, seen byte by byte on a raw socket.

How: each test names one fault, sends one create, and looks at what arrived, at how the connection
ended, and at whether the order exists.
"""

import gzip
import json
import threading
from typing import Any

import pytest

from satops.errors import UsageError
from satops.sandbox.faults import OF_DOWNLOADS, Faults, Kind, Rule, read_rules
from satops.sandbox.server import Sandbox
from tests.sandbox.client import (
    CREATE,
    DETAIL,
    FROM_SIMULATION,
    QUERY,
    Answer,
    Serving,
    connected,
    order,
    post,
    read_to_end,
    send,
    wait_until,
)

BODY = json.dumps(order()).encode()
PAGE = {"pageNumber": 1, "pageSize": 10}


def under(sandbox: Sandbox, **rule: Any) -> None:
    """Let every create from now on fall under a rule."""
    sandbox.faults.replace([Rule(**rule)])


def answered(sandbox: Sandbox, **rule: Any) -> Answer:
    """Return the answer to one create under a rule."""
    under(sandbox, **rule)
    return send(sandbox.url, CREATE, BODY)


def stored(sandbox: Sandbox) -> int:
    return len(sandbox.store.orders())


@pytest.mark.parametrize(("store", "orders"), [(None, 1), ("before", 1), ("never", 0)])
def test_close_sends_no_byte_and_ends_in_order(sandbox: Sandbox, store: Any, orders: int) -> None:
    under(sandbox, kind=Kind.CLOSE, store=store)
    with connected(sandbox.url, CREATE, BODY) as connection:
        assert read_to_end(connection) == b""
    assert stored(sandbox) == orders
    assert [request.body for request in sandbox.store.requests()] == [BODY]
    assert [request.fault for request in sandbox.store.requests()] == ["close"]


@pytest.mark.parametrize(("store", "orders"), [("before", 1), ("never", 0)])
def test_reset_sends_no_byte_and_ends_in_a_reset(sandbox: Sandbox, store: Any, orders: int) -> None:
    under(sandbox, kind=Kind.RESET, store=store)
    with (
        connected(sandbox.url, CREATE, BODY) as connection,
        pytest.raises(ConnectionResetError),
    ):
        read_to_end(connection)
    assert stored(sandbox) == orders


def test_cut_promises_a_whole_answer_and_sends_half(sandbox: Sandbox) -> None:
    under(sandbox, kind=Kind.CUT)
    with connected(sandbox.url, CREATE, BODY) as connection:
        head, _, body = read_to_end(connection).partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200 ")
    (promised,) = (
        int(line.split(b":")[1])
        for line in head.splitlines()
        if line.lower().startswith(b"content-length:")
    )
    assert len(body) == promised // 2
    assert body.startswith(b'{"code":200,"message":"success"')
    assert stored(sandbox) == 1


def test_an_order_may_appear_after_its_connection_was_closed(sandbox: Sandbox) -> None:
    under(sandbox, kind=Kind.CLOSE, store="after", seconds=0.01)
    with connected(sandbox.url, CREATE, BODY) as connection:
        assert read_to_end(connection) == b""
    wait_until(lambda: stored(sandbox) == 1)


def test_an_order_may_appear_after_its_answer_said_no(sandbox: Sandbox) -> None:
    answer = answered(sandbox, kind=Kind.STATUS, status=503, store="after")
    assert answer.status == 503
    wait_until(lambda: stored(sandbox) == 1)


@pytest.mark.parametrize("store", ["before", "after"])
def test_slow_gives_the_right_answer_late(sandbox: Sandbox, store: Any) -> None:
    answer = answered(sandbox, kind=Kind.SLOW, seconds=0.01, store=store)
    assert answer.content["orderNo"] == sandbox.store.orders()[0].order_no


@pytest.mark.parametrize(("store", "orders"), [("before", 1), ("after", 0)])
def test_an_answer_that_is_held_back_keeps_nobody_waiting_and_ends_with_the_server(
    serving: Serving, store: Any, orders: int
) -> None:
    """The held request is on the wire for the whole test; others pass it, and the server stops."""
    rule = Rule(kind=Kind.SLOW, seconds=3600, store=store, match={"maxCloud": 20})
    with serving(faults=Faults([rule])) as sandbox:
        connection = connected(sandbox.url, CREATE, BODY)
        wait_until(lambda: len(sandbox.store.requests()) == 1)
        assert post(sandbox.url, CREATE, order(maxCloud=1)).code == 200
        wait_until(lambda: stored(sandbox) == 1 + orders)
    with connection:
        assert read_to_end(connection) == b""
    with serving() as sandbox:
        assert stored(sandbox) == 1 + orders


def test_a_client_that_leaves_does_not_undo_a_slow_order(sandbox: Sandbox) -> None:
    under(sandbox, kind=Kind.SLOW, seconds=0.05, store="after")
    connected(sandbox.url, CREATE, BODY).close()
    wait_until(lambda: stored(sandbox) == 1)


def test_a_drip_goes_on_until_the_client_leaves(sandbox: Sandbox) -> None:
    under(sandbox, kind=Kind.DRIP, count=1)
    with connected(sandbox.url, CREATE, BODY) as connection:
        received = b""
        while received.count(b"\r\n1\r\n \r\n") + received.count(b"\n1\r\n \r\n") < 4:
            part = connection.recv(65536)
            assert part, "the drip has ended"
            received += part
    assert received.startswith(b"HTTP/1.1 200 ")
    assert stored(sandbox) == 1
    assert post(sandbox.url, QUERY, PAGE).code == 200


def test_a_drip_ends_with_the_server(serving: Serving) -> None:
    with serving(faults=Faults([Rule(kind=Kind.DRIP)])) as sandbox:
        connection = connected(sandbox.url, CREATE, BODY)
        assert connection.recv(10) == b"HTTP/1.1 2"
    with connection:
        assert not read_to_end(connection).endswith(b"0\r\n\r\n")


@pytest.mark.parametrize(
    ("rule", "status", "code", "orders"),
    [
        ({}, 500, 500, 0),
        ({"store": "before"}, 500, 500, 1),
        ({"status": 200, "code": 500}, 200, 500, 0),
        ({"status": 200, "code": 401, "message": "expired"}, 200, 401, 0),
        ({"status": 429}, 429, 429, 0),
        ({"status": 409, "store": "before"}, 409, 409, 1),
        ({"status": 599, "code": 200}, 599, 200, 0),
    ],
)
def test_any_status_with_any_code(
    sandbox: Sandbox, rule: dict[str, Any], status: int, code: int, orders: int
) -> None:
    answer = answered(sandbox, kind=Kind.STATUS, **rule)
    assert (answer.status, answer.code) == (status, code)
    assert answer.message == rule.get("message", "Server internal error")
    assert stored(sandbox) == orders
    assert "retry-after" not in answer.headers


def test_a_status_may_come_with_retry_after(sandbox: Sandbox) -> None:
    answer = answered(sandbox, kind=Kind.STATUS, status=429, retry_after="7")
    assert answer.headers["retry-after"] == "7"


def test_a_status_may_come_with_the_page_of_a_gateway(sandbox: Sandbox) -> None:
    answer = answered(sandbox, kind=Kind.STATUS, status=502, body="<h1>Bad gateway</h1>")
    assert (answer.status, answer.body) == (502, b"<h1>Bad gateway</h1>")
    assert answer.headers["content-type"] == "text/html"


@pytest.mark.parametrize("status", [204, 304])
def test_a_status_without_a_body_ends_the_answer(sandbox: Sandbox, status: int) -> None:
    answer = answered(sandbox, kind=Kind.STATUS, status=status)
    assert (answer.status, answer.body) == (status, b"")


def test_a_redirect_leads_back_to_the_same_endpoint_or_where_it_is_told(sandbox: Sandbox) -> None:
    answer = answered(sandbox, kind=Kind.REDIRECT)
    assert (answer.status, answer.headers["location"]) == (307, "/market_service" + CREATE)
    answer = answered(sandbox, kind=Kind.REDIRECT, status=302, location="http://127.0.0.1:9/")
    assert (answer.status, answer.headers["location"]) == (302, "http://127.0.0.1:9/")
    assert stored(sandbox) == 0


def test_garbage_is_no_json(sandbox: Sandbox) -> None:
    answer = answered(sandbox, kind=Kind.GARBAGE)
    assert answer.status == 200
    with pytest.raises(ValueError):
        json.loads(answer.body)
    assert stored(sandbox) == 1


def test_a_success_may_lack_its_order_number(sandbox: Sandbox) -> None:
    assert answered(sandbox, kind=Kind.NO_ORDER_NO).content == {}
    assert answered(sandbox, kind=Kind.EMPTY_ORDER_NO).content == {"orderNo": ""}
    assert stored(sandbox) == 2


def test_a_huge_answer_is_the_right_one_with_white_space(sandbox: Sandbox) -> None:
    answer = answered(sandbox, kind=Kind.HUGE, size=3_000_001)
    assert len(answer.body) == int(answer.headers["content-length"]) == 3_000_001
    assert answer.content["orderNo"] == sandbox.store.orders()[0].order_no


def test_a_gzip_bomb_is_small_on_the_wire(sandbox: Sandbox) -> None:
    answer = answered(sandbox, kind=Kind.GZIP_BOMB, size=3_000_001)
    assert answer.headers["content-encoding"] == "gzip"
    unpacked = gzip.decompress(answer.body)
    assert len(answer.body) * 100 < len(unpacked) == 3_000_001
    assert json.loads(unpacked)["data"]["orderNo"] == sandbox.store.orders()[0].order_no


def test_a_client_may_leave_in_the_middle_of_a_huge_answer(sandbox: Sandbox) -> None:
    under(sandbox, kind=Kind.HUGE, count=1)
    with connected(sandbox.url, CREATE, BODY) as connection:
        assert connection.recv(10) == b"HTTP/1.1 2"
    assert post(sandbox.url, QUERY, PAGE).code == 200


@pytest.mark.parametrize(
    "kind",
    sorted(set(Kind) - {Kind.NO_ORDER_NO, Kind.EMPTY_ORDER_NO} - OF_DOWNLOADS),
)
def test_reads_go_wrong_alike(sandbox: Sandbox, kind: Kind) -> None:
    sandbox.faults.replace([Rule(kind=kind, on="query", size=100_000)])
    with connected(sandbox.url, QUERY, json.dumps(PAGE).encode()) as connection:
        if kind in (Kind.CLOSE, Kind.CUT):
            assert len(read_to_end(connection).partition(b"\r\n\r\n")[2]) < 40
        elif kind is Kind.RESET:
            with pytest.raises(ConnectionResetError):
                read_to_end(connection)
        else:
            assert connection.recv(65536).startswith(b"HTTP/1.1 ")
    assert [request.fault for request in sandbox.store.requests()] == [kind]


def test_a_rejected_request_stays_rejected_under_a_fault(sandbox: Sandbox) -> None:
    under(sandbox, kind=Kind.HUGE, size=1000)
    assert send(sandbox.url, CREATE, order(maxCloud=101)).code == 400
    assert send(sandbox.url, CREATE, order(), {}).code == 401
    assert stored(sandbox) == 0


def statuses(sandbox: Sandbox, *bodies: Any) -> list[int]:
    """Return the HTTP status of each of several creates."""
    return [send(sandbox.url, CREATE, body).status for body in bodies]


def test_a_rule_fires_after_some_and_so_often(sandbox: Sandbox) -> None:
    under(sandbox, kind=Kind.STATUS, after=2, count=2)
    assert statuses(sandbox, *[BODY] * 6) == [200, 200, 500, 500, 200, 200]
    assert sandbox.faults.fired() == (2,)


def test_a_rule_counts_only_what_it_matches(sandbox: Sandbox) -> None:
    under(sandbox, kind=Kind.STATUS, match={"maxCloud": 7, "provider": "tianyi"}, after=1)
    other, meant = order(), order(maxCloud=7)
    assert statuses(sandbox, other, meant, other, meant, b"[]") == [200, 200, 200, 500, 200]
    assert send(sandbox.url, QUERY, PAGE).status == 200


def test_the_first_rule_that_fires_wins_and_the_others_count_on(sandbox: Sandbox) -> None:
    sandbox.faults.replace(
        [
            Rule(kind=Kind.STATUS, status=501, count=1),
            Rule(kind=Kind.STATUS, status=502, on="*", after=1, count=1),
        ]
    )
    assert statuses(sandbox, *[BODY] * 3) == [501, 502, 200]
    assert sandbox.faults.fired() == (1, 1)


def test_a_rule_for_any_endpoint_meets_all(sandbox: Sandbox) -> None:
    under(sandbox, kind=Kind.STATUS, on="*")
    for path in (CREATE, QUERY, DETAIL, FROM_SIMULATION):
        assert send(sandbox.url, path, {}).status == 500


def test_chance_depends_on_the_seed_and_the_body_not_on_the_order_of_arrival() -> None:
    bodies = [str(number).encode() for number in range(200)]

    def hit(seed: int, arriving: list[bytes]) -> set[bytes]:
        faults = Faults([Rule(kind=Kind.CLOSE, probability=0.3)], seed=seed)
        return {body for body in arriving if faults.pick("create", body, {})}

    assert hit(1, bodies) == hit(1, bodies[::-1])
    assert hit(1, bodies) != hit(2, bodies)
    assert 30 <= len(hit(1, bodies)) <= 90
    never = Faults([Rule(kind=Kind.CLOSE, probability=0)])
    assert not any(never.pick("create", body, {}) for body in bodies)


def test_the_same_body_draws_anew_each_time() -> None:
    faults = Faults([Rule(kind=Kind.CLOSE, probability=0.5)], seed=3)
    drawn = [faults.pick("create", b"same", {}) is not None for _ in range(50)]
    assert set(drawn) == {True, False}


def test_rules_are_counted_rightly_from_many_threads() -> None:
    faults = Faults([Rule(kind=Kind.CLOSE, count=100, after=50)])
    picked: list[Rule | None] = []

    def pick() -> None:
        picked.extend(faults.pick("create", b"", {}) for _ in range(100))

    threads = [threading.Thread(target=pick) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(rule is not None for rule in picked) == 100


def test_a_faults_document_is_read_whole() -> None:
    rules, seed = read_rules(
        {
            "seed": 7,
            "rules": [
                {"kind": "status", "status": 429, "retry_after": "1", "count": 2},
                {"kind": "close", "on": "*", "probability": 1, "match": {"maxCloud": 3}},
            ],
        }
    )
    assert seed == 7
    assert rules == (
        Rule(kind=Kind.STATUS, status=429, retry_after="1", count=2),
        Rule(kind=Kind.CLOSE, on="*", match={"maxCloud": 3}),
    )
    assert read_rules({}) == ((), 0)


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ([], "Faults are an object"),
        ({"rule": []}, "Faults are an object"),
        ({"seed": "7"}, '"seed" is an integer'),
        ({"rules": {}}, '"rules" is a list'),
        ({"rules": ["close"]}, "faults, rule 1: Expected `object`, got `str`"),
        ({"rules": [{}]}, "missing required field `kind`"),
        (
            {"rules": [{"kind": "close"}, {"kind": "clos"}]},
            "faults, rule 2: Invalid enum value 'clos' - at `$.kind`",
        ),
        ({"rules": [{"kind": "close", "counts": 1}]}, "unknown field `counts`"),
        ({"rules": [{"kind": "close", "count": 0}]}, "count must be 1 or more"),
        ({"rules": [{"kind": "close", "count": True}]}, "at `$.count`"),
        ({"rules": [{"kind": "close", "seconds": "1"}]}, "at `$.seconds`"),
        ({"rules": [{"kind": "close", "store": "later"}]}, "at `$.store`"),
        ({"rules": [{"kind": "close", "match": []}]}, "at `$.match`"),
        ({"rules": [{"kind": "close", "on": "delete"}]}, "'delete' is no endpoint"),
        ({"rules": [{"kind": "close", "probability": 1.1}]}, "probability must be"),
        ({"rules": [{"kind": "status", "status": 100}]}, "status must be"),
        ({"rules": [{"kind": "slow", "store": "never"}]}, "slow gives the right answer"),
        ({"rules": [{"kind": "no-order-no", "on": "query"}]}, "is a fault of create"),
    ],
)
def test_a_faults_document_that_is_wrong_says_where(document: object, message: str) -> None:
    with pytest.raises(UsageError) as raised:
        read_rules(document)
    assert message in str(raised.value)
