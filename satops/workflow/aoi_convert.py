"""Convert an AOI file to GeoJSON, with the changes that the options ask for."""

from collections.abc import Iterable, Sequence
from typing import Any

from msgspec import Struct

from satops.core import json_text
from satops.core.finding import Finding
from satops.core.geometry.aoi import aoi_of, is_called, members, number_of
from satops.core.geometry.checks import NO_POLYGON
from satops.core.geometry.convert import Changed, Wanted, convert
from satops.core.geometry.fixes import with_command
from satops.core.geometry.geojson import counted
from satops.core.problem import Problem
from satops.core.words import number
from satops.errors import InvalidInput, UsageError
from satops.workflow.aoi import problem_of


class ConvertedFeature(Struct, frozen=True):
    """One feature of the new file."""

    number: int
    """Position in the old file, from 1."""
    names: tuple[str, ...]
    changed: Changed
    feature: dict[str, Any]
    """The GeoJSON feature of the new file."""


class LeftOut(Struct, frozen=True):
    """A feature without an area."""

    number: int
    names: tuple[str, ...]
    kinds: str
    """Its geometry types as text."""


class Conversion(Struct, frozen=True):
    """The text of the new file, and the changes."""

    features: tuple[ConvertedFeature, ...]
    left_out: tuple[LeftOut, ...]
    """Features without an area."""
    text: str


def converted(
    read: dict[str, Any], file: str, wanted: Wanted, *, feature: str | None
) -> Conversion:
    """Convert the features that `AoiFiles.read_to_convert` read from `file`.

    Raises `InvalidInput` if a feature cannot be converted or none is an area, and `UsageError` for
    an absent `feature`.
    """
    every = list(zip(members(aoi_of(read)), read["features"], read["moved"], strict=True))
    places = list(range(len(every)))
    if feature is not None:
        places = [_chosen([member.names for member, *_ in every], feature, file)]
    made: list[ConvertedFeature] = []
    left_out: list[LeftOut] = []
    problems: list[Problem] = []
    for place in places:
        member, old, moved = every[place]
        changed = convert(old.get("geometry"), wanted)
        if changed.findings:
            problems += [_problem(each, file, place + 1) for each in changed.findings]
        elif not changed.polygons:
            left_out.append(LeftOut(place + 1, member.names, counted(changed.left_out)))
        else:
            _note_move(changed, moved)
            new = {**old, "geometry": _geometry(changed)}
            made.append(ConvertedFeature(place + 1, member.names, changed, new))
    if problems or not made:
        problems += [] if problems else [_problem(_no_area(left_out), file, left_out[0].number)]
        raise InvalidInput(f"Nothing was written of {file}.", tuple(problems))
    return Conversion(tuple(made), tuple(left_out), _text(made))


def _no_area(left_out: Sequence[LeftOut]) -> Finding:
    return NO_POLYGON.finding(
        (), f"It holds {left_out[0].kinds}, and no polygon.", fix="--buffer-km 5"
    )


def _chosen(names: Sequence[tuple[str, ...]], wanted: str, file: str) -> int:
    found = [index for index, each in enumerate(names) if is_called(each, wanted)]
    by_number = number_of(wanted, len(names))
    if not found and by_number is not None:
        return by_number - 1
    if len(found) != 1:
        raise UsageError(f"{file}: {len(found)} features are called {wanted!r}.")
    return found[0]


def _note_move(changed: Changed, moved: dict[str, Any] | None) -> None:
    if moved is None:
        return
    changed.area_before_km2 = moved["area_km2"]
    off = moved["accuracy_m"]
    accuracy = "exactly" if off == 0 else f"exact to {number(off or 0)} m"
    if off is None:
        accuracy = "nobody says how exactly"
    changed.notes.insert(0, f"Moved from {moved['from']} to WGS 84 ({accuracy}).")


def _geometry(changed: Changed) -> dict[str, Any]:
    if len(changed.polygons) == 1:
        return {"type": "Polygon", "coordinates": changed.polygons[0]}
    return {"type": "MultiPolygon", "coordinates": changed.polygons}


def _problem(finding: Finding, file: str, place: int) -> Problem:
    return problem_of(with_command(finding, file), file, f"feature {place}")


def _text(made: Iterable[ConvertedFeature]) -> str:
    """Write a FeatureCollection, one feature a line, so that changes show in a review."""
    lines = ",\n".join(json_text.dumps(each.feature).decode() for each in made)
    return f'{{"type": "FeatureCollection", "features": [\n{lines}\n]}}\n'
