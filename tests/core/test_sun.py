"""The sun's height, against published positions and against itself."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from satops.core.checks.sun import highest_sun_deg


def height_deg(instant: datetime, longitude: float, latitude: float) -> float:
    """Return the height of the sun at one moment over one point."""
    at = {"west": longitude, "east": longitude, "south": latitude, "north": latitude}
    return highest_sun_deg(instant, instant, **at)


@pytest.mark.parametrize(
    ("instant", "longitude", "latitude", "elevation"),
    [
        # The worked example of NREL's Solar Position Algorithm: zenith 50.11162, of which
        # refraction is 0.016.
        (datetime(2003, 10, 17, 19, 30, 30, tzinfo=UTC), -105.1786, 39.742476, 39.872),
        # At an equinox the sun stands over the equator, at a solstice over a tropic.
        (datetime(2026, 3, 20, 12, 7, 30, tzinfo=UTC), 0.0, 0.0, 90.0),
        (datetime(2026, 6, 21, 12, 2, 0, tzinfo=UTC), 0.0, 23.44, 90.0),
        (datetime(2026, 6, 21, 0, 2, 0, tzinfo=UTC), 0.0, 90.0, 23.44),
        (datetime(2026, 12, 21, 12, 0, 0, tzinfo=UTC), 0.0, 90.0, -23.44),
    ],
)
def test_the_sun_stands_where_it_is_published(
    instant: datetime, longitude: float, latitude: float, elevation: float
) -> None:
    assert height_deg(instant, longitude, latitude) == pytest.approx(elevation, abs=0.15)


@given(
    st.integers(0, 365 * 24 * 60),
    st.integers(30, 5 * 24 * 60),
    st.floats(-180, 177),
    st.floats(-90, 87),
)
def test_the_highest_sun_is_what_looking_often_finds(
    begin: int, minutes: int, west: float, south: float
) -> None:
    start = datetime(2031, 1, 1, tzinfo=UTC) + timedelta(minutes=begin)
    length = timedelta(minutes=minutes)
    east, north = west + 3, south + 3
    highest = highest_sun_deg(start, start + length, west=west, south=south, east=east, north=north)
    seen = max(
        height_deg(start + length * step / 60, x, y)
        for step in range(61)
        for x in (west, west + 1.5, east)
        for y in (south, south + 1.5, north)
    )
    # Never lower than any look, and not much higher than the best of a few looks.
    coarse = 15 * minutes / 60 / 60 + 1
    assert seen - 0.05 <= highest <= seen + min(coarse, 60)


def test_a_solstice_inside_a_long_window_is_not_missed() -> None:
    start = datetime(2031, 5, 1, tzinfo=UTC)
    highest = highest_sun_deg(
        start, start + timedelta(days=100), west=10, south=50, east=10.1, north=50.1
    )
    assert highest == pytest.approx(90 - 50 + 23.44, abs=0.05)
