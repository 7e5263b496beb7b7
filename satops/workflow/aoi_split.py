"""Split an AOI file into orders: one GeoJSON file, and one spec for each outline."""

from collections.abc import Collection, Iterable, Iterator
from pathlib import PurePosixPath

from msgspec import Struct
from msgspec.structs import replace

from satops.core import json_text
from satops.core.order.order import Rings, coordinates_text
from satops.core.problem import Severity
from satops.core.spec.slug import slug
from satops.errors import InvalidInput
from satops.workflow.aoi import AoiReport, Feature
from satops.workflow.scaffold import Wanted, spec_text

_NAME_MAX = 128
"""Characters of a name (`core.spec_text.NAME`)."""


class NamedOutline(Struct, frozen=True):
    """One polygon and the name of its order."""

    name: str
    feature: Feature
    rings: Rings
    area_km2: float

    @property
    def title(self) -> str | None:
        """The feature's title in the file; None if it equals the name."""
        title = self.feature.names[-1] if self.feature.names else ""
        return None if title in ("", self.name) else title

    @property
    def lost(self) -> str:
        """The characters of the title that the name leaves out."""
        return slug(self.title or "").lost


class Division(Struct, frozen=True):
    """The outlines of an AOI file."""

    outlines: tuple[NamedOutline, ...]
    left_out: tuple[Feature, ...]
    """Points, lines and features without a geometry: nothing to order."""


def divide(report: AoiReport, base: str | None = None) -> Division:
    """Name every outline of a file.

    Names begin with `base`, by default the name of the file.  Raises `InvalidInput` if any area is
    invalid or the file has no area.
    """
    left_out = tuple(feature for feature in report.features if not feature.is_area)
    areas = [feature for feature in report.features if feature.is_area]
    if not areas or not all(feature.is_sound for feature in areas):
        errors = tuple(p for p in report.problems if p.severity is Severity.ERROR)
        raise InvalidInput(
            f"Nothing was written: {report.file} holds no area that can be ordered."
            if not areas
            else f"Nothing was written: an area of {report.file} is not sound.",
            errors,
        )
    if base is None:
        base = slug(PurePosixPath(report.file).name.split(".")[0]).word or "aoi"
    taken: set[str] = set()
    outlines = []
    for feature in areas:
        own = _own_word(feature, base) if len(areas) > 1 else ""
        for suffix, outline in zip(_suffixes(feature, own), feature.outlines, strict=True):
            assert outline.piece.rings is not None
            assert outline.footprint is not None
            name = _free("-".join(filter(None, (base, *suffix))), taken)
            area_km2 = outline.footprint.area_km2
            outlines.append(NamedOutline(name, feature, outline.piece.rings, area_km2))
    return Division(tuple(outlines), left_out)


def division_files(
    division: Division, folder: PurePosixPath, *, stem: str, wanted: Wanted | None
) -> dict[str, str]:
    """Return path and text of each file to write under `folder`, a path from the root.

    The GeoJSON file has one feature for each outline, with the order's name as its id.  With
    `wanted` there is also one spec for each outline.
    """
    outlines_file = str(folder / f"{stem}.geojson")
    files = {outlines_file: _collection(division.outlines)}
    for outline in division.outlines if wanted is not None else ():
        assert wanted is not None
        path = str(folder / f"{outline.name}.yaml")
        geometry = {"file": outlines_file, "feature": outline.name}
        spec = replace(
            wanted,
            name=outline.name,
            geometry=geometry,
            description=wanted.description or outline.title,
        )
        files[path] = spec_text(spec, path=path)
    return files


def _own_word(feature: Feature, base: str) -> str:
    """Return the part of the name that distinguishes a feature; empty if `base` already does."""
    words = [slug(name).word for name in reversed(feature.names)]  # the title before the id
    word = next(filter(None, words), str(feature.number))
    return "" if word == base else word


def _suffixes(feature: Feature, own: str) -> Iterator[tuple[str, ...]]:
    """Yield, for each outline, the suffixes that distinguish it from the file's other outlines."""
    counts: dict[str, int] = {}
    for outline in feature.outlines:
        side = outline.piece.side
        words = [own]
        if outline.piece.part is not None:
            words.append(str(outline.piece.part))
        if side is not None:
            words.append(side.value)
        key = "-".join(words)
        counts[key] = counts.get(key, 0) + 1
        if counts[key] > 1:  # a cut at 180 degrees can give one side several parts
            words.append(str(counts[key]))
        yield tuple(words)


def _free(name: str, taken: set[str]) -> str:
    """Return a name that is not in `taken`, and add it."""
    found, count = name[:_NAME_MAX], 1
    while found in taken:
        count += 1
        found = f"{name[: _NAME_MAX - 8]}-{count}"
    taken.add(found)
    return found


def _collection(outlines: Iterable[NamedOutline]) -> str:
    """Write a FeatureCollection, one feature a line, so that changes show in a review."""
    taken = {outline.name for outline in outlines}
    lines = ",\n".join(_feature_text(outline, taken) for outline in outlines)
    return f'{{"type": "FeatureCollection", "features": [\n{lines}\n]}}\n'


def _feature_text(outline: NamedOutline, taken: Collection[str]) -> str:
    name = json_text.dumps(outline.name).decode()
    # `feature:` matches ids and titles, so a title must not equal another outline's id.
    titled = {} if outline.title in (None, *taken) else {"name": outline.title}
    properties = json_text.dumps_replacing(titled).decode()
    return (
        f'{{"type": "Feature", "id": {name}, "properties": {properties}, "geometry": '
        f'{{"type": "Polygon", "coordinates": {coordinates_text(outline.rings)}}}}}'
    )
