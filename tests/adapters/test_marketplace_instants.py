"""The times of the marketplace's answers: seconds or milliseconds, as numbers or texts."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from satops.adapters.marketplaces.eo_imagery.orders import instant

NOW = datetime.now(UTC).replace(microsecond=0)


@pytest.mark.parametrize("unit", [1, 1000])
@pytest.mark.parametrize("years", [0, -30, 30])
@pytest.mark.parametrize("form", [int, str, float])
def test_seconds_and_milliseconds_are_told_apart(
    unit: int, years: int, form: Callable[[float], object]
) -> None:
    then = NOW + timedelta(days=365 * years)

    assert instant(form(int(then.timestamp()) * unit)) == then


@pytest.mark.parametrize("value", [0, -1, 10**18, None, True, "2026-12-01 00:00", []])
def test_a_time_that_is_none_is_none(value: object) -> None:
    assert instant(value) is None
