"""Every form of a geometry, right and wrong."""

from typing import Any

import pytest

from satops.core import json_text
from satops.core.finding import Finding
from satops.core.geometry.forms import read_geometry
from satops.core.geometry.rings import MAX_POSITIONS
from satops.core.geometry.shapes import area_km2
from satops.core.problem import Severity

SQUARE = [[105.0, 21.0], [106.0, 21.0], [106.0, 22.0], [105.0, 22.0], [105.0, 21.0]]
RINGS = (((105.0, 21.0), (106.0, 21.0), (106.0, 22.0), (105.0, 22.0), (105.0, 21.0)),)
POLYGON = {"type": "Polygon", "coordinates": [SQUARE]}
FEATURE = {"type": "Feature", "properties": {"name": "delta"}, "geometry": POLYGON}
WKT = "POLYGON ((105 21, 106 21, 106 22, 105 22, 105 21))"


def polygon(*ring: Any) -> dict[str, Any]:
    """Return a Polygon with one ring."""
    return {"type": "Polygon", "coordinates": [list(ring)]}


def only_error(value: object) -> Finding:
    """Return the one error of a geometry that must be refused."""
    rings, findings = read_geometry(value)
    assert rings is None
    (finding,) = (each for each in findings if each.severity is Severity.ERROR)
    return finding


@pytest.mark.parametrize(
    "value",
    [
        POLYGON,
        {**POLYGON, "bbox": [105, 21, 106, 22]},
        FEATURE,
        {"type": "FeatureCollection", "features": [FEATURE]},
        json_text.dumps(POLYGON).decode(),
        json_text.dumps(FEATURE).decode(),
        WKT,
        WKT.lower(),
        "  POLYGON((105 21,106 21 , 106.0 2.2e1,105 22,1.05E+2 21))\n",
        f"SRID=4326;{WKT}",
        {"bbox": [105, 21, 106, 22]},
    ],
    ids=lambda value: str(value)[:60],
)
def test_every_form_gives_the_same_rings_without_a_word(value: object) -> None:
    assert read_geometry(value) == (RINGS, [])


@pytest.mark.parametrize(
    ("value", "check", "summary"),
    [
        (polygon(*SQUARE[:-1]), "G03", "closing point added"),
        ("POLYGON ((105 21, 106 21, 106 22, 105 22))", "G03", "closing point added"),
        ({"type": "MultiPolygon", "coordinates": [[SQUARE]]}, "G02", "MultiPolygon of one part"),
        (f"MULTI{WKT.replace('((', '(((').replace('))', ')))')}", "G02", "of one part"),
        (polygon(*([*p, 0] for p in SQUARE)), "G08", "heights left out"),
        (polygon(*([*p, 0.0, 0] for p in SQUARE)), "G08", "heights and measures left out"),
        (polygon(*([*p, None] for p in SQUARE)), "G08", "heights left out"),
        (polygon(*([*p, None, float("nan")] for p in SQUARE)), "G08", "measures left out"),
        (polygon(*([*p, 0, -1.7e308] for p in SQUARE)), "G08", "heights and measures left out"),
        (f"{WKT[:8]}M{WKT[7:].replace(',', ' 0,').replace('))', ' nan))')}", "G08", "measures"),
        (f"{WKT[:7]}ZM{WKT[7:].replace(',', ' 0 0,').replace('))', ' 0 0))')}", "G08", "measures"),
        ({"type": "GeometryCollection", "geometries": [POLYGON]}, "G02", "of one polygon"),
        (f"GEOMETRYCOLLECTION ({WKT})", "G02", "of one polygon"),
        (
            {
                "type": "FeatureCollection",
                "features": [
                    None,
                    {
                        **FEATURE,
                        "geometry": {
                            "type": "GeometryCollection",
                            "geometries": [{"type": "GeometryCollection", "geometries": [POLYGON]}],
                        },
                    },
                ],
            },
            "G02",
            "of one polygon",
        ),
        ("POLYGON Z ((105 21 0, 106 21 0, 106 22 0, 105 22 0, 105 21 0))", "G08", "heights"),
        (polygon(*([x + 1e-9, y] for x, y in SQUARE)), "G09", "coordinates rounded"),
        (
            {**POLYGON, "crs": {"properties": {"name": "urn:ogc:def:crs:OGC:1.3:CRS84"}}},
            "G11",
            "a needless crs member",
        ),
    ],
    ids=lambda value: str(value)[:60],
)
def test_a_harmless_exception_is_mended_and_said(value: object, check: str, summary: str) -> None:
    rings, findings = read_geometry(value)
    assert rings == RINGS
    (finding,) = findings
    assert finding.severity is Severity.INFO
    assert finding.check == check
    assert summary in finding.summary


