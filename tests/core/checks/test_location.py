"""A02, A03, A05, A07 to A10, A13: where an area lies and how large it is."""

from datetime import UTC, datetime, timedelta

import pytest

from satops.core.checks import Rules, check_specs
from satops.core.order.modes import Modes
from satops.core.order.order import Rings
from satops.offers.eo_imagery import EO_IMAGERY
from tests.core.checks.making import GENOA, NOW, box, codes, detail, frame, modes, radar, ring, spec
from tests.core.checks.places import CHILE, EVERY, ICELAND, SVALBARD, TUVALU, VITI_LEVU

EUROPE = (-11.0, 34.0, 32.0, 72.0)
FIJI = (176.0, -20.0, -178.0, -16.0)
SUMMER = datetime(NOW.year + 1, 6, 10, tzinfo=UTC) - timedelta(days=100)


def override(**numbers: float | None) -> Modes:
    """What ships, under a team's file that sets numbers for every mode."""
    return modes().overridden_by({"every": numbers}, "modes.yaml", EO_IMAGERY.modes)


@pytest.mark.parametrize(
    ("rings", "region", "expected"),
    [
        (GENOA, EUROPE, []),
        (box(31.9, 50.0, 32.08, 50.08), EUROPE, []),
        (box(31.98, 50.0, 32.08, 50.08), EUROPE, ["A02"]),
        (box(44.36, 8.85, 44.44, 8.97), EUROPE, ["A02"]),
        (box(2.3, 48.8, 2.4, 48.9), EUROPE, []),
        (VITI_LEVU, FIJI, []),
        (box(-178.9, -17.0, -178.8, -16.9), FIJI, []),
        (box(0.2, -17.0, 0.3, -16.9), FIJI, ["A02"]),
        (TUVALU, FIJI, ["A02"]),
    ],
)
def test_the_centre_is_held_against_the_region(
    rings: Rings, region: tuple[float, float, float, float], expected: list[str]
) -> None:
    assert codes(spec(rings), region=region) == expected


def test_exchanged_coordinates_are_guessed() -> None:
    swapped = spec(box(44.36, 8.85, 44.44, 8.97))
    assert "exchanged it would be inside" in detail(swapped, "A02", region=EUROPE)
    elsewhere = spec(box(100.0, 8.85, 100.1, 8.97))
    assert "exchanged" not in detail(elsewhere, "A02", region=EUROPE)


@pytest.mark.parametrize(
    ("rings", "is_found"),
    [
        (box(-0.05, -0.05, 0.05, 0.05), True),
        (box(0.0, 0.0, 0.1, 0.1), True),
        ((ring((0.0, 0.0), (0.1, 0.02), (0.02, 0.1)),), True),
        (box(0.01, 0.01, 0.1, 0.1), False),
        (box(-0.1, 51.4, 0.1, 51.5), False),
        (box(9.4, -0.1, 9.5, 0.1), False),
        ((ring((-0.1, -0.02), (0.1, -0.1), (0.1, -0.05)),), False),
    ],
    ids=["around", "corner", "triangle", "beside", "Greenwich", "Libreville", "box holds it only"],
)
def test_null_island_is_found(rings: Rings, *, is_found: bool) -> None:
    assert ("A03" in codes(spec(rings))) is is_found


@pytest.mark.parametrize(
    ("rings", "is_found"),
    [
        (box(0.0, 84.5, 2.0, 85.0), True),
        (box(0.0, -89.0, 5.0, -86.0), True),
        (box(-40.0, 83.3, -39.0, 83.6), False),
        (SVALBARD, False),
        (box(-1.0, -84.0, 0.0, -83.9), False),
    ],
    ids=["Arctic Ocean", "South Pole", "north of Greenland", "Svalbard", "at the bound"],
)
def test_places_near_a_pole_are_found(rings: Rings, *, is_found: bool) -> None:
    assert ("A05" in codes(spec(rings, start=SUMMER))) is is_found


