"""What a recurring order asks for: count, first, last, month ends."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from satops.offers.eo_imagery.modes import Unit
from satops.offers.eo_imagery.recurrence import Recurrence, occurrences, recurrence
from tests.core.checks.making import GENOA, NOW, spec
from tests.offers.orders import eo_order


def day(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("start", "end", "interval", "unit", "expected"),
    [
        ("2031-03-01", "2031-03-08", 1, Unit.DAY, ["2031-03-01", "2031-03-07", 7]),
        ("2031-03-01", "2031-03-08", 3, Unit.DAY, ["2031-03-01", "2031-03-07", 3]),
        ("2031-03-01", "2031-03-29", 1, Unit.WEEK, ["2031-03-01", "2031-03-22", 4]),
        ("2031-03-01", "2031-03-30", 1, Unit.WEEK, ["2031-03-01", "2031-03-29", 5]),
        ("2031-01-31", "2031-05-01", 1, Unit.MONTH, ["2031-01-31", "2031-04-30", 4]),
        ("2031-01-31", "2031-04-30", 1, Unit.MONTH, ["2031-01-31", "2031-03-31", 3]),
        ("2032-02-29", "2034-03-01", 12, Unit.MONTH, ["2032-02-29", "2034-02-28", 3]),
        ("2031-11-15", "2032-02-15", 1, Unit.MONTH, ["2031-11-15", "2032-01-15", 3]),
        ("2031-11-15", "2031-11-20", 1, Unit.MONTH, ["2031-11-15", "2031-11-15", 1]),
    ],
)
def test_captures_are_counted(
    start: str, end: str, interval: int, unit: Unit, expected: list[object]
) -> None:
    found = Recurrence(day(start), day(end), interval, unit)
    assert [f"{found.start:%Y-%m-%d}", f"{found.last:%Y-%m-%d}", found.count] == expected


@given(
    st.datetimes(datetime(2026, 1, 1), datetime(2060, 1, 1)),  # noqa: DTZ001 - made aware below
    st.integers(1, 900 * 24 * 60),
    st.integers(1, 40),
    st.sampled_from(list(Unit)),
)
def test_the_count_is_what_counting_gives(
    start: datetime, minutes: int, interval: int, unit: Unit
) -> None:
    begin = start.replace(microsecond=0, tzinfo=UTC)
    found = Recurrence(begin, begin + timedelta(minutes=minutes), interval, unit)
    steps = 0
    while found.occurrence(steps) < found.end:
        steps += 1
    assert found.count == steps
    assert found.start <= found.last < found.end


def test_after_a_short_month_the_day_comes_back() -> None:
    found = Recurrence(day("2031-01-31"), day("2031-04-01"), 1, Unit.MONTH)
    days = [f"{found.occurrence(step):%m-%d}" for step in range(found.count)]
    assert days == ["01-31", "02-28", "03-31"]


def test_the_interval_is_said_in_words() -> None:
    words = [Recurrence(NOW, NOW, n, unit).every for n, unit in ((1, Unit.WEEK), (3, Unit.MONTH))]
    assert words == ["every week", "every 3 months"]


def test_an_interval_beyond_the_calendar_ends_the_recurrence() -> None:
    for unit in Unit:
        found = Recurrence(NOW, NOW + timedelta(days=40), 10**9, unit)
        assert (found.second, found.count, found.last) == (None, 1, NOW)


def test_an_order_that_does_not_recur_is_one_capture() -> None:
    assert recurrence(spec().order) is None
    assert occurrences(spec().order) == 1
    assert occurrences(spec(every=(1, 1)).order) == 14
    idle = eo_order(
        provider="tianyi",
        rings=GENOA,
        start=NOW,
        end=NOW + timedelta(days=9),
        recurring=False,
        recurring_day=1,
        recurring_unit=1,
    )
    assert occurrences(idle) == 1
