from datetime import UTC, datetime, timedelta

import pytest

from satops.core.words import counted, duration, location, moment, number, span, window


def test_a_location_is_shown_as_on_a_map_and_latitude_first() -> None:
    assert location(105.85, 21.03) == "21.03°N 105.85°E"
    assert location(-70.668, -33.45) == "33.45°S 70.67°W"
    assert location(0.0, 0.0) == "0.00°N 0.00°E"


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (147_150.4, "147,150"),
        (69.12, "69.1"),
        (9.96, "10.0"),
        (1.0, "1"),
        (0.0123, "0.012"),
        (0.0, "0"),
    ],
)
def test_a_number_is_rounded_to_what_a_reader_can_use(value: float, shown: str) -> None:
    assert number(value) == shown


@pytest.mark.parametrize(
    ("start", "end", "shown"),
    [
        ("12-01T00:00:00Z", "12-15T00:00:00Z", "2031-12-01 00:00 → 12-15 00:00 (14 d)"),
        ("12-01T00:00:00Z", "12-02T12:00:00Z", "2031-12-01 00:00 → 12-02 12:00 (1 d 12 h)"),
        ("12-01T00:00:00Z", "12-01T00:01:30Z", "2031-12-01 00:00 → 12-01 00:01:30 (1 min 30 s)"),
        ("12-01T00:00:00Z", "12-01T00:00:00Z", "2031-12-01 00:00 → 12-01 00:00 (0 s)"),
    ],
)
def test_a_window_says_its_length(start: str, end: str, shown: str) -> None:
    assert window(f"2031-{start}", f"2031-{end}") == shown


def test_the_end_names_its_year_where_that_is_another_one() -> None:
    shown = window("2031-12-31T00:00:00Z", "2032-01-01T00:00:00Z")
    assert shown == "2031-12-31 00:00 → 2032-01-01 00:00 (1 d)"


def test_numbers_agree_with_their_nouns() -> None:
    assert [counted(n, "order") for n in (0, 1, 2)] == ["no orders", "1 order", "2 orders"]


def test_an_instant_shows_its_seconds_only_where_it_has_some() -> None:
    assert moment("2031-12-01T10:00:00Z") == "2031-12-01 10:00"
    assert moment(datetime(2031, 12, 1, 10, 0, 5, tzinfo=UTC)) == "2031-12-01 10:00:05"


def test_a_sentence_names_the_largest_unit_and_a_column_names_two() -> None:
    length = timedelta(days=1, hours=12)
    assert (span(length), duration(length)) == ("1 day", "1 d 12 h")
    assert (span(timedelta(days=800)), span(timedelta(seconds=90))) == ("2 years", "2 minutes")
