import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from shapely import Polygon

from satops.core.geometry.simplify import simplified
from satops.core.order.order import Ring
from satops.report.shapes import box, exact, outline, point, points
from tests.report.forge import check_geometry
from tests.report.outlines import spec_of, star


def corridor(corners: int) -> Ring:
    """Return a narrow winding strip, whose sides cross when corners are left out carelessly."""
    along = [(k * 0.001, (k % 7) * 0.0004) for k in range(corners // 2)]
    back = [(x, y + 0.0001) for x, y in reversed(along)]
    return (*along, *back, along[0])


@pytest.mark.parametrize("most", [4, 10, 40])
@pytest.mark.parametrize(
    "rings",
    [
        (star(10_000),),
        (star(10_000, depth=0),),
        (star(10_000, depth=0.9),),
        (corridor(5_000),),
        (star(3_000), star(500, radius=0.1)),
        (star(3_000, radius=1), *(star(50, x=105.2 + k / 15, radius=0.02) for k in range(20))),
    ],
    ids=["jagged", "round", "spiky", "corridor", "hole", "holes"],
)
def test_a_drawing_has_few_corners_and_is_a_polygon_like_any_other(
    rings: tuple[Ring, ...], most: int
) -> None:
    order = spec_of("a", *rings).order
    assert sum(len(ring) - 1 for ring in simplified(order.rings, most)) <= most
    check_geometry(outline(order.rings, most))


def test_a_round_outline_stays_round() -> None:
    rings = spec_of("a", star(10_000, depth=0)).order.rings
    drawn = Polygon(simplified(rings, 40)[0])
    assert drawn.symmetric_difference(Polygon(rings[0])).area < 0.02 * drawn.area


def test_an_outline_with_few_corners_is_not_touched() -> None:
    rings = spec_of("a", star(40)).order.rings
    assert simplified(rings, 40) is rings


def test_a_drawing_with_three_corners_is_refused() -> None:
    with pytest.raises(ValueError, match="3 corners"):
        simplified(spec_of("a", star(40)).order.rings, 3)


def test_an_outline_so_small_that_rounding_would_undo_it_stays_exact() -> None:
    rings = spec_of("a", star(4, radius=0.000002)).order.rings
    assert outline(rings, 40)["coordinates"] == [rings[0]]
    check_geometry(outline(rings, 40))


def test_the_exact_outline_is_the_order_itself() -> None:
    rings = spec_of("a", star(50)).order.rings
    assert exact(rings)["coordinates"] is rings


degrees = st.floats(-180, 180), st.floats(-90, 90)


@example(0.1, 0.1, 0.0001, 0.0001)  # 0.1 + 0.0001 is a little more than 0.1001
@given(*degrees, st.floats(0.0001, 10), st.floats(0.0001, 10))
def test_a_box_holds_its_bounds_and_stays_on_the_map(
    west: float, south: float, width: float, height: float
) -> None:
    bounds = (min(west, 179.9), min(south, 89.9), min(west + width, 180), min(south + height, 90))
    west, south, east, north = bounds
    if west < east and south < north:
        check_geometry(box(bounds))
        drawn = Polygon(box(bounds)["coordinates"][0]).bounds
        assert drawn[0] <= west
        assert drawn[1] <= south
        assert drawn[2] >= east
        assert drawn[3] >= north


def test_a_box_across_the_antimeridian_is_two_boxes() -> None:
    made = box((179.0, -18.0, -179.5, -17.0))
    check_geometry(made)
    assert [part[0][0][0] for part in made["coordinates"]] == [179.0, -180.0]


def test_points_are_rounded_to_about_a_hundred_metres() -> None:
    assert point(105.123456, 21.0)["coordinates"] == (105.123, 21.0)
    assert points([(1.0, 2.0), (3.00049, 4.0)])["coordinates"] == [(1.0, 2.0), (3.0, 4.0)]
