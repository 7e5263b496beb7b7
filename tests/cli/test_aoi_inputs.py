"""Files as people have them: taken, or refused in words whose command mends them at once.

Each case is a file in `aois/` and what a spec says of it.  The command of a message is run as it
stands, and the spec is then pointed to what it wrote.
"""

import json
import shlex
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pyproj
import pytest
import shapely

from satops.errors import ExitCode
from tests.adapters.gis_samples import (
    geopackage_with,
    kml,
    placemark,
    polygon_file,
    with_names,
    written,
    zipped,
)
from tests.cli.conftest import Satops

SITE = [[105.7, 9.95], [105.9, 9.95], [105.9, 10.15], [105.7, 10.15], [105.7, 9.95]]
AREA_KM2 = 485
RING = " ".join(f"{x},{y},0" for x, y in SITE)
POINT = "<Point><coordinates>105.8,10.05</coordinates></Point>"
WKT = f"POLYGON (({', '.join(f'{x} {y}' for x, y in SITE)}))"
SHAPE = shapely.Polygon(SITE)
Made = Callable[[Path], bytes]


def geojson(ring: list[list[float]] = SITE, **beside: object) -> Made:
    feature = {
        "type": "Feature",
        "properties": {"name": "site"},
        "geometry": {"type": "Polygon", "coordinates": [ring]},
    }
    return lambda _: json.dumps({**feature, **beside}).encode()


def file(content: bytes | str) -> Made:
    return lambda _: content.encode() if isinstance(content, str) else content


def projected(code: int) -> shapely.Geometry:
    there = pyproj.Transformer.from_crs(4326, code, always_xy=True)
    return shapely.transform(SHAPE, lambda c: np.column_stack(there.transform(c[:, 0], c[:, 1])))


def labelled(code: str, shape: shapely.Geometry = SHAPE) -> Made:
    fields = {"name": ["site"]}
    return lambda folder: written(folder, "a.gpkg", "GPKG", shapes=[shape], fields=fields, crs=code)


def measured(value: float) -> Made:
    ring: list[tuple[float, ...]] = [(x, y, value) for x, y in reversed(SITE)]
    return lambda _: zipped(polygon_file(25, [ring]))


def multigeometry() -> str:
    polygon = placemark("site", RING).partition("</name>")[2].removesuffix("</Placemark>")
    inner = f"<MultiGeometry>{POINT}{polygon}</MultiGeometry>"
    return f"<Placemark><name>site</name>{inner}</Placemark>"


PREFIXED = (
    '<ns:kml xmlns:ns="http://www.opengis.net/kml/2.2">'
    + placemark("site", RING).replace("</", "\0").replace("<", "<ns:").replace("\0", "</ns:")
    + "</ns:kml>"
)
LATIN = kml(placemark("Étang", RING)).decode().replace("UTF-8", "windows-1252").encode("cp1252")
SEQUENCE = (
    b"".join(b"\x1e" + geojson()(Path()) + b"\n" for _ in "1")
    + b'\x1e{"type": "Feature", \
"properties": {"name": "other"}, "geometry": null}\n'
)

TAKEN: dict[str, tuple[str, Made, str | None]] = {
    "KML with a prefix": ("a.kml", file(PREFIXED), None),
    "KML in Windows-1252": ("a.kml", file(LATIN), "Étang"),
    "a name that macOS has composed": ("a.kml", file(LATIN), "E\u0301tang"),
    "measures that are all 0": ("a.zip", measured(0), None),
    "measures that are no data": ("a.zip", measured(-1.7e308), None),
    "a sequence with record separators": ("a.geojsonl", file(SEQUENCE), "site"),
    "the number of a feature": ("a.geojsonl", file(SEQUENCE), "1"),
    "a zip with what macOS leaves beside": (
        "a.zip",
        lambda _: zipped({"._p.shp": b"x"} | polygon_file(5, [[(x, y) for x, y in SITE[::-1]]])),
        None,
    ),
    "names in GBK, as the .cpg file says": (
        "a.zip",
        lambda folder: with_names(folder, ["芹苴".encode("gbk"), b"x"], cpg="CP936"),
        "芹苴",
    ),
    "a collection of one polygon": (
        "a.wkt",
        file(f"GEOMETRYCOLLECTION ({WKT})"),
        None,
    ),
}


