"""Many polygons in canonical form at once are what each of them is alone."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from satops.core.geometry.canonical import coordinates_texts
from satops.core.order.order import Ring, Rings, coordinates_text, rounded

_DEGREES = st.one_of(
    st.integers(-3, 3).map(float),
    st.floats(-180, 180).map(lambda value: rounded([value])[0]),
    st.sampled_from([1e-7, -1e-7, 2e-5, 0.1234567, 179.9999999]),
)
_RINGS = st.lists(st.tuples(_DEGREES, _DEGREES), min_size=3, max_size=8).map(
    lambda corners: (*corners, corners[0])
)
_POLYGONS = st.lists(_RINGS, min_size=1, max_size=3).map(tuple)

SQUARE: Ring = ((0.0, 0.0), (1.0, 0.0), (1.0, 1.5), (0.0, 1.5), (0.0, 0.0))
CLOCKWISE: Ring = SQUARE[::-1]
SLIVER: Ring = ((0.0, 0.0), (1e-4, 0.0), (1e-4, 1e-4), (0.0, 1e-4), (0.0, 0.0))
TWICE: Ring = ((0.0, 0.0), (2.0, 0.0), (2.0, 2.0), (0.0, 0.0), (1.0, 2.0), (0.0, 0.0))
TINY: Ring = ((0.0, 0.0), (1e-7, 0.0), (1.0, 1.0), (0.0, 1.0), (0.0, 0.0))


@given(st.lists(_POLYGONS, max_size=5))
@example([(SQUARE,), (SQUARE, CLOCKWISE), (TINY,), (SLIVER,), (TWICE,), (CLOCKWISE,)])
def test_an_array_of_polygons_reads_as_each_of_them(polygons: list[Rings]) -> None:
    assert coordinates_texts(polygons) == [coordinates_text(rings) for rings in polygons]


@pytest.mark.parametrize("ring", [SQUARE, CLOCKWISE])
def test_both_ways_round_give_one_text(ring: Ring) -> None:
    assert coordinates_texts([(ring,)] * 2) == ["[[[0,0],[1,0],[1,1.5],[0,1.5],[0,0]]]"] * 2
