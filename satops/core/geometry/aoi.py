"""Pick one polygon out of an AOI file in GeoJSON or WKT.

Other formats are only recognised here; `adapters.aoi_files` converts them to GeoJSON first.
"""

from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Any
from unicodedata import normalize

from msgspec import Struct
from msgspec.structs import replace

from satops.core import json_text
from satops.core.finding import Finding, quoted
from satops.core.geometry.checks import (
    AOI_UNREADABLE,
    FEATURE_TWICE,
    NO_SUCH_FEATURE,
    WHICH_FEATURE,
)
from satops.core.geometry.geojson import looks_like_json, read_json
from satops.core.geometry.known import foreign_bytes, foreign_json, foreign_text
from satops.core.words import listed

_BOM = b"\xef\xbb\xbf"
_BEGINNING_BYTES = 256
_READINGS_MAX = 5
_READINGS_NAMES = 3
"""Encodings that a message shows, and names for each."""
_LISTED_MAX = 8
"""Feature names that a message lists."""


class Kind(StrEnum):
    """The format of a file, by its content; its name is not used."""

    TEXT = "text"
    """GeoJSON, WKT, or not known."""
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
    b"<\0": Kind.XML,  # in UTF-16, with and without its mark
    b"\0<": Kind.XML,
    b"\xff\xfe<": Kind.XML,
    b"\xfe\xff\0<": Kind.XML,
}


class Aoi(Struct, frozen=True):
    """The content of an AOI file: a geometry for `read_geometry`, and its features by name."""

    geometry: object
    """The whole file: a GeoJSON value, or WKT text."""
    features: Mapping[str, tuple[dict[str, Any], ...]]
    """Features by `id`, `properties.id` and `properties.name`, in composed Unicode (NFC); several
    for a name that is not unique."""
    count: int
    """Number of features, also those without a name; 0 for a bare geometry."""
    readings: "Readings | None" = None
    """The feature names in other encodings, if the encoding is in doubt."""


class Readings(Struct, frozen=True):
    """Possible feature names of a file with an absent or doubtful encoding."""

    why_unread: str
    """Why the names could not be read, as a sentence; empty if they were."""
    said: str
    """Source of the encoding that was used: `The .cpg file says '1252'`."""
    names: Mapping[str, tuple[str, ...]]
    """The names by encoding."""

    def advice(self, wanted: str | None = None) -> tuple[str, str] | None:
        """Return a sentence about the encoding and the fix.

        None if nothing seems wrong: the names were read, and no other encoding has the wanted one.
        """
        fits = [name for name, names in self.names.items() if wanted in names]
        if not fits and not self.why_unread:
            return None
        shown = fits or list(self.names)
        read = "; ".join(
            f"in {name} {', '.join(map(quoted, self.names[name][:_READINGS_NAMES]))}"
            for name in shown[:_READINGS_MAX]
        )
        why = self.why_unread or f"{self.said}, which is probably wrong."
        which = fits[0] if fits else next(iter(self.names), "gbk")
        setting = f", or write `aoi: {{encoding: {which}}}` in satops.yaml"
        words = (
            f"{why} They would be {read}. Say the right encoding: put a .cpg file with the one "
            f"word {which} into the zip, beside the .dbf file"
            f"{setting if self.why_unread else ''}; or write a new file."
        )
        return words, f"--encoding {which}"


AoiReader = Callable[[bytes], Aoi | Finding]
"""Reads the bytes of an AOI file; `read_aoi` needs no other process."""


def kind_of(content: bytes) -> Kind:
    """Return the format of a file, from its first bytes."""
    begins = content.removeprefix(_BOM)[:_BEGINNING_BYTES].lstrip()
    return next((kind for sign, kind in _BEGINNINGS.items() if begins.startswith(sign)), Kind.TEXT)


def read_aoi(content: bytes) -> Aoi | Finding:
    """Read the bytes of a GeoJSON or WKT file."""
    foreign = foreign_bytes(content)
    if foreign is not None:
        return foreign
    try:
        text = content.removeprefix(_BOM).decode()
    except UnicodeDecodeError:
        return unreadable("The file is not UTF-8 text.")
    read = _read_text(text)
    if not isinstance(read, Finding):
        return read
    from satops.core.loading.look_alikes import cause_in

    cause = cause_in(text, lambda plain: not isinstance(_read_text(plain), Finding))
    return read if cause is None else replace(read, detail=f"In the file: {cause}")


def _read_text(text: str) -> Aoi | Finding:
    if looks_like_json(text):
        return _read_json(text)
    from satops.core.geometry.wkt import looks_like_wkt

    if looks_like_wkt(text):
        return Aoi(text, {}, 0)
    return foreign_text(text) or unreadable("It holds neither GeoJSON nor WKT.")


def _read_json(text: str) -> Aoi | Finding:
    try:
        value = read_json(text)
    except json_text.NotJson as error:
        return foreign_text(text) or unreadable(f"It is not valid JSON: {error}.")
    foreign = foreign_json(value)
    if foreign is not None:
        return foreign
    if not isinstance(value, dict):
        return unreadable("Its JSON is no GeoJSON.")
    return aoi_of(value)


