"""Files of map programs become GeoJSON, corner for corner, or are refused in words."""

import errno
import os
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import shapely

from satops.adapters.files.aoi_files import RUN_TIME_MAX_S, TIME_MAX_S, AoiFiles, read_file
from satops.adapters.gis import archive, gis_files, layers
from satops.adapters.gis.gis_process import GisProcess
from satops.core.finding import Finding
from satops.core.geometry.aoi import Aoi, pick
from satops.core.geometry.forms import read_geometry
from satops.errors import UsageError
from tests.adapters.gis_samples import (
    EAST,
    WEST,
    geopackage_with_a_curve,
    kml,
    placemark,
    read,
    refused,
    shapefile,
    written,
    zipped,
)


@pytest.fixture(scope="module")
def aois() -> Iterator[AoiFiles]:
    """One process for all tests: what one file does must not show in the next."""
    with AoiFiles() as files:
        yield files


def picked(aois: AoiFiles, content: bytes, name: str | int) -> tuple[Any, list[Finding]]:
    rings, findings = read_geometry(pick(read(aois, content), name))
    assert rings is not None, findings
    return shapely.Polygon(rings[0], rings[1:]), findings


@pytest.mark.parametrize(
    ("name", "driver"), [("a.gpkg", "GPKG"), ("a.kml", "LIBKML"), ("a.kmz", "LIBKML")]
)
def test_a_feature_is_found_by_its_name_in_each_kind(
    aois: AoiFiles, tmp_path: Path, name: str, driver: str
) -> None:
    content = written(tmp_path, name, driver)
    for feature, shape in (("west", WEST), ("east", EAST)):
        found, _ = picked(aois, content, feature)
        assert found.equals(shape)
        assert found.bounds == shape.bounds


def test_a_zipped_shapefile_is_read_wherever_in_the_zip_it_lies(
    aois: AoiFiles, tmp_path: Path
) -> None:
    for under in ("", "export/2026/"):
        found, _ = picked(aois, shapefile(tmp_path, under=under), "east")
        assert found.equals(EAST)


def test_coordinates_are_those_of_the_file_to_the_last_bit(aois: AoiFiles, tmp_path: Path) -> None:
    odd = shapely.Polygon([(0.1 + 0.2, 1 / 3), (1 + 1e-15, 1 / 7), (1, 2 / 3)])
    content = written(tmp_path, "odd.gpkg", "GPKG", shapes=[odd], fields={"name": ["odd"]})
    value = read(aois, content).geometry
    assert isinstance(value, dict)
    assert value["features"][0]["geometry"]["coordinates"] == [
        [list(corner) for corner in odd.exterior.coords]
    ]


def test_heights_of_zero_are_dropped_with_a_note_and_others_are_refused(aois: AoiFiles) -> None:
    _, findings = picked(aois, kml(placemark("flat")), "flat")
    assert [(finding.check, finding.summary) for finding in findings] == [
        ("G08", "heights left out")
    ]
    high = kml(placemark("high", "105,10,7 105.1,10,7 105.1,10.1,7 105,10,7"))
    rings, findings = read_geometry(pick(read(aois, high), "high"))
    assert rings is None
    assert [finding.check for finding in findings] == ["G08"]


def test_placemarks_of_every_folder_count(aois: AoiFiles) -> None:
    inner = f"<Folder><name>B</name>{placemark('deep')}</Folder>"
    body = f"{placemark('top')}<Folder><name>A</name>{placemark('in')}{inner}</Folder>"
    aoi = read(aois, kml(body + f"<Folder><name>A</name>{placemark('twin')}</Folder>"))
    assert (aoi.count, set(aoi.features)) == (4, {"top", "in", "deep", "twin"})


def test_layers_of_a_geopackage_are_one_collection_and_tables_are_passed_over(
    aois: AoiFiles, tmp_path: Path
) -> None:
    written(tmp_path, "two.gpkg", "GPKG", layer="a", shapes=[WEST], fields={"name": ["one"]})
    written(
        tmp_path,
        "two.gpkg",
        "GPKG",
        layer="b",
        shapes=[EAST],
        fields={"name": ["two"]},
        append=True,
    )
    with sqlite3.connect(tmp_path / "two.gpkg") as database:
        database.execute("CREATE TABLE layer_styles (id INTEGER PRIMARY KEY, style TEXT)")
        database.execute("INSERT INTO layer_styles VALUES (1, '<qml/>')")
    database.close()
    aoi = read(aois, (tmp_path / "two.gpkg").read_bytes())
    assert (aoi.count, set(aoi.features)) == (2, {"one", "two", "1"})


def test_the_key_of_a_geopackage_names_a_feature_unless_a_field_does(
    aois: AoiFiles, tmp_path: Path
) -> None:
    unnamed = written(tmp_path, "a.gpkg", "GPKG", fields={"use": ["rice", "fish"]})
    assert set(read(aois, unnamed).features) == {"1", "2"}
    named = written(tmp_path, "b.gpkg", "GPKG", fields={"ID": [2, 1]})
    found, _ = picked(aois, named, 1)
    assert found.equals(EAST)


