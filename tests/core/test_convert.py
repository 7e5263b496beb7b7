"""Changes to an outline: each does what it says, and nothing else."""

from typing import Any

import pyproj
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from satops.core.geometry.convert import Changed, Wanted, convert
from satops.core.geometry.moving import Mover, NotMovable
from satops.core.geometry.shapes import area_km2

GEOD = pyproj.Geod(ellps="WGS84")
SQUARE = [[105.0, 10.0], [105.2, 10.0], [105.2, 10.2], [105.0, 10.2], [105.0, 10.0]]


def polygon(*rings: list[list[float]]) -> dict[str, Any]:
    return {"type": "Polygon", "coordinates": list(rings)}


def made(geometry: dict[str, Any], wanted: Wanted) -> Changed:
    changed = convert(geometry, wanted)
    assert not changed.findings, changed.findings
    return changed


def shape_of(changed: Changed) -> shapely.Geometry:
    return shapely.MultiPolygon([shapely.Polygon(p[0], p[1:]) for p in changed.polygons])


def test_without_a_wish_an_outline_stays_as_it_is() -> None:
    hole = [[105.05, 10.05], [105.1, 10.05], [105.1, 10.1], [105.05, 10.05]]
    changed = made(polygon(SQUARE, hole), Wanted())
    assert changed.polygons == [[SQUARE, hole]]
    assert changed.notes == []
    assert changed.area_before_km2 == changed.area_after_km2
    assert changed.corners_after == 7


def test_heights_are_left_out_and_their_span_is_said() -> None:
    high = [[*corner, 5.0 + index, 1] for index, corner in enumerate(SQUARE)]
    assert [found.check for found in convert(polygon(high), Wanted()).findings] == ["G08"]
    changed = made(polygon(high), Wanted(drop_heights=True))
    assert changed.polygons == [[SQUARE]]
    assert changed.notes == [
        "Left out the heights of 5 points (from 5 to 9).",
        "Left out the measures of 5 points (all 1).",
    ]


def test_axes_are_exchanged() -> None:
    swapped = [[y, x] for x, y in SQUARE]
    assert made(polygon(swapped), Wanted(swap_axes=True)).polygons == [[SQUARE]]


def test_polygons_are_taken_out_of_a_collection_and_the_rest_is_told() -> None:
    inner = {"type": "GeometryCollection", "geometries": [polygon(SQUARE)]}
    point = {"type": "Point", "coordinates": [105, 10]}
    changed = made({"type": "GeometryCollection", "geometries": [point, inner, point]}, Wanted())
    assert changed.polygons == [[SQUARE]]
    assert changed.left_out == {"Point": 2}
    nothing = convert(point, Wanted())
    assert (nothing.polygons, nothing.findings) == ([], [])


@given(
    longitude=st.floats(-170, 170),
    latitude=st.floats(-75, 75),
    radius_km=st.floats(0.05, 300),
)
@settings(max_examples=60, deadline=None)
def test_a_point_is_widened_to_a_circle_on_the_ellipsoid(
    longitude: float, latitude: float, radius_km: float
) -> None:
    point = {"type": "Point", "coordinates": [longitude, latitude, 0]}
    changed = convert(point, Wanted(buffer_km=radius_km))
    (ring,) = changed.polygons[0]
    for x, y in ring:
        _, _, metres = GEOD.inv(longitude, latitude, x, y)
        assert metres / 1000 == pytest.approx(radius_km, rel=1e-3, abs=1e-4)


def test_an_outline_is_widened_by_the_same_length_in_each_direction() -> None:
    for latitude in (-60, 0, 45, 70):
        square = [[x, y - 10 + latitude] for x, y in SQUARE]
        changed = made(polygon(square), Wanted(buffer_km=3))
        west, south, east, north = shape_of(changed).bounds
        for a, b in (((105, south), (105, latitude)), ((105, north), (105, latitude + 0.2))):
            assert GEOD.inv(*a, *b)[2] == pytest.approx(3000, rel=5e-3)
        for x, edge in ((west, 105.0), (east, 105.2)):
            assert GEOD.inv(x, latitude + 0.1, edge, latitude + 0.1)[2] == pytest.approx(
                3000, rel=2e-2
            )


def test_a_line_is_widened_to_a_corridor() -> None:
    line = {"type": "LineString", "coordinates": [[105, 10], [106, 10]]}
    changed = made(line, Wanted(buffer_km=1))
    assert changed.area_after_km2 == pytest.approx(2 * 109.6 + 3.14, rel=0.01)