def aoi_of(value: object, readings: Readings | None = None) -> Aoi:
    """Return the content of a GeoJSON value, which is not checked yet."""
    features = _features(value)
    named: dict[str, list[dict[str, Any]]] = {}
    for feature in features:
        for name in _names(feature):
            named.setdefault(_composed(name), []).append(feature)
    by_name = {name: tuple(found) for name, found in named.items()}
    return Aoi(value, by_name, len(features), readings)


class Member(Struct, frozen=True):
    """One feature of a file, or the bare geometry of a file without features."""

    value: object
    """The argument for `read_geometry`."""
    names: tuple[str, ...]
    kind: str
    """Geometry type; empty without a geometry."""


def members(aoi: Aoi) -> list[Member]:
    """Return every feature of a file, in order."""
    whole = aoi.geometry
    if not isinstance(whole, dict) or whole.get("type") not in ("Feature", "FeatureCollection"):
        return [Member(whole, (), _kind(whole))]
    return [
        Member(
            _alone(aoi, feature),
            tuple(_names(feature)),
            _kind(feature.get("geometry") if isinstance(feature, dict) else None),
        )
        for feature in _features(whole)
    ]


def pick(aoi: Aoi, feature: str | int | None) -> object | Finding:
    """Return the feature, or the whole file, as argument for `read_geometry`.

    `feature` is a name, or else the number that `satops aoi` shows.  For a file with several
    features it is required: the first one is never taken.
    """
    if feature is None:
        if aoi.count > 1:
            listed, fix = _listed(aoi)
            return WHICH_FEATURE.finding(
                (),
                f"The file has {aoi.count} features, and an order is one polygon. Say which: "
                f"{{file: PATH, feature: ID}}. {listed}",
                fix=fix,
            )
        return aoi.geometry
    wanted = _composed(str(feature))
    found = aoi.features.get(wanted, ())
    if len(found) == 1:
        return _alone(aoi, found[0])
    if found:
        return FEATURE_TWICE.finding(
            (),
            f"{len(found)} features are called {quoted(wanted)}. Give each one an id of its own.",
        )
    number = number_of(wanted, aoi.count)
    if number is not None:
        return _alone(aoi, _features(aoi.geometry)[number - 1])
    from difflib import get_close_matches

    near = get_close_matches(wanted, aoi.features, n=1)
    guess = f" The nearest name is {quoted(near[0])}." if near else ""
    listed, fix = _listed(aoi, wanted)
    return NO_SUCH_FEATURE.finding(
        (),
        f"No feature has {quoted(wanted)} as its id, properties.id or properties.name."
        f"{guess} {listed}",
        fix=fix,
    )


def number_of(wanted: str, count: int) -> int | None:
    """Return the number, from 1, that a text denotes; None if it denotes none."""
    if not wanted.isascii() or not wanted.isdigit() or len(wanted) > len(str(count)):
        return None
    return int(wanted) if 1 <= int(wanted) <= count else None


def is_called(names: tuple[str, ...], wanted: str) -> bool:
    """Tell whether a feature has a name, in any Unicode form."""
    return _composed(wanted) in map(_composed, names)


def _composed(name: str) -> str:
    """Return a name in composed Unicode (NFC): macOS writes é as two characters."""
    return normalize("NFC", name)


def _alone(aoi: Aoi, feature: object) -> object:
    """Return a collection of this one feature, which keeps the collection's reference system."""
    whole = aoi.geometry if isinstance(aoi.geometry, dict) else {}
    return {**whole, "features": [feature]} if "features" in whole else feature


def _listed(aoi: Aoi, wanted: str | None = None) -> tuple[str, str]:
    """Return the list of features as a sentence, and the fix if their names could not be read."""
    advice = None if aoi.readings is None else aoi.readings.advice(wanted)
    if advice is not None:
        return advice
    if not aoi.features:
        return (
            "The file has no named features. A number is taken too: `satops aoi FILE` shows the "
            f"features from 1 to {aoi.count}."
            if aoi.count
            else "The file has no features, only a geometry: leave `feature` out."
        ), ""
    return f"It has: {listed(map(quoted, aoi.features), _LISTED_MAX)}.", ""


def _kind(geometry: object) -> str:
    if isinstance(geometry, str):
        from satops.core.geometry.wkt import wkt_type

        return wkt_type(geometry) or ""
    kind = geometry.get("type") if isinstance(geometry, dict) else None
    return kind if isinstance(kind, str) else ""


def _features(value: object) -> list[Any]:
    """Return the features of a file, without null ones."""
    if not isinstance(value, dict):
        return []
    if value.get("type") == "Feature":
        return [value]
    features = value.get("features") if value.get("type") == "FeatureCollection" else None
    return [item for item in features if item is not None] if isinstance(features, list) else []


def _names(feature: object) -> list[str]:
    if not isinstance(feature, dict):
        return []
    properties = feature.get("properties")
    written = [feature.get("id")]
    if isinstance(properties, dict):
        written += [properties.get("id"), properties.get("name")]
    return list(dict.fromkeys(str(name) for name in written if type(name) in (str, int)))


def unreadable(why: str) -> Finding:
    """Return a finding that says why an AOI file cannot be used."""
    return AOI_UNREADABLE.finding(
        (),
        f"{why} A GeoJSON or WKT file in WGS 84 longitude and latitude is needed, or a KML, KMZ, "
        "GeoPackage or zipped Shapefile.",
    )
