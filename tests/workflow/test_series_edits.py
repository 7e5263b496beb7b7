"""What is done to a series that is half placed, and how many orders that buys: mostly none."""

import copy
import json
from collections.abc import Callable
from contextlib import suppress
from datetime import date, timedelta
from typing import Any

import pytest

from satops.core.loading import load
from satops.core.plan.plan import ActionKind
from satops.core.problem import Severity
from satops.errors import InvalidInput, UsageError
from tests.half_placed import MONTHS, START, Buying, Changed, half
from tests.series import port, ports


def edit(**fields: Any) -> Callable[[Changed], None]:
    return lambda it: it.set(**fields)


def aoi(*names: str, **given: Any) -> Callable[[Changed], None]:
    return lambda it: it.aois.update(ports=ports(*names, **given))


def axis(name: str, value: Any) -> Callable[[Changed], None]:
    return lambda it: it.each.__setitem__(name, value)


def key_of(sensor: str, **fields: Any) -> Callable[[Changed], None]:
    return lambda it: it.each["sensor"].__setitem__(sensor, fields)


def order_of(*names: str) -> Callable[[Changed], None]:
    return lambda it: it.set(each={name: it.each[name] for name in names})


def without(name: str) -> Callable[[Changed], None]:
    return lambda it: it.each.pop(name) and None


def alone(name: str, **order: Any) -> Callable[[Changed], None]:
    made = {
        "provider": "tianyi", "geometry": {"bbox": [5, 45, 5.2, 45.2]}, "resolutionType": 5,
        "startDate": f"{MONTHS[3]}-01T00:00Z", "endDate": f"{MONTHS[4]}-01T00:00Z", **order,
    }  # fmt: skip
    return lambda it: it.more.append({"name": name, "order": made})


def another(name: str, expect: int = 12) -> Callable[[Changed], None]:
    return lambda it: it.more.append({**copy.deepcopy(it.document), "name": name, "expect": expect})


def keyed(named: str, moved: float = 0.0, **keys: str) -> Callable[[Changed], None]:
    """Give each port another property as its key."""

    def change(it: Changed) -> None:
        features = [port(name, moved, **{named: key}) for name, key in keys.items()]
        it.aois["ports"] = json.dumps({"type": "FeatureCollection", "features": features})
        it.each["port"]["key"] = named

    return change


def longer(months: int, expect: int) -> list[Callable[[Changed], None]]:
    return [axis("month", {"months": f"{MONTHS[0]}/{MONTHS[months - 1]}"}), edit(expect=expect)]


def all_of(*changes: Callable[[Changed], None]) -> list[Callable[[Changed], None]]:
    return list(changes)


