"""A pass from the table to the order: pasted, reviewed, bought by its result, once."""

import json
import re
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from satops.api.sandbox import DATABASE
from tests.cli.conftest import Satops
from tests.cli.test_feasibility import named, options, simulating

__all__ = ["simulating"]
GATEWAY = {"kind": "upstream-retry", "on": "createFromSimulation"}


def spec_of(satops: Satops, begins: str = "hanoi") -> Path:
    return next(satops.root.glob(f"orders/{begins}*"))


def paste(satops: Satops, begins: str = "hanoi", row: int = 0) -> dict[str, Any]:
    """Ask for the passes of an order, and write one of them into its spec."""
    ran = satops("feasibility", named(satops, begins), "--out", "f.json")
    assert ran.code == 0
    (told,) = json.loads((satops.root / "f.json").read_text("utf-8"))["orders"]
    chosen: dict[str, Any] = told["passes"][row]
    choice = {key: chosen[key] for key in ("result", "satellite", "start")}
    text = json.dumps({"simulation": told["simulation"], **choice})
    under_order(spec_of(satops, begins), f"pass: {text}")
    return chosen


def under_order(path: Path, line: str) -> None:
    """Add a line to what is bought."""
    text = path.read_text("utf-8")
    changed = re.sub(r"^order:[^\n]*\n", f"order:\n  {line}\n", text, flags=re.MULTILINE)
    assert changed != text
    path.write_text(changed, "utf-8")


def only(satops: Satops, begins: str = "hanoi") -> None:
    """Leave one sample in the tree."""
    for path in satops.root.glob("orders/*"):
        if not path.name.startswith(begins):
            path.unlink()


def sold(satops: Satops) -> list[tuple[str, str]]:
    """Return number and simulationId of every order at the server."""
    (path,) = satops.local.rglob(DATABASE)
    with sqlite3.connect(path) as database:
        return database.execute("select order_no, simulation_id from orders").fetchall()


def test_a_pasted_pass_is_reviewed_and_bought_once(simulating: Satops) -> None:
    only(simulating)
    chosen = paste(simulating)
    shown = simulating("plan", "--feasibility", "f.json")
    assert shown.code == 0, shown.out
    assert f"it buys result {chosen['result']}" in (
        simulating("plan", "--feasibility", "f.json", "--format", "markdown").out
    )
    (action,) = simulating("plan", "--json").json["actions"]
    assert action["request"] == {"resultId": chosen["result"]}
    ran = simulating("apply", "--yes", "--json")
    assert (ran.code, ran.json["summary"]["placed"]) == (0, 1), ran.err
    assert len(sold(simulating)) == 1
    assert simulating("apply", "--yes").code == 0
    assert simulating("verify").code == 0
    assert len(sold(simulating)) == 1


def test_a_gateway_that_asks_twice_leaves_a_doubt_that_no_run_buys_again(
    simulating: Satops,
) -> None:
    only(simulating)
    options(simulating, simulation_s=0, simulation_id="result")
    paste(simulating)
    ran = simulating("apply", "--yes", environ=simulating.faults(GATEWAY))
    assert ran.code == 6
    assert len(sold(simulating)) == 1
    assert simulating("reconcile").code == 0
    (order,) = simulating("list", "--json").json["orders"]
    assert (order["state"], order["order_no"]) == ("placed", sold(simulating)[0][0])


def test_a_pass_that_has_changed_since_is_not_bought(simulating: Satops) -> None:
    only(simulating)
    chosen = paste(simulating)
    spec = spec_of(simulating)
    spec.write_text(spec.read_text("utf-8").replace(chosen["satellite"], "BC5"), "utf-8")
    ran = simulating("apply", "--yes")
    assert ran.code == 3
    assert "its pass is not what was reviewed: its satellite is" in ran.out
    assert sold(simulating) == []


