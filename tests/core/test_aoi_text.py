"""AOI files that are text: features by name and number, sequences, and what is neither."""

from unicodedata import normalize

import pytest

from satops.core import json_text
from satops.core.finding import Finding
from satops.core.geometry.aoi import Aoi, kind_of, members, pick, read_aoi
from satops.core.geometry.fixes import with_command
from satops.core.geometry.forms import read_geometry

SQUARE = [[105, 10], [106, 10], [106, 11], [105, 11], [105, 10]]
POLYGON = {"type": "Polygon", "coordinates": [SQUARE]}


def feature(name: str | None = None, geometry: object = POLYGON) -> dict[str, object]:
    properties = {} if name is None else {"name": name}
    return {"type": "Feature", "properties": properties, "geometry": geometry}


def text(value: object) -> str:
    return json_text.dumps(value).decode()


def collection(*features: object) -> bytes:
    return json_text.dumps({"type": "FeatureCollection", "features": list(features)})


def read(content: bytes) -> Aoi:
    found = read_aoi(content)
    assert isinstance(found, Aoi), found
    return found


def refused(content: bytes) -> Finding:
    found = read_aoi(content)
    assert isinstance(found, Finding), found
    return found


def is_polygon(value: object) -> bool:
    return read_geometry(value)[0] is not None


@pytest.mark.parametrize(
    "content",
    [
        "".join(f"\x1e{text(feature(name))}\n" for name in ("site", "other")),
        "\ufeff\x1e" + "\x1e".join(text(feature(name)) for name in ("site", "other")),
        "\n".join(text(feature(name)) for name in ("site", "other")),
        "\r\n\r\n".join(text(feature(name)) for name in ("site", "other")) + "\r\n",
        f"\x1e{json_text.dumps_pretty(feature('site')).decode()}\x1e{text(feature('other'))}",
    ],
    ids=["RFC 8142", "a mark before", "a feature a line", "CR LF", "several lines a record"],
)
def test_a_sequence_of_features_is_read_as_one_collection(content: str) -> None:
    aoi = read(content.encode())
    assert (aoi.count, set(aoi.features)) == (2, {"site", "other"})
    assert is_polygon(pick(aoi, "site"))


def test_geometries_of_a_sequence_are_features_without_a_name() -> None:
    aoi = read(f"{text(POLYGON)}\n{text(feature('site'))}\n".encode())
    assert (aoi.count, set(aoi.features)) == (2, {"site"})


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (f"{text(feature('a'))}\n{text(feature('b'))}\n{text(feature('c'))[:-9]}", "in line 3"),
        (f"\x1e{text(feature('a'))}\x1e{text(feature('b'))[:-9]}", "in record 2"),
        (f"{text(feature('a'))}\n{collection(feature('b')).decode()}", "line 2 of the sequence"),
        (f'{text(feature("a"))}\n{{"a": 1, "a": 2}}', "in line 2, the key 'a' stands twice"),
        ('{"type": "Feature",}', "not valid JSON"),
        ('{"type": "Polygon", "properties": {"x": 1} "coordinates": []}', "not valid JSON"),
    ],
)
def test_a_broken_sequence_is_refused_and_its_record_named(content: str, words: str) -> None:
    assert words in refused(content.encode()).detail


def test_a_feature_is_found_by_the_number_that_is_shown_where_no_name_is_that_number() -> None:
    aoi = read(collection(None, feature(), feature("1"), feature("x")))
    assert [each.names for each in members(aoi)] == [(), ("1",), ("x",)]
    assert pick(aoi, 1) == {"type": "FeatureCollection", "features": [feature("1")]}
    assert pick(aoi, 3) == pick(aoi, "x") == pick(aoi, "3")
    for wrong in (0, 4, -1, "٣", "03", "1e0"):
        assert isinstance(pick(aoi, wrong), Finding), wrong


def test_features_that_are_null_count_alike_in_a_list_and_in_an_order() -> None:
    aoi = read(collection(None, feature("site"), None))
    assert (aoi.count, len(members(aoi))) == (1, 1)
    assert is_polygon(pick(aoi, None))