@pytest.mark.parametrize(
    ("side_deg", "is_found"), [(0.001, True), (0.03, True), (0.0449, False), (0.1, False)]
)
def test_less_than_the_least_bill_is_found(side_deg: float, *, is_found: bool) -> None:
    rings = box(100.0, 0.5, 100.0 + side_deg, 0.5 + side_deg)
    assert ("A07" in codes(spec(rings))) is is_found


def test_no_size_is_refused_unless_a_team_says_so() -> None:
    assert "A08" not in codes(spec(box(0.5, 1.0, 9.0, 9.0)), spec(box(0.5, 1.0, 0.501, 1.001)))


def test_a_teams_sizes_are_errors() -> None:
    rules = Rules(EO_IMAGERY, override(minAreaKm2=90, maxAreaKm2=2000))
    small, fits, large = spec(), spec(box(8.0, 44.0, 8.2, 44.2)), spec(box(8.0, 44.0, 8.6, 44.6))
    found = check_specs([small, fits, large], rules)
    assert [[f.check for f in row] for row in found] == [["A08"], [], ["A08"]]
    assert "90 km² is the least" in found[0][0].detail
    assert "2,000 km² is the most" in found[2][0].detail
    assert found[0][0].detail.endswith("This rests on 90 km², set in modes.yaml.")


@pytest.mark.parametrize(
    ("number", "rings", "word"),
    [
        (4, box(5.0, 45.0, 5.062, 45.044), None),
        (4, box(5.0, 45.0, 5.2, 45.04), "too wide"),
        (4, box(5.0, 45.0, 5.05, 45.2), "too tall"),
        (4, box(5.0, 45.0, 5.2, 45.2), "too large"),
        (5, box(5.0, 45.0, 5.3, 48.0), None),
        (5, box(5.0, 45.0, 5.3, 53.0), "too tall"),
        (6, box(5.0, 45.0, 5.6, 45.4), None),
        (6, box(5.0, 45.0, 6.0, 46.0), "too wide"),
        (7, box(5.0, 45.0, 9.0, 49.0), None),
        (8, box(5.0, 45.0, 6.2, 46.0), None),
        (8, box(5.0, 45.0, 7.5, 47.0), "too wide"),
    ],
)
def test_areas_are_held_against_the_swath(number: int, rings: Rings, word: str | None) -> None:
    order = radar(rings, mode=number, length=timedelta(days=300))
    if word is None:
        assert "A09" not in codes(order)
    else:
        assert f"The area is {word} for one pass" in detail(order, "A09")


def test_a_strip_that_lies_askew_fits_one_pass_of_an_agile_satellite_and_none_of_radar() -> None:
    askew = (ring((5.0, 45.0), (5.9, 45.6), (5.83, 45.65), (4.93, 45.05)),)
    assert codes(spec(askew, mode=1)) == []
    assert "A09" in codes(spec(box(4.93, 45.0, 5.9, 45.65), mode=1))
    assert codes(radar(askew, mode=5)) == ["A09"]


def test_a_strip_from_west_to_east_takes_many_passes_and_one_along_the_track_takes_one() -> None:
    """200 km by 15 km, stripmap of 30 km, and 0.5 m of 150 km."""
    wide = box(105.0, 10.0, 106.83, 10.135)
    assert "At least 7 passes" in detail(radar(wide, mode=5), "A09")
    assert "At least 2 passes" in detail(spec(wide, mode=2), "A09")
    for lean in (-0.36, 0.0, 0.36):  # 11 degrees to either side, as satellites rise and sink
        corners = ((105.0, 10.0), (105.135, 10.0), (105.135 + lean, 11.8), (105.0 + lean, 11.8))
        assert codes(radar((ring(*corners),), mode=5)) == []
    assert codes(radar((ring((105, 10), (105.1, 10), (106.9, 11.8), (106.8, 11.8)),), mode=5)) == [
        "A09"
    ]


def test_an_order_without_a_mode_has_no_swath() -> None:
    assert codes(spec(box(8.0, 44.0, 11.0, 47.0), mode=None)) == ["S07"]


