"""Read the feature tables of a GeoPackage as GeoJSON.

A view, virtual table, generated column or trigger can return other rows at the next read, so that a
plan and an order from the same bytes would differ.  So only plain tables are read, row by row,
without indexes or functions; anything else is refused.

Geometries are well-known binary (WKB).  Usual readers refuse an open ring without an explanation,
or repair it; this one does neither.
"""

import re
import sqlite3
from collections.abc import Iterator
from struct import Struct, error
from typing import Any, NamedTuple

from satops.adapters.gis.layers import FEATURES_MAX, NAMED, Faulty, Layer, faulty, feature, too_many
from satops.core.finding import Finding, quoted
from satops.core.geometry.checks import ALIVE_LAYER, CURVED_FILE
from satops.core.geometry.known import foreign_database
from satops.core.geometry.systems import System, system_of, system_of_wkt

_NAMES = {
    1: "Point",
    2: "LineString",
    3: "Polygon",
    4: "MultiPoint",
    5: "MultiLineString",
    6: "MultiPolygon",
    7: "GeometryCollection",
    8: "CircularString",
    9: "CompoundCurve",
    10: "CurvePolygon",
    11: "MultiCurve",
    12: "MultiSurface",
    15: "PolyhedralSurface",
    16: "TIN",
    17: "Triangle",
}
"""Types by ISO/IEC 13249-3; heights add 1000, measures 2000, both 3000."""
_EWKB_FLAGS = {0x80000000: 1000, 0x40000000: 2000}
"""Flags of older programs for heights and measures."""
_EWKB_SRID = 0x20000000
_DEEP_MAX = 8
"""Depth of nested collections."""


class NotWkb(ValueError):
    """The bytes are no geometry."""


class _Order(NamedTuple):
    """One byte order."""

    whole: Struct
    """For numbers of types, parts, rings and corners."""
    sign: str


_ORDERS = {
    0: _Order(Struct(">I"), ">"),
    1: _Order(Struct("<I"), "<"),
}


def read_wkb(content: bytes) -> dict[str, Any]:
    """Return a GeoJSON geometry with all stored coordinates, heights and measures included.

    NaN, which stands for an absent height or measure, becomes None; a measure without a height is
    the fourth number, after None.  A geometry that GeoJSON lacks, such as a curve, has no
    coordinates, since it is refused anyway.  Raises `NotWkb`.
    """
    try:
        return _Reader(content).geometry(_DEEP_MAX)
    except (error, IndexError, KeyError) as wrong:
        raise NotWkb("the geometry is cut or damaged") from wrong


class _Reader:
    """Reads from offset `place` on."""

    def __init__(self, content: bytes) -> None:
        self.content = content
        self.place = 0

    def geometry(self, deep: int) -> dict[str, Any]:
        order = _ORDERS[self.content[self.place]]
        self.place += 1
        kind = self._whole(order)
        if kind & _EWKB_SRID:
            kind &= ~_EWKB_SRID
            self.place += order.whole.size
        for flag, added in _EWKB_FLAGS.items():
            if kind & flag:
                kind = (kind & ~flag) + added
        number, dimensions = kind % 1000, kind // 1000
        name = _NAMES.get(number, f"geometry {number}")
        if dimensions > 3:
            raise NotWkb(f"the kind {kind} is not known")
        position = _Position(order, dimensions)
        match name:
            case "Point":
                return {"type": name, "coordinates": self._positions(position, 1)[0]}
            case "LineString":
                return {"type": name, "coordinates": self._line(position)}
            case "Polygon":
                rings = [self._line(position) for _ in range(self._whole(order))]
                return {"type": name, "coordinates": rings}
            case "MultiPoint" | "MultiLineString" | "MultiPolygon":
                parts = [self._part(name, deep) for _ in range(self._whole(order))]
                return {"type": name, "coordinates": parts}
            case "GeometryCollection" if deep:
                inner = [self.geometry(deep - 1) for _ in range(self._whole(order))]
                return {"type": name, "geometries": inner}
        if deep < _DEEP_MAX:  # the end of a deeper one cannot be found
            raise NotWkb(f"a collection holds a {name}, or is nested too deep")
        return {"type": name}

    def _part(self, name: str, deep: int) -> Any:
        if not deep:
            raise NotWkb("geometries stand in geometries too deep")
        part = self.geometry(deep - 1)
        if part["type"] != name.removeprefix("Multi"):
            raise NotWkb(f"a {name} holds something of another kind")
        return part["coordinates"]

    def _whole(self, order: _Order) -> int:
        found: int = order.whole.unpack_from(self.content, self.place)[0]
        self.place += order.whole.size
        return found

    def _line(self, position: "_Position") -> list[list[float | None]]:
        return self._positions(position, self._whole(position.order))

    def _positions(self, position: "_Position", count: int) -> list[list[float | None]]:
        end = self.place + count * position.struct.size
        if end > len(self.content):
            raise NotWkb("the geometry is cut")
        found = position.struct.iter_unpack(self.content[self.place : end])
        self.place = end
        return [position.listed(numbers) for numbers in found]


