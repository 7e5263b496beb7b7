"""Options and fixtures for every test."""

from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from hypothesis import settings

from tests.servers.fleet import Servers

settings.register_profile("satops", deadline=None)
settings.load_profile("satops")
# No test asserts a time: a busy machine is not a failure.


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let `make soak` ask for more schedules than a test run has time for."""
    parser.addoption("--soak", action="store_true", help="walk many more schedules, for hours")
    parser.addoption("--seed", type=int, help="replay one seed of the simulation")


@pytest.fixture(scope="session")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Servers]:
    """Real servers, each started when a test first asks for it."""
    with ExitStack() as stack:
        yield Servers(tmp_path_factory.mktemp("servers"), stack)
