"""Recognise formats that satops cannot read, before any other finding, and name a way to convert
each.
"""

import re
from collections.abc import Collection, Mapping
from typing import Any

from satops.core.finding import Finding
from satops.core.geometry.checks import BARE_LIST, NO_TYPE, OTHER_FILE_FORMAT, OTHER_FORMAT, WRAPPED
from satops.core.geometry.systems import REPROJECT
from satops.core.loading.placeholders import is_template

CONVERT = "--convert"
"""The fix that writes a file as GeoJSON."""
_OGR = "ogr2ogr -t_srs EPSG:4326 {out} {file}"
"""Command of GDAL; `core.geometry.fixes` fills in the names."""
_BEGIN_BYTES = 1024

_BINARY: tuple[tuple[bytes, str, str], ...] = (
    (b"fgb\x03", "FlatGeobuf", _OGR),
    (b"PAR1", "Parquet", _OGR),
    (b"ARROW1", "Arrow", _OGR),
    (b"\x1f\x8b", "packed with gzip", "gunzip {file}"),
    (b"BZh", "packed with bzip2", "bunzip2 {file}"),
    (b"\xfd7zXZ", "packed with xz", "unxz {file}"),
    (b"7z\xbc\xaf", "a 7z archive", ""),
    (b"Rar!", "a RAR archive", ""),
    (b"%PDF", "a PDF", ""),
    (b"II*\0", "a TIFF image", ""),
    (b"MM\0*", "a TIFF image", ""),
    (b"\x89PNG", "a PNG image", ""),
    (b"\xff\xd8\xff", "a JPEG image", ""),
    (b"\xd0\xcf\x11\xe0", "an old Office document", ""),
    (b"AC10", "an AutoCAD drawing (DWG)", ""),
    (b"AutoCAD Binary DXF", "an AutoCAD drawing (DXF)", _OGR),
    (b"\x00\x05\x16\x07", "a side file of macOS, whose name begins with ._", ""),
)  # fmt: skip
_TEXT: tuple[tuple[str, str, str], ...] = (
    (r"version https://git-lfs", "a pointer of Git LFS, and the file itself is not here",
     "git lfs pull"),
    (r"(?:GEOGCS|PROJCS|GEOGCRS|PROJCRS|GEODCRS|COMPD_CS|LOCAL_CS)\s*\[",
     "the text of a reference system (.prj), without an outline", ""),
    (r"\s*0\s*\r?\n\s*SECTION\b", "an AutoCAD drawing (DXF)", _OGR),
    (r"\s*VERSION\s+\d+\s*\r?\n(?:.*\r?\n)*?\s*(?:CHARSET|COLUMNS)\b", "MapInfo (MIF)", _OGR),
    (r"\s*(?:01|00)[0-9A-Fa-f]{8}[0-9A-Fa-f]*\s*$",
     "well-known binary in hexadecimal digits. In PostGIS, ST_AsGeoJSON(geom) writes GeoJSON", ""),
)  # fmt: skip
_TABLE = re.compile(
    r"""^[^\n{[]*\b(?:lat|latitude|lon|lng|long|longitude|wkt|geom|the_geom|x|y)\b[^\n]*$""", re.I
)
_XML: Mapping[str, tuple[str, str]] = {
    "html": ("a web page, perhaps one that says why the file could not be had", ""),
    "gpx": ("GPX, the tracks of a GPS receiver", _OGR),
    "osm": ("OpenStreetMap data", _OGR),
    "featurecollection": ("GML, as map services (WFS) answer", _OGR),
    "exceptionreport": ("the answer of a map service that failed", ""),
    "serviceexceptionreport": ("the answer of a map service that failed", ""),
    "svg": ("an SVG picture", ""),
    "rss": ("an RSS feed", ""),
    "feed": ("an Atom feed", ""),
    "ogrvrtdatasource": ("a virtual file of GDAL (VRT), which only points to others", ""),
    "qgis": ("a QGIS project", ""),
    "landxml": ("LandXML", _OGR),
    "metadata": ("metadata, without an outline", ""),
    "md_metadata": ("metadata, without an outline", ""),
}
_ZIPPED: tuple[tuple[str, str], ...] = (
    (r"\.gdb/", "a File Geodatabase. Convert it, and name what it is converted to"),
    (r"^\[Content_Types\]\.xml$", "an Office document"),
    (r"\.(?:tab|mif)$", "MapInfo files. Unpack and convert them"),
    (r"\.(?:geojson|json|wkt|gpkg)$", "an AOI file of another kind. Unpack it, and name that"),
)  # fmt: skip


