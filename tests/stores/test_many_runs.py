"""Many runs at once over one server, some of them killed: the marketplace holds each order once.

How: the real command line in processes, a real store behind it, and the sandbox as the judge.
"""

import subprocess
from pathlib import Path
from random import Random

import pytest

from satops.adapters.crash_points import STEPS
from tests.crash.arena import ENOUGH_S, HASTY, Arena, counts, server
from tests.servers.fleet import Servers

RUNNERS = 3
ORDERS = 24
LOSSES = (
    {"kind": "close", "store": "before", "probability": 0.05},
    {"kind": "close", "store": "never", "probability": 0.05},
)


@pytest.fixture
def address(
    request: pytest.FixtureRequest,
    servers: Servers,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> str:
    if request.param == "postgresql":
        server = servers.postgresql()
        return f"{server.address(server.database())}#team-a"
    if request.param == "git":
        remote = tmp_path / "remote.git"
        for folder, *bare in ((remote, "--bare"), (tmp_path / "repository",)):
            subprocess.run(["git", "init", "-q", *bare, str(folder)], check=True)
        return f"git:{remote}#satops-state"
    objects = servers.objects(request.param)
    for name, value in objects.environ.items():
        monkeypatch.setenv(name, value)
    return objects.address(f"many/{tmp_path.name}")


@pytest.mark.parametrize("address", ["postgresql", "seaweedfs", "azurite", "git"], indirect=True)
def test_runs_at_once_share_the_orders_between_them(address: str, tmp_path: Path) -> None:
    with server(tmp_path / "orders.sqlite", latency_ms=20) as url:
        arena = Arena(tmp_path, url, tmp_path / "orders.sqlite", orders=ORDERS, state=address)
        runs = [arena.start("apply", "--yes") for _ in range(RUNNERS)]
        ended = [run.communicate(timeout=ENOUGH_S) for run in runs]
        assert [run.returncode for run in runs] == [0] * RUNNERS, ended
        assert counts(arena) == {"placed": ORDERS}
        arena.judge()


@pytest.mark.parametrize("address", ["postgresql", "seaweedfs"], indirect=True)
def test_what_killed_runs_leave_is_settled_by_the_others(address: str, tmp_path: Path) -> None:
    chance = Random(11)
    with server(tmp_path / "orders.sqlite", faults=LOSSES, latency_ms=60) as url:
        arena = Arena(
            tmp_path, url, tmp_path / "orders.sqlite", orders=ORDERS, state=address, times=HASTY
        )
        for _ in range(2):
            others = [arena.start("apply", "--yes") for _ in range(RUNNERS - 1)]
            arena.kill_after(chance.uniform(0.8, 2.0), "apply", "--yes")
            for run in others:
                run.kill()
                run.communicate(timeout=ENOUGH_S)
            arena.judge()
        arena.settle()


@pytest.mark.parametrize("address", ["postgresql", "seaweedfs", "git"], indirect=True)
def test_kills_at_every_named_step_neither_lose_nor_repeat_an_order(
    address: str, tmp_path: Path
) -> None:
    # A kill leaves its batch and what is on the wire behind; "recorded" comes once, when the rest
    # is bought.
    orders = 14 * len(STEPS)
    with server(tmp_path / "orders.sqlite") as url:
        arena = Arena(
            tmp_path, url, tmp_path / "orders.sqlite", orders=orders, state=address, times=HASTY
        )
        for step in STEPS:
            arena.killed_at(step)
            arena.judge()
        arena.settle()