Edit = tuple[str, list[Callable[[Changed], None]], int, str]
"""What is done, how, how many orders that buys, and the check of the error that says why not."""
RAR = {"provider": "tianyi", "resolutionType": "stripmap"}
EDITS: list[Edit] = [
    ("nothing", [], 6, ""),
    ("features in another order", all_of(aoi("kul", "sgp")), 6, ""),
    ("keys by hand in another order", all_of(
        lambda it: it.each.update(sensor=dict(reversed(it.each["sensor"].items())))), 6, ""),
    ("fields of the document in another order", all_of(
        lambda it: it.set(name=it.document.pop("name"))), 6, ""),
    ("a label", all_of(edit(labels={"team": "sea"})), 6, ""),
    ("a description", all_of(edit(description="For the harbour master")), 6, ""),
    ("a port is added", all_of(aoi("sgp", "kul", "hkg"), edit(expect=18)), 12, ""),
    ("a port is added, and expect forgotten", all_of(aoi("sgp", "kul", "hkg")), 0, "M01"),
    ("a port is added in the middle", all_of(aoi("sgp", "hkg", "kul"), edit(expect=18)), 12, ""),
    ("a port is removed", all_of(aoi("sgp"), edit(expect=6)), 2, ""),
    ("a port is removed, and expect forgotten", all_of(aoi("sgp")), 0, "M01"),
    ("the file is empty", all_of(aoi()), 0, "M02"),
    ("the file is gone", all_of(lambda it: it.aois.clear()), 0, "F01"),
    ("a month is added at the end", longer(4, 16), 10, ""),
    ("a month is taken off the end", longer(2, 8), 2, ""),
    ("a month is added before", all_of(
        axis("month", {"months": f"{START.replace(day=1) + timedelta(days=62):%Y-%m}/{MONTHS[2]}"}),
        edit(expect=16)), 10, ""),
    ("a sensor is added", all_of(
        key_of("fine", provider="tianyi", resolutionType="spotlight"), edit(expect=18)), 12, ""),
    ("a sensor is removed", all_of(
        lambda it: it.each["sensor"].pop("optical") and None, edit(expect=6)), 2, ""),
    ("a sensor is renamed", all_of(
        lambda it: it.each.update(sensor={"radar": RAR, "optical": it.each["sensor"]["optical"]})),
     4, "X01"),
    ("a sensor is renamed, and said so", all_of(
        lambda it: it.each.update(sensor={"radar": RAR, "optical": it.each["sensor"]["optical"]}),
        edit(renamed={"sensor": {"sar": "radar"}})), 6, ""),
    ("the axes in another order", all_of(order_of("month", "port", "sensor")), 0, "M08"),
    ("the axes sorted by an editor", all_of(order_of("month", "port", "sensor")), 0, "M08"),
    ("an axis is renamed", all_of(
        lambda it: it.set(each={{"port": "harbour"}.get(k, k): v for k, v in it.each.items()})),
     0, "M08"),
    ("an axis is added", all_of(axis("cloud", {"any": {}})), 0, "M08"),
    ("an axis is removed", all_of(
        without("sensor"), edit(order=RAR, expect=6)), 0, "M08"),
    ("months become days", all_of(
        axis("month", {"days": f"{MONTHS[0]}-01/{MONTHS[0]}-03"})), 0, "M08"),
    ("months become a repetition", all_of(
        axis("month", {"repeat": f"R3/{MONTHS[0]}-01T00:00Z/P30D"})), 0, "M08"),
    ("features become keys by hand", all_of(
        axis("port", {name: {"geometry": port(name)["geometry"]} for name in ("sgp", "kul")})),
     0, "M08"),
    ("a shared field is set", all_of(edit(order={"maxCloud": 90}), lambda it: it.each.update(
        sensor={"sar": RAR, "optical": {"provider": "changguang", "resolutionType": 2}})),
     0, "M09"),
    ("the cloud limit of one sensor", all_of(
        key_of("optical", provider="changguang", resolutionType="very-high", maxCloud=30)),
     0, "M09"),
    ("the mode of one sensor", all_of(
        key_of("sar", provider="tianyi", resolutionType="spotlight")), 0, "M09"),
    ("a shared field, and a port is added", all_of(
        aoi("sgp", "kul", "hkg"), edit(expect=18, order={"recurring": False})), 0, "M09"),
    ("the zone of the windows", all_of(
        lambda it: it.each["month"].update(zone="Asia/Bangkok")), 0, "M09"),
    ("the outline of one port", all_of(aoi("sgp", "kul", moved={"sgp": 0.01})), 4, "M09"),
    ("the outlines of both ports", all_of(
        aoi("sgp", "kul", moved={"sgp": 0.01, "kul": 0.01})), 0, "M09"),
    ("an outline, and a port is added", all_of(
        aoi("sgp", "kul", "hkg", moved={"kul": 0.01}), edit(expect=18)), 8, "M09"),
    ("the outlines of two ports are exchanged", all_of(
        keyed("port", sgp="kul", kul="sgp")), 0, "M09 X01"),
    ("a port is renamed", all_of(keyed("port", sgp="sin", kul="kul")), 4, "X01"),
    ("a port is renamed, and said so", all_of(
        keyed("port", sgp="sin", kul="kul"), edit(renamed={"port": {"sgp": "sin"}})), 6, ""),
    ("a port is renamed, and its outline mended", all_of(
        keyed("port", 0.001, sgp="sin", kul="kul2")), 0, "M10"),
    ("all ports by another property", all_of(
        keyed("code", sgp="sgsin", kul="mypkg")), 0, "X01"),
    ("another property, and the outlines cleaned", all_of(
        keyed("code", 0.001, sgp="sgsin", kul="mypkg")), 0, "M10"),
    ("keys in capitals", all_of(keyed("port", sgp="SGP", kul="KUL")), 0, "M02"),
    ("keys in capitals, and said so", all_of(
        keyed("port", sgp="SGP", kul="KUL"),
        lambda it: it.each["port"].update(keys="lower")), 6, ""),
    ("two features with one key", all_of(keyed("port", sgp="sgp", kul="sgp")), 0, "M02"),
    ("a feature without a key", all_of(lambda it: it.aois.update(ports=json.dumps({
        "type": "FeatureCollection", "features": [port("sgp"), {**port("kul"), "properties": {}}],
    }))), 0, "M02"),
    ("the series is renamed", all_of(edit(name="harbours")), 0, "X01"),
    ("the series is deleted", all_of(lambda it: it.document.clear()), 0, ""),
    ("the series is deleted, and a plain spec has the name of a member", all_of(
        lambda it: it.document.clear(), alone(f"ports.sgp.{MONTHS[0]}.sar")), 0, "M07"),
    ("a plain spec has a name like a member", all_of(alone("ports.x")), 0, "M07"),
    ("a plain spec has the name of the series", all_of(alone("ports")), 0, "N01"),
    ("a plain spec beside", all_of(alone("port")), 7, ""),
    ("a second series with the same orders", all_of(another("harbours")), 6, "X01"),
    ("a second series of the same name", all_of(another("ports")), 0, "N01 X01"),
    ("what is left is excepted", all_of(edit(**{"expect": 6, "except": [
        {"month": MONTHS[2]}, {"port": "kul", "sensor": "optical"}]})), 0, ""),
    ("what is placed is excepted", all_of(edit(**{"expect": 10, "except": [
        {"port": "sgp", "sensor": "sar", "month": f"{MONTHS[0]}/{MONTHS[1]}"}]})), 6, ""),
    ("an exception matches nothing", all_of(edit(**{"except": [{"port": "sgpp"}]})), 0, "M05"),
    ("since begins later for one port", all_of(
        edit(expect=8, since={"port": {"kul": MONTHS[2]}})), 4, ""),
    ("the windows move by a typo in the year", all_of(
        axis("month", {"months": f"{MONTHS[3]}/{MONTHS[5]}"})), 12, ""),
    ("a dot in the name", all_of(edit(name="ports.2")), 0, "V06"),
    ("a field is misspelt", all_of(edit(exept=[{"port": "kul"}])), 0, "V01"),
]  # fmt: skip


