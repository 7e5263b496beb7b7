"""What map programs write is read as another library reads it; what could deceive is refused."""

import random
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from struct import pack
from typing import Any

import pytest
import shapely
from pyogrio import raw

from satops.adapters.files.aoi_files import AoiFiles
from satops.adapters.gis.encodings import codec_of
from satops.core.finding import Finding
from satops.core.geometry.aoi import Aoi, pick
from satops.core.geometry.fixes import with_command
from satops.core.geometry.forms import read_geometry
from satops.core.problem import Severity
from tests.adapters.gis_samples import (
    EAST,
    RING,
    WEST,
    WGS84,
    geopackage_with,
    kml,
    placemark,
    polygon_file,
    read,
    refused,
    shapefile_files,
    table,
    with_names,
    written,
    zipped,
)


@pytest.fixture(scope="module")
def aois() -> Iterator[AoiFiles]:
    with AoiFiles() as files:
        yield files


def shapes(aoi: Aoi) -> list[shapely.Geometry]:
    assert isinstance(aoi.geometry, dict)
    return [shapely.geometry.shape(each["geometry"]) for each in aoi.geometry["features"]]


def said(aoi: Aoi, name: str | None = None) -> list[tuple[str, Severity]]:
    _, findings = read_geometry(pick(aoi, name))
    return [(finding.summary, finding.severity) for finding in findings]


# Names in other encodings


ENCODED = [
    ("gbk", ["芹苴", "其他"]),
    ("big5", ["臺北", "高雄"]),
    ("shift_jis", ["東京湾", "大阪"]),
    ("euc_kr", ["부산", "인천"]),
    ("cp1251", ["Одесса", "Херсон"]),
    ("cp1258", ["Đông", "Tây"]),
    ("cp437", ["Münster", "Köln"]),
    ("iso8859-2", ["Łódź", "Gdańsk"]),
    ("koi8-r", ["Волга", "Дон"]),
    ("utf-8", ["Đà Nẵng", "Huế"]),
]


@pytest.mark.parametrize(("codec", "names"), ENCODED)
def test_names_are_read_in_the_encoding_that_the_cpg_file_names(
    aois: AoiFiles, tmp_path: Path, codec: str, names: list[str]
) -> None:
    content = with_names(tmp_path, [name.encode(codec) for name in names], cpg=codec.upper())
    assert set(read(aois, content).features) == set(names)


@pytest.mark.parametrize(
    ("language", "codec", "name"),
    [
        (0x4D, "gbk", "芹苴"),
        (0x64, "cp852", "Łódź"),
        (0xC9, "cp1251", "Дон"),
        (0x03, "cp1252", "É"),
    ],
)
def test_names_are_read_by_the_language_byte_where_there_is_no_cpg_file(
    aois: AoiFiles, tmp_path: Path, language: int, codec: str, name: str
) -> None:
    content = with_names(tmp_path, [name.encode(codec), b"x"], language=language)
    assert set(read(aois, content).features) == {name, "x"}


@pytest.mark.parametrize("language", [0, 0x57])
@pytest.mark.parametrize(("codec", "names"), ENCODED[:5])
def test_where_no_encoding_is_said_the_message_says_which_would_fit(
    aois: AoiFiles, tmp_path: Path, language: int, codec: str, names: list[str]
) -> None:
    content = with_names(tmp_path, [name.encode(codec) for name in names], language=language)
    aoi = read(aois, content)
    assert (aoi.count, dict(aoi.features)) == (2, {})
    finding = pick(aoi, names[0])
    assert isinstance(finding, Finding)
    assert "no .cpg file" in finding.detail
    written_as = {"shift_jis": "cp932", "euc_kr": "cp949"}.get(codec, codec)
    assert f"the one word {written_as} into" in finding.detail
    assert f"aoi: {{encoding: {written_as}}}" in finding.detail
    assert names[0] in finding.detail


