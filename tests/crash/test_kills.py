"""Kill the real command line at every named step and at random moments; the server is the judge."""

import signal
import time
from pathlib import Path

import pytest

from satops.adapters.crash_points import STEPS
from tests.crash.arena import ENOUGH_S, HASTY, Arena, counts, forget_all, random_moments, server

LOSSES = (
    {"kind": "close", "store": "before", "probability": 0.08},
    {"kind": "status", "status": 500, "store": "before", "probability": 0.05},
    {"kind": "close", "store": "never", "probability": 0.05},
)
"""What the server does to some of the requests: a lost answer, with or without an order."""


def test_a_kill_at_a_named_step_neither_loses_nor_repeats_an_order(tmp_path: Path) -> None:
    with server(tmp_path / "orders.sqlite", latency_ms=20) as url:
        # A kill leaves its batch and what is on the wire behind.
        orders = 14 * len(STEPS)
        arena = Arena(tmp_path, url, tmp_path / "orders.sqlite", orders=orders, times=HASTY)
        for step in STEPS:
            # "recorded" comes once in a run, the other steps for every order or batch.
            at = step if step == "recorded" else f"{step}:2"
            arena.killed_at(at)
            arena.judge()
        arena.settle()


def test_a_look_alone_records_the_number_that_only_the_spool_knows(tmp_path: Path) -> None:
    with server(tmp_path / "orders.sqlite") as url:
        arena = Arena(tmp_path, url, tmp_path / "orders.sqlite", orders=1)
        arena.killed_at("spooled")
        assert counts(arena) == {"being-placed": 1}
        # The intent has not ended, so the marketplace is not believed yet: only the spool tells.
        arena.run("reconcile").check(0)
        assert counts(arena) == {"placed": 1}
        arena.judge()


@pytest.mark.parametrize("seed", range(2))
def test_kills_at_random_moments_with_lost_answers_neither_lose_nor_repeat_an_order(
    seed: int, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    soak = request.config.getoption("--soak")
    orders, kills = (400, 120) if soak else (40, 10)
    with server(tmp_path / "orders.sqlite", faults=LOSSES, latency_ms=60) as url:
        arena = Arena(tmp_path, url, tmp_path / "orders.sqlite", orders=orders, times=HASTY)
        for moment in random_moments(seed, kills, longest_s=1.6):
            arena.kill_after(moment, "apply", "--yes")
            arena.judge()
        arena.settle()


def test_two_runs_at_once_place_each_order_once(tmp_path: Path) -> None:
    with server(tmp_path / "orders.sqlite", latency_ms=10, control=True) as url:
        for turn in range(3):
            forget_all(url)
            folder = tmp_path / str(turn)
            folder.mkdir()
            arena = Arena(folder, url, tmp_path / "orders.sqlite", orders=50)
            runs = [arena.start("apply", "--yes") for _ in range(2)]
            said = [run.communicate(timeout=ENOUGH_S) for run in runs]
            assert [run.returncode for run in runs] == [0, 0], said
            arena.judge()
            assert counts(arena) == {"placed": 50}


def test_an_interrupt_finishes_what_is_under_way_and_starts_nothing_new(tmp_path: Path) -> None:
    slow = {"kind": "slow", "seconds": 6, "count": 4}
    with server(tmp_path / "orders.sqlite", faults=[slow]) as url:
        arena = Arena(tmp_path, url, tmp_path / "orders.sqlite", orders=30)
        run = arena.start("apply", "--yes")
        arena.wait_for_an_order_on_the_wire(run)
        run.send_signal(signal.SIGINT)
        stdout, stderr = run.communicate(timeout=ENOUGH_S)
        assert run.returncode == 130, (stdout, stderr)
        found = counts(arena)
        assert set(found) <= {"placed", "not-sent"}
        assert 0 < found["placed"] < 30
        arena.judge()
        assert arena.run("apply", "--yes").ended.code == 0


def test_a_second_interrupt_stops_at_once_and_the_intents_say_the_rest(tmp_path: Path) -> None:
    with server(tmp_path / "orders.sqlite", latency_ms=1500) as url:
        arena = Arena(tmp_path, url, tmp_path / "orders.sqlite", orders=4, times=HASTY)
        run = arena.start("apply", "--yes")
        arena.wait_for_an_order_on_the_wire(run)
        run.send_signal(signal.SIGTERM)
        time.sleep(1.2)  # sooner it would be the same stop, heard twice
        run.send_signal(signal.SIGTERM)
        run.communicate(timeout=ENOUGH_S)
        assert run.returncode != 0
        arena.judge()
        arena.settle()
