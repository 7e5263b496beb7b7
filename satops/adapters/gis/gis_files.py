"""KML, KMZ, GeoPackage and zipped Shapefiles as GeoJSON: the home of pyogrio (`satops[gis]`).

GDAL is a million lines of C++, and whoever opens a pull request chooses the bytes that it reads.
So it runs as a process of its own (`adapters.aoi_files` starts it), without the environment of its
parent, and once it is up it opens nothing more: no file, no socket.  Whatever a file names, there
is no way from it to the disk or the network.  Memory and time have an end as well.

The process reads requests from stdin and writes answers to stdout, each with its length before it.
"""

import re
import sys
import warnings
from collections.abc import Iterator
from io import BytesIO
from signal import alarm
from struct import Struct
from typing import Any, BinaryIO
from zipfile import BadZipFile, ZipFile, ZipInfo
from zlib import error as ZlibError  # noqa: N812

from satops.core import json_text
from satops.core.finding import Finding, quoted
from satops.core.geometry.aoi import Kind, kind_of, unreadable
from satops.core.geometry.checks import CURVED_FILE, LARGE_AOI, NOT_WGS84
from satops.core.geometry.wkb import NotWkb, read_wkb

LENGTH = Struct(">Q")
"""Before each request and each answer."""
SOUND, FAULT = b"+", b"-"
"""How an answer begins: a GeoJSON FeatureCollection, or the fields of a finding."""
MEMORY_MAX_BYTES = 4 * 1024**3
"""Of address space, libraries and all."""
UNPACKED_MAX_BYTES = 128 * 1024 * 1024
"""Of all that is taken out of one zip."""
MEMBERS_MAX = 1_000
FEATURES_MAX = 10_000
"""Of one file."""

