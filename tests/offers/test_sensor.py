"""S02, S03, S05, R02 to R05: the sensor, and orders that recur."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.core.checks.making import NOW, codes, detail, radar, spec

DAY = timedelta(days=1)
YEAR = NOW.year + 1


@pytest.mark.parametrize("cloud", [0, 20, 100])
def test_radar_needs_no_cloud_limit(cloud: int) -> None:
    assert codes(spec(provider="tianyi", mode=5, cloud=cloud)) == ["S02"]
    assert codes(radar()) == []


def test_optical_needs_one() -> None:
    assert codes(spec(cloud=None)) == ["S03"]
    assert codes(spec(cloud=None, mode=None)) == ["S03", "S07"]


def test_an_order_names_its_mode_and_accepts_no_image_of_clouds_alone() -> None:
    assert "super-high, very-high, high." in detail(spec(mode=None), "S07")
    assert "stripmap" in detail(radar(mode=None), "S07")
    assert codes(spec(cloud=100)) == ["S08"]
    assert codes(spec(cloud=99)) == []
    assert codes(radar()) == []


@pytest.mark.parametrize(
    ("cloud", "days", "expected"),
    [(5, 3, ["S05"]), (0, 6, ["S05"]), (5, 7, []), (10, 3, []), (20, 3, []), (9, 14, [])],
)
def test_few_clouds_need_time(cloud: int, days: int, expected: list[str]) -> None:
    assert codes(spec(cloud=cloud, length=days * DAY)) == expected


def test_few_clouds_need_time_in_every_interval() -> None:
    assert "S05" in codes(spec(cloud=5, length=60 * DAY, every=(2, 1)))
    assert "S05" not in codes(spec(cloud=5, length=60 * DAY, every=(2, 2)))


@pytest.mark.parametrize(
    ("every", "days", "expected"),
    [
        ((1, 1), 14, ["R03"]),
        ((1, 2), 60, ["R03"]),
        ((3, 3), 300, ["R03"]),
        ((1, 2), 6, ["R02"]),
        ((1, 2), 7, ["R03"]),
        ((1, 3), 14, ["R02"]),
        ((1, 1), 100, ["R03"]),
        ((1, 1), 101, ["R03", "R04"]),
        ((10**9, 3), 60, ["R02"]),
        ((10**12, 1), 60, ["R02"]),
    ],
)
def test_recurrence_is_told(every: tuple[int, int], days: int, expected: list[str]) -> None:
    start = datetime(YEAR, 3, 1, tzinfo=UTC)
    assert codes(spec(start=start, length=days * DAY, every=every)) == expected


@pytest.mark.parametrize(
    ("month", "day", "days", "is_found"),
    [
        (1, 31, 120, True),
        (1, 29, 120, True),
        (3, 30, 120, False),
        (3, 31, 120, True),
        (1, 28, 400 - 40, False),
        (7, 31, 45, False),
    ],
)
def test_days_that_months_lack_are_found_only_where_they_are_met(
    month: int, day: int, days: int, *, is_found: bool
) -> None:
    common_year = YEAR if YEAR % 4 else YEAR + 1
    order = spec(
        start=datetime(common_year, month, day, tzinfo=UTC), length=days * DAY, every=(1, 3)
    )
    assert ("R05" in codes(order)) is is_found


def test_weeks_have_no_month_ends() -> None:
    start = datetime(YEAR, 1, 31, tzinfo=UTC)
    assert codes(spec(start=start, length=120 * DAY, every=(4, 2))) == ["R03"]


def test_the_reading_of_recurrence_is_said_to_be_satops_own() -> None:
    order = spec(start=datetime(YEAR, 3, 1, tzinfo=UTC), length=28 * DAY, every=(1, 2))
    text = detail(order, "R03")
    assert text.startswith(f"4 captures, every week: the first from {YEAR}-03-01 00:00 UTC, ")
    assert f"the last from {YEAR}-03-22 00:00 UTC" in text
    assert "The marketplace does not explain recurrence" in text
