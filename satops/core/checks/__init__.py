"""The buyer's checks: what an expert would see at a glance in an order, said before it is paid.

Structure comes first, while a spec is read (`core.spec`, `core.geometry`); here an order that can
be bought is looked at as a buyer would.  To add a check, write a function with its declaration
(`core.check`) in the module of its subject: nothing else names it.

A function that runs at `When.OUTLINE` or `SPEC` is given a `Batch`; at `CLOCK` a `Batch` and the
time; at `ACROSS` what is `Around`.
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
    """Return what a buyer would find in each spec by itself; it never changes with time.

    `shapes` are the outlines, where the caller has them.
    """
    times = {When.OUTLINE, When.SPEC}
    return catalogue_of(rules.offer).found_at(times, len(specs), Batch(specs, rules, shapes))


def check_clock(specs: Sequence[Spec], rules: Rules, now: str) -> list[list[Finding]]:
    """Return only what the clock brings: lead times, and windows too far ahead.

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
    """Return what each spec is to the others and to the ledger.

    `known` is `LedgerState.orders`; `recall` reads an order back from the ledger, and is asked
    only for the few whose boxes meet.  `beside` are the other specs of the tree.
    """
    around = Around(specs, rules, known, recall, beside)
    return catalogue_of(rules.offer).found_at({When.ACROSS}, len(specs), around)