@pytest.mark.parametrize("said", [row[0] for row in EDITS])
def test_an_edit_of_a_half_placed_series_buys(said: str) -> None:
    ((changes, bought, check),) = [row[1:] for row in EDITS if row[0] == said]
    team, changed = half()
    for change in changes:
        change(changed)
    before = len(team.shop.requests)
    with suppress(InvalidInput):
        team.buy(changed)
    found = len(team.shop.requests) - before
    problems = team.plan_of(changed).problems
    blocking = {problem.check for problem in problems if problem.blocks}
    assert (found, blocking) == (bought, set(check.split())), [
        (problem.check, problem.order, problem.detail) for problem in problems
    ]


def test_the_table_is_about_many_edits() -> None:
    assert len({row[0] for row in EDITS}) == len(EDITS) >= 60


def test_a_conflict_is_one_problem_that_names_fields_and_numbers() -> None:
    team, changed = half()
    key_of("optical", provider="changguang", resolutionType="very-high", maxCloud=30)(changed)
    plan = team.plan_of(changed)
    (problem,) = [it for it in plan.problems if it.blocks]
    assert "2 placed orders of ports would change" in problem.detail
    assert "maxCloud: 20 → 30 (2 orders). 6 new orders are held until then." in problem.detail
    assert plan.count(ActionKind.CREATE) == 0
    assert (plan.count(ActionKind.HOLD), plan.count(ActionKind.CONFLICT)) == (6, 2)
    assert not any(action.left_out for action in plan.actions)


