"""Read a Shapefile as GeoJSON, by ESRI's description of July 1998: `.shp` through its index `.shx`,
and `id` and `name` from the table `.dbf`.
"""

from collections.abc import Iterator, Mapping
from itertools import pairwise
from math import isnan
from struct import Struct, error, unpack_from
from typing import Any

from satops.adapters.gis.encodings import decode_names
from satops.adapters.gis.layers import FEATURES_MAX, NAMED, Layer, faulty, feature, too_many
from satops.core.geometry.nesting import polygon_of
from satops.core.geometry.systems import system_of_wkt

_HEADER_BYTES = 100
_WORD_BYTES = 2
_SIGN = 9994
_INDEX = Struct(">ii")
_BOX_BYTES = 32
_NO_DATA = -1e38
_KINDS = {
    1: "Point", 3: "LineString", 5: "Polygon", 8: "MultiPoint", 11: "Point", 13: "LineString",
    15: "Polygon", 18: "MultiPoint", 21: "Point", 23: "LineString", 25: "Polygon",
    28: "MultiPoint", 31: "MultiPatch",
}  # fmt: skip
"""From 11 on with heights and optional measures, from 21 on with measures."""
_DBF_FIELD = Struct("<11sc4xBB14x")
Position = list[float | None]


def read_shapefile(files: Mapping[str, bytes], *, encoding: str | None, forced: bool) -> Layer:
    """Return the features of a Shapefile, from its files by suffix.

    For `encoding` see `encodings.decode_names`.  Raises `Faulty`.
    """
    try:
        geometries = list(_geometries(files[".shp"], files[".shx"]))
        rows, table = _rows(files[".dbf"])
    except (error, ValueError, IndexError, KeyError) as wrong:
        raise faulty(f"The Shapefile is cut or damaged ({wrong}).") from wrong
    if len(rows) != len(geometries):
        raise faulty(
            f"The .dbf file has {len(rows):,} rows and the .shp file {len(geometries):,} shapes: "
            "they are not of one export."
        )
    texts = [value for row in rows if row is not None for value in row.values()]
    cpg = files[".cpg"].decode("latin-1") if files.get(".cpg", b"").strip() else None
    named, readings = decode_names(
        [value for value in texts if isinstance(value, bytes)],
        cpg=cpg,
        language=table,
        encoding=encoding,
        forced=forced,
    )
    left = iter(named or ())
    features = []
    for row, geometry in zip(rows, geometries, strict=True):
        if row is None:  # dBASE marks a deleted row and keeps it
            continue
        names = {
            key: (value if not isinstance(value, bytes) else next(left, "") or None)
            for key, value in row.items()
        }
        features.append(feature(None, names, geometry))
    text = files.get(".prj", b"").decode("latin-1").strip()
    return Layer(
        "The Shapefile",
        features,
        system_of_wkt(text) if text else None,
        text,
        " A Shapefile says it in its .prj file.",
        readings,
    )


def _geometries(shp: bytes, shx: bytes) -> Iterator[dict[str, Any] | None]:
    for content in (shp, shx):
        if unpack_from(">i", content)[0] != _SIGN:
            raise ValueError("it does not begin as one")
    count = (len(shx) - _HEADER_BYTES) // _INDEX.size
    if count > FEATURES_MAX:
        raise too_many(count)
    for offset, length in _INDEX.iter_unpack(shx[_HEADER_BYTES:][: count * _INDEX.size]):
        start = offset * _WORD_BYTES
        if start < _HEADER_BYTES or _INDEX.unpack_from(shp, start)[1] != length:
            raise ValueError("the .shx file is not the index of the .shp file")
        start += _INDEX.size
        record = shp[start : start + length * _WORD_BYTES]
        if len(record) != length * _WORD_BYTES:
            raise ValueError("the .shp file is cut")
        yield _geometry(record)


