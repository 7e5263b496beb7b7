"""Texts about the passes of an order, shared by all reports."""

from datetime import datetime, timedelta

from satops.core.plan.feasibility import Answer, ShownPass, Simulated
from satops.core.safe import safe
from satops.core.words import duration, moment, number

HEADER = (
    "RESULT",
    "SATELLITE",
    "START (UTC)",
    "SOLAR",
    "ORBIT",
    "LOOK",
    "ANGLE",
    "KM²",
    "COVERAGE",
)
NUMBERS = frozenset({0, 6, 7})
UNIT_NOTE = (
    "KM² is the area of the pass itself, which may be smaller than the order's; limits count the "
    "order's. Coverage is as the marketplace writes it; its unit is not documented."
)


def cells(shown: ShownPass) -> tuple[str, ...]:
    """Return one pass as cells of a row; `?` for an absent value."""
    coverage = shown.coverage
    if shown.coverage_so_far and shown.coverage_so_far != coverage:
        coverage = f"{coverage or '?'} (so far {shown.coverage_so_far})"
    texts = (
        str(shown.result),
        shown.satellite,
        moment(shown.start) if shown.start else f"{shown.written_start or '?'} (no date)",
        shown.solar_time or "?",
        shown.orbit or "?",
        shown.look or "?",
        "?" if shown.angle_deg is None else f"{number(shown.angle_deg)}°",
        "?" if shown.area_km2 is None else number(shown.area_km2),
        coverage or "?",
    )
    return tuple(map(safe, texts))


def words(told: Simulated) -> str:
    """Return the result of a simulation without passes, as text."""
    said = {
        Answer.NONE: "no satellite passes in this window, says the simulation",
        Answer.FAILED: "the simulation failed",
        Answer.RUNNING: "the simulation was not over",
        Answer.REFUSED: "the marketplace did not take the simulation",
        Answer.UNREAD: "the simulation could not be read",
        Answer.PASSES: "",
    }[told.answer]
    message = safe(told.message)
    return f"{said}: {message}" if message else said


def age(made_at: str, now: str) -> str:
    """Return the age of evidence, as text."""
    old = datetime.fromisoformat(now) - datetime.fromisoformat(made_at)
    return duration(max(old, timedelta()))