@pytest.mark.parametrize(
    ("value", "check", "path", "words"),
    [
        ({"type": "LineString", "coordinates": SQUARE}, "G01", (), "LineString"),
        ({**POLYGON, "type": "polygon"}, "G01", (), "writes it as Polygon"),
        ({"type": None}, "G01", (), "empty"),
        ({}, "G01", (), "an empty group of fields"),
        (None, "G01", (), "empty"),
        (17, "G01", (), "17"),
        ([SQUARE], "G01", (), "a bare list of points"),
        ([], "G01", (), "an empty list"),
        ("", "G01", (), "''"),
        ("Hanoi", "G01", (), "Hanoi"),
        ("\x1b[2J", "G01", (), r"\x1b[2J"),
        ('{"type":"Polygon"', "G01", (), "not valid JSON"),
        ('{"type":"Polygon","coordinates":[[[NaN,0]]]}', "G01", (), "not valid JSON"),
        ('{"type":"Polygon","coordinates":[[[1e400,0]]]}', "G01", (), "not valid JSON"),
        ('{"type":"Polygon","type":"Polygon"}', "G01", (), "'type' stands twice"),
        ('{"a":' * 5000 + "1" + "}" * 5000, "G01", (), "not valid JSON"),
        ('{"a":' * 1000 + "1" + "}" * 1000, "G01", (), ""),
        ('{"a":' + "9" * 5000 + "}", "G01", (), ""),
        ('{"\ud800":1}', "G01", (), "not valid JSON"),
        ("LINESTRING (0 0, 1 1)", "G01", (), "LineString, which has no area"),
        ("POLYGON EMPTY", "G01", (), "EMPTY has no points"),
        ("POLYGON ((0 0, 1 0, 1 1, 0 0)", "G01", (), "closing parenthesis"),
        ("POLYGON ((0 0, 1 0, 1 1, 0 0)) ((", "G01", (), "'(('"),
        (
            "POLYGON ((0 0, 1 nan, 1 1, 0 0))",
            "G01",
            (),
            "2 of the outline holds nan",
        ),
        ("POLYGON ((0 0, 1 inf, 1 1, 0 0))", "G01", (), "'inf, 1 1, 0 0))'"),
        ("POLYGON ((0 0,, 1 1, 0 0))", "G01", (), "character 15"),
        ("POLYGON (())", "G01", (), "character 11"),
        ("POLYGON ((1e999 0, 1 1, 2 2, 1e999 0))", "G01", (), "inf"),
        ("POLYGON ((0 0 1 0, 1 1, 0 0))", "G08", (), "height 1.0"),
        ("POLYGON M ((0 0 1, 1 0 1, 1 1 1, 0 0 1))", "G08", (), "measure 1.0 (its fourth"),
        ("POLYGONM((0 0 1, 1 0 1, 1 1 1, 0 0 1))", "G08", (), "measure 1.0"),
        ("POLYGON ZM ((0 0 0 2, 1 0 0 2, 1 1 0 2, 0 0 0 2))", "G08", (), "measure 2.0"),
        ("POLYGON (0 0, 1 0, 1 1, 0 0)", "G01", (), "A pair of parentheses is missing"),
        (f"{WKT} {WKT}", "G02", (), "2 outlines"),
        (f"{WKT};\n{WKT};", "G02", (), "2 outlines"),
        (f"SRID=EPSG:4326;{WKT}", "G01", (), "'SRID=EPSG:4326;'"),
        (f"EPSG:4326;{WKT}", "G01", (), "'EPSG:4326;'"),
        (f"SRID=EPSG:32648;{WKT}", "G11", (), "another reference system"),
        (f"<http://www.opengis.net/def/crs/OGC/1.3/CRS84> {WKT}", "G01", (), "Leave it out"),
        (f"<http://www.opengis.net/def/crs/EPSG/0/4326> {WKT}", "G01", (), "the latitude first"),
        (f"<http://www.opengis.net/def/crs/EPSG/0/3405>{WKT}", "G11", (), "another reference"),
        (f"GEOMETRYCOLLECTION (POINT (105 21), {WKT})", "G02", (), "1 Point and 1 Polygon"),
        (f"GEOMETRYCOLLECTION ({WKT}, GEOMETRYCOLLECTION ({WKT}))", "G02", (), "2 Polygons"),
        ("GEOMETRYCOLLECTION (POINT (1 2), LINESTRING (0 0, 1 1))", "G01", (), "no polygon"),
        ("GEOMETRYCOLLECTION (" * 99, "G01", (), "cannot be read from character"),
        ("CURVEPOLYGON (CIRCULARSTRING (0 0, 1 1, 2 0, 1 -1, 0 0))", "G01", (), "has curves"),
        ("{{ aoi_wkt }}", "G01", (), "placeholder"),
        ("POLYGON ((${CORNERS}))", "G01", (), "placeholder"),
        ("0103000000010000000400000000", "F01", (), "well-known binary"),
        ("SRID=32648;POLYGON ((0 0, 1 0, 1 1, 0 0))", "G11", (), "degrees: the first is 0, 0"),
        ("SRID=32648;POLYGON ((5e5 1e6,6e5 1e6,6e5 2e6,5e5 1e6))", "G11", (), "EPSG:32648"),
        ("MULTIPOLYGON (((0 0,1 0,1 1,0 0)),((2 2,3 2,3 3,2 2)))", "G02", (), "2 parts"),
        ("POINT (105 21)", "A12", (), "radiusKm"),
        ({"type": "Point", "coordinates": [105, 21]}, "A12", (), "radiusKm"),
        (
            {"type": "MultiPolygon", "coordinates": [[SQUARE], [SQUARE]]},
            "G02",
            ("coordinates",),
            "one order spec for each part",
        ),
        ({"type": "MultiPolygon", "coordinates": []}, "G01", ("coordinates",), "empty list"),
        ({"type": "FeatureCollection", "features": []}, "G01", (), "empty list"),
        (
            {"type": "FeatureCollection", "features": [FEATURE, FEATURE]},
            "G02",
            ("features",),
            "2 features",
        ),
        ({"type": "FeatureCollection", "features": [POLYGON]}, "G01", ("features", 0), "Feature"),
        ({"type": "FeatureCollection", "features": [None]}, "G01", (), "a list of 1"),
        (
            {"type": "GeometryCollection", "geometries": [{**POLYGON, "crs": None}]},
            "G11",
            ("geometries", 0, "crs"),
            "empty",
        ),
        ({"type": "Topology", "objects": {}, "arcs": []}, "G01", (), "TopoJSON"),
        ({"rings": [SQUARE], "spatialReference": {"wkid": 4326}}, "G01", (), "Esri JSON"),
        ({"geometryType": "esriGeometryPolygon", "features": []}, "G01", (), "Esri JSON"),
        ({"features": [{"attributes": {}, "geometry": {"rings": []}}]}, "G01", (), "Esri JSON"),
        ({"coordinates": [SQUARE]}, "G01", (), "The type is missing"),
        ({"aoi": POLYGON}, "G01", (), "lies under 'aoi'"),
        ([{"id": "document", "version": "1.0"}], "G01", (), "CZML"),
        ([FEATURE], "G01", (), "FeatureCollection"),
        ([{"lat": 21, "lng": 105}], "G01", (), "a bare list of points"),
        ({"type": "FeatureCollection", "features": [7]}, "G01", ("features", 0), "7"),
        ({"type": "Feature", "geometry": None}, "G01", (), "empty"),
        ({"type": "Feature", "geometry": FEATURE}, "G01", ("geometry",), "Feature"),
        ({**POLYGON, "crs": {"properties": {"name": "EPSG:3857"}}}, "G11", ("crs",), "EPSG:3857"),
        (
            {**POLYGON, "crs": {"properties": {"name": "urn:ogc:def:crs:EPSG::3857"}}},
            "G11",
            ("crs",),
            "The label is probably wrong",
        ),
        (
            {**POLYGON, "crs": {"properties": {"name": "urn:ogc:def:crs:EPSG::4326"}}},
            "G11",
            ("crs",),
            "latitude first",
        ),
        (
            {**POLYGON, "crs": {"properties": {"name": "EPSG:4258"}}},
            "G11",
            ("crs",),
            "ETRS89",
        ),
        (
            {**POLYGON, "crs": {"properties": {"name": "EPSG:99999"}}},
            "G11",
            ("crs",),
            "does not say which reference system",
        ),
        ({**POLYGON, "crs": None}, "G11", ("crs",), "empty"),
        ({**FEATURE, "crs": {"properties": {}}}, "G11", ("crs",), "a group of fields"),
    ],
    ids=lambda value: str(value)[:60],
)
def test_what_is_no_polygon_is_refused(
    value: object, check: str, path: tuple[object, ...], words: str
) -> None:
    finding = only_error(value)
    assert (finding.check, finding.path) == (check, path)
    assert words in finding.detail
    assert finding.detail.isprintable()