def test_an_encoding_that_a_person_says_is_for_what_the_file_leaves_open(tmp_path: Path) -> None:
    open_ = with_names(tmp_path, ["芹苴".encode("gbk"), b"x"])
    said_by_file = with_names(tmp_path, ["Münster".encode("cp1252"), b"x"], cpg="1252")
    with AoiFiles(encoding="GBK") as files:
        assert set(read(files, open_).features) == {"芹苴", "x"}
        assert set(read(files, said_by_file).features) == {"Münster", "x"}
    with AoiFiles(encoding="gbk", forced=True) as files:
        assert set(read(files, said_by_file).features) != {"Münster", "x"}


def test_a_cpg_file_that_is_wrong_is_named_as_wrong(aois: AoiFiles, tmp_path: Path) -> None:
    names = [name.encode("gbk") for name in ("芹苴", "其他")]
    for cpg, words in (
        ("UTF-8", "The .cpg file says that names are in 'UTF-8', which is not what"),
        ("KLINGON", "'KLINGON', which is not known"),
        ("1252", "The .cpg file says '1252', which is probably wrong"),
    ):
        finding = pick(read(aois, with_names(tmp_path, names, cpg=cpg)), "芹苴")
        assert isinstance(finding, Finding)
        assert words in finding.detail
        assert "in gbk '芹苴'" in finding.detail


def test_a_name_that_is_in_no_reading_is_just_not_there(aois: AoiFiles, tmp_path: Path) -> None:
    content = with_names(tmp_path, ["Köln".encode("cp1252"), b"x"], cpg="1252")
    finding = pick(read(aois, content), "Bonn")
    assert isinstance(finding, Finding)
    assert "It has: 'Köln', 'x'." in finding.detail


def test_one_feature_needs_no_name(aois: AoiFiles, tmp_path: Path) -> None:
    written(tmp_path, "p.shp", "ESRI Shapefile", shapes=[WEST], fields={"name": ["x"]})
    files = shapefile_files(tmp_path) | {"p.dbf": table(["芹苴".encode("gbk")]), "p.cpg": b""}
    assert read_geometry(pick(read(aois, zipped(files)), None))[0] is not None


@pytest.mark.parametrize(
    ("written_as", "codec"),
    [
        ("UTF-8", "utf-8"), ("65001", "utf-8"), ("1252", "cp1252"), ("ANSI 1252", "cp1252"),
        ("CP936", "gbk"), ("GBK", "gbk"), ("936", "gbk"), ("windows-1251", "cp1251"),
        ("ISO 88591", "iso8859-1"), ("ISO-8859-15", "iso8859-15"), ("8859_2", "iso8859-2"),
        ("LDID/77", "gbk"), ("Big5\r\n", "big5"), ("SJIS", "shift_jis"), ("OEM 850", "cp850"),
        ("rot13", None), ("zlib", None), ("idna", None), ("unicode_escape", None), ("", None),
        ("x" * 10_000, None), ("1252\0", "cp1252"), ("9" * 50, None),
    ],
)  # fmt: skip
def test_encodings_are_known_by_the_names_that_files_use(
    written_as: str, codec: str | None
) -> None:
    assert codec_of(written_as) == codec


# KML as programs and people write it


def prefixed(prefix: str, namespace: str = "http://www.opengis.net/kml/2.2") -> bytes:
    body = placemark("site").replace("</", f"</{prefix}:")
    for tag in ("Placemark", "name", "Polygon", "outerBoundaryIs", "LinearRing", "coordinates"):
        body = body.replace(f"<{tag}>", f"<{prefix}:{tag}>")
    head = f'<{prefix}:kml xmlns:{prefix}="{namespace}">'
    return f"{head}<{prefix}:Document>{body}</{prefix}:Document></{prefix}:kml>".encode()


