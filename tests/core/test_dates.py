"""Dates as people write them."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from satops.core.finding import Finding
from satops.core.order.date_guesses import guesses
from satops.core.order.dates import (
    FIRST_YEAR,
    LAST_YEAR,
    number_as_date,
    read_date,
    read_window,
)

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
        ("2030-12-01T10:00 UTC", "T10", "write 2030-12-01T10:00Z"),
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
        ("12/01/2030", "T11", "for 12 January 2030 write 2030-01-12T00:00Z; for 1 December 2030"),
        (
            "31.12.2030",
            "T11",
            "write 2030-12-31T00:00Z. That is the beginning of the day, and 2031-01-01T00:00Z is",
        ),
        ("1906588800000", "T11", "milliseconds since 1970: write 2030-06-02T00:00Z"),
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


NUMBERS = {
    1906632000: ["2030-06-02T12:00Z"],
    1906632000.25: ["2030-06-02T12:00Z"],
    1906632000000: ["2030-06-02T12:00Z"],
    1906632000000000: ["2030-06-02T12:00Z"],
    1906632000000000000: ["2030-06-02T12:00Z"],
    47636: ["2030-06-02T00:00+07:00"],
    47636.5: ["2030-06-02T12:00+07:00"],
    2462655.0: ["2030-06-02T12:00Z"],
    20300602: ["2030-06-02T00:00+07:00"],
    2030153: ["2030-06-02T00:00+07:00"],
    2062030: ["2030-06-02T00:00+07:00", "2030-02-06T00:00+07:00", "2062-01-30T00:00+07:00"],
    13062030: ["2030-06-13T00:00+07:00"],
    300602: ["2030-06-02T00:00+07:00", "2002-06-30T00:00+07:00"],
    203006021200: ["2030-06-02T12:00+07:00"],
    20300602120001: ["2030-06-02T12:00:01+07:00"],
    2030060212: ["2034-05-01T01:36:52Z", "2030-06-02T12:00+07:00"],
    2030: [],
    -47636: [],
    0: [],
    1e300: [],
    10**500: [],
}


@pytest.mark.parametrize("number", NUMBERS)
def test_a_number_is_told_as_the_dates_that_it_may_mean(number: float) -> None:
    found = [guess.text for guess in guesses(number, HANOI)]
    assert found == NUMBERS[number]
    finding = number_as_date(number, HANOI, "endDate")
    assert finding.check == "T11"
    assert "quotes" not in finding.detail
    for text in found:
        assert f"write endDate: {text}" in finding.detail


def test_the_digits_of_a_number_in_quotes_are_told_alike() -> None:
    for number, texts in NUMBERS.items():
        if number >= 0:
            assert [guess.text for guess in guesses(f"{number}", HANOI)] == texts


WRITTEN = [
    "%d.%m.%Y", "%d/%m/%Y", "%m/%d/%Y", "%d-%m-%Y", "%d %m %Y", "%Y/%m/%d", "%Y.%m.%d", "%Y %m %d",
    "%Y%m%d", "%Y-%j", "%Y%j", "%G-W%V-%u", "%GW%V%u", "%d.%m.%y", "%d/%m/%y", "%m/%d/%y", "%y%m%d",
    "%d %B %Y", "%d. %B %Y", "%B %d, %Y", "%b %d %Y", "%d-%b-%Y", "%d/%b/%Y", "%A, %d %B %Y",
    "%a, %d %b %Y", "%Y年%m月%d日", "%d.%m.'%y",
]  # fmt: skip
CLOCKS = ["", " %H:%M", "T%H:%M", " %H:%M:%S", ", %H:%M", " at %H:%M", " %I:%M %p", " %I:%M%p"]


@given(
    st.datetimes(datetime(2001, 1, 1), datetime(2099, 12, 31)),  # noqa: DTZ001 - as it is written
    st.sampled_from(WRITTEN),
    st.sampled_from(CLOCKS),
    st.sampled_from(["", "Z", " UTC", " GMT", "+0700", "-05", " +05:30"]),
)
def test_a_date_in_any_habit_is_among_those_told(
    instant: datetime, day: str, clock: str, zone: str
) -> None:
    instant = instant.replace(second=0, microsecond=0)
    if not clock:
        instant, zone = instant.replace(hour=0, minute=0), ""
    text = instant.strftime(day + clock) + zone
    found = guesses(text, UTC)
    offset = {"+0700": "+07:00", "-05": "-05:00", " +05:30": "+05:30"}.get(zone, "Z")
    assert instant.isoformat(timespec="minutes") + offset in [guess.text for guess in found]


@given(
    st.floats(0, 10**19) | st.integers(0, 10**19) | st.text("0123456789-/.: TZJanWUC+", max_size=20)
)
def test_what_a_message_proposes_is_taken(written: str | float) -> None:
    for guess in guesses(written, HANOI):
        for text in (guess.text, guess.end):
            assert text is None or "2101-" in text or isinstance(read_date(text, None), datetime)


def test_a_line_to_paste_names_its_field_and_its_zone() -> None:
    finding = read_date("31.12.2030", HANOI, "endDate")
    assert isinstance(finding, Finding)
    assert "write endDate: 2030-12-31T00:00+07:00" in finding.detail
    assert "Z is UTC" not in finding.detail
    assert "Z is UTC: in another zone" in refused("31.12.2030", None).detail


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


@pytest.mark.parametrize("offset", ["+05:99", "+15:00", "-14:60", "+99"])
def test_an_offset_that_nowhere_has_is_never_proposed(offset: str) -> None:
    assert guesses(f"2031-12-31T00:00{offset}", UTC) == []
