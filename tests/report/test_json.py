import json
from collections.abc import Iterable
from typing import Any

from satops.core.order.order import Order
from satops.core.plan.plan import ActionKind
from satops.core.problem import Severity
from satops.report.json.plan import plan_json, validate_json
from tests.report.samples import action, plan, problem


def body(order: Order) -> bytes:
    return b'{"provider":"' + order.provider.encode() + b'"}'


def parsed(chunks: Iterable[bytes]) -> Any:
    return json.loads(b"".join(chunks))


def test_only_an_order_that_would_be_sent_shows_its_request() -> None:
    actions = [action(kind, kind.value) for kind in ActionKind]
    report = parsed(plan_json(plan(*actions), body))
    requests = {item["action"]: item["request"] for item in report["actions"]}
    assert requests.pop("create") == {"provider": "changguang"}
    assert set(requests.values()) == {None}


def test_the_same_plan_gives_the_same_bytes_in_small_chunks() -> None:
    made = plan(*(action(ActionKind.CREATE, f"order-{n:05}") for n in range(2000)))
    once, again = (list(plan_json(made, body)) for _ in range(2))
    assert once == again
    assert len(parsed(once)["actions"]) == 2000
    assert max(map(len, once)) < 300_000


def test_problems_come_sorted_by_place_whatever_their_order() -> None:
    found = (problem(line=9), problem(file="orders/a.yaml"), problem(Severity.INFO, line=2))
    report = parsed(validate_json(3, found))
    assert report["specs"] == 3
    assert [(p["file"], p["line"]) for p in report["problems"]] == [
        ("orders/a.yaml", 3), ("orders/hanoi.yaml", 2), ("orders/hanoi.yaml", 9),
    ]  # fmt: skip


def test_a_file_name_that_is_no_utf_8_does_not_break_the_report() -> None:
    (item,) = parsed(validate_json(0, [problem(file="orders/\udcff.yaml")]))["problems"]
    assert item["file"] == r"orders/\udcff.yaml"