def _geometry(record: bytes) -> dict[str, Any] | None:
    number = unpack_from("<i", record)[0]
    if number == 0:
        return None
    kind = _KINDS[number]
    if kind == "MultiPatch":
        return {"type": kind}
    if kind == "Point":
        (x, y, *more), _ = _doubles(record, 4, (len(record) - 4) // 8)
        return {"type": kind, "coordinates": _position(x, y, more, number)}
    place = 4 + _BOX_BYTES
    if kind == "MultiPoint":
        (points,) = unpack_from("<i", record, place)
        return {"type": kind, "coordinates": _positions(record, place + 4, points, number)}
    parts, points = unpack_from("<ii", record, place)
    if not 0 <= parts <= points or len(record) < place + 8 + 4 * parts + 16 * points:
        raise ValueError("a shape counts more parts or points than it has")
    begins = [*unpack_from(f"<{parts}i", record, place + 8), points]
    if begins[:1] != [0] or any(later < first for first, later in pairwise(begins)):
        raise ValueError("the parts of a shape do not follow one another")
    positions = _positions(record, place + 8 + 4 * parts, points, number)
    lines = [positions[first:later] for first, later in pairwise(begins)]
    if kind == "Polygon":
        return polygon_of(lines)
    if len(lines) == 1:
        return {"type": "LineString", "coordinates": lines[0]}
    return {"type": "MultiLineString", "coordinates": lines}


def _positions(record: bytes, place: int, count: int, number: int) -> list[Position]:
    flat, place = _doubles(record, place, 2 * count)
    heights: list[float] = []
    measures: list[float] = []
    if 10 < number < 20:
        heights, place = _doubles(record, place + 16, count)
    if number > 10 and len(record) >= place + 16 + 8 * count:  # measures are optional
        measures, place = _doubles(record, place + 16, count)
    beyond = [list(each) for each in zip(heights, measures, strict=False)] or [
        [each] for each in heights or measures
    ]
    return [
        _position(x, y, beyond[index] if beyond else [], number)
        for index, (x, y) in enumerate(zip(flat[::2], flat[1::2], strict=True))
    ]


def _doubles(record: bytes, place: int, count: int) -> tuple[list[float], int]:
    return list(unpack_from(f"<{count}d", record, place)), place + 8 * count


def _position(x: float, y: float, more: list[float], number: int) -> Position:
    """Return a point for GeoJSON: a measure without a height follows an empty height."""
    beyond = [None if isnan(value) or value < _NO_DATA else value for value in more[:2]]
    first = [None if isnan(value) else value for value in (x, y)]
    return [*first, None, *beyond[:1]] if number > 20 and beyond else [*first, *beyond]


def _rows(dbf: bytes) -> tuple[list[dict[str, bytes | int | None] | None], int]:
    """Return `id` and `name` of each row (None for a deleted one), and the language byte."""
    count, header, size = unpack_from("<IHH", dbf, 4)
    if count > FEATURES_MAX:
        raise too_many(count)
    fields = []
    start = 1  # skip the deletion mark
    for place in range(32, header - 1, 32):
        if dbf[place] == 0x0D:
            break
        raw, kind, length, _ = _DBF_FIELD.unpack_from(dbf, place)
        name = raw.partition(b"\0")[0].decode("latin-1").strip().lower()
        if name in NAMED:
            fields.append((name, kind, slice(start, start + length)))
        start += length
    if len(dbf) < header + count * size or start > size:
        raise ValueError("the .dbf file is cut")
    rows: list[dict[str, bytes | int | None] | None] = []
    for index in range(count):
        row = dbf[header + index * size : header + (index + 1) * size]
        is_deleted = row[:1] == b"*"
        rows.append(
            None if is_deleted else {name: _value(row[where], kind) for name, kind, where in fields}
        )
    return rows, dbf[29]


def _value(written: bytes, kind: bytes) -> bytes | int | None:
    """Return a name as bytes, a whole number as int; None for any other value."""
    text = written.rstrip(b" \0")
    if kind == b"C":
        return text or None
    if kind in b"NF":
        try:
            number = float(text)
        except ValueError:
            return None
        return int(number) if number.is_integer() else None
    return None
