import json
from collections.abc import Iterable
from typing import Any

from satops.core.ledger.state import LedgerState, Standing
from satops.core.order.order import Order
from satops.core.plan.plan import ActionKind
from satops.core.problem import Severity
from satops.errors import InvalidInput
from satops.report.json import error_json, list_json, plan_json, validate_json
from tests.report.samples import NOW, action, known, plan, problem


def body(order: Order) -> bytes:
    return b'{"provider":"' + order.provider.encode() + b'"}'


def parsed(chunks: Iterable[bytes]) -> Any:
    return json.loads(b"".join(chunks))


def test_a_plan_has_the_documented_fields_in_their_order() -> None:
    report = parsed(plan_json(plan(action(ActionKind.CREATE), problems=(problem(),)), body))
    assert list(report) == [
        "format", "plan_digest", "ledger_head", "rules_digest", "made_at", "summary",
        "actions", "problems", "refusals",
    ]  # fmt: skip
    assert report["format"] == "satops.plan/1"
    assert list(report["actions"][0]) == [
        "name", "action", "reason", "order_digest", "order_no", "file", "line", "area_km2",
        "start", "end", "provider", "mode", "request",
    ]  # fmt: skip
    assert report["summary"] == {
        "create": 1, "keep": 0, "hold": 0, "conflict": 0, "expired": 0, "retired": 0,
        "area_km2": 69.123457, "estimated_cost": None,
    }  # fmt: skip
    assert list(report["problems"][0])[:9] == [
        "check", "severity", "order", "file", "line", "column", "path", "summary", "detail",
    ]  # fmt: skip


def test_only_an_order_that_would_be_sent_shows_its_request() -> None:
    actions = [action(kind, kind.value) for kind in ActionKind]
    report = parsed(plan_json(plan(*actions), body))
    requests = {item["action"]: item["request"] for item in report["actions"]}
    assert requests.pop("create") == {"provider": "changguang"}
    assert set(requests.values()) == {None}


def test_the_mode_is_named_and_the_window_is_in_utc() -> None:
    (item,) = parsed(plan_json(plan(action(ActionKind.CREATE)), body))["actions"]
    assert (item["provider"], item["mode"]) == ("changguang", "very-high")
    assert (item["start"], item["end"]) == ("2031-03-01T00:00:00Z", "2031-03-15T00:00:00Z")
    assert (item["file"], item["line"]) == ("orders/hanoi.yaml", 1)


def test_a_retired_order_has_no_file_and_keeps_what_the_ledger_knows() -> None:
    (item,) = parsed(plan_json(plan(action(ActionKind.RETIRED)), body))["actions"]
    assert (item["file"], item["line"], item["request"]) == (None, None, None)
    assert (item["order_no"], item["mode"]) == ("PROG_1", "very-high")


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


def test_a_list_names_every_order_by_its_state_at_the_moment() -> None:
    state = LedgerState()
    state.orders = {
        "b": known("b"),
        "a": known("a", Standing.BEING_PLACED),
    }
    report = parsed(list_json(state, NOW))
    assert [(o["name"], o["state"]) for o in report["orders"]] == [
        ("a", "in-doubt"), ("b", "placed"),
    ]  # fmt: skip
    assert list(report["orders"][0]) == [
        "name", "state", "order_no", "order_digest", "placed_at", "status",
    ]  # fmt: skip


def test_an_empty_list_is_a_list() -> None:
    assert parsed(list_json(LedgerState(), NOW)) == {"orders": []}


def test_an_error_brings_its_exit_code_and_its_problems() -> None:
    report = parsed(error_json(InvalidInput("1 error.", (problem(),))))
    assert report["format"] == "satops.error/1"
    assert (report["error"], report["exit_code"]) == ("InvalidInput", 3)
    assert report["problems"][0]["check"] == "G05"
