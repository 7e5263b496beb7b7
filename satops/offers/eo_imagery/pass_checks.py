"""Checks of orders of a pass, by spec and clock."""

from datetime import datetime, timedelta

from satops.core import words
from satops.core.check import Found, When, check
from satops.core.checks.across import Around
from satops.core.checks.batch import Batch
from satops.core.order.order import instant
from satops.core.safe import shown
from satops.core.spec.spec import Spec


@check(
    "P01",
    "the pass does not fit the order",
    when=When.SPEC,
    at="order.pass",
    meaning="A pass is one image at one time. It must lie in the window of its order, and its "
    "order cannot recur.",
    source="the marketplace's pages on simulations, which know no recurrence",
    remedy="Paste the pass that `satops feasibility` shows for this order.",
    example="a pass before startDate",
)
def check_pass_in_window(batch: Batch) -> Found:
    """The pass does not fit the order."""
    for index, spec, _ in batch.rows():
        order, choice = spec.order, spec.order.pass_choice
        if choice is None:
            continue
        if not order.start <= choice.start < order.end:
            detail = (
                f"The pass starts at {words.moment(choice.start)} UTC, and the window is "
                f"{words.window(order.start, order.end)}. Paste a pass of this order, as "
                "`satops feasibility` shows it."
            )
            yield index, detail
        if order.terms.get("recurring"):
            detail = (
                "The order recurs, and a pass is one image at one time. Take `recurring` out, "
                "or `pass`."
            )
            yield index, detail


@check(
    "P02",
    "two orders of one pass",
    when=When.ACROSS,
    at="order.pass",
    meaning="A result of a simulation can be ordered once. Of two specs that name it, only one "
    "could be bought.",
    source="the marketplace's page on orders from simulations",
    remedy="Delete one, or choose another pass for it.",
    example="a copied file with a new `name` and a new maxCloud",
)
def check_one_pass(around: Around) -> Found:
    """Find specs with the same result as another spec of the tree; the first by file is kept."""
    every = sorted((*around.specs, *around.beside), key=_where)
    first: dict[tuple[str, int], Spec] = {}
    for spec in every:
        if spec.order.pass_choice is not None:
            first.setdefault(spec.order.pass_choice.key, spec)
    for index, spec in enumerate(around.specs):
        choice = spec.order.pass_choice
        if choice is None or first[choice.key].name == spec.name:
            continue
        other = first[choice.key]
        at = f"{other.source.file}:{other.source.line}"
        detail = (
            f"Result {choice.result} of {shown(choice.simulation)} is the pass of {other.name} "
            f"too ({at}). It can be ordered once. Choose another pass for one of them."
        )
        yield index, detail


@check(
    "P04",
    "the pass is too near",
    when=When.CLOCK,
    at="order.pass.start",
    meaning="Sellers need time to plan a pass. A pass that begins within the lead time of its "
    "mode may be lost, so satops does not buy it.",
    source="see T04",
    remedy="Choose a later pass: `satops feasibility` shows them.",
    example="a pass in two hours",
    acknowledgeable=True,
    thresholds=("lead_time_h",),
)
def check_pass_lead(batch: Batch, now: datetime) -> Found:
    """The pass is too near."""
    for index, spec, mode in batch.rows():
        choice, lead = spec.order.pass_choice, mode.lead_time_h
        if choice is None or lead is None:
            continue
        begins = instant(choice.start)
        if now < begins < now + timedelta(hours=lead.value):
            detail = (
                f"The pass begins in {words.span(begins - now)}, at {words.moment(begins)} "
                f"UTC. Choose a later one. {words.origin(lead, 'hours')}"
            )
            yield index, detail


def _where(spec: Spec) -> tuple[str, int]:
    return spec.source.file, spec.source.line