_WGS84 = frozenset({"EPSG:4326", "EPSG:4979", "OGC:CRS84", "OGC:CRS84h"})
_DRIVERS = {"GPKG": "GeoPackage", "LIBKML": "KML", "KML": "KML", "ESRI Shapefile": "Shapefile"}
_SIDE_FILES = (".shp", ".shx", ".dbf", ".prj", ".cpg")
_NEEDED = (".shp", ".shx", ".dbf")
_NAMED = ("id", "name")
"""Fields that name a feature, in any case of letters: KML has `Name`, a Shapefile `NAME`."""
_ENTITY = re.compile(rb"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)
_PLACE = re.compile(r"['\"]?/vsi\S+['\"]?\s*:?\s*")
"""GDAL's names for what it reads from memory."""
_WORDS_MAX = 200
_CODECS = ("cp437", "cp1250", "cp1251", "cp1252", "cp932", "cp936", "gb18030", "iso8859-15", "big5")
"""Encodings of zips and tables, loaded while files can still be opened."""


class _Faulty(Exception):
    """The file cannot be used."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(finding.detail)
        self.finding = finding


def to_geojson(content: bytes) -> dict[str, Any] | Finding:
    """Return what a file holds as a GeoJSON FeatureCollection, or why it cannot be used.

    Coordinates are those of the file: a reference system other than WGS 84 is refused, and a
    curve too, as nobody has seen what the conversion would make of it.
    """
    try:
        features = [
            feature
            for source in _sources(content)
            for layer in range(len(_layers(source)))
            for feature in _features(source, layer)
        ]
    except _Faulty as wrong:
        return wrong.finding
    if not features:
        return unreadable("The file has no features.")
    if len(features) > FEATURES_MAX:
        return _too_many(len(features))
    return {"type": "FeatureCollection", "features": features}


def _sources(content: bytes) -> Iterator[bytes]:
    """Yield what GDAL is given: a KML text, a GeoPackage, or a zip with one Shapefile."""
    match kind_of(content):
        case Kind.ZIP:
            yield from _unpacked(content)
        case Kind.XML:
            yield _checked_kml(content)
        case _:
            yield content


def _unpacked(content: bytes) -> Iterator[bytes]:
    """Yield each KML of a KMZ, or the one Shapefile of a zip, packed anew."""
    try:
        with ZipFile(BytesIO(content)) as archive:
            members = [member for member in archive.infolist() if not _is_clutter(member)]
            _check_sizes(members)
            kmls = [member for member in members if _ends(member, ".kml")]
            if kmls:
                for member in kmls:
                    yield _checked_kml(archive.read(member))
            else:
                yield _shapefile(archive, members)
    except (BadZipFile, ZlibError, RuntimeError, ValueError, EOFError) as error:
        raise _Faulty(unreadable(f"The zip cannot be unpacked: {error}.")) from error


def _check_sizes(members: list[ZipInfo]) -> None:
    # zipfile reads no more of a member than the size that it declares.
    size = sum(member.file_size for member in members)
    if len(members) > MEMBERS_MAX or size > UNPACKED_MAX_BYTES:
        raise _Faulty(
            LARGE_AOI.finding(
                (),
                f"The zip holds {len(members):,} files with {size:,} bytes. At most "
                f"{MEMBERS_MAX:,} files and {UNPACKED_MAX_BYTES:,} bytes are read.",
            )
        )


def _shapefile(archive: ZipFile, members: list[ZipInfo]) -> bytes:
    shapes = [member for member in members if _ends(member, ".shp")]
    if len(shapes) != 1:
        found = ", ".join(quoted(member.filename) for member in shapes[:4]) or "none"
        raise _Faulty(
            unreadable(f"The zip must hold one .kml or one .shp file; of .shp it has: {found}.")
        )
    stem = shapes[0].filename[: -len(".shp")]
    found_by_end = {
        end: member
        for member in members
        for end in _SIDE_FILES
        if member.filename.lower() == f"{stem}{end}".lower()
    }
    missing = [end for end in _NEEDED if end not in found_by_end]
    if missing:
        raise _Faulty(
            unreadable(f"The Shapefile lacks its {' and '.join(missing)} file. Put it in the zip.")
        )
    packed = BytesIO()
    with ZipFile(packed, "w") as target:
        for end, member in found_by_end.items():
            target.writestr(f"aoi{end}", archive.read(member))
    return packed.getvalue()


def _is_clutter(member: ZipInfo) -> bool:
    """Tell whether a member is a folder, or what macOS adds beside each file."""
    return member.is_dir() or member.filename.startswith("__MACOSX/")


def _ends(member: ZipInfo, end: str) -> bool:
    return member.filename.lower().endswith(end)


def _checked_kml(content: bytes) -> bytes:
    if b"\0" in content[:64]:
        raise _Faulty(unreadable("The KML is not UTF-8 text. Save it as UTF-8."))
    if _ENTITY.search(content):
        raise _Faulty(
            unreadable("The KML declares entities or a document type, which no AOI needs.")
        )
    return content


def _layers(source: bytes) -> list[Any]:
    import pyogrio

    try:
        layers = list(pyogrio.list_layers(source))
    except pyogrio.errors.DataSourceError as error:
        raise _not_read(error) from error
    if kind_of(source) is Kind.GEOPACKAGE:
        _refuse_curves(source)
    return layers


def _features(source: bytes, layer: int) -> Iterator[dict[str, Any]]:
    """Yield the features of one layer; a table without geometries has none."""
    import pyogrio
    from pyogrio import raw

    try:
        about = pyogrio.read_info(source, layer=layer, force_feature_count=True)
        if about["driver"] not in _DRIVERS:
            raise _Faulty(unreadable("It is no KML, KMZ, GeoPackage or zipped Shapefile."))
        if about["geometry_type"] is None:
            return
        if about["features"] > FEATURES_MAX:
            raise _Faulty(_too_many(about["features"]))
        _check_crs(about["crs"], about["layer_name"], _DRIVERS[about["driver"]])
        columns = [str(name) for name in about["fields"] if str(name).lower() in _NAMED]
        meta, fids, geometries, fields = raw.read(
            source, layer=layer, columns=columns, return_fids=True
        )
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError) as error:
        raise _not_read(error) from error
    except (pyogrio.errors.GeometryError, pyogrio.errors.FeatureError, UnicodeError) as error:
        raise _not_read(error) from error
    names = [str(name).lower() for name in meta["fields"]]
    # The key of a GeoPackage's table is meant to last; elsewhere it only counts the rows.
    keeps_fids = about["driver"] == "GPKG" and "id" not in names
    for index, geometry in enumerate(geometries):
        named = {name: _plain(field[index]) for name, field in zip(names, fields, strict=True)}
        yield {
            "type": "Feature",
            **({"id": int(fids[index])} if keeps_fids else {}),
            "properties": {name: value for name, value in named.items() if value is not None},
            "geometry": _geometry(geometry, index),
        }


def _geometry(wkb: bytes | None, index: int) -> dict[str, Any] | None:
    if wkb is None:
        return None
    try:
        return read_wkb(bytes(wkb))
    except NotWkb as error:
        raise _Faulty(unreadable(f"Feature {index + 1} cannot be read: {error}.")) from error


def _plain(value: Any) -> str | int | None:
    """Return a name as text or a whole number, None for what is no name."""
    if isinstance(value, str):
        return value or None
    number = value.item() if hasattr(value, "item") else value
    if isinstance(number, float) and number.is_integer():
        return int(number)
    return number if type(number) is int else None


def _check_crs(crs: str | None, layer: str, kind: str) -> None:
    if crs in _WGS84 or kind == "KML":  # KML has no other (OGC 12-007r2, 6.4)
        return
    convert = (
        "Convert the file, and look at the result on a map:\n"
        "    ogr2ogr -t_srs EPSG:4326 wgs84.gpkg THIS-FILE"
    )
    if crs is None:
        where = "A Shapefile says it in its .prj file. " if kind == "Shapefile" else ""
        detail = (
            f"The {kind} does not say which reference system its coordinates are in. {where}If "
            "they are WGS 84 longitude and latitude, say so in the file:\n"
            "    ogr2ogr -a_srs EPSG:4326 wgs84.gpkg THIS-FILE"
        )
    else:
        name = crs if len(crs) <= 40 else _crs_name(crs)
        detail = (
            f"The {kind} has its coordinates in {name}. An order is in WGS 84 longitude and "
            f"latitude (EPSG:4326), and satops moves no corner by itself. {convert}"
        )
    raise _Faulty(NOT_WGS84.finding((), detail))


def _crs_name(wkt: str) -> str:
    """Return the name at the beginning of the text of a reference system."""
    found = re.search(r'"([^"]*)"', wkt)
    return quoted(found[1]) if found else "a reference system of its own"


def _refuse_curves(source: bytes) -> None:
    """Refuse a GeoPackage with arcs: GDAL would draw them with corners of its own choice."""
    from pyogrio import errors, raw

    try:
        _, _, _, (names,) = raw.read(
            source, sql="SELECT extension_name FROM gpkg_extensions", read_geometry=False
        )
    except (errors.DataSourceError, errors.DataLayerError):
        return  # the table need not be there
    if any(str(name).startswith("gpkg_geom_") for name in names):
        raise _Faulty(
            CURVED_FILE.finding(
                (),
                "The GeoPackage declares curves, and an order is a polygon with corners. Convert "
                "the curves in a map program, and look at the result:\n"
                "    ogr2ogr -nlt CONVERT_TO_LINEAR polygons.gpkg THIS-FILE",
            )
        )


def _too_many(count: int) -> Finding:
    return LARGE_AOI.finding(
        (),
        f"The file has {count:,} features; at most {FEATURES_MAX:,} are read. Keep those that "
        "orders need in a file of their own.",
    )


def _not_read(error: Exception) -> _Faulty:
    words = _PLACE.sub("", str(error)).split(";")[0].strip().rstrip(".")
    return _Faulty(unreadable(f"It cannot be read ({words[:_WORDS_MAX]})."))


def answer(content: bytes) -> bytes:
    """Return the answer to one request."""
    found = to_geojson(content)
    if isinstance(found, Finding):
        return FAULT + json_text.dumps([found.check, found.summary, found.detail])
    return SOUND + json_text.dumps(found)


def serve(requests: BinaryIO, answers: BinaryIO, *, time_max_s: int) -> None:
    """Answer requests until there are no more, with no way out of this process.

    One that takes longer ends the process.
    """
    import pyogrio  # noqa: F401  # with its libraries, while they can be opened

    warnings.simplefilter("ignore")
    for codec in _CODECS:
        "".encode(codec)
    _close_in()
    while head := requests.read(LENGTH.size):
        content = requests.read(LENGTH.unpack(head)[0])
        alarm(time_max_s)
        reply = answer(content)
        alarm(0)
        answers.write(LENGTH.pack(len(reply)) + reply)
        answers.flush()


def _close_in() -> None:
    """Take the rights to open anything, to write a file, and to use memory without end."""
    import resource

    if sys.platform == "linux":  # others count the libraries in ways of their own
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY_MAX_BYTES, MEMORY_MAX_BYTES))
    for right in (resource.RLIMIT_CORE, resource.RLIMIT_FSIZE, resource.RLIMIT_NOFILE):
        resource.setrlimit(right, (0, 0))


if __name__ == "__main__":
    serve(sys.stdin.buffer, sys.stdout.buffer, time_max_s=int(sys.argv[1]))