def test_names_in_other_alphabets_are_read(aois: AoiFiles, tmp_path: Path) -> None:
    assert "Đà Nẵng" in read(aois, kml(placemark("Đà Nẵng"))).features
    written(tmp_path, "p.shp", "ESRI Shapefile", fields={"name": ["Münster", "Köln"]})
    names = {path.name: path.read_bytes() for path in tmp_path.glob("p.*")}
    assert set(read(aois, zipped(names)).features) == {"Münster", "Köln"}
    # As old programs write it: one byte for a letter, and the name of the code page beside.
    names["p.dbf"] = names["p.dbf"].replace("Münster".encode(), "Münster".encode("cp1252") + b" ")
    names["p.cpg"] = b"1252"
    assert "Münster" in read(aois, zipped(names)).features


@pytest.mark.parametrize("crs", ["EPSG:32648", "EPSG:3857", "EPSG:4258", "EPSG:4269"])
@pytest.mark.parametrize(("name", "driver"), [("a.gpkg", "GPKG"), ("a.shp", "ESRI Shapefile")])
def test_another_reference_system_is_refused_with_the_way_to_convert(
    aois: AoiFiles, tmp_path: Path, crs: str, name: str, driver: str
) -> None:
    shapes = [WEST, EAST]
    if crs in ("EPSG:32648", "EPSG:3857"):
        shapes = [shapely.transform(shape, lambda corners: corners * 1e5) for shape in shapes]
    content = written(tmp_path, name, driver, crs=crs, shapes=shapes)
    if driver == "ESRI Shapefile":
        content = zipped({path.name: path.read_bytes() for path in tmp_path.glob("a.*")})
    found = refused(aois, content)
    assert found.check == "G11"
    assert crs in found.detail
    assert found.fix == "--reproject"


def test_a_shapefile_that_does_not_say_its_reference_system_is_refused(
    aois: AoiFiles, tmp_path: Path
) -> None:
    found = refused(aois, shapefile(tmp_path, without=[".prj"]))
    assert found.check == "G11"
    assert ".prj" in found.detail


@pytest.mark.parametrize("missing", [".shx", ".dbf"])
def test_a_shapefile_that_is_not_whole_is_refused(
    aois: AoiFiles, tmp_path: Path, missing: str
) -> None:
    assert (
        f"lacks its {missing} file" in refused(aois, shapefile(tmp_path, without=[missing])).detail
    )


def test_a_lone_shp_is_refused_with_the_way_out(aois: AoiFiles, tmp_path: Path) -> None:
    found = refused(aois, written(tmp_path, "a.shp", "ESRI Shapefile"))
    assert "Put them in one .zip file" in found.detail


def test_a_zip_of_two_shapefiles_is_refused(aois: AoiFiles, tmp_path: Path) -> None:
    written(tmp_path, "a.shp", "ESRI Shapefile")
    written(tmp_path, "b.shp", "ESRI Shapefile")
    content = zipped({path.name: path.read_bytes() for path in tmp_path.glob("*.*")})
    assert "'a.shp'" in refused(aois, content).detail


def test_curves_are_refused_not_drawn_with_corners_of_our_choice(
    aois: AoiFiles, tmp_path: Path
) -> None:
    found = refused(aois, geopackage_with_a_curve(tmp_path))
    assert (found.check, found.summary) == ("G01", "curves in the AOI file")


def test_an_unclosed_ring_is_closed_with_the_note_that_geojson_gets(aois: AoiFiles) -> None:
    open_ring = kml(placemark("open", "105,10 105.1,10 105.1,10.1"))
    found, findings = picked(aois, open_ring, "open")
    assert len(found.exterior.coords) == 4
    assert [finding.summary for finding in findings] == ["closing point added"]


@pytest.mark.parametrize(
    "content",
    [
        b"<html><body>not found</body></html>",
        b"<",
        kml(placemark("x"))[:-30],
        kml(""),
        b"SQLite format 3\0" + bytes(100),
        b"PK\x03\x04 and no more",
        zipped({"notes.txt": b"none"}),
        zipped({"a.kml": b"no xml"}),
        b"\x00\x00\x27\x0a",
        b"<OGRVRTDataSource><SrcDataSource>/etc/passwd</SrcDataSource></OGRVRTDataSource>",
    ],
)
def test_what_is_no_sound_file_is_refused(aois: AoiFiles, content: bytes) -> None:
    found = refused(aois, content)
    assert found.check == "F01"
    assert "vsimem" not in found.detail


def test_entities_are_refused_before_anything_expands_them(aois: AoiFiles) -> None:
    head = '<!DOCTYPE kml [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    assert "entities" in refused(aois, kml(placemark("&b;"), head)).detail
    assert "entities" in refused(aois, zipped({"doc.kml": kml(placemark("&b;"), head)})).detail


