"""Find the one polygon in a GeoJSON geometry, Feature or FeatureCollection.

The text holds one value, or a sequence of features, which becomes one collection.  A sequence has
one feature per line, or a record separator (RS, U+001E) before each (RFC 8142).
"""

from collections import Counter
from collections.abc import Iterator
from typing import Any

from satops.core import json_text
from satops.core.finding import Finding, Path, has_error
from satops.core.geometry.checks import (
    A_CRS,
    CURVES,
    LONE_POINT,
    MIXED,
    NEEDLESS_CRS,
    NO_POLYGON,
    ONE_IN_COLLECTION,
    ONE_PART,
    SEVERAL_FEATURES,
    SEVERAL_POLYGONS,
)
from satops.core.geometry.known import foreign_json
from satops.core.geometry.rings import SPLIT, shown
from satops.core.geometry.systems import code_in, refuse_other, refuse_undefined, system_of

_CRS84 = frozenset(
    {
        "urn:ogc:def:crs:OGC:1.3:CRS84",
        "urn:ogc:def:crs:OGC::CRS84",
        "OGC:CRS84",
        "http://www.opengis.net/def/crs/OGC/1.3/CRS84",
    }
)
"""Names of GeoJSON's prescribed system (RFC 7946, 4), which some programs write."""
_LINES = frozenset({"LineString", "MultiLineString", "MultiPoint"})
_CURVES = frozenset(
    {"CircularString", "CompoundCurve", "CurvePolygon", "MultiCurve", "MultiSurface"}
)
_DEEP_MAX = 32
"""Depth of nested collections."""


def find_polygon(
    value: dict[str, Any], path: Path = (), outer: str = ""
) -> tuple[tuple[object, Path] | None, list[Finding]]:
    """Return the coordinates of the one polygon with their path (None if a finding is an error),
    and the findings.

    Never takes the first of several polygons.  `outer` is the type of the enclosing value.
    """
    findings = list(_reference_system(value, path))
    if has_error(findings):
        return None, findings
    kind = value.get("type")
    inner: tuple[dict[str, Any], Path] | Finding
    if kind == "FeatureCollection" and not outer:
        inner = _only_feature(value, path)
    elif kind == "Feature" and outer != "Feature":
        inner = _geometry(value, path)
    elif outer == "FeatureCollection":
        inner = wrong_type(path, "The FeatureCollection holds something that is no Feature.")
    elif kind == "Polygon":
        return (value.get("coordinates"), (*path, "coordinates")), findings
    elif kind == "MultiPolygon":
        found, said = single_part(value.get("coordinates"), (*path, "coordinates"))
        return found, [*findings, said]
    elif kind == "GeometryCollection":
        findings += _systems_within(value, path)
        found, said = _only_polygon(value, path)
        return (None if has_error(findings) else found), [*findings, said]
    else:
        inner = _no_area(value, path)
    if isinstance(inner, Finding):
        return None, [*findings, inner]
    found, more = find_polygon(*inner, outer=str(kind))
    return found, findings + more


def single_part(parts: object, path: Path) -> tuple[tuple[object, Path] | None, Finding]:
    """Return the only part of a MultiPolygon, with a finding that says so."""
    if isinstance(parts, list) and len(parts) == 1:
        return (parts[0], (*path, 0)), ONE_PART.finding(
            path, "The MultiPolygon has one part. It is ordered as a Polygon."
        )
    if isinstance(parts, list) and parts:
        detail = (
            f"The MultiPolygon has {len(parts)} parts, and an order is one polygon. "
            "Write one order spec for each part."
        )
        return None, SEVERAL_POLYGONS.finding(path, detail, fix=SPLIT)
    return None, wrong_type(path, f"The MultiPolygon's coordinates are {shown(parts)}.")


def polygons(value: object, path: Path = ()) -> Iterator[tuple[object, Path]]:
    """Yield the coordinates of every polygon of a geometry, with their path."""
    for geometry, at in parts_of(value, path):
        if geometry.get("type") == "Polygon":
            yield geometry.get("coordinates"), (*at, "coordinates")
        elif geometry.get("type") == "MultiPolygon":
            listed = geometry.get("coordinates")
            for index, part in enumerate(listed if isinstance(listed, list) else ()):
                yield part, (*at, "coordinates", index)