@pytest.mark.parametrize(
    "content",
    [
        prefixed("ns"),
        prefixed("kml"),
        prefixed("K_1.x", "http://earth.google.com/kml/2.1"),
        kml(placemark("site")).replace(b' xmlns="http://www.opengis.net/kml/2.2"', b""),
        kml(placemark("site")).replace(b"www.opengis.net/kml/2.2", b"earth.google.com/kml/2.0"),
        kml(placemark("site").replace("<name>", "<gx:balloonVisibility>1</gx:balloonVisibility>"
                                      "<atom:name>x</atom:name><name>")),
        kml(placemark("<![CDATA[site]]>")),
        kml(placemark(" site \n")),
        kml(f"<Folder><Folder>{placemark('site')}</Folder></Folder>"),
        kml(placemark("site").replace("<name>site</name>", '<ExtendedData><SchemaData>'
            '<SimpleData name="NAME">site</SimpleData></SchemaData></ExtendedData>')),
        kml(placemark("site", RING.replace(",0 ", ",0\n\t"))),
        kml(placemark("site", RING.replace(",", ", "))),
        b"\xef\xbb\xbf\n " + kml(placemark("site")).partition(b"?>")[2],
    ],
    ids=range(13),
)  # fmt: skip
def test_kml_is_read_whatever_its_prefix_and_its_habits(aois: AoiFiles, content: bytes) -> None:
    aoi = read(aois, content)
    assert set(aoi.features) == {"site"}
    assert [shape.bounds for shape in shapes(aoi)] == [WEST.bounds]


@pytest.mark.parametrize(
    ("encoding", "name"),
    [
        ("windows-1252", "Étang"), ("ISO-8859-1", "Étang"), ("GBK", "芹苴"), ("Shift_JIS", "東京"),
        ("koi8-r", "Дон"), ("windows-1258", "Đông"), ("Big5", "臺北"), ("UTF-16", "Cát Lái"),
        ("utf-8", "Cát Lái"), ("UTF-16LE", "x"), ("UTF-16BE", "x"),
    ],
)  # fmt: skip
def test_kml_is_read_in_the_encoding_that_it_declares(
    aois: AoiFiles, encoding: str, name: str
) -> None:
    text = kml(placemark(name)).decode().replace('"UTF-8"', f'"{encoding}"')
    assert set(read(aois, text.encode(encoding)).features) == {name}
    assert set(read(aois, zipped({"doc.kml": text.encode(encoding)})).features) == {name}


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (kml(placemark("É")).decode().encode("latin-1"), "declares 'UTF-8', and line 2"),
        (kml(placemark("x")).replace(b"UTF-8", b"UTF-16"), "declares 'UTF-16', and line 1"),
        (kml(placemark("x")).replace(b"UTF-8", b"x-unknown"), "'x-unknown', which is not known"),
        (b'<kml>' + placemark("É").encode("cp1252") + b"</kml>", "declares no encoding"),
    ],
)  # fmt: skip
def test_kml_that_declares_a_wrong_encoding_is_refused_in_words(
    aois: AoiFiles, content: bytes, words: str
) -> None:
    assert words in refused(aois, content).detail


def test_kml_without_a_declaration_is_read_in_the_encoding_that_a_person_says() -> None:
    content = b"<kml>" + placemark("É").encode("cp1252") + b"</kml>"
    with AoiFiles(encoding="1252") as files:
        assert set(read(files, content).features) == {"É"}


@pytest.mark.parametrize(
    "ring",
    [
        "105.7,9.95,105.9,9.95,105.9,10.15,105.7,10.15,105.7,9.95",
        "105.7,9.95, 105.9,9.95, 105.9,10.15, 105.7,9.95",
        "1,1, 0,0 2,2, 0,0 1,3, 0,0 1,1, 0,0",
        "105,7,9,95 105,9,9,95 105,9,10,15 105,7,9,95",
        "105.7 9.95 105.9 9.95 105.9 10.15 105.7 9.95",
        "105.7;9.95 105.9;9.95 105.9;10.15 105.7;9.95",
        "105.7,,0 105.9,9.95,0 105.9,10.15,0 105.7,,0",
        "105.7,nan 105.9,9.95 105.9,10.15 105.7,nan",
        "0x1,1 2,1 2,2 0x1,1",
    ],
)
def test_coordinates_of_a_kml_are_never_read_as_another_outline(aois: AoiFiles, ring: str) -> None:
    rings, findings = read_geometry(pick(read(aois, kml(placemark("x", ring))), "x"))
    assert rings is None
    assert all(finding.check in ("G01", "G08") for finding in findings)


