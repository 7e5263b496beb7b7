"""Decide the action for each order name, and its reason."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache, partial
from typing import TYPE_CHECKING

from satops.core.check import Check
from satops.core.finding import Finding
from satops.core.ledger.holders import PassKey, held_passes, holder_of
from satops.core.ledger.kept import KeptSpec
from satops.core.ledger.state import OPEN, LedgerState, OrderState, Standing
from satops.core.order.order import Order
from satops.core.plan.changes import Change, changes
from satops.core.plan.checks import COPY, COPY_OF_BOUGHT, EDITED, PASS_SPENT, TOO_LATE
from satops.core.plan.plan import Action, ActionKind
from satops.core.plan.series import Decided, decide_series
from satops.core.problem import Problem
from satops.core.safe import shown
from satops.core.spec.series_checks import NAMES_MEET, like_a_member
from satops.core.spec.spec import Spec

if TYPE_CHECKING:
    from satops.core.offer import Offer

Recall = Callable[[OrderState], Order | None]
"""Reads an order from the ledger; None if an adopted order's content was not recorded."""
Passes = Callable[[], Mapping[PassKey, OrderState]]
"""Returns the submission that holds each simulation result; called only for specs with a pass."""


def decide(
    specs: Iterable[Spec],
    state: LedgerState,
    *,
    offer: "Offer",
    now: str,
    recall: Recall,
    kept: Iterable[KeptSpec] = (),
) -> tuple[list[Action], list[Problem]]:
    """Return one action for each name in the tree or open in the ledger, sorted by name, and the
    problems.

    The problems depend on ledger and clock: conflicts, copies of bought orders, expired orders.
    `now` is UTC, `YYYY-MM-DDThh:mm:ssZ`.
    """
    actions: list[Action] = []
    problems: list[Problem] = []
    seen: set[str] = set()
    passes = cache(partial(held_passes, state))
    for held in kept:
        seen.add(held.name)
        actions.append(_keep(state.orders[held.name], held))
    members: defaultdict[str, list[Decided]] = defaultdict(list)
    for spec in specs:
        seen.add(spec.name)
        action, problem = decide_one(
            spec, state, offer=offer, now=now, recall=recall, passes=passes
        )
        if spec.series is not None:
            members[spec.series].append(Decided(spec, action, problem))
            continue
        actions.append(action)
        problems += [] if problem is None else [problem]
        if (first := spec.name.partition(".")[0]) in state.axes and first != spec.name:
            words = like_a_member(spec.name, first, "of the ledger")
            problems.append(problem_of(spec, NAMES_MEET, NAMES_MEET.finding(("name",), words)))
    for decided in members.values():
        of_members, found = decide_series(decided, state)
        actions += of_members
        problems += found
    actions.extend(_without_spec(state, seen, now))
    actions.sort(key=lambda action: action.name)
    return actions, problems


def decide_one(
    spec: Spec,
    state: LedgerState,
    *,
    offer: "Offer",
    now: str,
    recall: Recall,
    passes: Passes | None = None,
) -> tuple[Action, Problem | None]:
    """Return the action for one spec; `passes` returns the results that the ledger holds."""
    passes = passes or partial(held_passes, state)
    known = state.orders.get(spec.name)
    if known is not None and known.standing in OPEN:
        return Action(spec.name, ActionKind.HOLD, hold_reason(known, now), spec, known), None
    if known is not None and known.standing is Standing.PLACED:
        if known.order_digest is not None and known.series != spec.series:
            return _decide_taken(spec, known)
        return _decide_placed(spec, known, recall, offer)
    holder = holder_of(spec.order.digest, state, besides=spec.name)
    if holder is not None:
        problem = _copied(spec, holder, state.orders[holder])
        if problem.blocks:
            reason = f"{holder} is the same order, and it counts as bought"
            return Action(spec.name, ActionKind.CONFLICT, reason, spec, known), problem
        return Action(spec.name, ActionKind.CREATE, _create_reason(known), spec, known), problem
    choice = spec.order.pass_choice
    if choice is not None and (held := passes().get(choice.key)) is not None:
        return _spent(spec, known, held)
    if spec.order.end <= now:
        problem = _expired(spec)
        reason = f"its window ended at {spec.order.end}"
        return Action(spec.name, ActionKind.EXPIRED, reason, spec, known), problem
    if choice is not None and choice.start <= now:
        reason = f"its pass began at {choice.start}"
        return Action(spec.name, ActionKind.EXPIRED, reason, spec, known), _pass_over(spec)
    return Action(spec.name, ActionKind.CREATE, _create_reason(known), spec, known), None


def _spent(spec: Spec, known: OrderState | None, held: OrderState) -> tuple[Action, Problem]:
    """Return the conflict of a pass whose result was ordered, or may have been."""
    choice = spec.order.pass_choice
    assert choice is not None
    whose = "this order" if held.name == spec.name else held.name
    how = f"placed as {held.order_no}" if held.order_no else "which the marketplace called used"
    if held.standing in OPEN:
        how = "whose submission is open"
    detail = (
        f"Result {choice.result} of simulation {shown(choice.simulation)} is held by {whose}, "
        f"{how}. It can be ordered once. Ask again with `satops feasibility`, and choose another "
        "pass."
    )
    problem = problem_of(spec, PASS_SPENT, PASS_SPENT.finding(("order", "pass"), detail))
    return Action(spec.name, ActionKind.CONFLICT, PASS_SPENT.title, spec, known), problem


