"""The simulation path: create, results, and one order for each result."""

import json
import re
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from satops.offers.eo_imagery.modes import Provider
from satops.sandbox.faults import Faults, Kind, Rule
from satops.sandbox.server import Sandbox
from satops.sandbox.simulations import crossings, solar_hours
from tests.sandbox.client import (
    FROM_SIMULATION,
    RESULTS,
    SIMULATE,
    Serving,
    order,
    page,
    post,
    send,
)


def simulation(**changes: Any) -> dict[str, Any]:
    """Return a simulation body that is right: its dates have a space."""
    fields = order(**changes)
    return {**fields, "endDate": fields["endDate"].replace("T", " ")}


def passes(sandbox: Sandbox) -> tuple[str, list[dict[str, Any]]]:
    """Run a simulation to its end and return its number and its passes."""
    sandbox.clock.set(sandbox.clock.now())
    number = post(sandbox.url, SIMULATE, simulation()).content["taskNo"]
    sandbox.clock.advance(2)
    return number, post(sandbox.url, RESULTS, {"taskNo": number}).content["content"]


def test_a_simulation_begins_runs_and_succeeds(sandbox: Sandbox) -> None:
    sandbox.clock.set(sandbox.clock.now())
    number = post(sandbox.url, SIMULATE, simulation()).content["taskNo"]
    assert number.startswith(f"SIM_{sandbox.clock.now():%Y%m%d}_")
    seen = []
    for _ in range(3):
        found = post(sandbox.url, RESULTS, {"taskNo": number}).content
        seen.append((found["status"], found["total"], len(found["content"])))
        sandbox.clock.advance(1)
    assert seen[:2] == [(0, 0, 0), (1, 0, 0)]
    status, total, rows = seen[2]
    assert status == 2
    assert total == rows >= 3


def test_passes_lie_in_the_window_in_order(sandbox: Sandbox) -> None:
    _, found = passes(sandbox)
    assert [row["rowIndex"] for row in found] == list(range(len(found)))
    times = [row["startTime"] for row in found]
    window = simulation()
    assert times == sorted(times)
    assert window["startDate"] <= times[0]
    assert found[-1]["stopTime"] <= window["endDate"]
    assert all(row["startTime"] < row["stopTime"] for row in found)


def test_the_same_area_and_window_give_the_same_passes(sandbox: Sandbox) -> None:
    own = {"id", "taskNo"}
    first, second = (
        [{key: row[key] for key in row if key not in own} for row in passes(sandbox)[1]]
        for _ in range(2)
    )
    assert first == second


@pytest.mark.parametrize("provider", Provider)
@pytest.mark.parametrize("latitude", [-85.0, -40.0, 0.0, 24.3, 60.0, 80.0, 89.0])
def test_passes_look_like_those_of_satellites(provider: Provider, latitude: float) -> None:
    """Sides and angles fit the track, and an optical satellite comes by day."""
    start = datetime(2026, 12, 1)  # noqa: DTZ001 - the sandbox's texts have no zone
    top = latitude + 0.2
    ring = [(54.3, latitude), (54.5, latitude), (54.5, top), (54.3, top), (54.3, latitude)]
    found = crossings(provider, ring, start, start + timedelta(days=14), 60)
    assert 3 <= len(found) <= 60
    for each in found:
        assert each.satellite.nearest_deg <= each.angle_deg <= each.satellite.widest_deg
        assert 0 < each.coverage <= 1
        hours = solar_hours(each.middle, 54.4)
        assert not each.satellite.by_day or 8 <= hours <= 16
        if abs(latitude) < 50 and provider is Provider.CHANGGUANG:
            assert 9 < hours < 15
            assert not each.ascending


@pytest.mark.parametrize(
    ("option", "status", "some"),
    [("nothing", 2, False), ("failed", 3, False), ("never", 1, False), ("passes", 2, True)],
)
def test_a_simulation_ends_as_it_is_told(
    serving: Serving, option: str, status: int, some: bool
) -> None:
    with serving(simulation_end=option) as sandbox:
        number, _ = passes(sandbox)
        sandbox.clock.advance(10_000)
        found = post(sandbox.url, RESULTS, {"taskNo": number}).content
    assert (found["status"], bool(found["content"])) == (status, some)


@pytest.mark.parametrize(
    ("how", "pattern"),
    [("fraction", r"[01]\.\d\d"), ("number", r"\d{1,3}"), ("percent", r"\d{1,3}%")],
)
def test_coverage_is_written_as_it_is_told(serving: Serving, how: str, pattern: str) -> None:
    with serving(coverage=how) as sandbox:
        _, found = passes(sandbox)
    assert all(re.fullmatch(pattern, row["thisCoverage"]) for row in found)