def test_a_polygon_beside_a_label_is_found(aois: AoiFiles) -> None:
    point = "<Point><coordinates>105,10</coordinates></Point>"
    polygon = placemark("x").partition("</name>")[2].removesuffix("</Placemark>")
    alone = f"<Placemark><name>alone</name><MultiGeometry>{polygon}</MultiGeometry></Placemark>"
    labelled = alone.replace("alone", "labelled").replace("</MultiG", f"{point}</MultiG")
    nested = labelled.replace("labelled", "nested").replace(
        "<MultiGeometry>", "<MultiGeometry>" * 2
    )
    nested = nested.replace("</MultiGeometry>", "</MultiGeometry>" * 2)
    aoi = read(aois, kml(alone + labelled + nested))
    assert said(aoi, "alone")[0] == ("GeometryCollection of one polygon", Severity.INFO)
    for name in ("labelled", "nested"):
        assert said(aoi, name) == [("a polygon with other geometries", Severity.ERROR)]


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("<NetworkLink><Link><href>x.kmz</href></Link></NetworkLink>", "NetworkLink"),
        ("<Folder><NetworkLink/><NetworkLink/></Folder>", "NetworkLink"),
        ("<GroundOverlay><LatLonBox/></GroundOverlay>", "pictures"),
        ("<NetworkLinkControl><Update>" + placemark("x") + "</Update></NetworkLinkControl>",
         "no features"),
        ("", "no features"),
    ],
)  # fmt: skip
def test_kml_without_an_outline_is_refused_with_what_it_holds(
    aois: AoiFiles, body: str, words: str
) -> None:
    assert words in refused(aois, kml(body)).detail
    assert words in refused(aois, zipped({"doc.kml": kml(body), "b.kml": kml("")})).detail


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"<!doctype html><html><body><br></body></html>", "a web page"),
        (b'<gpx version="1.1"></gpx>', "GPX"),
        (b"<wfs:FeatureCollection xmlns:wfs='x'></wfs:FeatureCollection>", "GML"),
        (b"<ows:ExceptionReport xmlns:ows='x'/>", "map service that failed"),
        (b"<osm version='0.6'/>", "OpenStreetMap"),
        (b"<Placemark/>", "it begins with <Placemark>"),
        (b"<kml><Document></kml>", "mismatched tag"),
        (b"<kml>" + b"<Folder>" * 5000, "deep"),
        (zipped({"a/x.gdb/a00000001.gdbtable": b""}), "File Geodatabase"),
        (zipped({"[Content_Types].xml": b"", "xl/workbook.xml": b""}), "Office"),
        (zipped({"site.geojson": b"{}"}), "Unpack it"),
        (zipped({"site.tab": b"", "site.dat": b""}), "MapInfo"),
        (zipped({"._site.shp": b"", "__MACOSX/site.kml": b"<kml/>"}), "must hold one .kml or one"),
    ],
)
def test_another_format_is_named(aois: AoiFiles, content: bytes, words: str) -> None:
    assert words in refused(aois, content).detail


def test_a_polygon_of_two_outlines_is_no_polygon(aois: AoiFiles) -> None:
    second = "<outerBoundaryIs><LinearRing/></outerBoundaryIs>"
    for end, more in (("</outerBoundaryIs>", second), ("</coordinates>", "<coordinates/>")):
        assert "several" in refused(aois, kml(placemark("x").replace(end, end + more))).detail
    assert "other elements" in refused(aois, kml(placemark("x", "<b>1,2</b>"))).detail


# Shapefiles, held against GDAL


