"""Explanations of checks as JSON."""

from typing import TYPE_CHECKING

from satops.report.json import Chunks, document

if TYPE_CHECKING:
    from collections.abc import Iterable

    from satops.core.check import Check
    from satops.workflow.explain import Number


def explain_json(checks: "Iterable[Check]", numbers: "Iterable[Number]" = ()) -> Chunks:
    """Yield checks of the catalogue, and the thresholds of the requested one."""
    listed = (
        {
            "code": check.code,
            "title": check.title,
            "severity": check.severity.value,
            "acknowledgeable": check.acknowledgeable,
            "meaning": check.meaning,
            "remedy": check.remedy,
            "source": check.source,
            "example": check.example,
        }
        for check in checks
    )
    values = (
        {
            "key": number.key,
            "modes": number.modes,
            "value": number.threshold.value,
            "source": number.threshold.source,
            "confirmed": number.threshold.confirmed,
        }
        for number in numbers
    )
    return document({}, checks=listed, numbers=values)
