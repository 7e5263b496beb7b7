"""One fixture for each kind of place that the contract suite runs over."""

from pathlib import Path

import pytest

from tests.contracts.places import ALL, SHARED, Place, SharedPlace


@pytest.fixture(autouse=True)
def _own_configuration(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the git configuration of whoever runs the tests out of them."""
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", "/dev/null")
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")


@pytest.fixture(params=sorted(ALL))
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    return ALL[request.param](tmp_path)


@pytest.fixture(params=sorted(SHARED))
def shared_place(request: pytest.FixtureRequest, tmp_path: Path) -> SharedPlace:
    return SHARED[request.param](tmp_path)
