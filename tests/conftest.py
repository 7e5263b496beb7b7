"""Options and fixtures for every test."""

from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from hypothesis import HealthCheck, settings

from tests.servers.fleet import Servers


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options of `make soak`, of the simulation and of the golden reports."""
    parser.addoption("--quick", action="store_true", help="draw few examples")
    parser.addoption("--soak", action="store_true", help="walk many more schedules, for hours")
    parser.addoption("--seed", type=int, help="replay one seed of the simulation")
    parser.addoption("--update-golden", action="store_true", help="renew tests/report/golden")


def pytest_configure(config: pytest.Config) -> None:
    """Let every run draw the same examples, and judge none by its time; a soak draws many others.

    Nearly the same: hypothesis takes numbers from the modules that are loaded.
    """
    too_slow = [HealthCheck.too_slow]  # a busy machine is no fault
    soak, quick = config.getoption("--soak"), config.getoption("--quick")
    settings.register_profile(
        "satops",
        deadline=None,
        derandomize=not soak,
        max_examples=2000 if soak else 10 if quick else 100,
        suppress_health_check=too_slow,
    )
    settings.load_profile("satops")


@pytest.fixture(autouse=True, scope="session")
def _own_state(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep what satops remembers of this machine out of the home of whoever runs the tests."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_STATE_HOME", str(tmp_path_factory.mktemp("state")))
        yield


@pytest.fixture(scope="session")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Servers]:
    """Real servers, each started when a test first asks for it."""
    with ExitStack() as stack:
        yield Servers(tmp_path_factory.mktemp("servers"), stack)