@pytest.mark.parametrize(
    ("days", "is_found"), [(1, True), (7, True), (17, True), (18, False), (90, False)]
)
def test_passes_are_held_against_the_window(days: int, *, is_found: bool) -> None:
    wide = spec(box(116.0, 39.0, 120.0, 43.0), mode=1, length=timedelta(days=days))
    assert ("A10" in codes(wide)) is is_found
    assert "A09" in codes(wide)


def test_for_a_recurring_order_the_window_is_one_interval() -> None:
    wide = box(116.0, 39.0, 120.0, 43.0)
    weekly = spec(wide, mode=1, length=timedelta(days=90), every=(1, 2))
    assert "one interval is 7 days long" in detail(weekly, "A10")
    monthly = spec(wide, mode=1, length=timedelta(days=90), every=(1, 3))
    assert "A10" not in codes(monthly)


def test_the_documentations_example_brings_only_what_is_true_of_it() -> None:
    # About 147,150 km², 457 x 322 km, for 24 hours, at 0.3 m: nobody could image that in a day.
    example = spec(box(116.0, 39.0, 119.8, 43.1), mode=1, length=timedelta(days=1))
    assert codes(example, now=NOW) == ["A09", "A10"]


@pytest.mark.parametrize("name", EVERY)
def test_real_places_bring_nothing_but_their_size(name: str) -> None:
    order = spec(EVERY[name], start=SUMMER, length=timedelta(days=300))
    assert set(codes(order)) <= {"A09", "G13"}


def test_the_whole_world_is_too_large_for_anything() -> None:
    meridians = (-180.0, -60.0, 60.0, 180.0)
    corners = [(x, -89.0) for x in meridians] + [(x, 89.0) for x in reversed(meridians)]
    assert {"A05", "A09", "A10"} <= set(codes(spec((ring(*corners),), mode=1)))


def test_a_large_country_in_a_wide_mode_is_many_passes() -> None:
    assert "At least 5 passes" in detail(radar(ICELAND, mode=8), "A09")
    assert "A09" in codes(spec(CHILE))


ALLOWED = (box(8.0, 44.0, 8.9, 45.0), box(8.9, 44.0, 9.5, 45.0))


@pytest.mark.parametrize(
    ("rings", "expected"),
    [
        (GENOA, []),
        (box(8.0, 44.0, 8.1, 44.1), []),
        (box(9.45, 44.5, 9.55, 44.6), ["A13"]),
        (box(20.0, 44.0, 20.1, 44.1), ["A13"]),
    ],
    ids=["across two allowed areas", "along the border", "over the border", "elsewhere"],
)
def test_an_order_stays_in_the_allowed_areas(rings: Rings, expected: list[str]) -> None:
    assert codes(spec(rings), allowed=ALLOWED) == expected


@pytest.mark.parametrize(
    ("rings", "expected"),
    [
        (box(8.97, 44.3, 9.1, 44.5), []),
        (box(8.9699999, 44.3, 9.1, 44.5), []),
        (box(8.96, 44.3, 9.1, 44.5), ["A13"]),
        (box(8.9, 44.4, 8.9001, 44.4001), ["A13"]),
        (box(20.0, 44.0, 20.1, 44.1), []),
    ],
    ids=["shared border", "rounded border", "over the border", "a house inside", "elsewhere"],
)
def test_an_order_stays_out_of_the_forbidden_areas(rings: Rings, expected: list[str]) -> None:
    assert codes(spec(), forbidden=(rings,)) == expected


def test_a_hole_leaves_no_area_out_of_the_rules() -> None:
    inside = box(8.9, 44.39, 8.92, 44.41)
    assert "A13" in codes(spec(frame()), forbidden=(inside,))
    assert "A13" in codes(spec(frame()), allowed=(frame(),))
    assert "A13" not in codes(spec(frame()), allowed=(GENOA,))


def test_with_no_area_allowed_nothing_is() -> None:
    assert codes(spec(), allowed=()) == ["A13"]
