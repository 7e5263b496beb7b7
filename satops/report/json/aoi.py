"""The content of an AOI file as JSON (`schema/aoi.schema.json`)."""

from typing import Any

from satops.core.finding import Finding
from satops.core.geometry.split import Piece
from satops.core.safe import encodable
from satops.core.spec.spec import Footprint
from satops.report.json import Chunks, document, problem_items
from satops.workflow.aoi import AoiReport, Feature, Outline
from satops.workflow.aoi_convert import Conversion
from satops.workflow.aoi_split import Division

FORMAT = "satops.aoi/1"
_AREA_DECIMALS = 6
_LENGTH_DECIMALS = 3


def aoi_json(report: AoiReport) -> Chunks:
    """Yield every feature with its parts, then every finding."""
    head = {"format": FORMAT, "file": encodable(report.file)}
    return document(
        head,
        features=(_feature(feature) for feature in report.features),
        problems=problem_items(report.problems),
    )


def split_json(division: Division, files: tuple[str, ...]) -> Chunks:
    """Yield the result of a split."""
    return document(
        {"files": [encodable(file) for file in files]},
        outlines=(
            {
                "name": outline.name,
                "feature": outline.feature.number,
                "area_km2": round(outline.area_km2, _AREA_DECIMALS),
            }
            for outline in division.outlines
        ),
        left_out=(
            {"feature": feature.number, "type": encodable(feature.kind)}
            for feature in division.left_out
        ),
    )


def conversion_json(made: Conversion, out: str) -> Chunks:
    """Yield the changes of a conversion, by feature."""
    return document(
        {"file": encodable(out)},
        features=(
            {
                "feature": each.number,
                "names": [encodable(name) for name in each.names],
                "changes": [encodable(note) for note in each.changed.notes],
                "area_before_km2": _rounded(each.changed.area_before_km2),
                "area_after_km2": _rounded(each.changed.area_after_km2),
                "vertices_before": each.changed.corners_before,
                "vertices_after": each.changed.corners_after,
                "left_out": dict(each.changed.left_out),
            }
            for each in made.features
        ),
        left_out=(
            {"feature": each.number, "names": [encodable(name) for name in each.names]}
            for each in made.left_out
        ),
    )


def _rounded(area_km2: float | None) -> float | None:
    return None if area_km2 is None else round(area_km2, _AREA_DECIMALS)


def _feature(feature: Feature) -> dict[str, Any]:
    total, uncut = feature.area_km2, feature.uncut_km2
    return {
        "feature": feature.number,
        "names": [encodable(name) for name in feature.names],
        "type": encodable(feature.kind) or None,
        "area_km2": None if total is None else round(total, _AREA_DECIMALS),
        "uncut_km2": None if uncut is None else round(uncut, _AREA_DECIMALS),
        "checks": _codes(feature.findings),
        "parts": [_part(outline) for outline in feature.outlines],
    }


def _part(outline: Outline) -> dict[str, Any]:
    return (
        _where(outline.piece)
        | _measures(outline.footprint, outline.size_km)
        | {"checks": _codes(outline.findings)}
    )


def _where(piece: Piece) -> dict[str, Any]:
    return {"part": piece.part, "side": None if piece.side is None else piece.side.value}


def _measures(footprint: Footprint | None, size_km: tuple[float, float] | None) -> dict[str, Any]:
    if footprint is None or size_km is None:
        return {}
    width, height = (round(length, _LENGTH_DECIMALS) for length in size_km)
    return {
        "area_km2": round(footprint.area_km2, _AREA_DECIMALS),
        "width_km": width,
        "height_km": height,
        "bbox": footprint.bounds,
        "centre": [footprint.longitude, footprint.latitude],
        "vertices": footprint.vertices,
        "holes": footprint.holes,
    }


def _codes(findings: tuple[Finding, ...]) -> list[str]:
    return sorted({finding.check for finding in findings})