def scattered(seed: int) -> shapely.Geometry:
    """Return polygons with holes and islands in them, as a coast has."""
    chance = random.Random(seed)
    parts = []
    for column in range(chance.randint(1, 4)):
        x, y = 100 + 3 * column, 10 + chance.random()
        outer = shapely.Point(x, y).buffer(1, quad_segs=chance.randint(1, 5))
        hole = shapely.Point(x, y).buffer(0.6)
        island = shapely.Point(x, y).buffer(chance.uniform(0.1, 0.5))
        parts.append(outer if chance.random() < 0.4 else outer.difference(hole).union(island))
    return shapely.union_all(parts)


@pytest.mark.parametrize("seed", range(12))
def test_rings_of_a_shapefile_become_the_polygons_that_gdal_makes(
    aois: AoiFiles, tmp_path: Path, seed: int
) -> None:
    shape = scattered(seed)
    kind = "MultiPolygon" if seed % 2 else "Polygon"
    if kind == "Polygon" and shape.geom_type != "Polygon":
        kind = "Unknown"
    written(tmp_path, "p.shp", "ESRI Shapefile", shapes=[shape], fields={"name": ["x"]}, kind=kind)
    _, _, (theirs,), _ = raw.read(tmp_path / "p.shp")
    (ours,) = shapes(read(aois, zipped(shapefile_files(tmp_path))))
    assert ours.is_valid
    assert ours.normalize().equals_exact(shapely.from_wkb(theirs).normalize(), 0)


def ring(*beyond: float) -> list[tuple[float, ...]]:
    return [(x, y, *beyond) for x, y in ((105, 10), (105, 11), (106, 11), (106, 10), (105, 10))]


@pytest.mark.parametrize(
    ("kind", "beyond", "summary", "severity"),
    [
        (25, (0,), "measures left out", Severity.INFO),
        (25, (-1.5e38,), "measures left out", Severity.INFO),
        (25, (7,), "a measure that is not 0", Severity.ERROR),
        (15, (0, 0), "heights and measures left out", Severity.INFO),
        (15, (0, -1e39), "heights and measures left out", Severity.INFO),
        (15, (0, 3), "a measure that is not 0", Severity.ERROR),
        (15, (3, 0), "a height that is not 0", Severity.ERROR),
    ],
)
def test_measures_of_a_shapefile_follow_the_rule_of_all_forms(
    aois: AoiFiles, kind: int, beyond: tuple[float, ...], summary: str, severity: Severity
) -> None:
    aoi = read(aois, zipped(polygon_file(kind, [ring(*beyond)])))
    assert said(aoi) == [(summary, severity)]


def test_a_shapefile_with_heights_may_leave_its_measures_out(aois: AoiFiles) -> None:
    aoi = read(aois, zipped(polygon_file(15, [ring(0, 0)], has_measures=False)))
    assert said(aoi) == [("heights left out", Severity.INFO)]


def test_side_files_of_macos_are_passed_over_wherever_they_lie(aois: AoiFiles) -> None:
    files = polygon_file(5, [ring()])
    clutter = {f"{folder}._{name}": b"\0\5\x16\7" for folder in ("", "a/") for name in files}
    clutter |= {"__MACOSX/p.shp": b"x", "a/__MACOSX/._p.shp": b"x", "._doc.kml": b"x"}
    assert read(aois, zipped(clutter | files)).count == 1
    assert read(aois, zipped({"._doc.kml": b"x", "doc.kml": kml(placemark("x"))})).count == 1


def test_a_deleted_row_counts_no_more(aois: AoiFiles, tmp_path: Path) -> None:
    written(tmp_path, "p.shp", "ESRI Shapefile")
    files = shapefile_files(tmp_path)
    rows = table([b"west", b"east"])
    files["p.dbf"] = rows[:65] + b"*" + rows[66:]
    assert set(read(aois, zipped(files)).features) == {"east"}


