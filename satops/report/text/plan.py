"""A plan as text: the orders to create, the obstacles, and the next steps."""

from collections.abc import Callable, Iterator, Sequence, Set
from shlex import quote

from satops.core.order.order import Order
from satops.core.plan.plan import Action, ActionKind, Part, Plan
from satops.core.plan.wait import Wait
from satops.core.problem import by_position
from satops.core.safe import safe
from satops.core.words import about, about_all, area, counted, moment, number
from satops.report.grouped import problem_totals
from satops.report.layout import BLANK, Block, Line, Row, Table, Tone, command, cut
from satops.report.passes import UNIT_NOTE, age
from satops.report.series import SeriesRow, by_series
from satops.report.subject import SIGNS, marketplace_words, subject
from satops.report.text.feasibility import pass_table
from satops.report.text.problems import problem_blocks
from satops.workflow.plan import blocks_tree

_TONES = {
    ActionKind.CREATE: Tone.NEW,
    ActionKind.KEEP: Tone.QUIET,
    ActionKind.HOLD: Tone.WARNING,
    ActionKind.CONFLICT: Tone.ERROR,
    ActionKind.EXPIRED: Tone.ERROR,
    ActionKind.RETIRED: Tone.QUIET,
}
_TOTALS = (
    (ActionKind.KEEP, "kept as placed"),
    (ActionKind.HOLD, "on hold"),
    (ActionKind.CONFLICT, "in conflict"),
    (ActionKind.EXPIRED, "expired"),
    (ActionKind.RETIRED, "retired"),
)
_HEADER = ("", "NAME", "SENSOR", "PLACE", "KM²", "WINDOW (UTC)", "ORDER")
_NUMBERS = frozenset({4})
_SERIES = (
    "", "SERIES", "AXES", "ORDERS", "CAPTURES", "NEW KM²", "WINDOWS (UTC)", "ESTIMATE",
)  # fmt: skip
_ORDER_WIDTH = 40


def plan_blocks(
    plan: Plan, *, show_all: bool = False, ends: bool = True, currency: str = ""
) -> Iterator[Block]:
    """Yield a plan.  Kept orders are counted, and listed only with `show_all`.

    `ends=False` omits the next steps.  `currency` is that of the estimates.
    """
    if plan.new_marketplace is not None:
        yield Line(marketplace_words(plan.new_marketplace, safe), Tone.ERROR)
        yield BLANK
    if plan.ledger_head is None:
        yield Line("There is no ledger: this plan is made against nothing.", Tone.WARNING)
        yield BLANK
    yield from _guard_changes(plan)
    series, alone = by_series(action for action in plan.actions if not action.left_out)
    yield from _series(
        [it for it in series if show_all or it.kind is not ActionKind.KEEP], currency
    )
    names = {action.name for action in alone}
    listed = [
        action
        for action in plan.actions
        if (action.name in names and (show_all or _worth_a_row(action)))
        or (action.left_out and show_all)
    ]
    if listed:
        in_doubt = {action.name for action in plan.in_doubt}
        yield Table(
            _HEADER,
            listed,
            lambda action: _row(action, in_doubt, currency),
            right=_NUMBERS,
            names=frozenset({1}),
        )
        yield BLANK
    notes = [action for action in listed if _has_note(action)]
    if notes:
        for action in notes:
            text = f"{SIGNS[action.kind]} {safe(action.name)}: {safe(action.reason)}"
            yield Line(text, _TONES[action.kind])
        yield BLANK
    yield from _passes(plan)
    if plan.problems:
        yield from problem_blocks(sorted(plan.problems, key=by_position))
        yield BLANK
    if plan.aside:
        yield Line("Left aside, since they hold nothing that was chosen:", Tone.WARNING)
        yield from problem_blocks(sorted(plan.aside, key=by_position))
        yield BLANK
    if plan.already:
        yield Line(f"Already on {safe(plan.base)}, and no fault of this change:", Tone.HEADING)
        yield from problem_blocks(sorted(plan.already, key=by_position))
        yield BLANK
    for refusal in plan.refusals:
        yield Line(f"Refused: {safe(refusal.summary)}", Tone.ERROR)
        yield Line(safe(refusal.detail), indent=4)
        yield BLANK
    yield from _totals(plan, currency)
    yield from _rooms(plan)
    if ends:
        yield from _next(plan)


