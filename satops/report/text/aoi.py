"""The content of an AOI file, and the results of split and convert, as text."""

import shlex
from collections.abc import Iterable, Iterator

from msgspec.structs import replace

from satops.core.geometry.geojson import counted as counted_types
from satops.core.problem import Problem, Severity
from satops.core.safe import safe
from satops.core.words import area, counted, listed, location, number
from satops.report.grouped import problem_totals
from satops.report.layout import BLANK, Block, Line, Row, Table, Tone, command, cut
from satops.report.text.problems import problem_blocks
from satops.workflow.aoi import AoiReport, Feature, Outline
from satops.workflow.aoi_convert import Conversion, ConvertedFeature
from satops.workflow.aoi_split import Division

_HEADER = ("FEATURE", "NAME", "TYPE", "AREA KM²", "SIZE KM", "CORNERS", "CENTRE", "CHECKS")
_RIGHT = frozenset({3, 4, 5})
_NAME_WIDTH = 32
_PLACES_MAX = 8
"""Features that one message names."""


def aoi_blocks(report: AoiReport) -> Iterator[Block]:
    """Yield a row for each feature and part, every finding, and the next steps."""
    if report.features:
        yield Table(_HEADER, list(_rows(report)), _as_it_is, _RIGHT, names=frozenset({1}))
        yield BLANK
    if report.problems:
        yield from problem_blocks(_once(report.problems))
        yield BLANK
    blocked = any(problem.blocks for problem in report.problems)
    seen = counted(len(report.features), "feature")
    tone = Tone.ERROR if blocked else Tone.GOOD
    yield Line(f"{safe(report.file)}: {seen}, {problem_totals(report.problems)}.", tone)
    if any(feature.is_sound and feature.is_cut for feature in report.features):
        yield BLANK
        yield Line("To write each part as a polygon of its own, or as an order (see --help):")
        yield command(f"satops aoi {shlex.quote(safe(report.file))} --split DIR")


def split_blocks(division: Division, files: tuple[str, ...]) -> Iterator[Block]:
    """Yield the outlines with areas, the omitted features, and the files."""
    yield Table(
        ("NAME", "AREA KM²", "FROM FEATURE"),
        division.outlines,
        lambda outline: Row(
            (outline.name, number(outline.area_km2), _called(outline.feature)), Tone.NEW
        ),
        right=frozenset({1}),
        names=frozenset({0}),
    )
    yield BLANK
    total = sum(outline.area_km2 for outline in division.outlines)
    yield Line(f"{counted(len(division.outlines), 'polygon')} of {area(total)} in all.")
    for feature in division.left_out:
        kind = safe(feature.kind) or "no geometry"
        yield Line(f"Left out: {_called(feature)} ({kind}), which is no area.", Tone.WARNING)
    for feature in {each.feature.number: each.feature for each in division.outlines}.values():
        if feature.left_out:
            beside = counted_types(feature.left_out)
            yield Line(f"Left out of {_called(feature)}: {beside}, which is no area.", Tone.WARNING)
    for each in division.outlines:
        if each.lost:
            yield Line(
                f"The name of {_called(each.feature)} has no letters for {safe(each.lost)}: the "
                f"order is called {each.name}.",
                Tone.WARNING,
            )
    yield Line("Wrote:", Tone.GOOD)
    for file in files:
        yield Line(safe(file), indent=4)
    if len(files) > 1:
        yield BLANK
        yield Line("To see what would be bought:")
        yield command("satops plan")


def conversion_blocks(made: Conversion, out: str) -> Iterator[Block]:
    """Yield each feature with its area before and after, the changes, and the new file."""
    yield Table(
        ("FEATURE", "NAME", "KM² BEFORE", "KM² AFTER", "CHANGE", "CORNERS"),
        made.features,
        _converted_row,
        frozenset({2, 3, 4, 5}),
        names=frozenset({1}),
    )
    yield BLANK
    done: dict[str, list[str]] = {}
    for each in made.features:
        for note in each.changed.notes:
            done.setdefault(note, []).append(str(each.number))
    for note, features in done.items():
        where = (
            ""
            if len(features) == len(made.features)
            else f"Feature {listed(features, _PLACES_MAX)}: "
        )
        yield Line(f"{where}{safe(note)}")
    if not done:
        yield Line("No outline was changed.")
    for each in made.features:
        if each.changed.left_out:
            beside = counted_types(each.changed.left_out)
            yield Line(f"Left out of feature {each.number}: {beside}, which is no area.")
    for feature in made.left_out:
        yield Line(f"Left out: feature {feature.number} ({feature.kinds}), which is no area.")
    yield Line(f"Wrote {safe(out)}. Look at it on a map, and name it in the spec. To check it:")
    yield command(f"satops aoi {shlex.quote(safe(out))}")