@pytest.mark.parametrize(("how", "is_json"), [("ring", 1), ("geojson", 1), ("unreadable", 0)])
def test_swaths_are_written_as_they_are_told(serving: Serving, how: str, is_json: bool) -> None:
    with serving(swaths=how) as sandbox:
        _, found = passes(sandbox)
    for row in found:
        try:
            json.loads(row["allSwathLonLat"])
        except ValueError:
            assert not is_json
        else:
            assert is_json


def test_a_gateway_that_asks_twice_gives_the_answer_that_the_result_is_used(
    serving: Serving,
) -> None:
    rule = Rule(kind=Kind.UPSTREAM_RETRY, on="createFromSimulation")
    with serving(faults=Faults([rule])) as sandbox:
        _, found = passes(sandbox)
        answer = post(sandbox.url, FROM_SIMULATION, {"resultId": found[0]["id"]})
        bought = sandbox.store.orders()
    assert (answer.code, answer.message) == (400, "Simulation result not found or already used")
    assert len(bought) == 1


@pytest.mark.parametrize("store", ["after", "never"])
def test_a_gateway_that_asks_twice_stores_before_it_answers(store: Any) -> None:
    with pytest.raises(ValueError, match="right answer"):
        Rule(kind=Kind.UPSTREAM_RETRY, store=store)


def test_a_result_changes_goes_and_is_used_by_somebody_else(serving: Serving) -> None:
    with serving(control=True, simulation_id="result", simulated_window="asked") as sandbox:
        before = simulation()["endDate"]
        number, found = passes(sandbox)
        after = simulation()["endDate"]
        base = sandbox.address
        first, second, third = (row["id"] for row in found[:3])
        for result, change in (
            (first, {"set": {"satName": "OTHER"}}),
            (second, {"gone": True}),
            (third, {"used": True}),
        ):
            assert send(base, f"/_sandbox/results/{result}", change, method="PATCH").status == 200
        rows = post(sandbox.url, RESULTS, {"taskNo": number}).content["content"]
        assert [row["id"] for row in rows] == [row["id"] for row in found if row["id"] != second]
        assert rows[0] == {**found[0], "satName": "OTHER"}
        assert post(sandbox.url, FROM_SIMULATION, {"resultId": third}).code == 400
        assert send(base, "/_sandbox/results/999", {}, method="PATCH").status == 404
        _, (theirs,) = page(sandbox)
    assert (theirs["simulationId"], theirs["creator"]) == (str(third), "somebody-else")
    assert before <= theirs["timeEnd"] <= after


def test_a_window_too_short_for_any_pass_fails(sandbox: Sandbox) -> None:
    sandbox.clock.set(sandbox.clock.now())
    start = simulation()["startDate"]
    body = simulation(startDate=start[:-2] + "00", endDate=start[:-2] + "59")
    number = post(sandbox.url, SIMULATE, body).content["taskNo"]
    sandbox.clock.advance(2)
    found = post(sandbox.url, RESULTS, {"taskNo": number}).content
    assert (found["status"], found["content"]) == (3, [])


def test_a_simulation_takes_no_t_in_its_dates(sandbox: Sandbox) -> None:
    assert "endDate is not in" in post(sandbox.url, SIMULATE, order()).message


def test_a_result_is_ordered_once(sandbox: Sandbox) -> None:
    number, found = passes(sandbox)
    first, second = (row["id"] for row in found[:2])
    ordered = post(sandbox.url, FROM_SIMULATION, {"resultId": first}).content["orderNo"]
    assert str(UUID(ordered)) == ordered
    again = post(sandbox.url, FROM_SIMULATION, {"resultId": first})
    assert (again.code, again.message) == (400, "Simulation result not found or already used")
    assert post(sandbox.url, FROM_SIMULATION, {"resultId": second}).code == 200
    _, (_, read) = page(sandbox)
    assert (read["orderNo"], read["simulationId"]) == (ordered, number)
    assert (read["timeStart"], read["timeEnd"]) == (found[0]["startTime"], found[0]["stopTime"])


def test_no_result_is_ordered_before_the_simulation_has_ended(sandbox: Sandbox) -> None:
    sandbox.clock.set(sandbox.clock.now())
    post(sandbox.url, SIMULATE, simulation())
    assert post(sandbox.url, FROM_SIMULATION, {"resultId": 1}).code == 400
    sandbox.clock.advance(2)
    assert post(sandbox.url, FROM_SIMULATION, {"resultId": 1}).code == 200


@pytest.mark.parametrize("body", [{}, {"resultId": "1"}, {"resultId": None}, {"resultId": 99}])
def test_a_wrong_result_is_code_400(sandbox: Sandbox, body: dict[str, Any]) -> None:
    assert post(sandbox.url, FROM_SIMULATION, body).code == 400


@pytest.mark.parametrize("body", [{}, {"taskNo": ""}, {"taskNo": 4}, {"taskNo": "SIM_1"}])
def test_a_wrong_simulation_is_code_400(sandbox: Sandbox, body: dict[str, Any]) -> None:
    assert post(sandbox.url, RESULTS, body).code == 400
