"""The buyer's checks of an outline alone, before anybody has said which sensor and when."""

from collections.abc import Sequence
from datetime import UTC, datetime

from satops.core.checks import place, shape
from satops.core.checks.batch import Batch, Check
from satops.core.checks.rules import Rules
from satops.core.finding import Finding
from satops.core.order.order import Rings, canonical_order
from satops.core.spec.spec import Footprint, Source, Spec

_CHECKS: tuple[Check, ...] = (
    shape.check_corners,
    shape.check_holes,
    shape.check_vertices,
    shape.check_slivers,
    shape.check_fill,
    place.check_region,
    place.check_null_island,
    place.check_poles,
    place.check_zones,
)
_NEVER = datetime(1970, 1, 1, tzinfo=UTC)


def check_outlines(
    outlines: Sequence[tuple[Rings, Footprint]], rules: Rules
) -> list[list[Finding]]:
    """Return what a buyer would find in each outline, whatever the sensor; without paths.

    What depends on the sensor or the window is left to the order.
    """
    found: list[list[Finding]] = [[] for _ in outlines]
    if not outlines:
        return found
    # The thresholds of every provider are those of a provider that nobody has named.
    batch = Batch([_unsaid(rings, footprint) for rings, footprint in outlines], rules)
    for check in _CHECKS:
        for index, finding in check(batch):
            found[index].append(finding.at(()))
    return found


def _unsaid(rings: Rings, footprint: Footprint) -> Spec:
    order = canonical_order(provider="", rings=rings, start=_NEVER, end=_NEVER)
    return Spec("", Source("", 0, 0, 1, ""), order, footprint)
