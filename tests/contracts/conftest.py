"""One fixture for each kind of place that the contract suite runs over."""

from pathlib import Path

import pytest

from tests.contracts.places import ALL, SHARED, Place, SharedPlace


@pytest.fixture(params=sorted(ALL))
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    return ALL[request.param](tmp_path)


@pytest.fixture(params=sorted(SHARED))
def shared_place(request: pytest.FixtureRequest, tmp_path: Path) -> SharedPlace:
    return SHARED[request.param](tmp_path)
