import pytest

from satops.report.place import area, place
from satops.report.status import status_words
from satops.report.text.count import counted
from satops.report.window import window


def test_a_place_is_shown_as_on_a_map_and_latitude_first() -> None:
    assert place(105.85, 21.03) == "21.03°N 105.85°E"
    assert place(-70.668, -33.45) == "33.45°S 70.67°W"
    assert place(0.0, 0.0) == "0.00°N 0.00°E"


@pytest.mark.parametrize(
    ("km2", "shown"),
    [(147_150.4, "147,150"), (69.12, "69.1"), (1.0, "1.0"), (0.0123, "0.012"), (0.0, "0")],
)
def test_an_area_is_rounded_to_what_a_reader_can_use(km2: float, shown: str) -> None:
    assert area(km2) == shown


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


def test_a_status_that_the_documentation_lacks_is_shown_as_a_number() -> None:
    assert status_words(3) == "completed"
    assert status_words(77) == "status 77"
    assert status_words(None) == ""


def test_numbers_agree_with_their_nouns() -> None:
    assert [counted(n, "order") for n in (0, 1, 2)] == ["no orders", "1 order", "2 orders"]
