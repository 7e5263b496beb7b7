"""Files with areas of interest: pick one polygon out of a GeoJSON or WKT file.

Other kinds are only recognised here; `adapters.aoi_files` makes GeoJSON of them first.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from enum import StrEnum
from typing import Any

from satops.core import json_text
from satops.core.finding import Finding, quoted
from satops.core.geometry.wkt import looks_like_wkt, wkt_type

_BOM = b"\xef\xbb\xbf"
_BEGINNING_BYTES = 256
_LISTED_MAX = 8
"""Names of features that a message lists."""


class Kind(StrEnum):
    """What a file is, by its content; the name of a file says nothing that can be relied on."""

    TEXT = "text"
    """GeoJSON or WKT, or nothing that satops knows."""
    XML = "KML"
    ZIP = "zip"
    """KMZ, or a Shapefile with its side files."""
    GEOPACKAGE = "GeoPackage"
    SHP = "shp"
    """A Shapefile without its side files."""


_BEGINNINGS = {
    b"SQLite format 3\0": Kind.GEOPACKAGE,
    b"PK\x03\x04": Kind.ZIP,
    b"\x00\x00\x27\x0a": Kind.SHP,
    b"<": Kind.XML,
}


@dataclass(frozen=True, slots=True)
class Aoi:
    """What an AOI file holds: a geometry for `read_geometry`, and its features by name."""

    geometry: object
    """The whole file: a GeoJSON value, or WKT text."""
    features: Mapping[str, tuple[dict[str, Any], ...]]
    """By `id`, `properties.id` and `properties.name`; several where the name is not unique."""
    count: int
    """Features of the file, also those without a name; 0 for a bare geometry."""


AoiReader = Callable[[bytes], Aoi | Finding]
"""Reads the bytes of an AOI file; `read_aoi` is the one that needs nothing else."""


def kind_of(content: bytes) -> Kind:
    """Tell what a file is from its first bytes."""
    begins = content.removeprefix(_BOM)[:_BEGINNING_BYTES].lstrip()
    return next((kind for sign, kind in _BEGINNINGS.items() if begins.startswith(sign)), Kind.TEXT)


def read_aoi(content: bytes) -> Aoi | Finding:
    """Read the bytes of a GeoJSON or WKT file; the format is told by the content."""
    try:
        text = content.removeprefix(_BOM).decode()
    except UnicodeDecodeError:
        return unreadable("The file is not UTF-8 text.")
    if not text.lstrip().startswith("{"):
        if looks_like_wkt(text):
            return Aoi(text, {}, 0)
        return unreadable("It holds neither GeoJSON nor WKT.")
    try:
        value = json_text.loads_strict(text)
    except json_text.NotJson as error:
        return unreadable(f"It is not sound JSON: {error}.")
    return aoi_of(value)


def aoi_of(value: object) -> Aoi:
    """Return what a GeoJSON value holds; whether it is sound shows when it is read."""
    features = _features(value)
    named: dict[str, list[dict[str, Any]]] = {}
    for feature in features:
        for name in _names(feature):
            named.setdefault(name, []).append(feature)
    return Aoi(value, {name: tuple(found) for name, found in named.items()}, len(features))


@dataclass(frozen=True, slots=True)
class Member:
    """One feature of a file by itself, or the geometry that a file holds without one."""

    value: object
    """What `read_geometry` takes."""
    names: tuple[str, ...]
    kind: str
    """The type of the geometry, as GeoJSON or WKT says it; empty where there is none."""


def members(aoi: Aoi) -> list[Member]:
    """Return every feature of a file, in its order."""
    whole = aoi.geometry
    if not isinstance(whole, dict) or whole.get("type") not in ("Feature", "FeatureCollection"):
        return [Member(whole, (), _kind(whole))]
    return [
        Member(
            # As in `pick`: the collection may carry a reference system to refuse.
            {**whole, "features": [feature]} if "features" in whole else feature,
            tuple(_names(feature)),
            _kind(feature.get("geometry")),
        )
        for feature in _features(whole)
    ]


def pick(aoi: Aoi, feature: str | int | None) -> object | Finding:
    """Return what `read_geometry` takes: the feature asked for, or the whole file.

    A file with several features needs `feature`; the first is never taken.
    """
    if feature is None:
        if aoi.count > 1:
            return Finding(
                "F02",
                (),
                "several features",
                f"The file has {aoi.count} features, and an order is one polygon. Say which: "
                f"{{file: PATH, feature: ID}}. {_listed(aoi)}",
            )
        return aoi.geometry
    found = aoi.features.get(str(feature), ())
    if len(found) == 1:
        # The collection goes with its feature: it may carry a reference system to refuse.
        whole = aoi.geometry if isinstance(aoi.geometry, dict) else {}
        return {**whole, "features": [found[0]]} if "features" in whole else found[0]
    if found:
        return Finding(
            "F02",
            (),
            "the feature is not unique",
            f"{len(found)} features are called {quoted(str(feature))}. Give each one an id of its "
            "own.",
        )
    near = get_close_matches(str(feature), aoi.features, n=1)
    guess = f" The nearest name is {quoted(near[0])}." if near else ""
    return Finding(
        "F02",
        (),
        "no such feature",
        f"No feature has {quoted(str(feature))} as its id, properties.id or properties.name."
        f"{guess} {_listed(aoi)}",
    )


def _listed(aoi: Aoi) -> str:
    if not aoi.features:
        return "The file has no named features."
    names = [quoted(name) for name in list(aoi.features)[:_LISTED_MAX]]
    more = len(aoi.features) - len(names)
    return "It has: " + ", ".join(names) + (f" and {more} more." if more else ".")


def _kind(geometry: object) -> str:
    if isinstance(geometry, str):
        return wkt_type(geometry) or ""
    kind = geometry.get("type") if isinstance(geometry, dict) else None
    return kind if isinstance(kind, str) else ""


def _features(value: object) -> list[dict[str, Any]]:
    if not isinstance(value, dict):
        return []
    if value.get("type") == "Feature":
        return [value]
    features = value.get("features") if value.get("type") == "FeatureCollection" else None
    return (
        [item for item in features if isinstance(item, dict)] if isinstance(features, list) else []
    )


def _names(feature: dict[str, Any]) -> list[str]:
    properties = feature.get("properties")
    written = [feature.get("id")]
    if isinstance(properties, dict):
        written += [properties.get("id"), properties.get("name")]
    return list(dict.fromkeys(str(name) for name in written if type(name) in (str, int)))


def unreadable(why: str) -> Finding:
    """Say why nothing can be made of an AOI file."""
    return Finding(
        "F01",
        (),
        "the AOI file cannot be read",
        f"{why} A GeoJSON or WKT file in WGS 84 longitude and latitude is needed, or a KML, KMZ, "
        "GeoPackage or zipped Shapefile.",
    )
