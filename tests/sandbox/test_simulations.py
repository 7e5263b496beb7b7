"""The simulation path: create, results, and one order for each result."""

from typing import Any
from uuid import UUID

import pytest

from satops.sandbox.server import Sandbox
from tests.sandbox.client import FROM_SIMULATION, RESULTS, SIMULATE, order, page, post


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
    assert seen == [(0, 0, 0), (1, 0, 0), (2, 3, 3)]


def test_passes_lie_in_the_window_in_order(sandbox: Sandbox) -> None:
    _, found = passes(sandbox)
    assert [row["rowIndex"] for row in found] == [0, 1, 2]
    times = [time for row in found for time in (row["startTime"], row["stopTime"])]
    window = simulation()
    assert [window["startDate"], *times, window["endDate"]] == sorted(
        [window["startDate"], *times, window["endDate"]]
    )


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
    first, second, _ = (row["id"] for row in found)
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
