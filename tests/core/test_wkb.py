"""Well-known binary: every coordinate as it is stored, or a clear refusal."""

from struct import pack
from typing import Any

import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from satops.adapters.gis.geopackage import NotWkb, read_wkb
from satops.core import json_text

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
    assert read_wkb(bytes.fromhex("010a00000000000000")) == {"type": "CurvePolygon"}
    assert read_wkb(bytes.fromhex("011300000000000000")) == {"type": "geometry 19"}


@pytest.mark.parametrize(
    "shape",
    [
        shapely.Point(1, 2),
        shapely.LineString([(1, 2, 7), (3, 4, 8)]),
        shapely.MultiPoint([(1, 2), (3, 4)]),
        shapely.MultiLineString([[(1, 2), (3, 4)], [(5, 6), (7, 8)]]),
        shapely.GeometryCollection([shapely.Point(1, 2), shapely.box(0, 0, 1, 1)]),
    ],
)
def test_points_lines_and_collections_are_read(shape: shapely.Geometry) -> None:
    expected = json_text.loads(shapely.to_geojson(shape))
    assert read_wkb(shapely.to_wkb(shape)) == expected
    assert read_wkb(shapely.to_wkb(shape, byte_order=0, flavor="iso")) == expected


def test_measures_are_the_fourth_number_and_nan_is_none() -> None:
    line = pack("<BII6d", 1, 2002, 2, 1, 2, 7, 3, 4, float("nan"))
    assert read_wkb(line)["coordinates"] == [[1, 2, None, 7], [3, 4, None, None]]
    both = pack("<BII4d", 1, 0xC0000002, 1, 1, 2, 3, 4)
    assert read_wkb(both)["coordinates"] == [[1, 2, 3, 4]]


@pytest.mark.parametrize("kind", [4, 5, 6, 7])
def test_geometries_that_nest_too_deep_are_refused(kind: int) -> None:
    nested = pack("<BII", 1, kind, 1) * 1_000_000
    with pytest.raises(NotWkb):
        read_wkb(nested)


def test_a_curve_in_a_collection_does_not_hide_where_the_next_geometry_begins() -> None:
    curve = pack("<BII", 1, 10, 0)
    content = pack("<BII", 1, 7, 2) + curve + shapely.to_wkb(BOX)
    with pytest.raises(NotWkb, match="holds a CurvePolygon"):
        read_wkb(content)


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