@pytest.mark.parametrize("suffix", [".shp", ".shx", ".dbf"])
def test_a_shapefile_that_is_cut_or_mixed_is_refused(
    aois: AoiFiles, tmp_path: Path, suffix: str
) -> None:
    written(tmp_path, "p.shp", "ESRI Shapefile")
    files = shapefile_files(tmp_path)
    whole = files[f"p{suffix}"]
    for length in (0, 20, 99, len(whole) - 9):
        finding = refused(aois, zipped(files | {f"p{suffix}": whole[:length]}))
        assert "Shapefile" in finding.detail or "not of one export" in finding.detail
    written(tmp_path, "q.shp", "ESRI Shapefile", shapes=[WEST], fields={"name": ["x"]})
    other = (tmp_path / f"q{suffix}").read_bytes()
    refused(aois, zipped(files | {f"p{suffix}": other}))


def test_bytes_that_were_changed_never_end_the_process(aois: AoiFiles, tmp_path: Path) -> None:
    chance = random.Random(7)
    written(tmp_path, "p.shp", "ESRI Shapefile")
    files = shapefile_files(tmp_path)
    for _ in range(200):
        name = chance.choice([".shp", ".shx", ".dbf"])
        changed = bytearray(files[f"p{name}"])
        changed[chance.randrange(len(changed))] = chance.randrange(256)
        found = aois.read(zipped(files | {f"p{name}": bytes(changed)}))
        assert "seconds" not in getattr(found, "detail", "")


# Reference systems


@pytest.mark.parametrize(
    ("prj", "summary", "words", "fix"),
    [
        ("", "the reference system is not known", "in its .prj file", "--crs EPSG:4326"),
        ("nonsense", "the reference system is not known", "does not say", "--crs EPSG:4326"),
        (WGS84.replace("298.257223563", "298.25"), "not in degrees of WGS 84", "", "--reproject"),
        (WGS84.replace("Greenwich\",0.0", "Paris\",2.337"), "not in degrees of WGS 84", "",
         "--reproject"),
        (WGS84.replace("GCS_WGS_1984", "Undefined geographic SRS").replace("D_WGS_1984", "x"),
         "the reference system is not known", "does not say", "--crs EPSG:4326"),
        ("EPSG:32648", "the numbers contradict the reference system", "105, 10", "--crs EPSG:4326"),
        ("EPSG:3857", "the numbers contradict the reference system", "105, 10", "--crs EPSG:4326"),
    ],
)  # fmt: skip
def test_what_a_shapefile_says_of_its_system_is_told_as_what_it_is(
    aois: AoiFiles, prj: str, summary: str, words: str, fix: str
) -> None:
    import pyproj

    text = pyproj.CRS(prj).to_wkt("WKT1_ESRI") if prj.startswith("EPSG:") else prj
    finding = refused(aois, zipped(polygon_file(5, [ring()]) | {"p.prj": text.encode()}))
    assert (finding.check, finding.summary) == ("G11", summary)
    assert words in finding.detail
    assert finding.fix.startswith(fix)
    assert (
        "satops aoi a/p.zip --convert a/p-wgs84.geojson" in with_command(finding, "a/p.zip").detail
    )


def test_metres_under_a_label_of_degrees_are_told_as_that(aois: AoiFiles) -> None:
    metres: list[tuple[float, ...]] = [
        (500_000 + 1000 * x, 1_100_000 + 1000 * y) for x, y in ring()
    ]
    aoi = read(aois, zipped(polygon_file(5, [metres])))
    _, (finding,) = read_geometry(pick(aoi, None))
    assert finding.check == "G11"
    assert "look like metres" in finding.detail
    assert finding.fix == "--crs EPSG:CODE --reproject"


def test_an_undefined_system_of_a_geopackage_is_unknown(aois: AoiFiles, tmp_path: Path) -> None:
    for srs_id in (0, -1, 777):
        changed = geopackage_with(tmp_path, f"UPDATE gpkg_geometry_columns SET srs_id = {srs_id};")
        finding = refused(aois, changed)
        assert (finding.summary, finding.fix) == (
            "the reference system is not known",
            "--crs EPSG:4326",
        )
        (tmp_path / "changed.gpkg").unlink()


