"""Run the checks of an outline alone, before its sensor and window are known."""

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
    """Return the findings of each outline, without paths.

    Checks that depend on sensor or window run for the order.
    """
    # An order without provider gets the thresholds that all providers share.
    batch = Batch([_unsaid(rings, footprint) for rings, footprint in outlines], rules)
    found = catalogue_of(rules.offer).found_at({When.OUTLINE}, len(outlines), batch)
    return [[finding.at(()) for finding in row] for row in found]


def _unsaid(rings: Rings, footprint: Footprint) -> Spec:
    order = canonical_order(
        version="", provider="", rings=rings, start=_NEVER, end=_NEVER, terms={}
    )
    return Spec("", Source("", 0, 0, 1, ""), order, footprint)
