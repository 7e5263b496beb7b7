"""G06, G07, G10, G12, G13: what the outline itself shows."""

from math import cos, pi, sin

import pytest

from satops.core.order.order import Location, Rings
from tests.core.checks.making import GENOA, box, codes, detail, ring, spec
from tests.core.checks.places import EVERY, ITALY, SWITZERLAND

HOLE = ring((8.9, 44.39), (8.9, 44.41), (8.93, 44.4))


def outline(corners: int, *, wobble: float = 0.0) -> Rings:
    """A round outline of about 8 km; with a wobble its coast has bays."""
    points: list[Location] = []
    for step in range(corners):
        angle = 2 * pi * step / corners
        radius = 0.05 * (1 + wobble * sin(40 * angle))
        points.append((8.9 + radius * cos(angle), 44.4 + radius * sin(angle)))
    return (ring(*points),)


def test_the_same_corner_twice_in_a_row_is_found_wherever_it_stands() -> None:
    corners = list(GENOA[0][:-1])
    for place in range(4):
        twice = [*corners[: place + 1], corners[place], *corners[place + 1 :]]
        assert codes(spec((ring(*twice),))) == ["G06"]


def test_a_corner_that_comes_back_later_is_not_a_duplicate() -> None:
    # A valid outline closes at its first corner; and two orders may share a corner.
    assert codes(spec(), spec(box(8.97, 44.44, 9.09, 44.52), name="other")) == []


def test_a_corner_in_a_hole_counts_as_well() -> None:
    hole = ((8.9, 44.39), (8.9, 44.41), (8.9, 44.41), (8.93, 44.4))
    assert "G06" in codes(spec((GENOA[0], ring(*hole))))


def test_duplicates_are_counted_and_the_first_is_named() -> None:
    corners = [corner for corner in GENOA[0][:-1] for _ in range(2)]
    text = detail(spec((ring(*corners),)), "G06")
    assert "4 such places" in text
    assert "8.85, 44.36" in text


@pytest.mark.parametrize("tip", [(9.2, 44.4001), (8.97005, 44.6)])
def test_an_outline_that_runs_out_and_back_has_a_spike(tip: Location) -> None:
    foot = (8.97, 44.4), tip, (8.97, 44.4002) if tip[0] > 9 else (8.9701, 44.4)
    corners = (8.85, 44.36), (8.97, 44.36), *foot, (8.9702, 44.44), (8.85, 44.44)
    assert "G06" in codes(spec((ring(*corners),)))


@pytest.mark.parametrize("width", [0.004, 0.02, 0.05])
def test_a_pier_is_not_a_spike(width: float) -> None:
    pier = (8.97, 44.4), (9.0, 44.4 + width / 2), (8.97, 44.4 + width)
    assert "G06" not in codes(spec((ring((8.85, 44.36), (8.97, 44.36), *pier, (8.85, 44.47)),)))


def test_a_hole_is_told_with_both_areas() -> None:
    holed = spec((GENOA[0], HOLE))
    assert codes(holed) == ["G07"]
    text = detail(holed, "G07")
    assert "82.3 km² without and 85.0 km² with" in text


@pytest.mark.parametrize(("corners", "expected"), [(500, []), (501, ["G10"])])
def test_corners_are_counted(corners: int, expected: list[str]) -> None:
    assert codes(spec(outline(corners))) == expected


def test_twenty_thousand_corners_come_with_a_proposal() -> None:
    text = detail(spec(outline(20_000, wobble=0.02)), "G10")
    assert "20,000 corners" in text
    assert "its area would change by" in text
    assert "satops aoi FILE --convert OUT --simplify-m 6" in text


def test_an_outline_that_cannot_be_simplified_is_still_told() -> None:
    comb: list[Location] = []
    for step in range(400):
        x = 8.0 + step * 0.01
        comb += [(x, 44.0), (x, 48.0), (x + 0.004, 48.0), (x + 0.004, 44.0)]
    text = detail(spec((ring(*comb, (12.0, 43.9), (8.0, 43.9)),)), "G10")
    assert "corners" in text


@pytest.mark.parametrize("height", [0.0001, 0.0003, 0.0008])
def test_a_strip_of_metres_is_a_sliver(height: float) -> None:
    assert "G12" in codes(spec(box(5.0, 45.0, 5.5, 45.0 + height)))


@pytest.mark.parametrize(
    "rings",
    [
        box(5.0, 45.0, 5.5, 45.002),
        box(5.0, 45.0, 5.0005, 45.0005),
        box(5.0, 45.0, 5.004, 45.0007),
        box(5.0, 84.9 - 1, 5.05, 83.91),
    ],
    ids=["a corridor of 200 m", "a building", "a runway", "far north"],
)
def test_what_is_small_or_long_is_not_a_sliver(rings: Rings) -> None:
    assert "G12" not in codes(spec(rings))


def test_an_l_shape_is_told_its_rectangle() -> None:
    corners = (8.8, 44.3), (9.0, 44.3), (9.0, 44.34), (8.84, 44.34), (8.84, 44.5), (8.8, 44.5)
    text = detail(spec((ring(*corners),)), "G13")
    assert "36 % of the smallest rectangle" in text


@pytest.mark.parametrize(
    "rings",
    [
        (ring((8.8, 44.3), (9.0, 44.3), (8.9, 44.5)),),
        (ring((8.8, 44.3), (9.0, 44.5), (8.98, 44.52), (8.78, 44.32)),),
        outline(64),
    ],
    ids=["triangle", "turned strip", "circle"],
)
def test_plain_shapes_fill_their_rectangle(rings: Rings) -> None:
    assert "G13" not in codes(spec(rings))


@pytest.mark.parametrize("name", EVERY)
def test_real_outlines_have_no_faults_of_drawing(name: str) -> None:
    assert not {"G06", "G07", "G10", "G12"} & set(codes(spec(EVERY[name])))


def test_only_a_bent_country_fills_little_of_its_rectangle() -> None:
    assert "G13" in codes(spec(ITALY))
    assert "G13" not in codes(spec(SWITZERLAND))
