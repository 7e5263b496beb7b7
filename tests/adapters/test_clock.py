"""The machine's clocks, and the fake that stands for them."""

import time
from datetime import UTC, datetime, timedelta

import pytest

from satops.adapters.clock import SystemClock, monotonic_s
from satops.ports import Clock
from tests.fakes.clock import FakeClock


@pytest.mark.parametrize("clock", [SystemClock(), FakeClock()], ids=["system", "fake"])
def test_a_clock_tells_utc_and_never_runs_backwards(clock: Clock) -> None:
    readings = [clock.monotonic() for _ in range(100)]

    assert clock.now().utcoffset() == timedelta(0)
    assert readings == sorted(readings)


@pytest.mark.parametrize("clock", [SystemClock(), FakeClock()], ids=["system", "fake"])
def test_waiting_lets_at_least_that_time_pass(clock: Clock) -> None:
    before = clock.monotonic()

    clock.sleep(1 / 64)
    clock.sleep(-1)

    assert clock.monotonic() - before >= 1 / 64


def test_the_system_clock_is_the_one_that_counts_sleep_where_there_is_one() -> None:
    steady = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)

    before = time.clock_gettime(steady)
    reading = monotonic_s()
    after = time.clock_gettime(steady)

    assert before <= reading <= after


def test_the_system_clock_tells_the_wall_time() -> None:
    before = datetime.now(UTC)

    assert before <= SystemClock().now() <= datetime.now(UTC)


def test_readings_of_one_boot_have_one_epoch() -> None:
    assert SystemClock().epoch == SystemClock().epoch != ""


def test_the_fake_clock_names_each_boot_anew() -> None:
    clock = FakeClock()
    first = clock.epoch

    clock.restart()

    assert clock.epoch != first
    assert clock.monotonic() == 0


def test_the_fake_clock_jumps_on_the_wall_alone() -> None:
    clock = FakeClock()
    wall, steady = clock.now(), clock.monotonic()

    clock.jump(-3600)
    clock.advance(10)

    assert clock.now() == wall - timedelta(seconds=3590)
    assert clock.monotonic() == steady + 10


def test_the_fake_clock_refuses_to_run_backwards() -> None:
    with pytest.raises(ValueError, match="backwards"):
        FakeClock().advance(-1)
