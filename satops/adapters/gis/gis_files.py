"""Convert KML, KMZ, GeoPackage and zipped Shapefiles to GeoJSON, in a sandboxed process.

A pull request chooses the bytes of an AOI file.  So `adapters.files.aoi_files` starts a process of
its own to read them.  It gets no environment of its parent, opens no file or socket after its
start, and has limits of memory and time: a hostile file reaches neither disk nor network.

The process reads questions from stdin and writes answers to stdout, each after its length.
"""

import os
import signal
import struct
import sys
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, BinaryIO

from msgspec import Struct
from msgspec.structs import asdict, replace

from satops.adapters.gis.archive import unpacked
from satops.adapters.gis.encodings import load_all
from satops.adapters.gis.geopackage import read_geopackage
from satops.adapters.gis.kml import read_kml
from satops.adapters.gis.layers import FEATURES_MAX, Faulty, Layer, faulty, too_many
from satops.adapters.gis.shapefile import read_shapefile
from satops.adapters.gis.text import read_text
from satops.core import json_text
from satops.core.finding import Finding
from satops.core.geometry.aoi import Kind, kind_of
from satops.core.geometry.geojson import corners
from satops.core.geometry.moving import Mover, NotMovable
from satops.core.geometry.nesting import polygon_of
from satops.core.geometry.systems import (
    REPROJECT,
    refuse_other,
    refuse_undefined,
    system_of,
    system_of_wkt,
)

LENGTH = struct.Struct(">Q")
"""Length before each question, file and answer."""
SOUND, FAULT = b"+", b"-"
"""First byte of an answer: features follow, or the fields of a finding."""
MEMORY_MAX_BYTES = 4 * 1024**3
"""Bytes of address space, libraries included."""


class Asked(Struct, frozen=True):
    """The options for a file."""

    encoding: str | None = None
    """Encoding of names, if the file does not declare one."""
    forced: bool = False
    """Whether `encoding` overrides the file's own."""
    convert: bool = False
    """Whether the file is converted, so that text formats are read here too."""
    crs: str | None = None
    """Code of the coordinates' reference system, whatever the file declares."""
    reproject: bool = False
    """Whether to reproject to WGS 84."""


_AS_IT_IS = Asked()


def to_geojson(content: bytes, asked: Asked = _AS_IT_IS) -> dict[str, Any] | Finding:
    """Return a file as GeoJSON FeatureCollection, or the finding that says why it cannot be used.

    Coordinates stay as in the file; another system than WGS 84 is refused without `reproject`.  The
    member `readings` holds the fields of `core.geometry.aoi.Readings`, if any.  `moved` holds for
    each feature its source system, the accuracy in metres and the true area in km².
    """
    found: dict[str, Any] = {"type": "FeatureCollection", "features": [], "moved": []}
    empty = ""
    try:
        for layer in _layers(content, asked):
            empty = empty or layer.empty
            if not layer.features:
                continue
            layer, moved = _in_wgs84(layer, asked)
            found["features"] += layer.features
            found["moved"] += moved
            if layer.readings is not None:
                found.setdefault("readings", asdict(layer.readings))
            if len(found["features"]) > FEATURES_MAX:
                raise too_many(len(found["features"]))
    except (Faulty, NotMovable) as wrong:
        return wrong.finding
    return found if found["features"] else faulty(empty or "The file has no features.").finding


def _layers(content: bytes, asked: Asked) -> Iterator[Layer]:
    match kind_of(content):
        case Kind.ZIP:
            for source in unpacked(content):
                if isinstance(source, bytes):
                    yield read_kml(source, asked.encoding)
                else:
                    yield read_shapefile(source, encoding=asked.encoding, forced=asked.forced)
        case Kind.TEXT if asked.convert:
            yield read_text(content)
        case Kind.GEOPACKAGE:
            yield from read_geopackage(content)
        case _:
            yield read_kml(content, asked.encoding)


