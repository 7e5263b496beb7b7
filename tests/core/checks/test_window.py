"""T04, T05, T06, T09, T12: when an order may be imaged."""

from datetime import UTC, datetime, timedelta

import pytest

from satops.core.checks import check_clock
from satops.core.order.order import Rings, instant_text
from satops.core.spec.spec import Spec
from tests.core.checks.making import NOW, box, clock_codes, codes, detail, radar, rules, spec
from tests.core.checks.places import SVALBARD

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
YEAR = NOW.year + 1
TROMSO = box(18.8, 69.6, 19.0, 69.7)
REYKJAVIK = box(-22.0, 64.1, -21.8, 64.2)
ROTHERA = box(-68.2, -67.62, -68.0, -67.52)


@pytest.mark.parametrize(
    ("length", "expected"),
    [
        (2 * HOUR, ["T05"]),
        (23 * HOUR, ["T05"]),
        (DAY - timedelta(minutes=1), []),
        (DAY, []),
        (14 * DAY, []),
        (366 * DAY, []),
        (367 * DAY, ["T06"]),
        (32 * 365 * DAY, ["T06"]),
    ],
)
def test_windows_are_neither_hours_nor_years(length: timedelta, expected: list[str]) -> None:
    daylight = datetime(YEAR, 6, 10, 8, tzinfo=UTC)
    assert codes(spec(start=daylight, length=length)) == expected


def test_monitoring_may_last_for_years() -> None:
    assert codes(spec(length=8 * 365 * DAY, every=(1, 3))) == ["R03"]
    assert "T06" in codes(spec(length=36 * 365 * DAY, every=(12, 3)))


@pytest.mark.parametrize(
    ("start", "expected"),
    [
        (-40 * DAY, []),
        (-3 * DAY, ["T04"]),
        (HOUR, ["T04"]),
        (23 * HOUR, ["T04"]),
        (24 * HOUR, ["T12"]),
        (47 * HOUR, ["T12"]),
        (48 * HOUR, []),
        (30 * DAY, []),
        (365 * DAY, []),
        (366 * DAY, ["T06"]),
    ],
)
def test_the_start_is_held_against_the_clock(start: timedelta, expected: list[str]) -> None:
    order = spec(start=NOW + start)
    assert clock_codes(order) == expected
    assert codes(order) == []
    assert codes(order, now=NOW) == expected


def clock_detail(order: Spec) -> str:
    [[found]] = check_clock([order], rules(), instant_text(NOW))
    return found.detail


def test_the_time_to_merge_is_named_before_it_passes() -> None:
    start = NOW + 30 * HOUR
    text = clock_detail(spec(start=start))
    assert f"Merge before {start - DAY:%Y-%m-%d %H:%M} UTC, in 6 hours" in text


def test_the_time_to_merge_is_named_after_it_has_passed() -> None:
    assert "The window opens in 3 hours." in clock_detail(spec(start=NOW + 3 * HOUR))
    assert "has been open for 2 days" in clock_detail(spec(start=NOW - 2 * DAY))


def test_two_years_ahead_is_said_in_years() -> None:
    assert "in 2 years" in clock_detail(spec(start=NOW + 800 * DAY))


@pytest.mark.parametrize(
    ("rings", "start", "length", "is_dark"),
    [
        (TROMSO, datetime(YEAR, 12, 1, tzinfo=UTC), 14 * DAY, True),
        (TROMSO, datetime(YEAR, 12, 20, tzinfo=UTC), 60 * DAY, False),
        (TROMSO, datetime(YEAR, 6, 1, tzinfo=UTC), 14 * DAY, False),
        (TROMSO, datetime(YEAR, 6, 21, 22, tzinfo=UTC), 4 * HOUR, False),
        (SVALBARD, datetime(YEAR, 11, 20, tzinfo=UTC), 60 * DAY, True),
        (SVALBARD, datetime(YEAR, 3, 20, tzinfo=UTC), 20 * DAY, False),
        (REYKJAVIK, datetime(YEAR, 12, 14, tzinfo=UTC), 14 * DAY, False),
        (ROTHERA, datetime(YEAR, 6, 14, tzinfo=UTC), 10 * DAY, True),
        (ROTHERA, datetime(YEAR, 12, 14, tzinfo=UTC), 10 * DAY, False),
        (box(8.85, 44.36, 8.97, 44.44), datetime(YEAR, 7, 1, 21, tzinfo=UTC), 6 * HOUR, True),
        (box(8.85, 44.36, 8.97, 44.44), datetime(YEAR, 7, 1, 9, tzinfo=UTC), 2 * HOUR, False),
        (box(139.6, 35.6, 139.8, 35.7), datetime(YEAR, 7, 1, 21, tzinfo=UTC), 6 * HOUR, False),
        (box(139.6, 35.6, 139.8, 35.7), datetime(YEAR, 7, 1, 11, tzinfo=UTC), 6 * HOUR, True),
        (box(178.0, -18.0, 178.2, -17.9), datetime(YEAR, 7, 1, 22, tzinfo=UTC), 4 * HOUR, False),
        (box(-172.2, -13.9, -172.0, -13.8), datetime(YEAR, 7, 1, 10, tzinfo=UTC), 4 * HOUR, True),
        (box(0.0, 89.0, 1.0, 89.5), datetime(YEAR, 10, 1, tzinfo=UTC), 30 * DAY, True),
    ],
    ids=[
        "Tromso in December", "Tromso until February", "Tromso in June", "midnight sun",
        "Svalbard in winter", "Svalbard in spring", "Reykjavik has short days",
        "Rothera in June", "Rothera in December", "Genoa at night", "Genoa in the morning",
        "Tokyo, morning in UTC's night", "Tokyo at night", "Fiji by day", "Samoa at night",
        "North Pole in October",
    ],
)  # fmt: skip
def test_optical_orders_need_daylight(
    rings: Rings, start: datetime, length: timedelta, *, is_dark: bool
) -> None:
    assert ("T09" in codes(spec(rings, start=start, length=length))) is is_dark
    assert "T09" not in codes(radar(rings, start=start, length=length))


def test_a_large_area_needs_daylight_in_one_part_only() -> None:
    start, length = datetime(YEAR, 12, 1, tzinfo=UTC), 14 * DAY
    assert "T09" in codes(spec(box(15.0, 69.0, 20.0, 71.0), start=start, length=length))
    assert "T09" not in codes(spec(box(15.0, 62.0, 20.0, 71.0), start=start, length=length))


def test_the_sun_is_told_with_place_and_window() -> None:
    text = detail(spec(TROMSO, start=datetime(YEAR, 12, 1, tzinfo=UTC)), "T09")
    assert text.startswith("At 69.65°N 18.90°E the sun is at best ")
    assert "degrees below the horizon" in text
