"""The buyer's checks of an outline alone, before anybody has said which sensor and when."""

from collections.abc import Sequence
from datetime import UTC, datetime

from satops.core.check import When
from satops.core.checks.batch import Batch
from satops.core.checks.catalogue import catalogue_of
from satops.core.checks.rules import Rules
from satops.core.finding import Finding
from satops.core.order.order import Rings, canonical_order
from satops.core.spec.spec import Footprint, Source, Spec

_NEVER = datetime(1970, 1, 1, tzinfo=UTC)


def check_outlines(
    outlines: Sequence[tuple[Rings, Footprint]], rules: Rules
) -> list[list[Finding]]:
    """Return what a buyer would find in each outline, whatever the sensor; without paths.

    What depends on the sensor or the window is left to the order.
    """
    # The thresholds of every provider are those of a provider that nobody has named.
    batch = Batch([_unsaid(rings, footprint) for rings, footprint in outlines], rules)
    found = catalogue_of(rules.offer).found_at({When.OUTLINE}, len(outlines), batch)
    return [[finding.at(()) for finding in row] for row in found]


def _unsaid(rings: Rings, footprint: Footprint) -> Spec:
    order = canonical_order(
        version="", provider="", rings=rings, start=_NEVER, end=_NEVER, terms={}
    )
    return Spec("", Source("", 0, 0, 1, ""), order, footprint)
