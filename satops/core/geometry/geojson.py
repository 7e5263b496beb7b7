"""GeoJSON values: find the one polygon in a geometry, a Feature or a FeatureCollection."""

from collections.abc import Iterator
from typing import Any

from satops.core.finding import Finding, Path, has_error
from satops.core.geometry.rings import shown
from satops.core.problem import Severity

_CRS84 = frozenset(
    {
        "urn:ogc:def:crs:OGC:1.3:CRS84",
        "urn:ogc:def:crs:OGC::CRS84",
        "OGC:CRS84",
        "http://www.opengis.net/def/crs/OGC/1.3/CRS84",
    }
)
"""Names of what GeoJSON prescribes anyway (RFC 7946, 4); some programs write it out."""


def find_polygon(
    value: dict[str, Any], path: Path = (), outer: str = ""
) -> tuple[tuple[object, Path] | None, list[Finding]]:
    """Return the coordinates of the one polygon and the path to them, and what is to be said.

    Never takes the first of several; None where a finding is an error.  `outer` is the type of
    what holds the value.
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
    elif kind == "Point":
        inner = lone_point(path)
    else:
        inner = wrong_type(path, f"The GeoJSON type is {shown(kind)}.{_meant(kind)}")
    if isinstance(inner, Finding):
        return None, [*findings, inner]
    found, more = find_polygon(*inner, outer=str(kind))
    return found, findings + more


def single_part(parts: object, path: Path) -> tuple[tuple[object, Path] | None, Finding]:
    """Return the only part of a MultiPolygon, with the words to say so."""
    if isinstance(parts, list) and len(parts) == 1:
        return (parts[0], (*path, 0)), Finding(
            "G02",
            path,
            "MultiPolygon of one part",
            "The MultiPolygon has one part. It is ordered as a Polygon.",
            Severity.INFO,
        )
    if isinstance(parts, list) and parts:
        detail = (
            f"The MultiPolygon has {len(parts)} parts, and an order is one polygon. "
            "Write one order spec for each part; `satops aoi FILE --split DIR` does it for a file."
        )
        return None, Finding("G02", path, "several polygons", detail)
    return None, wrong_type(path, f"The MultiPolygon's coordinates are {shown(parts)}.")


def wrong_type(path: Path, what: str) -> Finding:
    """Say that a geometry is no polygon."""
    return Finding("G01", path, "not a polygon", f"{what} An order needs one polygon.")


def lone_point(path: Path) -> Finding:
    """Say that a point has no extent."""
    return Finding(
        "A12",
        path,
        "a point without a radius",
        "A point has no area, and an order needs one. "
        "Write {point: [longitude, latitude], radiusKm: 5}.",
    )


def _meant(kind: object) -> str:
    for name in ("Polygon", "MultiPolygon", "Feature", "FeatureCollection"):
        if isinstance(kind, str) and kind != name and kind.strip().lower() == name.lower():
            return f" GeoJSON writes it as {name}, with these capitals."
    return ""


def _only_feature(collection: dict[str, Any], path: Path) -> tuple[dict[str, Any], Path] | Finding:
    features = collection.get("features")
    path = (*path, "features")
    if not isinstance(features, list) or not features:
        return wrong_type(path[:-1], f"The FeatureCollection's features are {shown(features)}.")
    if len(features) > 1:
        return Finding(
            "G02",
            path,
            "several features",
            f"The FeatureCollection has {len(features)} features, and an order is one polygon. "
            "Keep one of them, or keep them in a file and write {file: PATH, feature: ID}.",
        )
    if not isinstance(features[0], dict):
        return wrong_type((*path, 0), f"The feature is {shown(features[0])}.")
    return features[0], (*path, 0)


def _geometry(feature: dict[str, Any], path: Path) -> tuple[dict[str, Any], Path] | Finding:
    geometry = feature.get("geometry")
    if not isinstance(geometry, dict):
        return wrong_type(path, f"The Feature's geometry is {shown(geometry)}.")
    return geometry, (*path, "geometry")


def _reference_system(value: dict[str, Any], path: Path) -> Iterator[Finding]:
    if "crs" not in value:
        return
    crs = value["crs"]
    properties = crs.get("properties") if isinstance(crs, dict) else None
    name = properties.get("name") if isinstance(properties, dict) else None
    if isinstance(name, str) and name in _CRS84:
        yield Finding(
            "G11",
            (*path, "crs"),
            "a needless crs member",
            "The crs member names WGS 84 longitude and latitude, which GeoJSON means anyway.",
            Severity.INFO,
        )
        return
    yield Finding(
        "G11",
        (*path, "crs"),
        "a crs member",
        f"The crs member is {shown(crs if name is None else name)}. GeoJSON is always WGS 84 "
        "longitude and latitude: export the outline so, without a crs member.",
    )
