"""Well-known binary: every coordinate as it is stored, or a clear refusal."""

from typing import Any

import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from satops.core.geometry.wkb import NotWkb, read_wkb

BOX = shapely.box(105, 10, 106, 11)
SHAPES = [
    BOX,
    shapely.Polygon(BOX.exterior, [shapely.box(105.2, 10.2, 105.4, 10.4).exterior]),
    shapely.MultiPolygon([BOX, shapely.box(107, 10, 108, 11)]),
    shapely.force_3d(BOX, 12.5),
    shapely.force_3d(shapely.MultiPolygon([BOX]), 0),
]


def listed(value: Any) -> Any:
    return [listed(item) for item in value] if isinstance(value, tuple | list) else value


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: shape.wkt[:16])
@pytest.mark.parametrize("byte_order", [0, 1])
@pytest.mark.parametrize("flavor", ["iso", "extended"])
def test_polygons_are_read_as_another_library_wrote_them(
    shape: Any, byte_order: int, flavor: str
) -> None:
    content = shapely.to_wkb(shape, byte_order=byte_order, flavor=flavor)
    assert read_wkb(content) == listed_mapping(shape)


def listed_mapping(shape: Any) -> dict[str, Any]:
    mapping = shapely.geometry.mapping(shape)
    return {"type": mapping["type"], "coordinates": listed(mapping["coordinates"])}


def test_other_geometries_are_named_and_nothing_more() -> None:
    assert read_wkb(shapely.to_wkb(shapely.Point(1, 2))) == {"type": "Point"}
    assert read_wkb(shapely.to_wkb(shapely.LineString([(1, 2), (3, 4)]))) == {"type": "LineString"}


@pytest.mark.parametrize("length", range(93))
def test_a_geometry_that_is_cut_is_refused(length: int) -> None:
    content = shapely.to_wkb(BOX)
    assert len(content) == 93
    with pytest.raises(NotWkb):
        read_wkb(content[:length])


@settings(deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    try:
        assert "type" in read_wkb(content)
    except NotWkb:
        return


@settings(deadline=None)
@given(st.integers(0, 92), st.integers(0, 255))
def test_a_damaged_geometry_is_read_or_refused(place: int, byte: int) -> None:
    content = bytearray(shapely.to_wkb(BOX))
    content[place] = byte
    try:
        read_wkb(bytes(content))
    except NotWkb:
        return