def _in_wgs84(layer: Layer, asked: Asked) -> tuple[Layer, list[dict[str, Any] | None]]:
    """Return a layer in WGS 84, reprojected if asked for.  Raises `Faulty`, `NotMovable`."""
    system = layer.system if asked.crs is None else system_of(asked.crs)
    if system is None:
        raise Faulty(refuse_undefined(layer.what, layer.where))
    points = corners({"type": "FeatureCollection", "features": layer.features})
    refused = refuse_other(layer.what, system, points)
    if refused is None:
        return layer, [None] * len(layer.features)
    if not asked.reproject or refused.fix != REPROJECT:
        raise Faulty(refused)
    mover = Mover(str(system), system.code or layer.system_wkt)
    features: list[dict[str, Any]] = []
    moved: list[dict[str, Any] | None] = []
    for feature in layer.features:
        geometry = feature["geometry"]
        features.append({**feature, "geometry": mover.geometry(geometry)})
        area = mover.true_area_km2(geometry)
        moved.append({"from": mover.name, "accuracy_m": mover.accuracy_m, "area_km2": area})
    return replace(layer, features=features), moved


def answer(question: bytes, content: bytes) -> bytes:
    """Return the answer to one question about a file."""
    found = to_geojson(content, Asked(**json_text.loads(question)))
    if isinstance(found, Finding):
        return FAULT + json_text.dumps([found.check, found.summary, found.detail, found.fix])
    return SOUND + json_text.dumps(found)


def serve(questions: BinaryIO, answers: BinaryIO, *, time_max_s: int) -> None:
    """Answer questions until stdin ends.

    A question that takes longer than `time_max_s` ends the process.
    """
    _load_libraries()
    warnings.simplefilter("ignore")
    _close_in()
    while head := questions.read(LENGTH.size):
        question = questions.read(LENGTH.unpack(head)[0])
        content = questions.read(LENGTH.unpack(questions.read(LENGTH.size))[0])
        with _ended_after(time_max_s):
            reply = answer(question, content)
        answers.write(LENGTH.pack(len(reply)) + reply)
        answers.flush()


@contextmanager
def _ended_after(seconds: int) -> Iterator[None]:
    """End the process if the block takes longer."""
    if hasattr(signal, "alarm"):
        signal.alarm(seconds)
        yield
        signal.alarm(0)
        return
    clock = threading.Timer(seconds, os._exit, (1,))  # for Windows; C code may delay it
    clock.daemon = True
    clock.start()
    yield
    clock.cancel()


def _load_libraries() -> None:
    """Load codecs, arrays and PROJ's database, which open files on first use."""
    load_all()
    polygon_of([_SQUARE, _SQUARE])
    utm = system_of("EPSG:32648")
    assert utm is not None
    assert system_of_wkt(_ESRI_WGS84) is not None
    Mover(utm.name, utm.code).geometry({"type": "Point", "coordinates": [5e5, 1e6]})


_SQUARE: list[list[float | None]] = [[0, 0], [0, 1], [1, 1], [0, 0]]
_ESRI_WGS84 = (
    'GEOGCS["GCS_WGS_1984",DATUM["D_WGS_1984",SPHEROID["WGS_1984",6378137.0,298.257223563]],'
    'PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]]'
)


def _close_in() -> None:
    """Drop the rights to open or write files, and limit memory.

    Windows lacks such limits: there the process keeps the user's rights.
    """
    try:
        import resource
    except ImportError:
        return
    if sys.platform == "linux":  # others count the libraries differently
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY_MAX_BYTES, MEMORY_MAX_BYTES))
    for right in (resource.RLIMIT_CORE, resource.RLIMIT_FSIZE, resource.RLIMIT_NOFILE):
        resource.setrlimit(right, (0, 0))


if __name__ == "__main__":
    serve(sys.stdin.buffer, sys.stdout.buffer, time_max_s=int(sys.argv[1]))