def purchase(plan: Plan, captures: Callable[[Order], int], currency: str) -> str:
    """Return the purchase for the confirmation: orders, captures, km² and estimate.

    Area and estimate include all captures.
    """
    specs = [action.spec for action in plan.creates if action.spec is not None]
    counts = [captures(spec.order) for spec in specs]
    km2 = sum(spec.footprint.area_km2 * count for spec, count in zip(specs, counts, strict=True))
    costs = about_all((action.estimated_cost for action in plan.creates), safe(currency))
    return (
        f"{counted(len(plan.creates), 'order')}, {counted(sum(counts), 'capture')}, {area(km2)}, "
        f"{costs}"
    )


def wait_lines(waits: Sequence[Wait]) -> Iterator[Line]:
    """Yield a line for each merged order that is not bought."""
    for wait in waits:
        since = (
            "git cannot tell since when"
            if wait.hours is None
            else f"since {wait.hours:,.0f} h; nightly.waitsH is {wait.limit_h:g}"
            if wait.late
            else f"since {wait.hours:,.0f} h"
        )
        tone = Tone.ERROR if wait.late else Tone.QUIET
        yield Line(f"{safe(wait.name)} was merged and waits to be bought ({since}).", tone)


def _passes(plan: Plan) -> Iterator[Block]:
    """Yield the simulated passes of the orders to create."""
    evidence = plan.feasibility
    if evidence is None or not plan.creates:
        return
    for action in plan.creates:
        told = evidence.of(action.name)
        if told is None:
            yield Line(f"{safe(action.name)}: no simulation was asked for.", Tone.QUIET)
            continue
        if told.passes:
            yield Line(f"{safe(action.name)}: {counted(len(told.passes), 'pass', 'passes')}")
        yield from pass_table(told)
    old = age(evidence.made_at, plan.made_at)
    yield Line(f"Simulated {old} before this plan, at {moment(evidence.made_at)} UTC. {UNIT_NOTE}")
    yield BLANK


def _guard_changes(plan: Plan) -> Iterator[Block]:
    if plan.guard_changes:
        yield Line(f"Guards that differ from {safe(plan.base)}:", Tone.WARNING)
        for change in plan.guard_changes:
            words = f"{safe(change.field)}: {safe(change.before)} → {safe(change.after)}"
            yield Line(words, Tone.WARNING, indent=4)
        yield BLANK


def _rooms(plan: Plan) -> Iterator[Block]:
    """Yield the rest of each limit after the purchase."""
    if not plan.creates:
        return
    for room in plan.rooms:
        left = number(max(room.left, 0.0))
        words = f"{safe(room.title)}: {left} of {number(room.allowed)} {room.unit} left after this"
        yield Line(words, Tone.QUIET)


def _worth_a_row(action: Action) -> bool:
    if action.left_out:
        return False
    return action.kind is not ActionKind.KEEP or _has_note(action)


def _has_note(action: Action) -> bool:
    """Whether the reason adds something to the row and the problems."""
    known = action.known
    match action.kind:
        case ActionKind.HOLD | ActionKind.RETIRED:
            return True
        case ActionKind.CREATE:
            return known is not None
        case ActionKind.KEEP:
            return known is not None and bool(known.further_order_nos)
        case _:
            return False


def _row(action: Action, in_doubt: Set[str], currency: str) -> Row:
    facts = subject(action)
    cells = (
        SIGNS[action.kind],
        safe(action.name),
        safe(facts.wanted),
        facts.location,
        facts.area,
        facts.window,
        "in doubt" if action.name in in_doubt else _order(action, currency),
    )
    return Row(cells, _TONES[action.kind])


def _series(rows: Sequence[SeriesRow], currency: str) -> Iterator[Block]:
    if not rows:
        return
    yield Table(
        _SERIES, rows, lambda row: _series_row(row, currency),
        right=frozenset({4, 5}), names=frozenset({1}),
    )  # fmt: skip
    yield BLANK
    for row in rows:
        if row.wanted:
            yield Line(f"{safe(row.name)}: {safe(row.wanted)}", Tone.QUIET)
        if row.again:
            yield Line(f"+ {safe(row.name)}: {safe(row.again)}", Tone.NEW)
    yield Line("To see each order of a series: satops plan --expand NAME", Tone.QUIET)
    yield BLANK


