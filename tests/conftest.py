"""Options and fixtures for every test."""

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let `make soak` ask for more schedules than a test run has time for."""
    parser.addoption("--soak", action="store_true", help="walk many more schedules, for hours")
    parser.addoption("--seed", type=int, help="replay one seed of the simulation")
