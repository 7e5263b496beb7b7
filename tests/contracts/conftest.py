"""One fixture for each kind of place that the contract suite runs over."""

from pathlib import Path

import pytest

from tests.contracts.places import ALL, SHARED, Place, SharedPlace
from tests.servers.fleet import Servers


@pytest.fixture(autouse=True)
def _own_configuration(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the git configuration of whoever runs the tests out of them."""
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", "/dev/null")
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")


@pytest.fixture(params=sorted(ALL))
def place(
    request: pytest.FixtureRequest,
    tmp_path: Path,
    servers: Servers,
    monkeypatch: pytest.MonkeyPatch,
) -> Place:
    made = ALL[request.param](tmp_path, servers)
    if isinstance(made, SharedPlace):
        _enter(made, monkeypatch)
    return made


@pytest.fixture(params=sorted(SHARED))
def shared_place(
    request: pytest.FixtureRequest,
    tmp_path: Path,
    servers: Servers,
    monkeypatch: pytest.MonkeyPatch,
) -> SharedPlace:
    made = SHARED[request.param](tmp_path, servers)
    _enter(made, monkeypatch)
    return made


def _enter(place: SharedPlace, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in place.environ.items():
        monkeypatch.setenv(name, value)