@pytest.mark.parametrize(
    ("coordinates", "check", "path", "words"),
    [
        (None, "G01", (), "empty"),
        ([], "G01", (), "an empty list"),
        ("text", "G01", (), "'text'"),
        ([[]], "G01", (0,), "an empty list"),
        (SQUARE, "G01", (), "A pair of brackets is missing"),
        ([[SQUARE]], "G01", (0, 0), "a pair of brackets is too many"),
        ([[[0, 0], [1], [1, 1], [0, 0]]], "G01", (0, 1), "has 1 number."),
        ([[[0, 0], [], [1, 1], [0, 0]]], "G01", (0, 1), "0 numbers"),
        ([[[0, 0], "1 0", [1, 1], [0, 0]]], "G01", (0, 1), "'1 0'"),
        ([[[3, 94, 378.3, 8, 522, 166.4]] * 4], "G01", (0, 0), "6 numbers: 3, 94, 378.3, 8"),
        ([[[1, 2, 3, 4, 5, 6, 7]] * 4], "G01", (0, 0), "7 numbers"),
        ([[[0, 0, "7"], [1, 0], [1, 1], [0, 0]]], "G01", (0, 0), "'7'"),
        ([[[0, 0, 0, 5], [1, 0, 0, 5], [1, 1, 0, 5], [0, 0, 0, 5]]], "G08", (0, 0), "measure 5"),
        ([[[0, 0], [1, 0], [1, 1, 0, 0.5], [0, 0]]], "G08", (0, 2), "measure 0.5"),
        ([[[0, 0], ["1", 0], [1, 1], [0, 0]]], "G01", (0, 1), "'1'"),
        ([[[0, 0], [True, 0], [1, 1], [0, 0]]], "G01", (0, 1), "true"),
        ([[[0, 0], [None, 0], [1, 1], [0, 0]]], "G01", (0, 1), "an empty value"),
        ([[[0, 0], [float("nan"), 0], [1, 1], [0, 0]]], "G01", (0, 1), "nan"),
        ([[[0, 0], [float("inf"), 0], [1, 1], [0, 0]]], "G01", (0, 1), "inf"),
        ([[[0, 0], [10**400, 0], [1, 1], [0, 0]]], "G01", (0, 1), "1000"),
        ([[[0, 0], [1, 0], [0, 0]]], "G03", (0,), "2 distinct corners"),
        ([[[0, 0], [1, 0], [1, 1e-9], [0, 0]]], "G03", (0,), "2 distinct corners"),
        ([[[0, 0, 5], [1, 0, 5], [1, 1, 5], [0, 0, 5]]], "G08", (0, 0), "height 5"),
        ([[[190, 0], [191, 0], [191, 1], [190, 0]]], "A04", (0, 0), "-170"),
        ([[[179, 0], [-179, 0], [-179, 1], [179, 0]]], "A04", (0,), "two orders"),
        ([[[21, 105], [22, 105], [22, 106], [21, 105]]], "A01", (0, 0), "as 105, 21"),
        ([[[5, 0], [400, 0], [5, 100], [5, 0]]], "A01", (0, 1), "between -180 and 180"),
        ([[[5, 0], [6, 0], [5, 195], [5, 0]]], "A01", (0, 2), "between -90 and 90"),
        ([[[11777470, 1123890]] * 4], "G11", (0, 0), "at 10.04°N 105.80°E, the code is EPSG:3857"),
        (
            [[[11e6, 2e6], [11e6, 3e6], [12e6, 3e6], [11e6, 2e6]]],
            "G11",
            (0, 0),
            "metres of a projection",
        ),
        ([SQUARE, [[105.2, 21.2], [105.4, 21.2], [105.2, 21.2]]], "G03", (1,), "Hole 1"),
        ([[[0, 0]] * (MAX_POSITIONS + 1)], "L08", (), "20,001 points"),
    ],
    ids=lambda value: str(value)[:60],
)
def test_wrong_coordinates_are_refused_with_their_path(
    coordinates: object, check: str, path: tuple[object, ...], words: str
) -> None:
    finding = only_error({"type": "Polygon", "coordinates": coordinates})
    assert (finding.check, finding.path) == (check, ("coordinates", *path))
    assert words in finding.detail