# GeoPackages that could show something else at the next look

INDEX = "rtree_aoi_geom"


LISTED = "INSERT INTO gpkg_geometry_columns VALUES ('more', 'geom', 'POLYGON', 4326, 0, 0);"
DECEIVING = {
    "a view in the place of the table": (
        "ALTER TABLE aoi RENAME TO kept; CREATE VIEW aoi AS SELECT * FROM kept;",
        "is a view",
    ),
    "a view that looks at the clock": (
        (
            "CREATE VIEW more AS SELECT fid, name, CASE WHEN strftime('%s') % 2 THEN geom END AS "
            f"geom FROM aoi; {LISTED}"
        ),
        "is a view",
    ),
    "a virtual table": (
        f"CREATE VIRTUAL TABLE more USING fts5(fid, name, geom); {LISTED}",
        "is a virtual table",
    ),
    "a trigger": (
        "CREATE TRIGGER later AFTER UPDATE ON aoi BEGIN DELETE FROM aoi; END;",
        "the trigger 'later'",
    ),
    "a generated column": (
        (
            "CREATE TABLE more (fid INTEGER PRIMARY KEY, name TEXT, g BLOB, geom BLOB AS (g)); "
            f"{LISTED}"
        ),
        "a generated column",
    ),
    "the list of layers as a view": (
        (
            "ALTER TABLE gpkg_geometry_columns RENAME TO kept; CREATE VIEW gpkg_geometry_columns "
            "AS SELECT * FROM kept;"
        ),
        "is a view",
    ),
    "the systems as a view": (
        (
            "ALTER TABLE gpkg_spatial_ref_sys RENAME TO kept; CREATE VIEW gpkg_spatial_ref_sys AS "
            "SELECT * FROM kept;"
        ),
        "is a view",
    ),
    "a table that is not there": (LISTED, "has no such table"),
    "a layer twice": (LISTED.replace("'more', 'geom'", "'AOI', 'g'"), "twice"),
    "a column that is not there": (
        "UPDATE gpkg_geometry_columns SET column_name = 'geom\" FROM aoi; --';",
        "lacks its geometries",
    ),
    "text for a geometry": ("UPDATE aoi SET geom = 'text';", "stored in a way"),
    "a geometry that is cut": ("UPDATE aoi SET geom = x'4750000100000000';", "cannot be read"),
    "no list of layers": ("DROP TABLE gpkg_geometry_columns;", "lists no layers"),
    "a view under the name of a table": (
        (
            "PRAGMA writable_schema=ON; UPDATE sqlite_master SET sql = 'CREATE VIEW aoi AS SELECT "
            "1 AS fid, 2 AS geom, 3 AS name' WHERE name = 'aoi' AND type = 'table';"
        ),
        "",
    ),
    "a view that is listed as a table": (
        (
            f"CREATE VIEW more AS SELECT * FROM aoi; {LISTED} PRAGMA writable_schema=ON; UPDATE "
            "sqlite_master SET type = 'table' WHERE name = 'more';"
        ),
        "",
    ),
}


@pytest.mark.parametrize(("script", "words"), DECEIVING.values(), ids=DECEIVING.keys())
def test_a_layer_that_is_no_plain_table_is_refused(
    aois: AoiFiles, tmp_path: Path, script: str, words: str
) -> None:
    drop = "".join(
        f"DROP TRIGGER IF EXISTS {INDEX}_{name};"
        for name in ("insert", "update1", "update2", "update3", "update4", "update5", "update6",
                     "update7", "delete")
    )  # fmt: skip
    drop += "DROP TRIGGER IF EXISTS trigger_insert_feature_count_aoi;"
    drop += "DROP TRIGGER IF EXISTS trigger_delete_feature_count_aoi;"
    drop += "DELETE FROM gpkg_extensions;"
    finding = refused(aois, geopackage_with(tmp_path, drop + script))
    assert finding.check == "F01"
    assert words in finding.detail