def test_a_zip_that_unpacks_to_more_than_is_read_is_refused(aois: AoiFiles) -> None:
    bomb = zipped({"doc.kml": bytes(archive.UNPACKED_MAX_BYTES + 1)})
    assert len(bomb) < 1_000_000
    assert refused(aois, bomb).check == "L08"
    many = zipped({f"{index}.kml": b"" for index in range(archive.MEMBERS_MAX + 1)})
    assert refused(aois, many).check == "L08"


def test_a_file_of_very_many_features_is_refused(aois: AoiFiles) -> None:
    body = "".join(placemark(str(index)) for index in range(layers.FEATURES_MAX + 1))
    assert refused(aois, kml(body)).check == "L08"


def test_a_file_that_would_take_for_ever_ends_its_process_and_not_the_next_file() -> None:
    slow = zipped({"doc.kml": kml(placemark("slow", "105.0123456,10.0123456,0 " * 4_000_000))})
    with AoiFiles(time_max_s=1) as aois:
        found = refused(aois, slow)
        assert "more than 1 seconds" in found.detail
        assert read(aois, kml(placemark("x"))).count == 1


def test_all_files_of_a_run_together_have_a_limit_of_time() -> None:
    with AoiFiles(run_time_max_s=0.001) as aois:
        assert read(aois, kml(placemark("x"))).count == 1
        found = refused(aois, kml(placemark("x")))
        assert found.summary == "no time is left for AOI files"
        assert isinstance(aois.read(b"POLYGON ((1 1, 2 1, 2 2, 1 1))"), Aoi)


def test_the_process_can_open_neither_a_file_nor_a_connection(tmp_path: Path) -> None:
    """Once `serve` has closed in, not even its own code gets out."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        code = (
            "import socket; from satops.adapters.gis.gis_files import _close_in; _close_in()\n"
            "for attempt in (lambda: open('/etc/hostname'), lambda: socket.socket(),\n"
            f"                lambda: socket.create_connection(('127.0.0.1', {port}))):\n"
            "    try: attempt()\n"
            "    except OSError as error: print(error.errno)\n"
            "    else: print('open')\n"
        )
        ran = subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=True
        )
    assert ran.stdout.split() == [str(errno.EMFILE)] * 3


def test_a_link_in_a_kml_is_not_followed(aois: AoiFiles) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0)
        address = f"http://127.0.0.1:{server.getsockname()[1]}/more.kml"
        body = (
            f"<Style id='s'><IconStyle><Icon><href>{address}</href></Icon></IconStyle></Style>"
            f"<NetworkLink><Link><href>{address}</href></Link></NetworkLink>"
            + placemark("here").replace("<name>", f"<styleUrl>{address}#s</styleUrl><name>")
        )
        assert set(read(aois, kml(body)).features) == {"here"}
        with pytest.raises(BlockingIOError):
            server.accept()


def test_the_process_gets_no_secret_of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SATOPS_TOKEN", "s3cret")
    process = GisProcess(30)
    try:
        # Between the start of a program and its first instruction the kernel shows nothing.
        while not (environ := Path(f"/proc/{process._process.pid}/environ").read_bytes()):
            assert process._process.poll() is None
    finally:
        process.close()
    assert b"s3cret" not in environ
    assert b"PYTHONPATH=" in environ


def test_modules_in_the_folder_of_the_call_are_not_loaded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("pyogrio", "numpy", "orjson", "zipfile", "satops"):
        (tmp_path / f"{name}.py").write_text("open('loaded', 'w').close()\n")
    monkeypatch.chdir(tmp_path)
    with AoiFiles() as aois:
        assert read(aois, kml(placemark("x"))).count == 1
    assert not (tmp_path / "loaded").exists()


def test_the_page_in_docs_names_the_limits_of_the_code() -> None:
    page = " ".join((Path(__file__).parents[2] / "docs" / "aoi.md").read_text().split())
    assert f"{TIME_MAX_S} seconds" in page
    assert f"{RUN_TIME_MAX_S} seconds" in page
    assert f"{gis_files.MEMORY_MAX_BYTES // 1024**3} GB" in page
    assert f"{layers.FEATURES_MAX:,} features" in page
    assert f"{archive.UNPACKED_MAX_BYTES // 1024**2} MB" in page


def test_text_starts_no_process(aois: AoiFiles) -> None:
    with AoiFiles() as fresh:
        fresh.read(b"POLYGON ((1 1, 2 1, 2 2, 1 1))")
        assert fresh._process is None


def test_a_file_that_a_person_names_may_be_a_link_and_must_be_a_file(tmp_path: Path) -> None:
    (tmp_path / "a.wkt").write_bytes(b"POINT (1 2)")
    (tmp_path / "b.wkt").symlink_to(tmp_path / "a.wkt")
    content = read_file(tmp_path / "b.wkt")
    assert content == b"POINT (1 2)"
    os.mkfifo(tmp_path / "pipe")
    for wrong in ("missing.kml", "pipe"):
        with pytest.raises(UsageError, match=wrong):
            read_file(tmp_path / wrong)
