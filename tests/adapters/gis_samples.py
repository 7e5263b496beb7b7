"""Files of map programs, made as such programs make them."""

import sqlite3
import zipfile
from collections.abc import Mapping, Sequence
from io import BytesIO
from pathlib import Path
from struct import pack

import numpy as np
import shapely
from pyogrio import raw

from satops.adapters.files.aoi_files import AoiFiles
from satops.core.finding import Finding
from satops.core.geometry.aoi import Aoi

WEST, EAST = shapely.box(105.0, 10.0, 105.1, 10.1), shapely.box(105.2, 10.0, 105.3, 10.1)
RING = "105,10,0 105.1,10,0 105.1,10.1,0 105,10.1,0 105,10,0"


def written(
    folder: Path,
    name: str,
    driver: str,
    *,
    shapes: Sequence[shapely.Geometry] = (WEST, EAST),
    fields: Mapping[str, Sequence[object]] | None = None,
    crs: str | None = "EPSG:4326",
    kind: str = "Polygon",
    layer: str | None = None,
    append: bool = False,
) -> bytes:
    """Return the bytes of a file that GDAL writes; by default two polygons, `west` and `east`."""
    fields = {"Name": ["west", "east"]} if fields is None else fields
    raw.write(
        folder / name,
        geometry=np.array([shapely.to_wkb(shape) for shape in shapes], dtype=object),
        field_data=[
            np.array(values, dtype=object if isinstance(values[0], str) else None)
            for values in fields.values()
        ],
        fields=list(fields),
        geometry_type=kind,
        crs=crs,
        driver=driver,
        layer=layer,
        append=append,
    )
    return (folder / name).read_bytes()


def kml(body: str, head: str = "") -> bytes:
    """Return a KML document."""
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>{head}\n'
        f'<kml xmlns="http://www.opengis.net/kml/2.2"><Document>{body}</Document></kml>'
    ).encode()


def placemark(name: str, ring: str = RING) -> str:
    """Return a polygon with a name."""
    return (
        f"<Placemark><name>{name}</name><Polygon><outerBoundaryIs><LinearRing><coordinates>{ring}"
        "</coordinates></LinearRing></outerBoundaryIs></Polygon></Placemark>"
    )


def zipped(members: Mapping[str, bytes]) -> bytes:
    """Return a zip."""
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return packed.getvalue()


def shapefile(folder: Path, *, without: Sequence[str] = (), under: str = "") -> bytes:
    """Return a zipped Shapefile, perhaps without some of its files."""
    written(folder, "port.shp", "ESRI Shapefile")
    found = {f"{under}{path.name}": path.read_bytes() for path in sorted(folder.glob("port.*"))}
    return zipped({name: text for name, text in found.items() if not name.endswith(tuple(without))})


def geopackage_with(
    folder: Path, script: str, *, shapes: Sequence[shapely.Geometry] = (WEST,)
) -> bytes:
    """Return a GeoPackage of one polygon, after some SQL; its layer is `aoi`."""
    written(folder, "changed.gpkg", "GPKG", shapes=shapes, fields={"name": ["x"]}, layer="aoi")
    with sqlite3.connect(folder / "changed.gpkg") as database:
        database.executescript(script)
    database.close()
    return (folder / "changed.gpkg").read_bytes()


def geopackage_with_a_curve(folder: Path) -> bytes:
    """Return a GeoPackage whose one feature is a circle of two arcs, declared as such files do."""
    written(folder, "curved.gpkg", "GPKG", shapes=[WEST], fields={"name": ["round"]}, layer="aoi")
    corners = [(0, 0), (1, 1), (2, 0), (1, -1), (0, 0)]
    arcs = pack("<BII", 1, 8, 5) + b"".join(pack("<dd", *corner) for corner in corners)
    blob = b"GP\0\x01" + pack("<i", 4326) + pack("<BII", 1, 10, 1) + arcs
    with sqlite3.connect(folder / "curved.gpkg") as database:
        triggers = database.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        for (trigger,) in triggers.fetchall():
            database.execute(f'DROP TRIGGER "{trigger}"')
        database.execute("UPDATE aoi SET geom = ?", (blob,))
        database.execute(
            "INSERT INTO gpkg_extensions VALUES ('aoi', 'geom', 'gpkg_geom_CURVEPOLYGON', "
            "'http://www.geopackage.org/spec/#extension_geometry_types', 'read-write')"
        )
    database.close()
    return (folder / "curved.gpkg").read_bytes()


def shapefile_files(folder: Path, name: str = "p") -> dict[str, bytes]:
    """Return the files of a Shapefile by their names."""
    return {path.name: path.read_bytes() for path in sorted(folder.glob(f"{name}.*"))}


def table(names: list[bytes], *, language: int = 0, length: int = 40) -> bytes:
    """Return a dBASE table with one field of text."""
    head = pack("<B3xIHH17xB2x", 3, len(names), 65, length + 1, language)
    field = pack("<11sc4xBB14x", b"NAME", b"C", length, 0)
    return head + field + b"\r" + b"".join(b" " + name.ljust(length) for name in names) + b"\x1a"


def with_names(folder: Path, names: list[bytes], *, language: int = 0, cpg: str = "") -> bytes:
    """Return a zipped Shapefile of two polygons whose names are these bytes."""
    written(folder, "p.shp", "ESRI Shapefile")
    files = shapefile_files(folder) | {
        "p.dbf": table(names, language=language),
        "p.cpg": cpg.encode(),
    }
    return zipped(files)


def polygon_file(
    kind: int, rings: list[list[tuple[float, ...]]], *, has_measures: bool = True
) -> dict[str, bytes]:
    """Return a Shapefile with one polygon; a point is x, y and what the kind has beyond."""
    points = [point for ring in rings for point in ring]
    begins = np.cumsum([0, *map(len, rings)])[:-1].tolist()
    body = pack("<i4d", kind, 0, 0, 0, 0) + pack("<ii", len(rings), len(points))
    body += pack(f"<{len(rings)}i", *begins)
    body += b"".join(pack("<2d", *point[:2]) for point in points)
    axes = {5: [], 15: [2, 3], 25: [2]}[kind]
    for axis in axes[: None if has_measures else -1]:
        body += pack("<2d", 0, 0) + b"".join(pack("<d", point[axis]) for point in points)
    words = len(body) // 2
    head = pack(">i20xi", 9994, 50 + 4 + words) + pack("<ii64x", 1000, kind)
    return {
        "p.shp": head + pack(">ii", 1, words) + body,
        "p.shx": head + pack(">ii", 50, words),
        "p.dbf": table([b"x"]),
        "p.prj": WGS84.encode(),
    }


WGS84 = (
    'GEOGCS["GCS_WGS_1984",DATUM["D_WGS_1984",SPHEROID["WGS_1984",6378137.0,298.257223563]],'
    'PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]]'
)


def read(aois: AoiFiles, content: bytes) -> Aoi:
    """Return what a file holds, which can be used."""
    found = aois.read(content)
    assert isinstance(found, Aoi), found
    return found


def refused(aois: AoiFiles, content: bytes) -> Finding:
    """Return why a file cannot be used."""
    found = aois.read(content)
    assert isinstance(found, Finding), found
    return found
