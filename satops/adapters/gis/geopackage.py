"""Read the feature tables of a GeoPackage as GeoJSON.

A view, virtual table, generated column or trigger can return other rows at the next read, so that a
plan and an order from the same bytes would differ.  So only plain tables are read, row by row,
without indexes or functions; anything else is refused.
"""

import re
import sqlite3
from collections.abc import Iterator
from typing import Any

from satops.adapters.gis.layers import FEATURES_MAX, NAMED, Faulty, Layer, faulty, feature, too_many
from satops.core.finding import Finding, quoted
from satops.core.geometry.checks import ALIVE_LAYER, CURVED_FILE
from satops.core.geometry.known import foreign_database
from satops.core.geometry.systems import System, system_of, system_of_wkt
from satops.core.geometry.wkb import NotWkb, read_wkb

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