class _Position:
    """Layout of a point: two numbers, a height (1), a measure (2) or both (3)."""

    def __init__(self, order: _Order, dimensions: int) -> None:
        self.order = order
        self.has_measure_only = dimensions == 2
        self.struct = Struct(f"{order.sign}{(2, 3, 3, 4)[dimensions]}d")

    def listed(self, numbers: tuple[float, ...]) -> list[float | None]:
        """Return a position for GeoJSON; NaN becomes None."""
        found = [number if number == number else None for number in numbers]
        if self.has_measure_only:
            found.insert(2, None)
        return found


_VERSIONS_AT = slice(18, 20)
"""Bytes that say whether the database uses a write-ahead log, which in-memory databases cannot."""
_ROLLBACK = b"\x01\x01"
_ENVELOPES = (0, 32, 48, 48, 64)
"""Bytes of the envelope, by its kind in the geometry's header."""
_PLAIN = re.compile(r"CREATE TABLE\b", re.IGNORECASE)
"""SQLite's normal form of a table's SQL."""
_ROW_BYTES_MAX = 32 * 1024 * 1024


def read_geopackage(content: bytes) -> Iterator[Layer]:
    """Yield the feature layers of a GeoPackage.  Raises `Faulty`."""
    try:
        database = _opened(content)
        try:
            yield from _layers(database)
        finally:
            database.close()
    except (sqlite3.Error, UnicodeError) as error:
        raise faulty(
            f"The GeoPackage is damaged, or does more than hold rows ({error})."
        ) from error


def _opened(content: bytes) -> sqlite3.Connection:
    database = sqlite3.connect(":memory:")
    held = bytearray(content)
    held[_VERSIONS_AT] = _ROLLBACK
    database.deserialize(bytes(held))
    database.text_factory = lambda written: written.decode("utf-8", "replace")
    for pragma in ("trusted_schema=OFF", "query_only=ON", "cell_size_check=ON"):
        database.execute(f"PRAGMA {pragma}")
    database.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _ROW_BYTES_MAX)
    database.set_authorizer(_authorize)
    return database


def _authorize(
    action: int, _first: str | None, _second: str | None, _schema: str | None, source: str | None
) -> int:
    """Allow reading rows, and nothing that a view, trigger or function would add."""
    is_read = action in (sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ) and source is None
    return sqlite3.SQLITE_OK if is_read else sqlite3.SQLITE_DENY


def _layers(database: sqlite3.Connection) -> Iterator[Layer]:
    schema = _Schema(database)
    if "gpkg_geometry_columns" not in schema.tables:
        raise Faulty(foreign_database(schema.tables))
    for name in ("gpkg_geometry_columns", "gpkg_spatial_ref_sys"):
        schema.check(name)
    _refuse_curves(database, schema)
    listed = database.execute(
        "SELECT table_name, column_name, srs_id FROM gpkg_geometry_columns NOT INDEXED"
    ).fetchall()
    names = [str(table).lower() for table, _, _ in listed]
    left = FEATURES_MAX
    for table, column, srs_id in listed:
        if not isinstance(table, str) or not isinstance(column, str):
            raise faulty("The GeoPackage lists a layer without a name.")
        if names.count(table.lower()) > 1:
            raise faulty(f"The GeoPackage lists the layer {quoted(table)} twice.")
        schema.check(table)
        features = list(_features(database, schema, table, column, left))
        left -= len(features)
        system, text = _system(database, srs_id)
        yield Layer(f"The GeoPackage's layer {quoted(table)}", features, system, text)


class _Schema:
    """The content of `sqlite_master`."""

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database
        self.tables: dict[str, list[tuple[str, str]]] = {}
        """Kind and SQL of each table and view, by lower-case name."""
        self._triggers: dict[str, list[str]] = {}
        """Names of triggers by table."""
        rows = database.execute("SELECT type, name, tbl_name, sql FROM sqlite_master").fetchall()
        for kind, name, table, sql in rows:
            if kind in ("table", "view"):
                self.tables.setdefault(str(name).lower(), []).append((kind, str(sql)))
            elif kind == "trigger":
                self._triggers.setdefault(str(table).lower(), []).append(str(name))

    def check(self, table: str) -> None:
        """Raise `Faulty` unless a name is a plain table."""
        found = self.tables.get(table.lower(), [])
        if len(found) != 1:
            raise faulty(f"The GeoPackage lists {quoted(table)}, and has no such table.")
        kind, sql = found[0]
        if kind == "view" or re.match(r"\s*CREATE\s+(?:TEMP\w*\s+)?VIEW\b", sql, re.IGNORECASE):
            raise Faulty(_alive(table, "is a view: a question that is asked anew at each look"))
        if not _PLAIN.match(sql):
            raise Faulty(_alive(table, "is a virtual table"))
        for trigger in self._triggers.get(table.lower(), []):
            if not _is_of_the_format(trigger, table):
                raise Faulty(_alive(table, f"has the trigger {quoted(trigger)}"))
        if any(column.hidden for column in self.columns(table)):
            raise Faulty(_alive(table, "has a generated column"))

    def columns(self, table: str) -> list["_Column"]:
        """Return the columns of a table."""
        self._database.set_authorizer(None)
        rows = self._database.execute(
            "SELECT name, type, pk, hidden FROM pragma_table_xinfo(?)", (table,)
        ).fetchall()
        self._database.set_authorizer(_authorize)
        return [_Column(*row) for row in rows]