@given(
    st.lists(st.tuples(st.floats(-0.02, 0.02), st.floats(-0.02, 0.02)), min_size=40, max_size=40)
)
@settings(max_examples=40, deadline=None)
def test_simplifying_leaves_corners_out_and_moves_none(noise: list[tuple[float, float]]) -> None:
    circle = shapely.Point(105, 10).buffer(0.5, quad_segs=10)
    corners = [
        [round(x + dx, 7), round(y + dy, 7)]
        for (x, y), (dx, dy) in zip(circle.exterior.coords, noise, strict=False)
    ]
    outline = [*corners, corners[0]]
    if not shapely.Polygon(outline).is_valid:
        return
    changed = made(polygon(outline), Wanted(simplify_m=2000))
    (ring,) = changed.polygons[0]
    assert set(map(tuple, ring)) <= set(map(tuple, outline))
    line = shapely.LinearRing(ring)
    for corner in outline:
        near = shapely.get_coordinates(shapely.shortest_line(shapely.Point(corner), line))
        assert GEOD.inv(*near[0], *near[1])[2] <= 2020
    assert changed.corners_after <= changed.corners_before == len(set(map(tuple, outline)))


@pytest.mark.parametrize(
    ("geometry", "wanted", "check"),
    [
        (polygon([[0, 0], [1, 1], [1, 0], [0, 1], [0, 0]]), Wanted(simplify_m=5), "G05"),
        (polygon([[0, 0], [1, 1]]), Wanted(), "G03"),
        (polygon([[500, 0], [501, 1], [500, 1], [500, 0]]), Wanted(), "A01"),
        (polygon([[5e5, 0], [6e5, 1], [5e5, 1], [5e5, 0]]), Wanted(), "G11"),
        (polygon([[0, 89], [1, 89], [1, 89.9], [0, 89]]), Wanted(buffer_km=20), "G01"),
        (polygon([[0, 0], [90, 0], [90, 10], [0, 0]]), Wanted(buffer_km=20), "G01"),
        ({"type": "Polygon", "coordinates": "x"}, Wanted(), "G01"),
        ({"type": "Point", "coordinates": "x"}, Wanted(buffer_km=1), "G01"),
        ({"type": "LineString", "coordinates": [[1, None], [2, 3]]}, Wanted(buffer_km=1), "G01"),
    ],
)
def test_what_cannot_be_changed_is_refused(
    geometry: dict[str, Any], wanted: Wanted, check: str
) -> None:
    assert [found.check for found in convert(geometry, wanted).findings] == [check]


def test_an_outline_across_180_degrees_is_kept_for_the_split() -> None:
    across = polygon([[179.0, 0.0], [-179.0, 0.0], [-179.0, 1.0], [179.0, 1.0], [179.0, 0.0]])
    changed = made(across, Wanted())
    assert changed.polygons == [across["coordinates"]]
    assert changed.area_after_km2 is None
    beyond = made({"type": "Point", "coordinates": [179.99, 0]}, Wanted(buffer_km=5))
    assert max(x for x, _ in beyond.polygons[0][0]) > 180


@pytest.mark.parametrize("code", [32648, 3857, 3405, 4269, 27700, 5070])
def test_points_are_moved_where_another_reading_of_proj_moves_them(code: int) -> None:
    crs = pyproj.CRS(code)
    area = crs.area_of_use
    assert area is not None
    x, y = (area.west + area.east) / 2, (area.south + area.north) / 2
    there = pyproj.Transformer.from_crs(4326, code, always_xy=True)
    corners = [[x, y], [x + 0.1, y], [x + 0.1, y + 0.1], [x, y]]
    projected = [[*there.transform(a, b), 7.0] for a, b in corners]
    mover = Mover("x", f"EPSG:{code}")
    moved = mover.geometry(polygon(projected))
    assert mover.accuracy_m is not None
    for (a, b, height), corner in zip(moved["coordinates"][0], corners, strict=True):
        assert (a, b) == pytest.approx(corner, abs=2e-5)
        assert height == 7.0


def test_the_true_area_is_that_of_the_edges_as_they_run_in_the_other_system() -> None:
    utm = polygon([[3e5, 1e6], [7e5, 1e6], [7e5, 14e5], [3e5, 14e5], [3e5, 1e6]])
    mover = Mover("x", "EPSG:32648")
    true = mover.true_area_km2(utm)
    corners = tuple(tuple(map(tuple, ring)) for ring in mover.geometry(utm)["coordinates"])
    assert true == pytest.approx(160_000, rel=2e-3)
    assert true is not None
    assert 1e-5 < abs(area_km2(corners) / true - 1) < 1e-2
    assert mover.accuracy_m == 0


def test_a_way_that_is_not_known_is_refused() -> None:
    with pytest.raises(NotMovable, match="does not lie in x"):
        Mover("x", "EPSG:27700").geometry({"type": "Point", "coordinates": [1e30, 1e30]})
    engineering = 'LOCAL_CS["site",UNIT["metre",1]]'
    with pytest.raises(NotMovable, match="No way is known"):
        Mover("site", engineering)