def foreign_json(value: object) -> Finding | None:
    """Return a finding about the format of a JSON value that is not GeoJSON; None if not
    recognised.
    """
    if isinstance(value, list):
        return _foreign_list(value)
    if not isinstance(value, dict):
        return None
    kind = value.get("type")
    if kind == "Topology" or ("arcs" in value and "coordinates" not in value):
        return _named("TopoJSON (type Topology)", CONVERT)
    if _is_esri(value):
        return _named("Esri JSON (rings, attributes)", REPROJECT)
    if kind is None and isinstance(value.get("coordinates"), list):
        return NO_TYPE.finding(
            (),
            'The type is missing beside the coordinates. GeoJSON has it: {"type": "Polygon", '
            '"coordinates": [[[105.8, 21.0], ...]]}.',
        )
    if kind is None:
        return _wrapped(value)
    return None


def _is_esri(value: Mapping[str, Any]) -> bool:
    esri = {"rings", "curveRings", "paths", "spatialReference"}
    if esri & value.keys() or str(value.get("geometryType", "")).startswith("esri"):
        return True
    features = value.get("features")
    first = features[0] if isinstance(features, list) and features else None
    if not isinstance(first, dict) or "type" in first:
        return False
    geometry = first.get("geometry")
    return "attributes" in first or (isinstance(geometry, dict) and bool(esri & geometry.keys()))


def _foreign_list(value: list[Any]) -> Finding | None:
    first = value[0] if value else None
    if isinstance(first, dict) and first.get("id") == "document":
        return _named("CZML (Cesium)", "")
    if isinstance(first, dict) and "type" in first:
        words = (
            "The file is a list of GeoJSON values. GeoJSON puts them into one: "
            '{"type": "FeatureCollection", "features": [...]}.'
        )
        return BARE_LIST.finding((), words)
    if isinstance(first, list | dict):
        words = (
            "The file is a bare list of points. GeoJSON says what it is: "
            '{"type": "Polygon", "coordinates": [[[105.8, 21.0], ...]]}, longitude first.'
        )
        return BARE_LIST.finding((), words)
    return None


def _wrapped(value: Mapping[str, Any]) -> Finding | None:
    """Return a finding that names the key of GeoJSON inside another document."""
    for key, inner in value.items():
        if isinstance(inner, dict) and {"type", "coordinates"} <= inner.keys():
            words = (
                f"The GeoJSON lies under {key[:40]!r}. Write what stands there, and nothing else."
            )
            return WRAPPED.finding((), words)
    return None


def foreign_bytes(content: bytes) -> Finding | None:
    """Return a finding about the format of a binary file."""
    for sign, name, way in _BINARY:
        if content.startswith(sign):
            return _unread(name, way)
    if content[:2] in (b"\xff\xfe", b"\xfe\xff") or b"\0" in content[:2]:
        return _unread("text in UTF-16. Save it as UTF-8", "")
    return None


def foreign_text(text: str) -> Finding | None:
    """Return a finding about the format of a text that is neither GeoJSON nor WKT."""
    if is_template(text):
        return _unread(
            "a template whose placeholders ({{ }}) are not filled in. Name what is made of it", ""
        )
    for pattern, name, way in _TEXT:
        if re.match(pattern, text[:_BEGIN_BYTES]):
            return _unread(name, way)
    first = text.lstrip().partition("\n")[0]
    if re.search("[,;\t]", first) and _TABLE.match(first):
        return _unread("a table (CSV). Draw its points as a polygon in a map program", "")
    return None


def foreign_xml(root: str) -> Finding | None:
    """Return a finding about the format of an XML file, by its root's local name."""
    found = _XML.get(root.lower())
    return None if found is None else _unread(*found)


def foreign_zip(names: list[str]) -> Finding | None:
    """Return a finding about the format of a zip's content."""
    for pattern, name in _ZIPPED:
        if any(re.search(pattern, each, re.IGNORECASE) for each in names):
            return _unread(f"a zip with {name}", "")
    return None


def foreign_database(tables: Collection[str]) -> Finding:
    """Return a finding about an SQLite file without GeoPackage layers."""
    if "geometry_columns" in tables:
        return _unread("a SpatiaLite database", _OGR)
    if {"metadata", "tiles"} & set(tables):
        return _unread("a database of map tiles", "")
    return _unread("an SQLite database, and no GeoPackage: it lists no layers of features", "")


def _named(name: str, way: str) -> Finding:
    return OTHER_FORMAT.finding(
        (), f"It is {name}, and no GeoJSON. Convert it, and look at the result on a map.", fix=way
    )


def _unread(name: str, way: str) -> Finding:
    return OTHER_FILE_FORMAT.finding(
        (),
        f"It is {name}. satops reads GeoJSON, WKT, KML, KMZ, GeoPackage and zipped Shapefiles, in "
        "WGS 84 longitude and latitude.",
        fix=way,
    )