class _Column:
    def __init__(self, name: str, kind: str, key: int, hidden: int) -> None:
        self.name = name
        self.is_key = key > 0 and kind.upper() == "INTEGER"
        self.hidden = hidden


def _is_of_the_format(trigger: str, table: str) -> bool:
    """Tell whether a trigger maintains the spatial index or the row count, as usual programs write
    it.
    """
    name, of = trigger.lower(), table.lower()
    return name.startswith(f"rtree_{of}_") or name in (
        f"trigger_insert_feature_count_{of}",
        f"trigger_delete_feature_count_{of}",
    )


def _alive(table: str, what: str) -> Finding:
    return ALIVE_LAYER.finding(
        (),
        f"The GeoPackage's layer {quoted(table)} {what}, so that what is planned need not be what "
        "is bought. Save it as a plain table, and look at the result on a map.",
        fix="ogr2ogr {out} {file}",
    )


def _refuse_curves(database: sqlite3.Connection, schema: _Schema) -> None:
    if "gpkg_extensions" not in schema.tables:
        return
    schema.check("gpkg_extensions")
    names = database.execute("SELECT extension_name FROM gpkg_extensions NOT INDEXED")
    if any(str(name).startswith("gpkg_geom_") for (name,) in names):
        raise Faulty(
            CURVED_FILE.finding(
                (),
                "The GeoPackage declares curves, and an order is a polygon with corners. Convert "
                "the curves, and look at the result on a map.",
                fix="ogr2ogr -nlt CONVERT_TO_LINEAR {out} {file}",
            )
        )


def _features(
    database: sqlite3.Connection, schema: _Schema, table: str, column: str, most: int
) -> Iterator[dict[str, Any]]:
    columns = schema.columns(table)
    if column not in [each.name for each in columns]:
        raise faulty(f"The GeoPackage's layer {quoted(table)} lacks its geometries.")
    keys = [each.name for each in columns if each.is_key]
    named = {each.name.lower(): each.name for each in columns if each.name.lower() in NAMED}
    wanted = [*keys[:1], column, *named.values()]
    rows = database.execute(
        f"SELECT {', '.join(map(_identifier, wanted))} FROM {_identifier(table)} NOT INDEXED"  # noqa: S608
    )
    for index, row in enumerate(rows):
        if index >= most:
            raise too_many()
        key = row[0] if keys else None
        blob, *values = row[1:] if keys else row
        properties = {name: _plain(value) for name, value in zip(named, values, strict=True)}
        # The primary key is stable.
        identity = key if "id" not in named else None
        yield feature(identity, properties, _geometry(blob, index))


def _identifier(name: str) -> str:
    doubled = name.replace('"', '""')
    return f'"{doubled}"'


def _plain(value: object) -> str | int | None:
    """Return a name as text or whole number; None for any other value."""
    if isinstance(value, str):
        return value or None
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value if type(value) is int else None


def _geometry(blob: object, index: int) -> dict[str, Any] | None:
    """Read a geometry in GeoPackage's binary format (OGC 12-128r19, 2.1.3)."""
    if blob is None:
        return None
    if not isinstance(blob, bytes) or blob[:2] != b"GP" or blob[3:4] >= b"\x20":
        raise faulty(f"The geometry of feature {index + 1} is stored in a way that is not known.")
    try:
        return read_wkb(blob[8 + _ENVELOPES[(blob[3] >> 1) & 7] :])
    except (NotWkb, IndexError) as error:
        raise faulty(f"The geometry of feature {index + 1} cannot be read: {error}.") from error


def _system(database: sqlite3.Connection, srs_id: object) -> tuple[System | None, str]:
    """Return the reference system of a layer, and its WKT."""
    rows = database.execute(
        "SELECT organization, organization_coordsys_id, definition FROM gpkg_spatial_ref_sys "
        "NOT INDEXED WHERE srs_id = ?",
        (srs_id,),
    ).fetchall()
    if len(rows) != 1 or srs_id in (0, -1):
        return None, ""
    organization, code, definition = rows[0]
    if str(organization).upper() == "EPSG" and type(code) is int:
        return system_of(f"EPSG:{code}"), ""
    return system_of_wkt(str(definition)), str(definition)