def test_the_spatial_index_of_a_layer_and_its_triggers_are_no_fault(
    aois: AoiFiles, tmp_path: Path
) -> None:
    content = geopackage_with(tmp_path, "")
    with sqlite3.connect(tmp_path / "changed.gpkg") as database:
        kinds = {row[0] for row in database.execute("SELECT type FROM sqlite_master")}
    database.close()
    assert "trigger" in kinds
    assert read(aois, content).count == 1


def test_names_of_tables_and_columns_are_quoted(aois: AoiFiles, tmp_path: Path) -> None:
    name = "a\"; DROP TABLE b; --'"
    content = written(tmp_path, "a.gpkg", "GPKG", shapes=[WEST], fields={"NAME": ["x"]}, layer=name)
    assert set(read(aois, content).features) == {"x", "1"}


def test_a_geopackage_with_a_write_ahead_log_is_read(aois: AoiFiles, tmp_path: Path) -> None:
    geopackage_with(tmp_path, "")
    with sqlite3.connect(tmp_path / "changed.gpkg") as database:
        database.execute("PRAGMA journal_mode=WAL")
        database.execute("CREATE TABLE note (words TEXT)")
    database.close()
    content = (tmp_path / "changed.gpkg").read_bytes()
    assert content[18:20] == b"\x02\x02"
    assert "x" in read(aois, content).features


def test_heights_and_measures_of_a_geopackage_follow_the_rule_of_all_forms(
    aois: AoiFiles, tmp_path: Path
) -> None:
    for wkt, expected in (
        ("POLYGON Z ((1 1 0, 2 1 0, 2 2 0, 1 1 0))", "heights left out"),
        ("POLYGON M ((1 1 0, 2 1 0, 2 2 0, 1 1 0))", "measures left out"),
        ("POLYGON ZM ((1 1 0 5, 2 1 0 5, 2 2 0 5, 1 1 0 5))", "a measure that is not 0"),
    ):
        geopackage_with(tmp_path, "")
        dimensions = wkt.split()[1]
        kind = {"Z": 1003, "M": 2003, "ZM": 3003}[dimensions]
        points = [list(map(float, each.split())) for each in wkt.split("((")[1][:-2].split(",")]
        body = pack("<BIII", 1, kind, 1, len(points))
        body += b"".join(pack(f"<{len(point)}d", *point) for point in points)
        blob = b"GP\0\1" + pack("<i", 4326) + body
        with sqlite3.connect(tmp_path / "changed.gpkg") as database:
            for (name,) in database.execute(
                "SELECT name FROM sqlite_master WHERE type = 'trigger'"
            ).fetchall():
                database.execute(f'DROP TRIGGER "{name}"')
            database.execute("UPDATE aoi SET geom = ?", (blob,))
        database.close()
        content = (tmp_path / "changed.gpkg").read_bytes()
        assert [summary for summary, _ in said(read(aois, content), "x")] == [expected]
        (tmp_path / "changed.gpkg").unlink()


@pytest.mark.parametrize("driver", ["GPKG", "LIBKML"])
@pytest.mark.parametrize("seed", range(4))
def test_other_files_hold_what_gdal_reads_in_them(
    aois: AoiFiles, tmp_path: Path, driver: str, seed: int
) -> None:
    made = [scattered(seed), EAST]
    name = {"GPKG": "a.gpkg", "LIBKML": "a.kml"}[driver]
    content = written(tmp_path, name, driver, shapes=made, kind="Unknown")
    _, _, theirs, _ = raw.read(tmp_path / name)
    ours = shapes(read(aois, content))
    for mine, other in zip(ours, theirs, strict=True):
        flat: Any = shapely.force_2d(shapely.from_wkb(other))
        mine = shapely.force_2d(mine)
        if mine.geom_type == "GeometryCollection":
            mine = shapely.MultiPolygon(list(mine.geoms))
        assert mine.normalize().equals_exact(flat.normalize(), 0)
