"""Convert TopoJSON and Esri JSON to GeoJSON, for `satops aoi`.

An order does not accept them, so that reviewers see GeoJSON in a repository.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from satops.core.geometry.nesting import polygon_of

_DEEP_MAX = 16
"""Depth of nested collections."""


class NotRead(ValueError):
    """The value is not valid in its format."""


def converted(value: Any) -> Any:
    """Return a JSON value as GeoJSON; a value of neither format unchanged.

    A reference system of Esri JSON becomes a `crs` member.  Raises `NotRead`.
    """
    if not isinstance(value, dict):
        return value
    try:
        if value.get("type") == "Topology":
            return _collection(_topology(value))
        if "type" not in value and ({"rings", "features", "geometry"} & value.keys()):
            return _esri(value)
    except (KeyError, IndexError, TypeError, ValueError, AttributeError) as error:
        raise NotRead("it is cut or damaged") from error
    return value


def _collection(features: Iterator[dict[str, Any]]) -> dict[str, Any]:
    return {"type": "FeatureCollection", "features": list(features)}


def _feature(geometry: Any, properties: Any, identity: Any = None) -> dict[str, Any]:
    named = {} if identity is None else {"id": identity}
    properties = properties if isinstance(properties, dict) else {}
    return {"type": "Feature", **named, "properties": properties, "geometry": geometry}


def _topology(topology: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield a Feature for each geometry of the objects, named after its object."""
    transform = topology.get("transform")
    arcs = [_arc(arc, transform) for arc in topology["arcs"]]
    for name, thing in topology["objects"].items():
        inside = thing["geometries"] if thing["type"] == "GeometryCollection" else [thing]
        for geometry in inside:
            properties = dict(geometry.get("properties") or {})
            if len(inside) == 1:
                properties.setdefault("name", name)
            made = _topo_geometry(geometry, arcs, transform, _DEEP_MAX)
            yield _feature(made, properties, geometry.get("id"))


def _arc(arc: list[list[float]], transform: Any) -> list[list[float]]:
    """Return the points of an arc; with a transform each one is relative to the last."""
    if transform is None:
        return [list(point) for point in arc]
    x = y = 0.0
    points = []
    for dx, dy, *_ in arc:
        x, y = x + dx, y + dy
        points.append(_placed(x, y, transform))
    return points


def _placed(x: float, y: float, transform: Any) -> list[float]:
    (sx, sy), (tx, ty) = transform["scale"], transform["translate"]
    return [x * sx + tx, y * sy + ty]


def _topo_geometry(geometry: Any, arcs: list[list[list[float]]], transform: Any, deep: int) -> Any:
    def line(indexes: list[int]) -> list[list[float]]:
        points: list[list[float]] = []
        for index in indexes:
            arc = arcs[index] if index >= 0 else arcs[~index][::-1]
            points += arc[1:] if points else arc
        return points

    kind = geometry["type"]
    match kind:
        case None:
            return None
        case "GeometryCollection" if deep:
            inner = [_topo_geometry(g, arcs, transform, deep - 1) for g in geometry["geometries"]]
            return {"type": kind, "geometries": inner}
        case "LineString":
            return {"type": kind, "coordinates": line(geometry["arcs"])}
        case "Polygon" | "MultiLineString":
            return {"type": kind, "coordinates": [line(each) for each in geometry["arcs"]]}
        case "MultiPolygon":
            parts = [[line(ring) for ring in part] for part in geometry["arcs"]]
            return {"type": kind, "coordinates": parts}
        case "Point" | "MultiPoint":
            listed = geometry["coordinates"]
            points = listed if kind == "MultiPoint" else [listed]
            if transform is not None:
                points = [_placed(x, y, transform) for x, y, *_ in points]
            return {"type": kind, "coordinates": points if kind == "MultiPoint" else points[0]}
    raise NotRead(f"a geometry has the type {kind!r}")


def _esri(value: Mapping[str, Any]) -> dict[str, Any]:
    features = value.get("features", [value])
    made = [_esri_feature(each) for each in features]
    named = [value, *(each["geometry"] for each in features if each.get("geometry"))]
    codes = {_wkid(system) for each in named if (system := each.get("spatialReference"))}
    if len(codes) > 1:
        raise NotRead("it names several reference systems")
    crs = {"crs": {"properties": {"name": codes.pop()}}} if codes else {}
    return {**_collection(iter(made)), **crs}


def _wkid(system: Mapping[str, Any]) -> str:
    code = system.get("latestWkid") or system.get("wkid")
    return f"EPSG:{int(code)}" if code else str(system.get("wkt", ""))


def _esri_feature(value: Mapping[str, Any]) -> dict[str, Any]:
    attributes = value.get("attributes") or {}
    named = {str(key).lower(): item for key, item in attributes.items()}
    names = {key: named[key] for key in ("id", "name") if type(named.get(key)) in (str, int)}
    geometry = value.get("geometry", value if "rings" in value else None)
    return _feature(_esri_geometry(geometry), {**attributes, **names})


def _esri_geometry(geometry: Any) -> Any:
    if geometry is None:
        return None
    if "rings" in geometry:
        return polygon_of(geometry["rings"])
    if "paths" in geometry:
        return {"type": "MultiLineString", "coordinates": geometry["paths"]}
    if "x" in geometry:
        return {"type": "Point", "coordinates": [geometry["x"], geometry["y"]]}
    raise NotRead("a geometry has neither rings nor paths nor x and y")