def _pass_over(spec: Spec) -> Problem:
    choice = spec.order.pass_choice
    assert choice is not None
    detail = (
        f"{spec.name} buys the pass of {choice.start}, which is over. Choose a later one: `satops "
        "feasibility` shows them."
    )
    return problem_of(spec, TOO_LATE, TOO_LATE.finding(("order", "pass", "start"), detail))


def hold_reason(known: OrderState, now: str) -> str:
    """Return why an open submission is left alone."""
    if known.standing_at(now) is Standing.BEING_PLACED:
        return f"being placed by run {known.run} until {known.until}"
    why = known.reason or f"run {known.run} left no outcome"
    return f"in doubt since {known.intended_at}: {why}"


def problem_of(spec: Spec, declared: Check, finding: Finding) -> Problem:
    """Return a finding about a whole spec as a problem, with the spec's acknowledgement."""
    reasons = {item.check: item.reason for item in spec.acknowledge}
    return finding.problem(
        spec.source.file,
        (spec.source.line, 1),
        order=spec.name,
        acknowledged=reasons.get(finding.check) if declared.acknowledgeable else None,
    )


def _keep(known: OrderState, kept: KeptSpec) -> Action:
    """Return the action for a recognised file's order; equal to that of a parsed spec."""
    if known.further_order_nos:
        numbers = ", ".join((known.order_no or "", *known.further_order_nos))
        reason = f"placed more than once: {numbers}; talk to the marketplace"
    elif known.order_digest is None:
        reason = "adopted; its content was not compared"
    else:
        reason = "placed, and unchanged since"
    return Action(known.name, ActionKind.KEEP, reason, None, known, kept=kept)


def _decide_placed(
    spec: Spec, known: OrderState, recall: Recall, offer: "Offer"
) -> tuple[Action, Problem | None]:
    if known.order_digest in (None, spec.order.digest):
        return _keep(known, KeptSpec(spec.name, spec.source.file, spec.source.line)), None
    before = recall(known)
    edited = changes(before, spec.order, offer) if before is not None else ()
    problem = _conflict(spec, known, edited)
    reason = "edited after it was placed: " + ", ".join(change.field for change in edited)
    action = Action(
        spec.name, ActionKind.CONFLICT, reason, spec, known, changes=edited, before=before
    )
    return action, problem


def _decide_taken(spec: Spec, known: OrderState) -> tuple[Action, Problem]:
    """Return a conflict of a name that the ledger holds for another series, or for none."""
    held = "no member of a series" if known.series is None else f"a member of {known.series}"
    detail = (
        f"{spec.name} is placed as {known.order_no}, and that order is {held}. A name stands for "
        "one order for ever: give the series or the spec another name."
    )
    problem = problem_of(spec, NAMES_MEET, NAMES_MEET.finding(("name",), detail))
    return Action(
        spec.name, ActionKind.CONFLICT, f"the name is that of {held}", spec, known
    ), problem


def _conflict(spec: Spec, known: OrderState, edited: tuple[Change, ...]) -> Problem:
    fields = "; ".join(f"{c.field}: {c.before} → {c.after}" for c in edited)
    detail = (
        f"{spec.name} is placed as {known.order_no}, and a placed order cannot be changed. "
        f"Edited since: {fields}. Put the old values back; or, to buy the new order as well, "
        f"give it a new name and write `supersedes: {spec.name}`, which cancels nothing."
    )
    return problem_of(spec, EDITED, EDITED.finding(("order",), detail))


def _copied(spec: Spec, holder: str, known: OrderState) -> Problem:
    number = f" as {known.order_no}" if known.order_no else ""
    detail = (
        f"{holder} is the same order to the last field, and the ledger holds it{number}. Buying "
        f"it again would pay twice. If {spec.name} is {holder} renamed, put the old name back. "
        "If a second copy is wanted, acknowledge X01 with a reason."
    )
    return problem_of(spec, COPY, COPY_OF_BOUGHT.finding(("order",), detail))


def _expired(spec: Spec) -> Problem:
    detail = (
        f"{spec.name} asks for images until {spec.order.end}, which has passed. Nothing can be "
        "bought for that window. Move the window, delete the spec, or acknowledge T03 with a "
        "reason to keep it as it is."
    )
    return problem_of(spec, TOO_LATE, TOO_LATE.finding(("order", "endDate"), detail))


def _create_reason(known: OrderState | None) -> str:
    if known is None:
        return "new"
    said = {
        Standing.REJECTED: "rejected before",
        Standing.NOT_SENT: "not sent before",
        Standing.NOT_PLACED: "settled as not placed",
    }[known.standing]
    times = known.rejections(known.order_digest)
    again = f", {times} times" if known.standing is Standing.REJECTED and times > 1 else ""
    return f"{said}{again}: {known.reason}"


def _without_spec(state: LedgerState, seen: set[str], now: str) -> Iterator[Action]:
    for name, known in state.orders.items():
        if name in seen:
            continue
        if known.standing in OPEN:
            reason = hold_reason(known, now) + "; its spec is gone"
            yield Action(name, ActionKind.HOLD, reason, None, known)
        elif known.standing is Standing.PLACED:
            reason = f"its spec is gone; this does not cancel {known.order_no}"
            yield Action(name, ActionKind.RETIRED, reason, None, known)