def parts_of(value: object, path: Path = ()) -> Iterator[tuple[dict[str, Any], Path]]:
    """Yield the geometries of a Feature or collection; for a geometry, the geometry itself."""
    if not isinstance(value, dict) or len(path) > _DEEP_MAX:
        return
    match value.get("type"):
        case "Feature":
            yield from parts_of(value.get("geometry"), (*path, "geometry"))
        case "FeatureCollection" | "GeometryCollection" as kind:
            key = "features" if kind == "FeatureCollection" else "geometries"
            listed = value.get(key)
            for index, item in enumerate(listed if isinstance(listed, list) else ()):
                yield from parts_of(item, (*path, key, index))
        case _:
            yield value, path


def wrong_type(path: Path, what: str, fix: str = "") -> Finding:
    """Return a finding about a geometry that is no polygon."""
    return NO_POLYGON.finding(path, f"{what} An order needs one polygon.", fix=fix)


def counted(kinds: "Counter[str]") -> str:
    """Return the number of geometries by type: `2 Points and 1 LineString`."""
    words = [f"{count} {kind}{'s' if count > 1 else ''}" for kind, count in kinds.items()]
    return " and ".join(filter(None, (", ".join(words[:-1]), words[-1]))) if words else "nothing"


def _no_area(value: dict[str, Any], path: Path) -> Finding:
    kind = shown_type(value)
    if kind == "Point":
        return lone_point(path)
    foreign = foreign_json(value)
    if foreign is not None:
        return foreign.at(path)
    if kind in _LINES:
        return wrong_type(path, f"It is a {kind}, which has no area.", fix="--buffer-km 5")
    if kind in _CURVES:
        return CURVES.finding(
            path,
            f"It is a {kind}, which has curves, and an order is a polygon with corners. Convert "
            "the curves, and look at the result on a map.",
            fix="ogr2ogr -nlt CONVERT_TO_LINEAR {out} {file}",
        )
    written = value.get("type")
    return wrong_type(path, f"The GeoJSON type is {shown(written)}.{_meant(written)}")


def _meant(kind: object) -> str:
    for name in ("Polygon", "MultiPolygon", "Feature", "FeatureCollection", "GeometryCollection"):
        if isinstance(kind, str) and kind != name and kind.strip().lower() == name.lower():
            return f" GeoJSON writes it as {name}, with these capitals."
    return ""


def _only_polygon(value: dict[str, Any], path: Path) -> tuple[tuple[object, Path] | None, Finding]:
    """Return the polygon of a GeometryCollection that holds nothing else, or a finding."""
    kinds = Counter(shown_type(part) for part, _ in parts_of(value, path))
    found = list(polygons(value, path))
    holds = f"The GeometryCollection holds {counted(kinds)}"
    if not found:
        return None, wrong_type(path, f"{holds}, and no polygon.")
    if len(found) == 1 and kinds.total() == 1:
        return found[0], ONE_IN_COLLECTION.finding(path, f"{holds}. It is ordered as a Polygon.")
    if len(found) == 1:
        detail = (
            f"{holds}, and an order is one polygon. Take the polygon out into a file or a feature "
            "of its own."
        )
        return None, MIXED.finding(path, detail, fix=SPLIT)
    detail = f"{holds}, and an order is one polygon. Write one order spec for each polygon."
    return None, SEVERAL_POLYGONS.finding(path, detail, fix=SPLIT)


def shown_type(geometry: dict[str, Any]) -> str:
    """Return the type of a geometry, for messages."""
    kind = geometry.get("type")
    return kind if isinstance(kind, str) and kind.isalnum() and len(kind) <= 32 else "geometry"


def _only_feature(collection: dict[str, Any], path: Path) -> tuple[dict[str, Any], Path] | Finding:
    features = collection.get("features")
    path = (*path, "features")
    if isinstance(features, list):
        features = [(index, item) for index, item in enumerate(features) if item is not None]
    if not isinstance(features, list) or not features:
        said = shown(collection.get("features"))
        return wrong_type(path[:-1], f"The FeatureCollection's features are {said}.")
    if len(features) > 1:
        return SEVERAL_FEATURES.finding(
            path,
            f"The FeatureCollection has {len(features)} features, and an order is one polygon. "
            "Keep one of them, or keep them in a file and write {file: PATH, feature: ID}.",
        )
    index, feature = features[0]
    if not isinstance(feature, dict):
        return wrong_type((*path, index), f"The feature is {shown(feature)}.")
    return feature, (*path, index)


def _geometry(feature: dict[str, Any], path: Path) -> tuple[dict[str, Any], Path] | Finding:
    geometry = feature.get("geometry")
    if not isinstance(geometry, dict):
        return wrong_type(path, f"The Feature's geometry is {shown(geometry)}.")
    return geometry, (*path, "geometry")