def test_every_ring_with_a_fault_is_named() -> None:
    rings, findings = read_geometry(
        {"type": "Polygon", "coordinates": [[[0, "a"], [1, 0]], SQUARE, "no ring"]}
    )
    assert rings is None
    assert [finding.path for finding in findings] == [
        ("coordinates", 0, 0),
        ("coordinates", 2),
    ]


@pytest.mark.parametrize(
    ("value", "check", "path", "words"),
    [
        ({"bbox": [105, 21, 106]}, "G01", ("bbox",), "a list of 3"),
        ({"bbox": "105 21 106 22"}, "G01", ("bbox",), "'105 21 106 22'"),
        ({"bbox": [105, 21, "106", 22]}, "G01", ("bbox",), "'106'"),
        ({"bbox": [105, 21, float("nan"), 22]}, "G01", ("bbox",), "nan"),
        ({"bbox": [178, -18, -178, -16]}, "A04", ("bbox",), "crosses the antimeridian"),
        ({"bbox": [178, -18, 182, -16]}, "A04", ("bbox",), "antimeridian"),
        ({"bbox": [-180, -60, 180, 60]}, "A04", ("bbox",), "more than 180 degrees"),
        ({"bbox": [105, 22, 106, 21]}, "G03", ("bbox",), "no area"),
        ({"bbox": [105, 22, 106, 21]}, "G03", ("bbox",), "[105, 21, 106, 22]"),
        ({"bbox": [9.95, 10.15, 105.7, 105.9]}, "A01", ("bbox",), "a latitude of 105.9 is imp"),
        ({"bbox": [9.95, 10.15, 105.7, 105.9]}, "A01", ("bbox",), "west, south, east, north]"),
        ({"bbox": [9.95, 10.15, 105.7, 105.9]}, "A01", ("bbox",), "[105.7, 9.95, 105.9, 10.15]"),
        ({"bbox": [10.15, 105.7, 9.95, 105.9]}, "A01", ("bbox",), "[105.7, 9.95, 105.9, 10.15]"),
        ({"bbox": [-75, 45, -74, 95]}, "A01", ("bbox",), "a latitude of 95 is impossible"),
        ({"bbox": [105, 21, 0, 106, 22, 0]}, "G01", ("bbox",), "[west, south, east, north]"),
        ({"bbox": [105, 21, 105, 22]}, "G03", ("bbox",), "no area"),
        ({"bbox": [21, 105, 22, 106]}, "A01", ("bbox",), "[105, 21, 106, 22]"),
        ({"point": [105.85, 21.03]}, "A12", ("point",), "radiusKm"),
        ({"point": [105.85], "radiusKm": 5}, "G01", ("point",), "a list of 1"),
        ({"point": [21.03, 105.85], "radiusKm": 5}, "A01", ("point",), "as 105.85, 21.03"),
        ({"point": [105.85, 21.03], "radiusKm": 0}, "G01", ("radiusKm",), "above 0"),
        ({"point": [105.85, 21.03], "radiusKm": -1}, "G01", ("radiusKm",), "above 0"),
        ({"point": [105.85, 21.03], "radiusKm": "5"}, "G01", ("radiusKm",), "'5'"),
        ({"point": [105.85, 21.03], "radiusKm": True}, "G01", ("radiusKm",), "true"),
        ({"point": [105.85, 21.03], "radiusKm": 1e-7}, "G03", ("radiusKm",), "1 distinct corner ("),
        ({"point": [179.99, 0], "radiusKm": 5}, "A04", ("radiusKm",), "antimeridian"),
        ({"point": [10, 89.99], "radiusKm": 5}, "G01", ("radiusKm",), "pole"),
        ({"point": [10, -89.99], "radiusKm": 5}, "G01", ("radiusKm",), "pole"),
        ({"point": [10, 0], "radiusKm": 1e9}, "G01", ("radiusKm",), "pole"),
    ],
    ids=lambda value: str(value)[:60],
)
def test_boxes_and_circles_that_cannot_be_are_refused(
    value: object, check: str, path: tuple[object, ...], words: str
) -> None:
    finding = only_error(value)
    assert (finding.check, finding.path) == (check, path)
    assert words in finding.detail


@pytest.mark.parametrize("centre", [[105.85, 21.03], [0, 0], [-70, -53], [20, 78]])
@pytest.mark.parametrize("radius_km", [0.05, 5, 300])
def test_a_circle_has_64_corners_and_nearly_the_area_of_a_disc(
    centre: list[float], radius_km: float
) -> None:
    rings, findings = read_geometry({"point": centre, "radiusKm": radius_km})
    assert findings == []
    assert rings is not None
    assert len(rings[0]) == 65
    assert area_km2(rings) == pytest.approx(0.9984 * 3.14159265 * radius_km**2, rel=2e-3)


def test_minus_zero_is_zero() -> None:
    rings, _ = read_geometry(polygon([-0.0, -1e-9], [1, -0.0], [1, 1], [0, 0]))
    assert rings is not None
    assert "-0.0" not in repr(rings)


def test_holes_are_kept() -> None:
    hole = [[105.2, 21.2], [105.4, 21.2], [105.4, 21.4], [105.2, 21.2]]
    rings, findings = read_geometry({"type": "Polygon", "coordinates": [SQUARE, hole]})
    assert findings == []
    assert rings is not None
    assert len(rings) == 2
