"""The result of each reader: layers, or the reason why the file cannot be used."""

from typing import Any

from msgspec import Struct

from satops.core.finding import Finding
from satops.core.geometry.aoi import Readings
from satops.core.geometry.checks import AOI_UNREADABLE, LARGE_AOI
from satops.core.geometry.systems import System

FEATURES_MAX = 10_000
"""Features of one file."""
NAMED = ("id", "name")
"""Fields that name a feature, in any letter case, as in `NAME` of a Shapefile."""


class Faulty(Exception):
    """The file cannot be used."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(finding.detail)
        self.finding = finding


class Layer(Struct, frozen=True):
    """Features of one reference system, with the file's own coordinates."""

    what: str
    """The kind of file, as the subject of a sentence: `The Shapefile`."""
    features: list[dict[str, Any]]
    """GeoJSON Features with `id` and `name`; an absent coordinate is None."""
    system: System | None
    """None if the file does not declare it."""
    system_wkt: str = ""
    """WKT of a system without a code."""
    where: str = ""
    """Where such a file declares its system, as a sentence after a blank."""
    readings: Readings | None = None
    empty: str = ""
    """Why there are no features, as a sentence; may be empty."""


def faulty(why: str) -> Faulty:
    """Return the exception for an unusable file."""
    return Faulty(AOI_UNREADABLE.finding((), why))


def too_many(count: int | None = None) -> Faulty:
    """Return the exception for a file with too many features."""
    has = "more" if count is None else f"{count:,}"
    return Faulty(
        LARGE_AOI.finding(
            (),
            f"The file has {has} features{'' if count else f' than {FEATURES_MAX:,}'}; at most "
            f"{FEATURES_MAX:,} are read. Keep those that orders need in a file of their own.",
        )
    )


def feature(
    identity: object, properties: dict[str, Any], geometry: dict[str, Any] | None
) -> dict[str, Any]:
    """Return a GeoJSON Feature, without names that are None."""
    return {
        "type": "Feature",
        **({} if identity is None else {"id": identity}),
        "properties": {name: value for name, value in properties.items() if value is not None},
        "geometry": geometry,
    }
