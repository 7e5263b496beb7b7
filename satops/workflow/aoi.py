"""Describe an AOI file: its features, their areas, and the findings that an order of each would
get.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from msgspec import Struct

from satops.core.checks.outline import check_outlines
from satops.core.checks.rules import Rules
from satops.core.finding import Finding
from satops.core.geometry.aoi import (
    AoiReader,
    Member,
    is_called,
    members,
    number_of,
    unreadable,
)
from satops.core.geometry.checks import NAMES_UNREAD
from satops.core.geometry.fixes import with_command
from satops.core.geometry.measures import box_size_km
from satops.core.geometry.rings import SPLIT
from satops.core.geometry.shapes import footprints, shapes_of
from satops.core.geometry.split import Cut, Piece, cut
from satops.core.order.order import Rings
from satops.core.problem import Problem
from satops.core.spec.spec import Footprint
from satops.errors import UsageError


class Outline(Struct, frozen=True):
    """One polygon of a feature."""

    piece: Piece
    footprint: Footprint | None
    """None if the polygon is not valid."""
    findings: tuple[Finding, ...]

    @property
    def size_km(self) -> tuple[float, float] | None:
        """Extent in km, west to east and south to north."""
        return None if self.footprint is None else box_size_km(self.footprint)


class Feature(Struct, frozen=True):
    """One feature of a file, or the bare geometry of a file without features."""

    number: int
    """Position in the file, from 1."""
    names: tuple[str, ...]
    """Values that a spec may write after `feature:`; empty for a feature without a name."""
    kind: str
    """Geometry type."""
    findings: tuple[Finding, ...]
    """Findings of an order of this feature; `path` holds the index of the outline."""
    outlines: tuple[Outline, ...]
    """The polygons to order: several if the feature must be cut, none if no cut makes it valid."""
    uncut_km2: float | None
    """See `core.geometry.split.Cut`."""
    left_out: Counter[str]
    """Number of geometries that are not polygons, by type."""
    polygons: int
    """Number of polygons, valid or not."""

    @property
    def is_area(self) -> bool:
        """Whether the feature is an area, valid or not, rather than points or lines."""
        return self.kind in ("Polygon", "MultiPolygon") or self.polygons > 0

    @property
    def is_sound(self) -> bool:
        """Whether all of the feature can be ordered, if need be after a cut."""
        return bool(self.outlines) and all(each.footprint for each in self.outlines)

    @property
    def is_cut(self) -> bool:
        """Whether the feature must be cut before it can be ordered."""
        return len(self.outlines) > 1 or self.uncut_km2 is not None or bool(self.left_out)

    def part_of(self, finding: Finding) -> str:
        """Return the part of the file that a finding is about: `feature 1` or `feature 1.2`."""
        part = "".join(f".{index + 1}" for index in finding.path if isinstance(index, int))
        return f"feature {self.number}{part}"

    @property
    def area_km2(self) -> float | None:
        """Area of all outlines in km²; None if one of them is not valid."""
        if not self.is_sound:
            return None
        return sum(each.footprint.area_km2 for each in self.outlines if each.footprint)


class AoiReport(Struct, frozen=True):
    """The features and findings of one file."""

    file: str
    features: tuple[Feature, ...]
    findings: tuple[Finding, ...] = ()
    """Findings about the whole file: without features, why it cannot be used; with features, why
    their names could not be read."""

    @property
    def problems(self) -> tuple[Problem, ...]:
        """Every finding as a problem; its path names feature and part: `feature 1` or `feature
        1.2`.
        """
        found = [problem_of(finding, self.file, "") for finding in self.findings]
        for feature in self.features:
            found += [
                problem_of(each, self.file, feature.part_of(each)) for each in feature.findings
            ]
        return tuple(found)

    def only(self, name: str) -> "AoiReport":
        """Return the report of one feature.  Raises `UsageError` unless exactly one feature has the
        name.
        """
        chosen = tuple(feature for feature in self.features if is_called(feature.names, name))
        number = number_of(name, len(self.features))
        if not chosen and number is not None:
            chosen = (self.features[number - 1],)
        if len(chosen) != 1 and self.features:
            count = f"{len(chosen)} features have" if chosen else "No feature has"
            raise UsageError(
                f"{self.file}: {count} {name!r} as id, properties.id or properties.name, and the "
                f"features are numbered from 1 to {len(self.features)}."
            )
        return AoiReport(self.file, chosen, self.findings)


def look(content: bytes, file: str, *, aois: AoiReader, rules: Rules) -> AoiReport:
    """Return the report of an AOI file's bytes; messages call it `file`."""
    aoi = aois(content)
    if isinstance(aoi, Finding):
        return AoiReport(file, (), (with_command(aoi, file),))
    found = members(aoi)
    if not found:
        return AoiReport(file, (), (unreadable("The file has no features."),))
    cuts = [cut(member.value) for member in found]
    sound = [piece.rings for each in cuts for piece in each.pieces if piece.rings]
    checked = iter(_checked(sound, rules))
    features = tuple(
        _feature(number, member, each, checked, file)
        for number, (member, each) in enumerate(zip(found, cuts, strict=True), 1)
    )
    advice = None if aoi.readings is None else aoi.readings.advice()
    unread = [] if advice is None else [NAMES_UNREAD.finding((), advice[0], fix=advice[1])]
    return AoiReport(file, features, tuple(with_command(each, file) for each in unread))


def _checked(sound: Sequence[Rings], rules: Rules) -> Iterator[tuple[Footprint, list[Finding]]]:
    measured = footprints(sound, shapes_of(sound))
    outlines = list(zip(sound, measured, strict=True))
    return zip(measured, check_outlines(outlines, rules), strict=True)


def _feature(
    number: int,
    member: Member,
    made: Cut,
    checked: Iterator[tuple[Footprint, list[Finding]]],
    file: str,
) -> Feature:
    outlines = []
    for piece in made.pieces:
        if piece.rings is None:
            outlines.append(Outline(piece, None, piece.findings))
            continue
        footprint, said = next(checked)
        outlines.append(Outline(piece, footprint, (*piece.findings, *said)))
    findings = list(made.findings)
    for index, outline in enumerate(outlines):
        path = (index,) if len(outlines) > 1 else ()
        findings += [finding.at(path) for finding in outline.findings]
    return Feature(
        number=number,
        names=member.names,
        kind=member.kind,
        # The finding of a single outline may repeat one of the whole feature.
        findings=tuple(dict.fromkeys(_commanded(findings, outlines, file))),
        outlines=tuple(outlines),
        uncut_km2=made.uncut_km2,
        left_out=made.left_out,
        polygons=made.polygons,
    )


def _commanded(
    findings: Iterable[Finding], outlines: Sequence[Outline], file: str
) -> Iterator[Finding]:
    """Add to each finding the command that mends the file; `split` only where a cut helps."""
    can_cut = bool(outlines) and all(each.footprint for each in outlines)
    for finding in findings:
        yield finding if finding.fix == SPLIT and not can_cut else with_command(finding, file)


def problem_of(finding: Finding, file: str, path: str) -> Problem:
    """Return a finding about an AOI file as a problem; `path` is the part of the file."""
    return Problem(
        check=finding.check,
        severity=finding.severity,
        file=file,
        line=None,
        column=None,
        path=path,
        summary=finding.summary,
        detail=finding.detail,
    )
