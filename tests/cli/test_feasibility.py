"""`satops feasibility`, and its answers in a plan: nothing is ordered, nothing is recorded."""

import json
from typing import Any

import pytest
import yaml

from tests.cli.conftest import Satops


@pytest.fixture
def simulating(satops: Satops) -> Satops:
    """A repository whose account has simulations, with a sandbox that is quick with them."""
    satops.edit("satops.yaml", "  url: sandbox", "  simulation: true\n  url: sandbox")
    options(satops, simulation_s=0)
    return satops


def options(satops: Satops, **some: object) -> None:
    path = satops.root / ".options.json"
    path.write_text(json.dumps(some), "utf-8")
    satops.environ["SATOPS_SANDBOX_OPTIONS"] = str(path)


def named(satops: Satops, begins: str) -> str:
    """Return the whole name of a sample: it holds the month."""
    actions = satops("plan", "--json").json["actions"]
    return next(str(each["name"]) for each in actions if each["name"].startswith(begins))


def ledger(satops: Satops) -> bytes:
    return (satops.root / "state" / "ledger.jsonl").read_bytes()


def test_simulations_are_off_until_they_are_switched_on(satops: Satops) -> None:
    ran = satops("feasibility")
    assert ran.code == 64
    assert "marketplace: {simulation: true}" in ran.err


def test_every_new_order_is_asked_for_and_nothing_is_ordered_or_recorded(
    simulating: Satops,
) -> None:
    before = ledger(simulating)
    ran = simulating("feasibility", "--json", "--out", "f.json")
    assert ran.code == 0
    assert json.loads((simulating.root / "f.json").read_text("utf-8")) == ran.json
    told = {each["name"]: each for each in ran.json["orders"]}
    assert len(told) == 3
    for each in told.values():
        assert each["answer"] == "passes"
        starts = [row["start"] for row in each["passes"]]
        assert starts == sorted(starts)
    assert ran.err.count("runs.") == 3
    assert ledger(simulating) == before
    assert simulating("plan", "--json").json["summary"]["create"] == 3


def test_a_plan_shows_the_passes_and_stays_the_same_plan(simulating: Satops) -> None:
    assert simulating("feasibility", named(simulating, "hanoi"), "--out", "f.json").code == 0
    shown = simulating("plan", "--feasibility", "f.json")
    assert shown.code == 0
    assert f"{named(simulating, 'hanoi')}: " in shown.out
    assert "SANDBOX-OPT-" in shown.out
    assert f"{named(simulating, 'mekong')}: no simulation was asked for." in shown.out
    plain = simulating("plan", "--json").json
    assert (
        simulating("plan", "--json", "--feasibility", "f.json").json["plan_digest"]
        == (plain["plan_digest"])
    )
    page = simulating("plan", "--format", "markdown", "--feasibility", "f.json").out
    assert "### Passes, as simulated" in page
    drawn = json.loads(simulating("plan", "--format", "geojson", "--feasibility", "f.json").out)
    kinds = [feature["properties"]["action"] for feature in drawn["features"]]
    assert kinds.count("pass") > 3


def test_evidence_is_refused_where_the_order_was_changed_since(simulating: Satops) -> None:
    assert simulating("feasibility", "--out", "f.json").code == 0
    path = next(simulating.root.glob("orders/hanoi*"))
    simulating.edit(str(path.relative_to(simulating.root)), "very-high", "high")
    ran = simulating("plan", "--feasibility", "f.json")
    assert ran.code == 4
    assert f"Changed since the simulation was made: {named(simulating, 'hanoi')}." in ran.err


@pytest.mark.parametrize(
    ("end", "code", "answer", "says"),
    [
        ("nothing", 0, "none", "no satellite passes in this window"),
        ("failed", 8, "failed", "the simulation failed"),
        ("never", 8, "running", "the simulation was not over: waited 0 s"),
    ],
)
def test_simulations_that_come_to_nothing_are_told(
    simulating: Satops, end: str, code: int, answer: str, says: str
) -> None:
    options(simulating, simulation_s=0, simulation_end=end)
    ran = simulating("feasibility", named(simulating, "hanoi"), "--wait", "0", "--out", "f.json")
    assert ran.code == code
    assert says in ran.out
    found = json.loads((simulating.root / "f.json").read_text("utf-8"))["orders"]
    assert [each["answer"] for each in found] == [answer]
    assert says in simulating("plan", "--feasibility", "f.json").out


FAULTS: list[tuple[dict[str, Any], str, str]] = [
    ({"kind": "status", "status": 400, "on": "simulation"}, "refused", "refused"),
    ({"kind": "close", "on": "simulation"}, "unread", "unread"),
    ({"kind": "close", "on": "results"}, "unread", "unread"),
]


@pytest.mark.parametrize(("fault", "first", "last"), FAULTS)
def test_a_marketplace_that_fails_is_told_of_each_order(
    simulating: Satops, fault: dict[str, Any], first: str, last: str
) -> None:
    ran = simulating("feasibility", "--json", environ=simulating.faults(fault))
    assert ran.code == 8
    answers = [each["answer"] for each in ran.json["orders"]]
    assert (answers[0], answers[-1]) == (first, last)


def test_the_block_to_paste_is_what_the_table_shows(simulating: Satops) -> None:
    ran = simulating("feasibility", named(simulating, "hanoi"), "--out", "f.json")
    (line,) = [line for line in ran.out.splitlines() if line.startswith("    pass:")]
    (told,) = json.loads((simulating.root / "f.json").read_text("utf-8"))["orders"]
    first = told["passes"][0]
    pasted = yaml.load(line.strip(), yaml.BaseLoader)["pass"]
    assert pasted == {
        "simulation": told["simulation"],
        "result": str(first["result"]),
        "satellite": first["satellite"],
        "start": first["start"],
    }


def test_a_name_that_is_not_there_is_a_wrong_call(simulating: Satops) -> None:
    assert simulating("feasibility", "nobody").code == 64


def test_an_order_that_was_bought_is_not_asked_for(simulating: Satops) -> None:
    assert simulating("apply", "--yes").code == 0
    ran = simulating("feasibility")
    assert (ran.code, ran.out.strip()) == (0, "There is no new order to ask for.")