def spec(root: Path, path: str, feature: str | None) -> None:
    start = datetime.now(UTC) + timedelta(days=60)
    named = "" if feature is None else f", feature: {json.dumps(feature)}"
    (root / "orders" / "site.yaml").write_text(
        "name: site\norder:\n  provider: tianyi\n"
        f"  geometry: {{file: {json.dumps(f'../{path}')}{named}}}\n"
        f"  startDate: {start:%Y-%m-%dT00:00Z}\n"
        f"  endDate: {start + timedelta(days=14):%Y-%m-%dT00:00Z}\n"
        "  resolutionType: stripmap\n"
    )


def placed(satops: Satops, tmp_path: Path, name: str, made: Made) -> str:
    """Write a file into an empty repository; return its path."""
    folder = tmp_path / "made"
    folder.mkdir()
    for old in (satops.root / "orders").glob("*"):
        old.unlink()
    (satops.root / "aois" / name).write_bytes(made(folder))
    return f"aois/{name}"


@pytest.mark.parametrize(("name", "made", "feature"), TAKEN.values(), ids=TAKEN)
def test_a_file_is_taken_as_it_is(
    satops: Satops, tmp_path: Path, name: str, made: Made, feature: str | None
) -> None:
    spec(satops.root, placed(satops, tmp_path, name, made), feature)
    assert satops("validate").code == ExitCode.DONE, satops("validate").out


TOPOLOGY = {
    "type": "Topology",
    "objects": {"site": {"type": "Polygon", "arcs": [[0, ~1]]}},
    "arcs": [[[0, 0], [2000, 0], [0, 2000]], [[0, 0], [0, 2000], [2000, 0]]],
    "transform": {"scale": [0.0001, 0.0001], "translate": [105.7, 9.95]},
}
ESRI = {
    "features": [
        {
            "attributes": {"NAME": "site"},
            "geometry": {"rings": [SITE], "spatialReference": {"wkid": 4326}},
        }
    ]
}
MENDED: dict[str, tuple[str, Made, str, str]] = {
    "a fourth number": (
        "a.geojson",
        geojson([[*corner, 0, 5] for corner in SITE]),
        "the measure 5 (its fourth number)",
        "--drop-heights",
    ),
    "heights": ("a.kml", file(kml(placemark("site", RING.replace(",0", ",7")))), "the height 7",
                "--drop-heights"),
    "measures of a Shapefile": ("a.zip", measured(7), "the measure 7.0", "--drop-heights"),
    "another system": ("a.gpkg", labelled("EPSG:32648", projected(32648)), "UTM zone 48N",
                       "--reproject"),
    "another datum": ("a.gpkg", labelled("EPSG:4258"), "ETRS89", "--reproject"),
    "degrees under a label of metres": ("a.gpkg", labelled("EPSG:3857"), "contradict",
                                        "--crs EPSG:4326"),
    "metres under a label of degrees": (
        "a.gpkg",
        labelled("EPSG:4326", projected(32648)),
        "metres of a projection",
        "--crs EPSG:CODE --reproject",
    ),
    "a system that is not said": (
        "a.gpkg",
        lambda folder: geopackage_with(
            folder, "UPDATE gpkg_geometry_columns SET srs_id = 0;", shapes=[SHAPE]
        ),
        "does not say which reference system",
        "--crs EPSG:4326",
    ),
    "a crs member": (
        "a.geojson",
        geojson(crs={"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::4326"}}),
        "crs member",
        "--crs EPSG:4326",
    ),
    "an SRID": (
        "a.wkt",
        file(f"SRID=32648;{projected(32648).wkt}"),
        "UTM zone 48N",
        "--reproject",
    ),
    "swapped coordinates": ("a.geojson", geojson([[y, x] for x, y in SITE]), "longitude first",
                            "--swap-axes"),
    "TopoJSON": ("a.json", file(json.dumps(TOPOLOGY)), "TopoJSON (type Topology)",
                 "--convert aois/a.geojson"),
    "Esri JSON": ("a.json", file(json.dumps(ESRI)), "Esri JSON", "--reproject"),
    "Esri JSON in metres": (
        "a.json",
        lambda _: json.dumps(
            {
                "spatialReference": {"wkid": 102100, "latestWkid": 3857},
                "features": [
                    {"attributes": {}, "geometry": {"rings": [
                        [list(corner) for corner in projected(3857).exterior.coords]
                    ]}}
                ],
            }
        ).encode(),
        "Esri JSON",
        "--reproject",
    ),
    "a label within a placemark": ("a.kml", file(kml(multigeometry())), "1 Point and 1 Polygon",
                                   "--split"),
}  # fmt: skip