def _converted_row(each: ConvertedFeature) -> Row:
    before, after = each.changed.area_before_km2, each.changed.area_after_km2
    corners = f"{each.changed.corners_after:,}"
    if each.changed.corners_before not in (0, each.changed.corners_after):
        corners = f"{each.changed.corners_before:,} to {corners}"
    cells = (
        str(each.number),
        cut(", ".join(each.names), _NAME_WIDTH),
        "" if before is None else number(before),
        "" if after is None else number(after),
        _change(before, after),
        corners,
    )
    return Row(cells, Tone.NEW)


def _change(before: float | None, after: float | None) -> str:
    if not before or after is None:
        return ""
    percent = 100 * (after / before - 1)
    if percent == 0:
        return "none"
    return "under 0.001 %" if abs(percent) < 0.001 else f"{percent:+.3g} %"


def _rows(report: AoiReport) -> Iterator[Row]:
    for feature in report.features:
        yield _feature_row(feature)
        if feature.is_cut:
            for index, outline in enumerate(feature.outlines, 1):
                yield _part_row(feature, index, outline)


def _once(problems: Iterable[Problem]) -> Iterator[Problem]:
    """Yield equal problems of several features once, with all their positions."""
    places: dict[Problem, list[str]] = {}
    for problem in problems:
        places.setdefault(replace(problem, path=""), []).append(problem.path)
    for problem, paths in places.items():
        yield replace(problem, path=listed(paths, _PLACES_MAX))


def _as_it_is(row: Row) -> Row:
    return row


def _feature_row(feature: Feature) -> Row:
    names = ", ".join(feature.names)
    codes = sorted({f.check for f in feature.findings if f.severity is not Severity.INFO})
    only = feature.outlines[0] if len(feature.outlines) == 1 else None
    corners = sum(each.footprint.vertices for each in feature.outlines if each.footprint)
    total = feature.area_km2
    return Row(
        (
            str(feature.number),
            cut(safe(names), _NAME_WIDTH),
            cut(safe(feature.kind or "none"), _NAME_WIDTH),
            "" if total is None else number(total),
            _size(only),
            f"{corners:,}" if corners else "",
            _centre(only),
            " ".join(codes),
        ),
        _tone(feature),
    )


def _part_row(feature: Feature, index: int, outline: Outline) -> Row:
    footprint, side = outline.footprint, outline.piece.side
    codes = sorted({f.check for f in outline.findings if f.severity is not Severity.INFO})
    cells = (
        f"{feature.number}.{index}",
        "" if side is None else side.value,
        "Polygon",
        "" if footprint is None else number(footprint.area_km2),
        _size(outline),
        "" if footprint is None else f"{footprint.vertices:,}",
        _centre(outline),
        " ".join(codes),
    )
    return Row(cells, Tone.QUIET if footprint else Tone.ERROR)


def _tone(feature: Feature) -> Tone:
    if any(finding.severity is Severity.ERROR for finding in feature.findings):
        return Tone.ERROR
    warned = any(finding.severity is Severity.WARNING for finding in feature.findings)
    return Tone.WARNING if warned else Tone.GOOD


def _size(outline: Outline | None) -> str:
    size = None if outline is None else outline.size_km
    return "" if size is None else f"{number(size[0])} x {number(size[1])}"


def _centre(outline: Outline | None) -> str:
    found = None if outline is None else outline.footprint
    return "" if found is None else location(found.longitude, found.latitude)


def _called(feature: Feature) -> str:
    name = f" {cut(safe(feature.names[0]), _NAME_WIDTH)}" if feature.names else ""
    return f"{feature.number}{name}"
