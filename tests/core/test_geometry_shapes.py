"""Polygons in arrays: validity with a place, and areas against an independent implementation."""

from math import cos, hypot, pi, sin

import pytest
from geographiclib.geodesic import Geodesic  # type: ignore[import-untyped]
from hypothesis import given
from hypothesis import strategies as st

from satops.core.geometry.forms import read_geometry
from satops.core.geometry.shapes import area_km2, find_crossings, footprints, shapes_of
from satops.core.order.order import Ring, Rings

HOLE = "(2 2, 4 2, 4 4, 2 4, 2 2)"
BOX = "(0 0, 10 0, 10 10, 0 10, 0 0)"


def rings_of(wkt: str) -> Rings:
    """Read WKT that is right as far as single rings go."""
    rings, _ = read_geometry(wkt)
    assert rings is not None
    return rings


def reference_km2(ring: Ring) -> float:
    """Measure a ring with geographiclib."""
    polygon = Geodesic.WGS84.Polygon()
    for longitude, latitude in ring[:-1]:
        polygon.AddPoint(latitude, longitude)
    return abs(float(polygon.Compute()[2])) / 1e6


@pytest.mark.parametrize(
    ("wkt", "check", "words"),
    [
        ("POLYGON ((105 21, 106 22, 106 21, 105 22, 105 21))", "G05", "near 105.5, 21.5"),
        ("POLYGON ((105 21, 108 22, 107 21, 105 22, 105 21))", "G05", "crosses"),
        ("POLYGON ((0 0, 2 0, 1 1, 2 2, 0 2, 1 1, 0 0))", "G05", "near 1, 1"),
        ("POLYGON ((0 0, 1 0, 2 0, 0 0))", "G03", "on one line"),
        ("POLYGON ((0 0, 1 1, 2 2, 1 1, 0 0))", "G03", "on one line"),
        (f"POLYGON ({BOX}, (20 20, 21 20, 21 21, 20 20))", "G05", "outside the outline"),
        (f"POLYGON ({BOX}, {HOLE}, (2.5 2.5, 3 2.5, 3 3, 2.5 2.5))", "G05", "inside another"),
        (f"POLYGON ({BOX}, (0 5, 5 0, 10 5, 5 10, 0 5))", "G05", "in parts"),
        (f"POLYGON ({BOX}, {BOX})", "G05", "crosses or touches"),
        (f"POLYGON ({BOX}, {HOLE}, {HOLE})", "G05", "crosses or touches"),
    ],
)
def test_an_outline_that_is_not_simple_is_refused_with_the_place(
    wkt: str, check: str, words: str
) -> None:
    good = rings_of(f"POLYGON ({BOX})")
    ((index, finding),) = find_crossings(shapes_of([good, rings_of(wkt), good]))
    assert index == 1
    assert finding.check == check
    assert words in finding.detail


def test_a_ring_that_crosses_itself_only_after_rounding_is_refused() -> None:
    ring = ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.5, 0.00000004), (0.0, 1.0), (0.0, 0.0))
    text = ", ".join(f"{x:.8f} {y:.8f}" for x, y in ring)
    rounded = rings_of(f"POLYGON (({text}))")
    crossings = dict(find_crossings(shapes_of([(ring,), rounded])))
    assert crossings.keys() == {1}
    assert crossings[1].check == "G05"


def test_no_polygons_are_no_work() -> None:
    shapes = shapes_of([])
    assert list(find_crossings(shapes)) == []
    assert footprints([], shapes) == []


def test_a_footprint_says_where_and_how_large() -> None:
    rings = rings_of(f"POLYGON ((0 0, 0 10, 5 10, 10 10, 10 0, 5 0, 5 0, 0 0), {HOLE})")
    (footprint,) = footprints([rings], shapes_of([rings]))
    assert (footprint.west, footprint.south, footprint.east, footprint.north) == (0, 0, 10, 10)
    assert footprint.longitude == pytest.approx(5.083, abs=0.01)
    assert footprint.latitude == pytest.approx(5.083, abs=0.01)
    assert footprint.vertices == 10
    assert footprint.holes == 1
    assert footprint.area_km2 == pytest.approx(reference_km2(rings[0]) - reference_km2(rings[1]))


def test_footprints_stand_in_the_order_of_their_polygons() -> None:
    polygons = [rings_of(f"POLYGON (({x} 0, {x + 1} 0, {x + 1} 1, {x} 0))") for x in range(50)]
    measured = footprints(polygons, shapes_of(polygons))
    assert [footprint.west for footprint in measured] == list(range(50))


@given(
    longitude=st.floats(-170, 170),
    latitude=st.floats(-75, 75),
    size_deg=st.floats(0.001, 8),
    arms=st.lists(st.floats(0.2, 1), min_size=3, max_size=12),
    backwards=st.booleans(),
)
def test_areas_agree_with_an_independent_implementation(
    longitude: float, latitude: float, size_deg: float, arms: list[float], backwards: bool
) -> None:
    corners = [
        (
            longitude + size_deg * arm * cos(2 * pi * corner / len(arms)),
            latitude + size_deg * arm * sin(2 * pi * corner / len(arms)),
        )
        for corner, arm in enumerate(arms)
    ]
    if backwards:
        corners.reverse()
    rings = ((*corners, corners[0]),)
    assert area_km2(rings) == pytest.approx(reference_km2(rings[0]), rel=1e-3)
    assert area_km2(rings) > 0


def test_more_than_half_of_the_earth_is_not_measured_as_the_rest_of_it() -> None:
    corners = [(x, -80.0) for x in range(-180, 181, 45)] + [
        (x, 80.0) for x in range(180, -181, -45)
    ]
    ring = tuple((float(x), y) for x, y in [*corners, corners[0]])
    earth_km2 = 510_065_622
    assert area_km2((ring,)) == pytest.approx(0.985 * earth_km2, rel=0.01)
    assert area_km2((ring[::-1],)) == area_km2((ring,))


def test_a_tiny_polygon_has_its_area() -> None:
    rings = rings_of("POLYGON ((10 50, 10.0000002 50, 10.0000002 50.0000002, 10 50))")
    side_m = hypot(0.0000002 * 111_320, 0)
    assert 0 < area_km2(rings) < side_m**2 / 1e6