def test_evidence_that_lacks_the_pass_of_an_order_is_refused(simulating: Satops) -> None:
    only(simulating)
    chosen = paste(simulating)
    spec = spec_of(simulating)
    spec.write_text(spec.read_text("utf-8").replace(chosen["satellite"], "BC5"), "utf-8")
    ran = simulating("plan", "--feasibility", "f.json")
    assert ran.code == 4
    assert "is not in the evidence" in ran.err


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("pass: {simulation: S, result: 1, satellite: B, start: '2020-01-01T00:00Z'}", "P01"),
        ("pass: {simulation: S, result: 1, satellite: B, start: '2030-01-01T00:00'}", "T01"),
        ("pass: {simulation: S, result: one, satellite: B, start: x}", "V"),
        ("pass: {simulation: S, result: 1}", "V"),
        ("pass: 7", "V"),
    ],
)
def test_a_pass_that_is_wrong_is_said_with_its_place(
    simulating: Satops, line: str, code: str
) -> None:
    only(simulating)
    under_order(spec_of(simulating), line)
    ran = simulating("validate", "--json")
    assert ran.code == 3
    found = [problem for problem in ran.json["problems"] if "pass" in problem["path"]]
    assert found, ran.json["problems"]
    assert any(problem["check"].startswith(code) for problem in found), found


def test_one_result_in_two_specs_refuses_the_tree(simulating: Satops) -> None:
    only(simulating)
    paste(simulating)
    spec = spec_of(simulating)
    text = spec.read_text("utf-8")
    copy = text.replace(named(simulating, "hanoi"), "copy", 1).replace(
        "maxCloud: 20", "maxCloud: 30"
    )
    (simulating.root / "orders" / "copy.yaml").write_text(copy, "utf-8")
    ran = simulating("plan", "--json")
    assert ran.code == 3
    assert "P02" in [problem["check"] for problem in ran.json["problems"]]
    assert simulating("apply", "--yes").code == 3
    assert sold(simulating) == []


def test_an_account_without_simulations_buys_no_pass(simulating: Satops) -> None:
    only(simulating)
    paste(simulating)
    simulating.edit("satops.yaml", "simulation: true", "simulation: false")
    ran = simulating("apply", "--yes")
    assert ran.code == 3
    assert "P05" in ran.err + ran.out


def doubt(satops: Satops, *rules: dict[str, Any]) -> str:
    """Leave the order of a pass in doubt; return its name."""
    only(satops)
    paste(satops)
    assert satops("apply", "--yes", environ=satops.faults(*rules)).code == 6
    return named(satops, "hanoi")


LOST = {"kind": "close", "on": "createFromSimulation", "store": "never", "count": 1}


def test_yes_alone_never_asks_again(simulating: Satops) -> None:
    name = doubt(simulating, LOST)
    ran = simulating("reconcile", name, "--ask-again", "--yes")
    assert ran.code == 4
    assert "--yes alone is none" in ran.err
    assert simulating("reconcile", name, "--ask-again", "--because", "asked them").code == 4
    assert sold(simulating) == []


def test_a_person_asks_again_and_the_second_request_buys(simulating: Satops) -> None:
    name = doubt(simulating, LOST)
    ran = simulating("reconcile", name, "--ask-again", "--yes", "--because", "asked them")
    assert ran.code == 0, ran.err
    ((number, _),) = sold(simulating)
    assert f"{name}: placed as {number}." in ran.out
    assert simulating("verify").code == 0


def test_a_result_that_was_bought_is_told_as_used(simulating: Satops) -> None:
    name = doubt(simulating, {**LOST, "store": "before"})
    ran = simulating("reconcile", name, "--ask-again", "--yes", "--because", "x", "--json")
    assert ran.code == 6
    assert (ran.json["asked"], ran.json["outcome"]) == (True, "in-doubt")
    assert "is used" in ran.json["means"]
    assert len(sold(simulating)) == 1


@pytest.mark.parametrize("arguments", [("--ask-again",), ("some-name",)])
def test_ask_again_and_a_name_belong_together(
    simulating: Satops, arguments: tuple[str, ...]
) -> None:
    assert simulating("reconcile", *arguments).code == 64