def crs_name(value: dict[str, Any]) -> object:
    """Return the name in the `crs` member of a GeoJSON value, or the member itself."""
    crs = value.get("crs")
    properties = crs.get("properties") if isinstance(crs, dict) else None
    name = properties.get("name") if isinstance(properties, dict) else None
    return crs if name is None else name


def _reference_system(value: dict[str, Any], path: Path) -> Iterator[Finding]:
    if "crs" not in value:
        return
    name = crs_name(value)
    if isinstance(name, str) and name in _CRS84:
        yield NEEDLESS_CRS.finding(
            (*path, "crs"),
            "The crs member names WGS 84 longitude and latitude, which GeoJSON means anyway.",
        )
        return
    what = "The geometry"
    code = code_in(name) if isinstance(name, str) else None
    system = None if code is None else system_of(code)
    found = None if system is None else refuse_other(what, system, corners(value))
    if system is not None and system.is_wgs84:
        detail = (
            f"The crs member is {shown(name)}, in which some programs write the latitude first. "
            "GeoJSON is always WGS 84 longitude and latitude, without a crs member: if the "
            "numbers are so, leave the member out."
        )
        found = A_CRS.finding((), detail, fix="--crs EPSG:4326")
    if found is None:
        found = refuse_undefined(f"{what} has the crs member {shown(name)}, which")
    yield found.at((*path, "crs"))


def _systems_within(collection: dict[str, Any], path: Path) -> Iterator[Finding]:
    """Yield findings about reference systems inside a collection."""
    listed = collection.get("geometries")
    for index, item in enumerate(listed if isinstance(listed, list) else ()):
        if isinstance(item, dict) and len(path) < _DEEP_MAX:
            at = (*path, "geometries", index)
            yield from _reference_system(item, at)
            yield from _systems_within(item, at)


def corners(value: object) -> Iterator[tuple[float, float]]:
    """Yield every readable point of a GeoJSON value."""
    for geometry, _ in parts_of(value):
        yield from _points(geometry.get("coordinates"), 0)


def _points(value: object, deep: int) -> Iterator[tuple[float, float]]:
    if not isinstance(value, list) or deep > 4:
        return
    if len(value) > 1 and all(type(number) in (int, float) for number in value[:2]):
        yield value[0], value[1]
        return
    for item in value:
        yield from _points(item, deep + 1)


def lone_point(path: Path) -> Finding:
    """Return a finding about a point without extent."""
    return LONE_POINT.finding(
        path,
        "A point has no area, and an order needs one. "
        "Write {point: [longitude, latitude], radiusKm: 5}.",
        fix="--buffer-km 5",
    )


_SEPARATOR = "\x1e"
_MEMBERS = frozenset(
    {
        "Feature", "Point", "LineString", "Polygon", "MultiPoint", "MultiLineString",
        "MultiPolygon", "GeometryCollection",
    }
)  # fmt: skip
"""Types of a sequence's records."""


def looks_like_json(text: str) -> bool:
    """Tell whether a text begins like JSON of an outline."""
    return text.lstrip().startswith(("{", "["))  # strips separators too


def read_json(text: str) -> Any:
    """Return the value of a text, or a FeatureCollection of a sequence.  Raises `NotJson`."""
    before, *records = text.split(_SEPARATOR)
    if records and not before.strip():
        return _collection("record", records)
    try:
        return json_text.loads_strict(text)
    except json_text.NotJson:
        lines = text.split("\n")
        written = [line for line in lines if line.strip()]
        if len(written) < 2 or not all(map(_is_whole, written[:2])):
            raise
    return _collection("line", lines)


def _is_whole(line: str) -> bool:
    """Tell whether a line looks like a complete object."""
    line = line.strip()
    return line.startswith("{") and line.endswith("}")


def _collection(what: str, records: list[str]) -> dict[str, Any]:
    features = []
    for number, record in enumerate(records, 1):
        if not record.strip():
            continue
        try:
            value = json_text.loads_strict(record)
        except json_text.NotJson as error:
            raise json_text.NotJson(f"in {what} {number}, {error}") from None
        kind = value.get("type") if isinstance(value, dict) else None
        if not isinstance(kind, str) or kind not in _MEMBERS:
            raise json_text.NotJson(f"{what} {number} of the sequence is no GeoJSON Feature")
        features.append(
            value if kind == "Feature" else {"type": "Feature", "properties": {}, "geometry": value}
        )
    return {"type": "FeatureCollection", "features": features}