@pytest.mark.parametrize(("name", "made", "words", "option"), MENDED.values(), ids=MENDED)
def test_the_command_of_a_message_mends_the_file(
    satops: Satops, tmp_path: Path, name: str, made: Made, words: str, option: str
) -> None:
    spec(satops.root, placed(satops, tmp_path, name, made), None)
    before = set(satops.root.glob("aois/*"))
    refused = satops("validate")
    assert refused.code == ExitCode.INVALID
    assert words in refused.out
    (line,) = (line for line in refused.out.splitlines() if line.strip().startswith("satops aoi"))
    assert line.strip().endswith(option) or option == "--split"
    # Of what a file does not say at all a person knows the code.
    ran = satops(*shlex.split(line.replace("EPSG:CODE", "EPSG:32648"))[1:])
    assert ran.code == ExitCode.DONE, ran.err
    written_ = {*satops.root.glob("aois/*"), *satops.root.glob("aois/parts/*.geojson")} - before
    (new,) = (each for each in written_ if each.is_file())
    spec(satops.root, str(new.relative_to(satops.root)), None)
    assert satops("validate").code == ExitCode.DONE, satops("validate").out
    (seen,) = satops("aoi", str(new), "--json").json["features"]
    assert seen["area_km2"] == pytest.approx(AREA_KM2, abs=1.5)


TOLD: dict[str, tuple[str, Made, str | None, list[str]]] = {
    "links to other files": (
        "a.kml",
        file(kml("<NetworkLink><Link><href>http://x.test/a.kmz</href></Link></NetworkLink>")),
        None,
        ["NetworkLink", "save what it links to"],
    ),
    "commas alone": (
        "a.kml",
        file(kml(placemark("site", ",".join(f"{x},{y}" for x, y in SITE)))),
        None,
        ["10 numbers", "Look at the commas"],
    ),
    "commas for thousands": (
        "a.geojson",
        geojson([[3, 94, 378.337, 8, 522, 166.3686]] * 4),
        None,
        ["6 numbers", "3945.5"],
    ),
    "two outlines": ("a.wkt", file(f"{WKT}\n{WKT}\n"), None, ["2 outlines"]),
    "a prefix": ("a.wkt", file(f"SRID=EPSG:4326;{WKT}"), None, ["'SRID=EPSG:4326;'"]),
    "a view": (
        "a.gpkg",
        lambda folder: geopackage_with(
            folder, "ALTER TABLE aoi RENAME TO x; CREATE VIEW aoi AS SELECT * FROM x;"
        ),
        None,
        ["is a view", "ogr2ogr aois/a.geojson aois/a.gpkg"],
    ),
    "an outline round a pole": (
        "a.geojson",
        geojson([[0, 80], [90, 80], [179, 80], [-90, 80], [0, 80]]),
        None,
        ["crosses the antimeridian"],
    ),
}


@pytest.mark.parametrize(("name", "made", "feature", "words"), TOLD.values(), ids=TOLD)
def test_what_no_command_of_ours_mends_is_told(
    satops: Satops, tmp_path: Path, name: str, made: Made, feature: str | None, words: list[str]
) -> None:
    spec(satops.root, placed(satops, tmp_path, name, made), feature)
    refused = satops("validate")
    assert refused.code == ExitCode.INVALID
    assert all(each in refused.out for each in words), refused.out
    assert "--split" not in refused.out


def test_a_conversion_says_what_it_changed_and_overwrites_nothing(
    satops: Satops, tmp_path: Path
) -> None:
    made = labelled("EPSG:32648", projected(32648))
    path = placed(satops, tmp_path, "a.gpkg", made)
    ran = satops("aoi", path, "--convert", "aois/b.geojson", "--reproject", "--buffer-km", "2")
    assert ran.code == ExitCode.DONE, ran.err
    assert "Moved from EPSG:32648" in ran.out
    assert "Widened by 2 km on all sides." in ran.out
    assert "+" in ran.out
    again = satops("aoi", path, "--convert", "aois/b.geojson", "--reproject")
    assert again.code == ExitCode.REFUSED
    assert "would be overwritten" in again.err
    told = satops("aoi", path, "--convert", "aois/c.geojson", "--reproject", "--json").json
    (feature,) = told["features"]
    assert feature["area_after_km2"] == pytest.approx(AREA_KM2, abs=1.5)
    assert feature["area_before_km2"] == pytest.approx(feature["area_after_km2"], rel=1e-4)


