"""TopoJSON and Esri JSON become the GeoJSON that another library reads in them."""

import json
from pathlib import Path
from typing import Any

import pytest
import shapely
from pyogrio import raw

from satops.core.geometry.foreign import NotRead, converted

TOPOLOGY = {
    "type": "Topology",
    "transform": {"scale": [0.01, 0.02], "translate": [100.0, 10.0]},
    "objects": {
        "zones": {
            "type": "GeometryCollection",
            "geometries": [
                {"type": "Polygon", "id": "a", "properties": {"name": "left"}, "arcs": [[0, 1]]},
                {"type": "MultiPolygon", "arcs": [[[2, -1]], [[3]]]},
                {"type": "Polygon", "arcs": [[3], [4]]},
                {"type": "Point", "coordinates": [5, 5]},
                {"type": "LineString", "arcs": [1]},
                {"type": None},
            ],
        },
        "alone": {"type": "Polygon", "arcs": [[3]]},
    },
    "arcs": [
        [[10, 0], [0, 10]],
        [[10, 10], [-10, 0], [0, -10], [10, 0]],
        [[10, 0], [10, 0], [0, 10], [-10, 0]],
        [[30, 0], [9, 0], [0, 9], [-9, 0], [0, -9]],
        [[32, 2], [0, 3], [3, 0], [0, -3], [-3, 0]],
    ],
}


def shapes(collection: dict[str, Any]) -> list[shapely.Geometry | None]:
    return [
        None if each["geometry"] is None else shapely.geometry.shape(each["geometry"])
        for each in collection["features"]
    ]


def test_a_topology_is_read_as_gdal_reads_it(tmp_path: Path) -> None:
    path = tmp_path / "a.topojson"
    path.write_text(json.dumps(TOPOLOGY))
    theirs = [shapely.from_wkb(each) for layer in (0, 1) for each in raw.read(path, layer=layer)[2]]
    made = converted(TOPOLOGY)
    ours = shapes(made)
    assert ours.count(None) == 1
    for mine, other in zip(filter(None, ours), theirs, strict=True):
        assert mine.normalize().equals_exact(other.normalize(), 1e-9)
    assert made["features"][0]["id"] == "a"
    assert made["features"][0]["properties"] == {"name": "left"}
    assert made["features"][6]["properties"] == {"name": "alone"}


def test_a_topology_without_a_transform_has_its_points_as_they_are() -> None:
    bare = {
        "type": "Topology",
        "objects": {"x": {"type": "Polygon", "arcs": [[0]]}},
        "arcs": [[[1, 1], [2, 1], [2, 2], [1, 1]]],
    }
    (shape,) = shapes(converted(bare))
    assert shape == shapely.Polygon([(1, 1), (2, 1), (2, 2)])


def test_rings_of_esri_json_become_polygons_with_their_holes() -> None:
    outer = [[0, 0], [0, 4], [4, 4], [4, 0], [0, 0]]
    hole = [[1, 1], [2, 1], [2, 2], [1, 2], [1, 1]]
    apart = [[6, 0], [6, 1], [7, 1], [7, 0], [6, 0]]
    value = {
        "spatialReference": {"wkid": 4326},
        "features": [
            {"attributes": {"ID": 7, "NAME": "x"}, "geometry": {"rings": [outer, hole]}},
            {"attributes": {}, "geometry": {"rings": [outer, apart]}},
            {"attributes": {}, "geometry": {"x": 1, "y": 2}},
            {"attributes": {}, "geometry": {"paths": [[[0, 0], [1, 1]]]}},
        ],
    }
    made = converted(value)
    first, second, point, line = shapes(made)
    assert first == shapely.Polygon(outer, [hole])
    assert second is not None
    assert second.geom_type == "MultiPolygon"
    assert (point, line) == (shapely.Point(1, 2), shapely.MultiLineString([[(0, 0), (1, 1)]]))
    assert made["crs"] == {"properties": {"name": "EPSG:4326"}}
    assert made["features"][0]["properties"] == {"ID": 7, "NAME": "x", "id": 7, "name": "x"}
    (alone,) = shapes(converted({"rings": [outer]}))
    assert alone == shapely.Polygon(outer)


@pytest.mark.parametrize(
    "value",
    [
        {"type": "Topology"},
        {"type": "Topology", "arcs": [], "objects": {"x": {"type": "Polygon", "arcs": [[0]]}}},
        {"type": "Topology", "arcs": [[[1]]], "objects": {}, "transform": {}},
        {"type": "Topology", "arcs": [], "objects": {"x": {"type": "Curve"}}},
        {"features": [{"geometry": {}}]},
        {"features": 5},
        {"features": [{"geometry": {"rings": [[[0, 0]]], "spatialReference": {"wkid": code}}}
                      for code in (4326, 3857)]},
    ],
)  # fmt: skip
def test_what_is_damaged_is_refused(value: object) -> None:
    with pytest.raises(NotRead):
        converted(value)


@pytest.mark.parametrize("value", [[], {}, 7, {"type": "Feature", "features": []}])
def test_what_is_neither_stays_as_it_is(value: object) -> None:
    assert converted(value) is value