def test_names_are_the_same_however_their_letters_are_composed() -> None:
    composed, decomposed = (normalize(form, "Cát Lái") for form in ("NFC", "NFD"))
    for written, asked in ((composed, decomposed), (decomposed, composed)):
        assert is_polygon(pick(read(collection(feature(written), feature("x"))), asked))
    both = pick(read(collection(feature(composed), feature(decomposed))), composed)
    assert isinstance(both, Finding)
    assert both.summary == "the feature is not unique"


@pytest.mark.parametrize(
    ("content", "words", "fix"),
    [
        (b'{"type":"Topology","objects":{},"arcs":[]}', "TopoJSON", "--convert"),
        (b'{"rings":[[[1,2]]],"spatialReference":{}}', "Esri JSON", "--reproject"),
        (b'[{"id":"document","version":"1.0"}]', "CZML", ""),
        (b"[[105,10],[106,10]]", "a bare list of points", ""),
        (b'["x"]', "no GeoJSON", ""),
        (b"fgb\x03fgb\x00", "FlatGeobuf", "ogr2ogr"),
        (b"PAR1\x15\x04", "Parquet", "ogr2ogr"),
        (b"\x1f\x8b\x08\x00", "gzip", "gunzip"),
        (b"%PDF-1.7", "PDF", ""),
        ('{"type":"Polygon"}'.encode("utf-16"), "UTF-16", ""),
        ('{"type":"Polygon"}'.encode("utf-16-be"), "UTF-16", ""),
        (b"version https://git-lfs.github.com/spec/v1\n", "Git LFS", "git lfs pull"),
        (b'GEOGCS["GCS_WGS_1984",DATUM["D_WGS_1984"]]', ".prj", ""),
        (b"  0\r\nSECTION\r\n  2\r\nHEADER\r\n", "DXF", "ogr2ogr"),
        (b'VERSION 300\nCHARSET "Neutral"\n', "MapInfo", "ogr2ogr"),
        (b"name,lat,lon\nsite,10.05,105.8\n", "a table (CSV)", ""),
        (b"id;the_geom\n1;POLYGON((1 1,2 1,2 2,1 1))\n", "a table (CSV)", ""),
        (b"0103000000010000000400000000", "well-known binary", ""),
        (b'{"type": "Polygon", "coordinates": {{ corners }}}', "a template", ""),
        (b"{{ aoi }}", "a template", ""),
        (b"\x00\x05\x16\x07\x00\x02\x00\x00", "macOS", ""),
        (b"Hello", "neither GeoJSON nor WKT", ""),
        ("Münster".encode("latin-1"), "not UTF-8", ""),
    ],
    ids=lambda value: str(value)[:40],
)
def test_a_format_that_is_not_ours_is_named(content: bytes, words: str, fix: str) -> None:
    finding = refused(content)
    assert words in finding.detail
    assert fix in finding.fix
    assert bool(fix) is bool(finding.fix)


def test_the_command_that_mends_a_file_is_complete() -> None:
    def commanded(fix: str, file: str) -> str:
        finding = with_command(Finding("G01", (), "s", "Do this.", fix=fix), file)
        return finding.detail.removeprefix("Do this.").strip()

    ogr = "ogr2ogr -t_srs EPSG:4326 {out} {file}"
    assert commanded(ogr, "aois/a.json") == "ogr2ogr -t_srs EPSG:4326 aois/a.geojson aois/a.json"
    assert commanded(ogr, "b c.geojson").endswith("'b c-converted.geojson' 'b c.geojson'")
    assert commanded("--split", "aois/a.kml") == "satops aoi aois/a.kml --split aois/parts"
    assert (
        commanded("--drop-heights", "aois/a.geojson")
        == "satops aoi aois/a.geojson --convert aois/a-flat.geojson --drop-heights"
    )
    assert (
        commanded("--drop-heights", "$(rm).kml")
        == "satops aoi '$(rm).kml' --convert '$(rm)-flat.geojson' --drop-heights"
    )
    assert commanded("--drop-heights", "a\nb.kml") == ""
    assert commanded("", "a.kml") == ""


def test_xml_in_utf_16_is_xml() -> None:
    for encoding in ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"):
        assert kind_of("<kml/>".encode(encoding)).value == "KML"