def test_an_outline_holds_its_key_alone_and_says_what_to_write() -> None:
    team, changed = half()
    aoi("sgp", "kul", moved={"sgp": 0.01})(changed)
    plan = team.plan_of(changed)
    (problem,) = [it for it in plan.problems if it.blocks]
    assert "The outline of the key sgp has changed, and 4 orders are placed" in problem.detail
    assert f"since: {{port: {{NEW: {MONTHS[2]}}}}}" in problem.detail
    assert {action.keys[0][1] for action in plan.creates} == {"kul"}


def test_frozen_axes_name_both_forms_and_how_many_orders_they_would_buy() -> None:
    team, changed = half()
    order_of("month", "port", "sensor")(changed)
    (problem,) = [it for it in team.plan_of(changed).problems if it.blocks]
    assert "They were port (features), month (months), sensor (keys)" in problem.detail
    assert "So 12 orders would be bought under new names." in problem.detail
    assert problem.line == 5


def test_axes_are_not_frozen_before_something_is_bought() -> None:
    team, changed = Buying(), Changed()
    order_of("month", "port", "sensor")(changed)
    assert team.buy(changed) == 12


def test_a_renamed_key_is_offered_the_line_to_write() -> None:
    team, changed = half()
    keyed("port", 0.001, sgp="sin", kul="kul")(changed)
    found = [it for it in team.plan_of(changed).problems if it.check == "M10"]
    assert {"renamed: {port: {sgp: sin}}" in it.detail for it in found} == {True}
    assert len({it.detail for it in found}) == 1


def test_what_is_placed_and_untouched_is_not_read_again() -> None:
    team, changed = half()
    assert team.buy(changed) == 6
    tree = team.tree(changed)
    assert (len(tree.kept), tree.specs) == (12, ())
    assert {held.series for held in tree.kept} == {"ports"}
    assert team.buy(changed) == 0


def test_all_members_of_a_series_can_be_chosen() -> None:
    team, changed = half()
    alone("port")(changed)
    assert team.buy(changed, "ports.*") == 6
    assert team.buy(changed, "port") == 1
    with pytest.raises(UsageError, match="knows harbours"):
        team.buy(changed, "harbours.*")


def test_a_broken_copy_of_a_series_refuses_its_members() -> None:
    team, changed = half()
    broken = {**changed.document, "expect": 99}
    repository = changed.repository()
    repository.specs["orders/copy.yaml"] = json.dumps(broken)
    name = f"ports.sgp.{MONTHS[2]}.sar"
    with pytest.raises(InvalidInput):
        team.apply(tree=repository.tree(), narrow=[name])


def test_windows_that_are_over_are_one_warning_with_the_lines_to_paste() -> None:
    team, changed = half()
    team.world.seconds += 86_400 * (date.fromisoformat(f"{MONTHS[1]}-03") - START.date()).days
    over = [it for it in team.plan_of(changed).problems if it.check == "M11"]
    assert [(it.severity, it.blocks) for it in over] == [(Severity.WARNING, False)]
    lines = over[0].detail.splitlines()
    assert lines[1:] == [
        "expect: 11",
        "except:",
        f"  - {{port: kul, month: {MONTHS[0]}, sensor: optical, reason: Over}}",
    ]
    pasted = yaml_of("\n".join(lines[1:]))
    changed.set(**pasted)
    assert not [it for it in team.plan_of(changed).problems if it.check in ("M11", "M05", "M01")]


def test_a_series_that_is_over_as_a_whole_is_an_error() -> None:
    team, changed = Buying(), Changed()
    team.world.seconds += 86_400 * 500
    plan = team.plan_of(changed)
    (problem,) = [it for it in plan.problems if it.blocks]
    assert problem.check == "T03"
    assert "all 12 orders of the series" in problem.detail


def yaml_of(text: str) -> dict[str, Any]:
    """Read lines that a message asks to paste."""
    (document,), _ = load(text.encode(), file="pasted.yaml")
    value: dict[str, Any] = document.value
    return value
