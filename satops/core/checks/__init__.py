"""The buyer's checks: the faults that an expert would see in an order before it is paid.

`core.spec` and `core.geometry` check the structure while a spec is read; the checks here look at an
order that can be bought.  To add one, write a function with its declaration (`core.check`) in the
module of its subject; no list needs it.

A function at `When.OUTLINE` or `SPEC` gets a `Batch`; at `CLOCK` a `Batch` and the time; at
`ACROSS` an `Around`.
"""

from collections.abc import Mapping, Sequence

from satops.core.check import When
from satops.core.checks.across import Around
from satops.core.checks.batch import Batch
from satops.core.checks.catalogue import Catalogue, catalogue_of
from satops.core.checks.rules import Rules, rules_from
from satops.core.checks.to_problems import idle_acknowledgements, to_problems
from satops.core.checks.window import merge_before
from satops.core.finding import Finding
from satops.core.geometry.shapes import Shapes
from satops.core.ledger.state import OrderState
from satops.core.order.order import instant
from satops.core.plan.decide import Recall
from satops.core.spec.spec import Spec

__all__ = [
    "Catalogue",
    "Rules",
    "catalogue_of",
    "check_across",
    "check_clock",
    "check_specs",
    "idle_acknowledgements",
    "merge_before",
    "rules_from",
    "to_problems",
]


def check_specs(
    specs: Sequence[Spec], rules: Rules, *, shapes: Shapes | None = None
) -> list[list[Finding]]:
    """Return the findings of each spec by itself, which never change with time.

    `shapes` are the outlines, if the caller has them.
    """
    times = {When.OUTLINE, When.SPEC}
    return catalogue_of(rules.offer).found_at(times, len(specs), Batch(specs, rules, shapes))


def check_clock(specs: Sequence[Spec], rules: Rules, now: str) -> list[list[Finding]]:
    """Return the findings that depend on the clock: lead times, and windows too far ahead.

    `now` is UTC, `YYYY-MM-DDThh:mm:ssZ`.
    """
    batch = Batch(specs, rules)
    return catalogue_of(rules.offer).found_at({When.CLOCK}, len(specs), batch, instant(now))


def check_across(
    specs: Sequence[Spec],
    known: Mapping[str, OrderState],
    rules: Rules,
    recall: Recall,
    *,
    beside: Sequence[Spec] = (),
) -> list[list[Finding]]:
    """Return the findings of each spec against the others and the ledger.

    `known` is `LedgerState.orders`.  `recall` reads an order from the ledger, and is called only
    for the few whose boxes meet.  `beside` are the other specs of the tree.
    """
    around = Around(specs, rules, known, recall, beside)
    return catalogue_of(rules.offer).found_at({When.ACROSS}, len(specs), around)
