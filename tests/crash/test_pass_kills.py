"""Kill the command line while it buys passes and plain orders; a gateway asks twice."""

import json
from pathlib import Path

from satops.adapters.crash_points import STEPS
from satops.sandbox.store import Store
from tests.crash.arena import HASTY, Arena, server

ORDERS = 14 * len(STEPS)
"""A kill leaves its batch and what is on the wire behind; those that are left prove the account."""
GATEWAY = {"kind": "upstream-retry", "on": "createFromSimulation", "probability": 0.5}
LOST = {"kind": "close", "on": "createFromSimulation", "store": "before", "probability": 0.3}


def buy_passes(arena: Arena) -> None:
    """Let every second order of an arena buy the first pass of a simulation."""
    config = arena.root / "satops.yaml"
    text = config.read_text("utf-8")
    assert "{url:" in text
    config.write_text(text.replace("{url:", "{simulation: true, url:", 1), "utf-8")
    told = json.loads(arena.run("feasibility", "--json").check(0).stdout)["orders"]
    files = sorted((arena.root / "orders").iterdir())
    for path, each in list(zip(files, told, strict=True))[::2]:
        first = each["passes"][0]
        choice = {key: first[key] for key in ("result", "satellite", "start")}
        named = json.dumps({"simulation": each["simulation"], **choice})
        spec = path.read_text("utf-8")
        assert "order:\n" in spec
        path.write_text(spec.replace("order:\n", f"order:\n  pass: {named}\n", 1), "utf-8")


def judge_results(arena: Arena) -> None:
    """No result has two orders, and none that has one is called rejected."""
    arena.judge()
    with Store(arena.db) as store:
        results = [order.simulation_id for order in store.orders() if order.simulation_id]
    assert len(set(results)) == len(results)


def test_a_kill_at_a_named_step_neither_loses_nor_repeats_an_order_of_a_pass(
    tmp_path: Path,
) -> None:
    db = tmp_path / "orders.sqlite"
    options = {"simulation_s": 0, "simulation_id": "result"}
    with server(db, faults=[GATEWAY, LOST], **options) as url:
        arena = Arena(tmp_path, url, db, orders=ORDERS, times=HASTY)
        buy_passes(arena)
        for step in STEPS:
            arena.killed_at(step)
            judge_results(arena)
        arena.settle()
        judge_results(arena)
