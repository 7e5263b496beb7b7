"""A thousand schedules with faults at every step; each seed replays to the letter.

A failing seed is named in the test's id; `pytest tests/simulation --seed N` plays it alone and
shows its trace.
"""

import pytest

from tests.simulation.schedule import Schedule

SCHEDULES = 1000
SOAK_SCHEDULES = 300_000
BUNDLE = 100
"""Schedules that one test plays, so that the test runner's own cost does not dominate."""


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Make one test for each bundle of seeds, or for the one seed that was asked for."""
    if "first_seed" not in metafunc.fixturenames:
        return
    seed = metafunc.config.getoption("--seed")
    count = SOAK_SCHEDULES if metafunc.config.getoption("--soak") else SCHEDULES
    seeds = [seed] if seed is not None else range(0, count, BUNDLE)
    metafunc.parametrize("first_seed", seeds)


def test_nothing_is_bought_twice_or_forgotten_whatever_fails(
    first_seed: int, request: pytest.FixtureRequest
) -> None:
    alone = request.config.getoption("--seed") is not None
    for seed in range(first_seed, first_seed + (1 if alone else BUNDLE)):
        schedule = Schedule(seed)
        try:
            schedule.play()
        except BaseException as error:
            trace = "\n".join(schedule.world.trace)
            raise AssertionError(f"replay with --seed {seed}: {error}\n{trace}") from error
