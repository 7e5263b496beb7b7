"""What each reader of a map program's file gives: layers, or why the file cannot be used."""

from dataclasses import dataclass
from typing import Any

from satops.core.finding import Finding
from satops.core.geometry.aoi import Readings
from satops.core.geometry.checks import AOI_UNREADABLE, LARGE_AOI
from satops.core.geometry.systems import System

FEATURES_MAX = 10_000
"""Of one file."""
NAMED = ("id", "name")
"""Fields that name a feature, in any case of letters: a Shapefile has `NAME`."""


class Faulty(Exception):
    """The file cannot be used."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(finding.detail)
        self.finding = finding


@dataclass(frozen=True, slots=True)
class Layer:
    """Features of one reference system, with their coordinates as the file has them."""

    what: str
    """What the file is, as the subject of a sentence: `The Shapefile`."""
    features: list[dict[str, Any]]
    """GeoJSON Features with `id` and `name`; a number that is not there is None."""
    system: System | None
    """None where the file does not say it."""
    system_wkt: str = ""
    """The text of a system without a code."""
    where: str = ""
    """Where such a file says its system, as a sentence that begins with a blank."""
    readings: Readings | None = None
    empty: str = ""
    """Why there are no features, as a sentence, where the file shows it."""


def faulty(why: str) -> Faulty:
    """Return what is raised where nothing can be made of a file."""
    return Faulty(AOI_UNREADABLE.finding((), why))


def too_many(count: int | None = None) -> Faulty:
    """Say that a file has more features than are read."""
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
    """Return a GeoJSON Feature; names that are None are left out."""
    return {
        "type": "Feature",
        **({} if identity is None else {"id": identity}),
        "properties": {name: value for name, value in properties.items() if value is not None},
        "geometry": geometry,
    }
