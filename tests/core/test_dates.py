"""Dates as people write them."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from satops.core.finding import Finding
from satops.core.order.dates import FIRST_YEAR, LAST_YEAR, read_date, read_window

HANOI = timezone(timedelta(hours=7))
YEAR = datetime.now(UTC).year + 1
TEN = datetime(YEAR, 12, 1, 10, tzinfo=UTC)


def refused(text: str, zone: timezone | None = UTC) -> Finding:
    """Return the finding about a text that must be refused."""
    read = read_date(text, zone)
    assert isinstance(read, Finding), read
    assert read.detail.isprintable()
    return read


@pytest.mark.parametrize(
    "text",
    [
        "12-01T10:00Z",
        "12-01 10:00Z",
        "12-01T10:00:00Z",
        "12-01 10:00:00Z",
        "12-01T10:00:00.000Z",
        "12-01T17:00+07:00",
        "12-01T04:30-05:30",
        "12-02T00:00+14:00",
        "12-01T10:00+00:00",
        "12-01T10:00",
        "12-01 10:00",
        "12-01T10:00:00",
        "12-01t10:00z",
        "12-01t17:00+07:00",
    ],
)
def test_every_form_names_the_same_instant(text: str) -> None:
    assert read_date(f"{YEAR}-{text}", UTC) == TEN


def test_a_text_without_an_offset_is_read_in_the_zone_of_the_repository() -> None:
    assert read_date(f"{YEAR}-12-01 17:00", HANOI) == TEN


def test_an_offset_wins_over_the_zone_of_the_repository() -> None:
    assert read_date(f"{YEAR}-12-01T10:00Z", HANOI) == TEN


def test_without_any_zone_the_text_with_z_is_proposed() -> None:
    finding = refused(f"{YEAR}-12-01 10:00", None)
    assert finding.check == "T01"
    assert f"{YEAR}-12-01 10:00Z" in finding.detail


@pytest.mark.parametrize(
    ("text", "check", "words"),
    [
        ("2030-12-01", "T07", "2030-12-02T00:00Z"),
        ("2030-12-31", "T07", "2031-01-01T00:00Z"),
        ("2030-12-01T10:00:00.5Z", "T08", "fraction"),
        ("2030-12-01T10:00 Asia/Ho_Chi_Minh", "T10", "offset"),
        ("2030-12-01T10:00 UTC", "T10", "offset"),
        ("2030-12-01T10:00CET", "T10", "offset"),
        ("2030-12-01T10:00:00[Europe/Paris]", "T10", "offset"),
        ("2030-12-01T24:00Z", "T11", "00:00 of the next day"),
        ("2030-12-31T23:59:60Z", "T11", "Leap seconds"),
        ("2030-02-29T10:00Z", "T11", "calendar"),
        ("2030-02-29", "T11", "calendar"),
        ("2030-13-01T10:00Z", "T11", "calendar"),
        ("2030-12-01T25:00Z", "T11", "time of day"),
        ("2030-12-01T10:61Z", "T11", "time of day"),
        ("2030-12-01T10:00+15:00", "T11", "14 hours"),
        ("2030-12-01T10:00-23:59", "T11", "14 hours"),
        ("2030-12-01T10:00+99:00", "T11", "offset"),
        ("2030-12-01T10:00+10:99", "T11", "cannot be read"),
        ("2030-12-01T10:00+0700", "T11", "cannot be read"),
        ("2030-12-01T10:00+7", "T11", "cannot be read"),
        ("2030-12-01T10Z", "T11", "cannot be read"),
        ("2030-12-01T1000Z", "T11", "cannot be read"),
        ("2030-W48-1T10:00Z", "T11", "cannot be read"),
        ("01.12.2030 10:00", "T11", "cannot be read"),
        ("12/01/2030", "T11", "cannot be read"),
        ("2030-12-01T10:00Z\n", "T11", "cannot be read"),
        ("2030-12-01\x1b[31m", "T11", "cannot be read"),
        ("\uff12\uff10\uff13\uff10-12-01T10:00Z", "T11", "cannot be read"),
        ("1925-12-01T10:00Z", "T11", "1925"),
        ("2226-12-01T10:00Z", "T11", "2226"),
        ("9999-12-31T23:59-14:00", "T11", "9999"),
        ("9999-12-31", "T11", "9999"),
        ("0000-01-01T00:00Z", "T11", "calendar"),
        ("tomorrow", "T11", "cannot be read"),
        ("", "T11", "cannot be read"),
    ],
)
def test_other_texts_are_refused_with_what_to_write(text: str, check: str, words: str) -> None:
    finding = refused(text)
    assert finding.check == check
    assert words in finding.detail


@given(
    seconds=st.integers(
        int(datetime(FIRST_YEAR, 1, 2, tzinfo=UTC).timestamp()),
        int(datetime(LAST_YEAR, 12, 30, tzinfo=UTC).timestamp()),
    ),
    offset_min=st.integers(-14 * 60, 14 * 60),
    separator=st.sampled_from("Tt "),
)
def test_any_instant_can_be_written_in_any_offset(
    seconds: int, offset_min: int, separator: str
) -> None:
    instant = datetime.fromtimestamp(seconds, UTC)
    local = instant.astimezone(timezone(timedelta(minutes=offset_min)))
    assert read_date(local.isoformat(separator), None) == instant


def test_a_window_begins_before_it_ends() -> None:
    assert read_window(TEN, TEN + timedelta(seconds=1)) is None


@pytest.mark.parametrize(
    ("later", "words"),
    [
        (timedelta(), "at the instant it begins"),
        (timedelta(minutes=20), "20 min before"),
        (timedelta(hours=3, minutes=5), "3 h 5 min before"),
        (timedelta(days=1, hours=2), "1 day before"),
        (timedelta(days=30), "30 days before"),
    ],
)
def test_a_window_that_ends_too_early_is_refused(later: timedelta, words: str) -> None:
    finding = read_window(TEN + later, TEN)
    assert finding is not None
    assert finding.check == "T02"
    assert words in finding.detail
