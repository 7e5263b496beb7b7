"""Options and rules are read strictly: what is misspelt is an error, never ignored."""

from datetime import datetime, timedelta

import pytest

from satops.errors import UsageError
from satops.sandbox.options import Options, read_settings
from satops.sandbox.store import SandboxClock


def test_options_are_read_from_json() -> None:
    read = read_settings(
        Options,
        {"latency_ms": 5, "lifecycle": [[0, 1], [1.5, 2]], "without": ["query"], "time_unit": "s"},
        place="options",
    )
    assert read == Options(
        latency_ms=5, lifecycle=((0, 1), (1.5, 2)), without=("query",), time_unit="s"
    )


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ("", "options: Expected `object`, got `str`"),
        ({"latency": 5}, "unknown field `latency`"),
        ({"latency_ms": 5.5}, "at `$.latency_ms`"),
        ({"latency_ms": None}, "at `$.latency_ms`"),
        ({"latency_ms": -1}, "must not be negative"),
        ({"visible_after_queries": -1}, "must not be negative"),
        ({"control": 1}, "at `$.control`"),
        ({"time_unit": "m"}, "at `$.time_unit`"),
        ({"lifecycle": [[0]]}, "at `$.lifecycle[0]`"),
        ({"lifecycle": [[0, "1"]]}, "at `$.lifecycle[0][1]`"),
        ({"lifecycle": []}, "lifecycle must begin at age 0"),
        ({"lifecycle": [[1, 1]]}, "lifecycle must begin at age 0"),
        ({"lifecycle": [[0, 1], [9, 2], [8, 3]]}, "in order of age"),
        ({"without": ["page"]}, "'page' is no endpoint"),
        ({"largest_page": 0}, "largest_page must be 1 or more"),
        ({"base_path": "market"}, "base_path must begin with a slash"),
        ({"base_path": "/"}, "not end with one"),
    ],
)
def test_options_that_are_wrong_say_what(document: object, message: str) -> None:
    with pytest.raises(UsageError) as raised:
        read_settings(Options, document, place="options")
    assert message in str(raised.value)


def test_the_clock_runs_until_it_is_set_and_then_moves_only_by_hand() -> None:
    clock = SandboxClock()
    first = clock.now()
    assert clock.now() >= first
    clock.set(first)
    assert clock.now() == clock.now() == first
    clock.advance(90)
    assert clock.now() == first + timedelta(seconds=90)
    clock.reset()
    assert clock.now() >= first
    with pytest.raises(ValueError, match="zone"):
        clock.set(datetime.now())  # noqa: DTZ005
