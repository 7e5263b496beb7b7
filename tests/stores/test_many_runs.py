"""Many runs at once over one server, some of them killed: the marketplace holds each order once.

How: the real command line in processes, a real store behind it, and the sandbox as the judge.
"""

from pathlib import Path
from random import Random

import pytest

from tests.crash.arena import ENOUGH_S, HASTY, Arena, counts, server
from tests.servers.fleet import Servers

RUNNERS = 4
ORDERS = 24
LOSSES = (
    {"kind": "close", "store": "before", "probability": 0.05},
    {"kind": "close", "store": "never", "probability": 0.05},
)


@pytest.fixture(params=["postgresql", "seaweedfs"])
def address(
    request: pytest.FixtureRequest,
    servers: Servers,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> str:
    if request.param == "postgresql":
        server = servers.postgresql()
        return f"{server.address(server.database())}#team-a"
    objects = servers.objects(request.param)
    for name, value in objects.environ.items():
        monkeypatch.setenv(name, value)
    return objects.address(f"many/{tmp_path.name}")


def test_runs_at_once_share_the_orders_between_them(address: str, tmp_path: Path) -> None:
    with server(tmp_path / "orders.sqlite", latency_ms=20) as url:
        arena = Arena(tmp_path, url, tmp_path / "orders.sqlite", orders=ORDERS, state=address)
        runs = [arena.start("apply", "--yes") for _ in range(RUNNERS)]
        ended = [run.communicate(timeout=ENOUGH_S) for run in runs]
        assert [run.returncode for run in runs] == [0] * RUNNERS, ended
        assert counts(arena) == {"placed": ORDERS}
        arena.judge()


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
