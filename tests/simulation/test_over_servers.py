"""The schedules of the simulation over real stores: their words for a moved head, their answers."""

from collections.abc import Callable
from itertools import count
from pathlib import Path

import pytest

from satops.adapters.stores.open import open_store
from tests.servers.fleet import Servers
from tests.simulation.schedule import Schedule
from tests.simulation.world import ServedStore, SharedStore, World

SCHEDULES = 20
SOAK_SCHEDULES = 1000
OpenStore = Callable[[World, int], SharedStore]


@pytest.fixture(params=["postgresql", "seaweedfs"])
def store_of_a_schedule(
    request: pytest.FixtureRequest, servers: Servers, monkeypatch: pytest.MonkeyPatch
) -> OpenStore:
    """Return what opens a ledger that does not exist yet, each time another one."""
    numbers = count()
    if request.param == "postgresql":
        server = servers.postgresql()
        address = f"{server.address(server.database())}#simulated-{{}}"
    else:
        objects = servers.objects(request.param)
        for name, value in objects.environ.items():
            monkeypatch.setenv(name, value)
        address = objects.address("simulated/{}")

    def opened(world: World, orders_per_append: int) -> SharedStore:
        real = open_store(address.format(next(numbers)), Path())
        return ServedStore(world, orders_per_append, real)

    return opened


def test_nothing_is_bought_twice_or_forgotten_over_a_real_store(
    store_of_a_schedule: OpenStore, request: pytest.FixtureRequest
) -> None:
    soak = request.config.getoption("--soak")
    for seed in range(SOAK_SCHEDULES if soak else SCHEDULES):
        schedule = Schedule(seed, store_of_a_schedule)
        try:
            schedule.play()
        except BaseException as error:
            trace = "\n".join(schedule.world.trace)
            raise AssertionError(f"seed {seed}: {error}\n{trace}") from error