def test_a_point_is_widened_and_one_feature_may_be_chosen(satops: Satops, tmp_path: Path) -> None:
    spot = f"<Placemark><name>spot</name>{POINT}</Placemark>"
    path = placed(satops, tmp_path, "a.kml", file(kml(spot + placemark("site", RING))))
    out = ("--convert", "aois/b.geojson")
    plain = satops("aoi", path, *out)
    assert "Left out: feature 1 (1 Point), which is no area." in plain.out
    (satops.root / "aois/b.geojson").unlink()
    nothing = satops("aoi", path, *out, "--feature", "spot")
    assert nothing.code == ExitCode.INVALID
    assert f"satops aoi {path} --convert aois/a-area.geojson --buffer-km 5" in nothing.err
    for chosen in ("spot", "1"):
        ran = satops("aoi", path, *out, "--feature", chosen, "--buffer-km", "5")
        assert ran.code == ExitCode.DONE, ran.err
        (feature,) = json.loads((satops.root / "aois/b.geojson").read_text())["features"]
        assert feature["properties"] == {"name": "spot"}
        (satops.root / "aois/b.geojson").unlink()
    assert satops("aoi", path, *out, "--feature", "none").code == ExitCode.USAGE


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--drop-heights"], "need --convert OUT"),
        (["--buffer-km", "5"], "need --convert OUT"),
        (["--convert", "aois/b.geojson", "--split", "aois"], "two steps"),
        (["--convert", "aois/b.geojson", "--buffer-km", "-5"], "a number above 0"),
        (["--convert", "aois/b.geojson", "--simplify-m", "nan"], "a number above 0"),
        (["--convert", "aois/b.geojson", "--crs", "UTM48N"], "Write it as EPSG:32648"),
        (["--max-cloud", "0"], "need --split DIR"),
    ],
)
def test_options_that_do_not_fit_are_a_wrong_call(
    satops: Satops, options: list[str], words: str
) -> None:
    ran = satops("aoi", "aois/mekong.geojson", *options)
    assert ran.code == ExitCode.USAGE
    assert words in ran.err


def test_a_swapped_city_is_warned_of_without_a_region(satops: Satops) -> None:
    for old in (satops.root / "orders").glob("*"):
        old.unlink()
    assert "\nregion:" not in (satops.root / "satops.yaml").read_text()
    start = datetime.now(UTC) + timedelta(days=60)
    given = (
        *("--provider", "changguang", "--mode", "2", "--max-cloud", "20", "--radius-km", "5"),
        *("--start", f"{start:%Y-%m-%dT00:00Z}"),
        *("--end", f"{start + timedelta(days=30):%Y-%m-%dT00:00Z}"),
    )
    swapped = satops("new", "paris", *given, "--point", "48.85", "2.35")
    assert "warning A02" in swapped.out
    assert "48.85°N 2.35°E" in swapped.out
    right = satops("new", "paris-2", *given, "--point", "2.35", "48.85")
    assert "A02" not in right.out


def test_names_in_another_encoding_are_written_anew_by_the_command_of_the_message(
    satops: Satops, tmp_path: Path
) -> None:
    names = ["芹苴".encode("gbk"), b"x"]
    path = placed(satops, tmp_path, "a.zip", lambda folder: with_names(folder, names))
    spec(satops.root, path, "芹苴")
    refused = satops("validate")
    assert "no .cpg file" in refused.out
    assert "in gbk '芹苴'" in refused.out
    assert "`aoi: {encoding: gbk}` in satops.yaml" in refused.out
    command = "satops aoi aois/a.zip --convert aois/a-utf8.geojson --encoding gbk"
    assert command in refused.out
    assert command in satops("aoi", path).out
    assert satops(*shlex.split(command)[1:]).code == ExitCode.DONE
    spec(satops.root, "aois/a-utf8.geojson", "芹苴")
    assert satops("validate").code == ExitCode.DONE


def test_an_area_that_is_hard_to_cut_is_never_left_out_as_no_area(
    satops: Satops, tmp_path: Path
) -> None:
    bow = {"type": "Polygon", "coordinates": [[[0, 0], [1, 1], [1, 0], [0, 1], [0, 0]]]}
    far = {"type": "Polygon", "coordinates": [[[500, 0], [501, 1], [500, 1], [500, 0]]]}
    named = {**bow, "crs": {"properties": {"name": "EPSG:3857"}}}
    for inner in (bow, far, named):
        point = {"type": "Point", "coordinates": [105, 10]}
        geometry = {"type": "GeometryCollection", "geometries": [point, inner]}
        features = [
            {"type": "Feature", "properties": {}, "geometry": geometry},
            json.loads(geojson()(tmp_path)),
        ]
        content = json.dumps({"type": "FeatureCollection", "features": features})
        (satops.root / "aois/hard.geojson").write_text(content)
        ran = satops("aoi", "aois/hard.geojson", "--split", "aois/parts")
        assert ran.code == ExitCode.INVALID, ran.out
        assert "an area of aois/hard.geojson is not sound" in ran.err
