"""The buyer's checks: what an expert would see at a glance in an order, said before it is paid.

Structure comes first, while a spec is read (`core.read_spec`, `core.geometry`); here an order that
can be bought is looked at as a buyer would.  To add a check, write one function in the module of
its subject, name it in a table below, and describe its code in `core.catalogue`.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from satops.core.checks import place, sensor, shape, window
from satops.core.checks.across import (
    Recall,
    check_copies,
    check_overlaps,
    check_places,
    check_superseded,
)
from satops.core.checks.batch import Batch, Check, ClockCheck
from satops.core.checks.rules import Rules, rules_from
from satops.core.checks.to_problems import settle, settle_acknowledgements
from satops.core.checks.window import merge_before
from satops.core.finding import Finding
from satops.core.geometry.shapes import Shapes
from satops.core.ledger.state import OrderState
from satops.core.order.order import instant
from satops.core.spec.spec import Spec

__all__ = [
    "ACROSS_CODES",
    "CLOCK_CODES",
    "SPEC_CODES",
    "Rules",
    "check_across",
    "check_clock",
    "check_copies",
    "check_specs",
    "merge_before",
    "rules_from",
    "settle",
    "settle_acknowledgements",
]

_CHECKS: tuple[Check, ...] = (
    shape.check_corners,
    shape.check_holes,
    shape.check_vertices,
    shape.check_slivers,
    shape.check_fill,
    place.check_region,
    place.check_null_island,
    place.check_poles,
    place.check_least_bill,
    place.check_accepted_size,
    place.check_passes,
    place.check_zones,
    window.check_short_window,
    window.check_long_window,
    window.check_daylight,
    sensor.check_cloud,
    sensor.check_recurrence,
)
_CLOCK_CHECKS: tuple[ClockCheck, ...] = (window.check_lead_time, window.check_far_ahead)

SPEC_CODES = frozenset(
    {
        "G06", "G07", "G10", "G12", "G13", "A03", "A05", "A07", "A08", "A09", "A10", "A13",
        "T05", "T09", "S02", "S03", "S05", "R02", "R03", "R04", "R05",
    }
)  # fmt: skip
"""What `check_specs` alone decides, for `settle`: an acknowledgement of these must match."""
CLOCK_CODES = frozenset({"T04", "T06", "T12"})
"""What `check_clock` finds.  Time brings and takes them, so that no acknowledgement is idle."""
ACROSS_CODES = frozenset({"X02", "X04"})
"""What `check_across` alone decides."""


def check_specs(
    specs: Sequence[Spec], rules: Rules, now: str | None = None, *, shapes: Shapes | None = None
) -> list[list[Finding]]:
    """Return what a buyer would find in each spec by itself.

    With `now` (UTC, `YYYY-MM-DDThh:mm:ssZ`) also what the clock brings; without it the answer
    never changes with time.  `shapes` are the outlines, where the caller has them.
    """
    found: list[list[Finding]] = [[] for _ in specs]
    if not specs:
        return found
    batch = Batch(specs, rules, shapes)
    for check in _CHECKS:
        for index, finding in check(batch):
            found[index].append(finding)
    if now is not None:
        _add_clock(found, batch, instant(now))
    return found


def check_clock(specs: Sequence[Spec], rules: Rules, now: str) -> list[list[Finding]]:
    """Return only what the clock brings: lead times, and windows too far ahead.

    Raised to an error, such a finding blocks its own order and no other.
    """
    found: list[list[Finding]] = [[] for _ in specs]
    _add_clock(found, Batch(specs, rules), instant(now))
    return found


def check_across(
    specs: Sequence[Spec],
    known: Mapping[str, OrderState],
    rules: Rules,
    recall: Recall,
    *,
    beside: Sequence[Spec] = (),
) -> list[list[Finding]]:
    """Return what each spec is to the others and to the ledger: X02, X04, A02 without a region.

    `known` is `LedgerState.orders`; `recall` reads an order back from the ledger, and is asked
    only for the few whose boxes meet.  `beside` are the other specs of the tree, whose places
    tell where orders are expected.
    """
    found = check_overlaps(specs, known, recall)
    for mine, more in zip(found, check_superseded(specs, beside, known), strict=True):
        mine.extend(more)
    if rules.region is None:
        for mine, more in zip(found, check_places([*specs, *beside], known), strict=False):
            mine.extend(more)
    return found


def _add_clock(found: list[list[Finding]], batch: Batch, now: datetime) -> None:
    for check in _CLOCK_CHECKS:
        for index, finding in check(batch, now):
            found[index].append(finding)