def _series_row(series: SeriesRow, currency: str) -> Row:
    costs = [action.estimated_cost for action in series.creates]
    cells = (
        SIGNS[series.kind],
        safe(series.name),
        safe(series.axes_words),
        series.signs,
        f"{series.captures:,}",
        number(series.area_km2),
        series.windows,
        about_all(costs, safe(currency)) if any(cost is not None for cost in costs) else "",
    )
    return Row(cells, _TONES[series.kind])


def _order(action: Action, currency: str) -> str:
    known = action.known
    if known is not None and known.order_no:
        return cut(safe(known.order_no), _ORDER_WIDTH)
    if action.kind is ActionKind.CREATE:
        cost = action.estimated_cost
        return "new" if cost is None else f"new, {about(cost, safe(currency))}"
    if action.left_out:
        return "left out"
    return "being placed" if action.kind is ActionKind.HOLD else str(action.kind)


def _totals(plan: Plan, currency: str) -> Iterator[Block]:
    creates = plan.creates
    if creates:
        km2 = sum(subject(action).total_km2 or 0.0 for action in creates)
        text = f"To create: {counted(len(creates), 'order')}, {area(km2)}"
        costs = [action.estimated_cost for action in creates]
        if any(cost is not None for cost in costs):
            text += f", {about_all(costs, safe(currency))}"
        yield Line(text + ".", Tone.HEADING)
    left = sum(action.left_out for action in plan.of(ActionKind.HOLD))
    counts = [
        (plan.count(kind) - (left if kind is ActionKind.HOLD else 0), words)
        for kind, words in _TOTALS
    ]
    counts.append((left, "left out"))
    others = ", ".join(f"{count:,} {words}" for count, words in counts if count)
    if others:
        yield Line(f"{others}.")
    if plan.problems:
        yield Line(f"Problems: {problem_totals(plan.problems)}.")


def _chosen(part: Part | None) -> str:
    """Return the words of a command line that choose a part."""
    if part is None:
        return ""
    labels = [word for key, value in part.labels for word in ("--label", f"{key}={value}")]
    return "".join(f" {quote(safe(word))}" for word in (*part.names, *labels))


def _next(plan: Plan) -> Iterator[Block]:
    if plan.ledger_head is None:
        yield Line("Nothing can be bought without a ledger. To begin one:")
        yield command("satops ledger start")
        yield Line("If orders were placed from here before, find the old ledger instead.")
        return
    if plan.in_doubt:
        count = counted(len(plan.in_doubt), "order")
        yield Line(f"In doubt: {count}. Never order it again by hand. To look it up:", Tone.WARNING)
        yield command("satops reconcile")
    if plan.being_placed:
        count = counted(len(plan.being_placed), "order")
        yield Line(f"Not settled: {count} that another run may still be placing.", Tone.WARNING)
    if any(map(blocks_tree, plan.problems)):
        yield Line("Nothing can be bought until the errors are mended.", Tone.ERROR)
    elif plan.refusals:
        yield Line("Nothing will be sent while the plan is refused.", Tone.ERROR)
    elif plan.creates:
        if plan.blocked:
            yield Line("The orders with errors are not bought; the others can be.", Tone.ERROR)
        yield Line(f"Plan {plan.digest[:12]}, made at {moment(plan.made_at)} UTC. To buy:")
        if plan.part is not None and plan.whole_refusals:
            yield Line("The whole tree is above a limit, so a part needs --because TEXT.")
        yield command(f"satops apply{_chosen(plan.part)}")
    elif plan.blocked:
        yield Line("Nothing to buy. Mend the errors first.", Tone.ERROR)
    elif plan.specs == 0:
        yield Line("There are no order specs yet. To write one:")
        yield command("satops new --help")
    elif not (plan.in_doubt or plan.being_placed):
        yield Line("Nothing to do: every order that can be bought is bought.", Tone.GOOD)
