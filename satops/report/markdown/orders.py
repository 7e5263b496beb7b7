"""The orders of a plan as tables: to create, in conflict, expired, retired."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial

from satops.core.plan.plan import Action, ActionKind, Plan
from satops.core.words import about, about_all, counted, number
from satops.report.markdown.findings import elsewhere
from satops.report.markdown.page import (
    Block,
    Fit,
    Rank,
    cell,
    code,
    folded,
    header,
    prose,
    row,
    rows_that_fit,
    whole,
)
from satops.report.series import SeriesRow, by_series
from satops.report.subject import SIGNS, Checks, check_words, subject

_TITLES = ("Name", "Sensor", "Place", "km²", "Window (UTC)", "Estimate", "Checks")
_NUMBERS = frozenset({3, 5})
_SERIES = (
    "Series", "Axes", "Orders", "Captures", "New km²", "Windows (UTC)", "Estimate", "Checks",
    "Notes",
)  # fmt: skip
_SERIES_NUMBERS = frozenset({3, 4, 6})
_SENSORS_FROM = 8
"""With fewer orders, totals by sensor add nothing."""
_NOTE_MAX = 160
_FIELD_MAX = 300
_REASON_MAX = 240
_LEAST_ROWS = 5
"""Minimum number of rows of a table of the largest orders."""


Line = Callable[[Action], str]
"""Returns one row."""
Link = Callable[[str, int], str | None]
"""Returns the forge's URL of a line of a file, or None."""


def creates(
    plan: Plan, checks: Checks, currency: str, artifact: str, link: Link
) -> Iterator[Block]:
    """Yield the orders to create: those that this change adds, then the waiting ones."""
    _, alone = by_series(plan.creates)
    waiting = [action for action in alone if action.name in plan.waiting]
    added = [action for action in alone if action.name not in plan.waiting]
    title = "Added by this change" if plan.since else "To create"
    for actions, its_title in ((added, title), (waiting, "Waiting since earlier")):
        line = {notes: _create_row(checks, currency, link, notes=notes) for notes in (True, False)}
        yield _creates(actions, its_title, line, artifact)


def series(plan: Plan, checks: Checks, currency: str, artifact: str, link: Link) -> Block:
    """Return a row for each series with news."""
    rows, _ = by_series(action for action in plan.actions if not action.left_out)
    rows = [row for row in rows if row.kind is not ActionKind.KEEP]
    if not rows:
        return Block(Rank.CREATES, "")

    def line(series: SeriesRow) -> str:
        found = [problem for action in series.creates for problem in checks.of(action)]
        waiting = sum(action.name in plan.waiting for action in series.creates)
        costs = [action.estimated_cost for action in series.creates]
        known = any(cost is not None for cost in costs)
        cells = [
            _named(series.actions[0], link, series.name),
            prose(series.axes_words),
            " ".join(code(signs) for signs in series.signs.split()),
            f"{series.captures:,}",
            number(series.area_km2),
            prose(series.windows),
            about_all(costs, currency) if known else "",
            prose(check_words(found)) if found else "none",
            f"{counted(waiting, 'order')} waiting since earlier" if waiting else "",
            prose(series.again, _NOTE_MAX),
            prose(series.wanted, _NOTE_MAX),
        ]
        cells[-3:] = ["; ".join(text for text in reversed(cells[-3:]) if text)]
        return row([cell(text) for text in cells])

    title = f"### Series: {len(rows):,}"
    signs = ", ".join(f"`{sign}` {kind.value}" for kind, sign in SIGNS.items())
    told = f"{title}\n\nOrders by their sign: {signs}.\n\n{header(_SERIES, _SERIES_NUMBERS)}"
    fit = rows_that_fit(told, rows, line, elsewhere(artifact))
    return Block(Rank.CREATES, f"{title}. See {artifact}.", (fit,), share=0.5)


def _creates(
    actions: Sequence[Action], title: str, line: Mapping[bool, Line], artifact: str
) -> Block:
    """Return a row for each order to create: with notes, or without, or only the largest orders."""
    if not actions:
        return Block(Rank.CREATES, "")
    title = f"### {title}: {counted(len(actions), 'order')}"
    largest = sorted(actions, key=_largest_first)
    steps: list[Fit] = []
    noted = any(map(_notes, actions))
    for with_notes in (True, False) if noted else (False,):
        titles = (*_TITLES, "Notes") if with_notes else _TITLES
        head = f"{title}\n\n{header(titles, _NUMBERS)}"
        more = elsewhere(artifact)
        steps.append(rows_that_fit(head, actions, line[with_notes], more, least=len(actions)))
    head = f"{title}\n\n{header(_TITLES, _NUMBERS)}"
    more = _largest_shown(artifact)
    steps.append(rows_that_fit(head, largest, line[False], more, least=_LEAST_ROWS))
    return Block(Rank.CREATES, f"{title}. See {artifact}.", tuple(steps), share=0.5)


def subtotals(plan: Plan, currency: str) -> Iterator[Block]:
    """Yield the sums of the orders to create by sensor, if there are many, and by label."""
    actions = plan.creates
    if len(actions) >= _SENSORS_FROM:
        yield _subtotals("sensor", actions, lambda a: subject(a).sensor, currency)
    keys = sorted({key for a in actions if a.spec for key in a.spec.labels or {}})
    for key in keys:
        value = partial(_label, key)
        if len(actions) > 1 and len(set(map(value, actions))) < len(actions):
            yield _subtotals(f"label {key}", actions, value, currency)


def _amount(amount: float) -> str:
    return f"-{number(-amount)}" if amount < 0 else number(amount)


def _label(key: str, action: Action) -> str:
    return ((action.spec.labels if action.spec else None) or {}).get(key, "")


def _subtotals(
    title: str, actions: Sequence[Action], value: Callable[[Action], str], currency: str
) -> Block:
    groups: defaultdict[str, list[Action]] = defaultdict(list)
    for action in actions:
        groups[value(action)].append(action)

    def line(group: tuple[str, list[Action]]) -> str:
        name, its = group
        return row(
            (
                cell(prose(name)) if name else "none",
                f"{len(its):,}",
                number(sum(subject(action).total_km2 or 0.0 for action in its)),
                cell(about_all((a.estimated_cost for a in its), currency)),
            )
        )

    titles = header((prose(title).capitalize(), "Orders", "km²", "Estimate"), frozenset({1, 2}))
    head = f"### To create, by {prose(title)}\n\n{titles}"
    whole_table = rows_that_fit(head, sorted(groups.items()), line, _more_groups, least=1)
    return Block(Rank.SENSORS, "", (whole_table,), share=0.1)


def _more_groups(shown: int, total: int) -> str:
    return f"Shown: {shown:,} of {total:,}."


def rooms(plan: Plan) -> Block:
    """Return the used, planned and remaining part of each limit."""
    if not plan.rooms or not plan.creates:
        return Block(Rank.LIMITS, "")
    lines = []
    for room in plan.rooms:
        digits = 0 if room.unit == "orders" else 2
        amounts = (room.allowed, room.taken, room.planned, room.left)
        shown = [_amount(amount) if digits else f"{amount:,.0f}" for amount in amounts]
        lines.append(row([cell(prose(f"{room.title} ({room.unit})")), *map(cell, shown)]))
    titles = header(("Limit", "Allowed", "Taken", "Planned", "Left"), frozenset({1, 2, 3, 4}))
    return Block(Rank.LIMITS, "", (whole("\n".join(["### Limits\n", titles, *lines])),), share=0.1)


def conflicts(plan: Plan, artifact: str) -> Block:
    """Return the orders that were edited after they were placed, by field."""
    every = plan.of(ActionKind.CONFLICT)
    if not every:
        return Block(Rank.CONFLICTS, "")
    title = f"### In conflict: {counted(len(every), 'order')}"
    rows, alone = by_series(every)
    actions: list[Action | SeriesRow] = [*rows, *alone]
    told = (
        f"{title}\n\nA placed order cannot be changed. Put the old values back; or, to buy the new "
        "order as well, give it a new name and write `supersedes` with the old one, which cancels "
        "nothing."
    )

    fit = rows_that_fit(told, actions, _conflict, elsewhere(artifact))
    return Block(Rank.CONFLICTS, f"{title}. See {artifact}.", (fit,), share=0.25)


def expired(plan: Plan, artifact: str) -> Block:
    """Return the orders whose time passed before they were placed."""
    actions = plan.of(ActionKind.EXPIRED)
    title = f"### Expired: {counted(len(actions), 'order')}"
    return _table(
        Rank.EXPIRED, title, ("Name", "Spec", "Window (UTC)", "Why"), _rows(actions), _expired_row,
        artifact, fold=False,
    )  # fmt: skip


def retired(plan: Plan, artifact: str) -> Block:
    """Return the placed orders without a spec, folded."""
    actions = plan.of(ActionKind.RETIRED)
    title = f"Retired: {counted(len(actions), 'order')}. This cancels nothing."
    return _table(
        Rank.RETIRED, title, ("Name", "Order", "Sensor", "Window (UTC)"), _rows(actions),
        _retired_row,
        artifact, fold=True,
    )  # fmt: skip


def _table(
    rank: Rank, title: str, titles: Sequence[str], actions: "Sequence[Action | SeriesRow]",
    line: "Callable[[Action | SeriesRow], str]", artifact: str, *, fold: bool,
) -> Block:  # fmt: skip
    if not actions:
        return Block(rank, "")

    head = header(titles) if fold else f"{title}\n\n{header(titles)}"
    fit = rows_that_fit(head, actions, line, elsewhere(artifact))
    if fold:
        fit = folded(title, fit)
    return Block(rank, f"{title.removesuffix('.')}. See {artifact}.", (fit,), share=0.15)


def _create_row(checks: Checks, currency: str, link: Link, *, notes: bool) -> Line:
    def line(action: Action) -> str:
        facts = subject(action)
        cost = action.estimated_cost
        found = checks.of(action)
        cells = [
            _named(action, link),
            prose(facts.wanted),
            facts.location,
            facts.area,
            prose(facts.window),
            "" if cost is None else about(cost, currency),
            prose(check_words(found)) if found else "none",
        ]
        if notes:
            cells.append("; ".join(_notes(action)))
        return row([cell(text) for text in cells])

    return line


def _named(action: Action, link: Link, name: str = "") -> str:
    """Return a name, or else the order's, as a link to its spec if the URL is known."""
    address = None if action.where is None else link(*action.where)
    shown = code(name or action.name)
    return shown if address is None else f"[{shown}]({address})"


def _notes(action: Action) -> list[str]:
    """Return the spec's bookkeeping, and why an order is created again."""
    notes = []
    spec = action.spec
    if action.known is not None:
        notes.append(prose(action.reason, _NOTE_MAX))
    if spec is not None and spec.description:
        notes.append(prose(spec.description, _NOTE_MAX))
    if spec is not None and spec.labels:
        labels = " ".join(f"{key}={value}" for key, value in spec.labels.items())
        notes.append(prose(labels, _NOTE_MAX))
    if spec is not None:
        notes += [
            f"accepts {prose(it.check)}: {prose(it.reason, _REASON_MAX)}" for it in spec.acknowledge
        ]
    if spec is not None and spec.supersedes:
        notes.append(f"supersedes {code(spec.supersedes)}")
    return notes


def _largest_first(action: Action) -> tuple[float, float, str]:
    return -(action.estimated_cost or 0.0), -(subject(action).total_km2 or 0.0), action.name


def _largest_shown(artifact: str) -> Callable[[int, int], str]:
    return lambda shown, total: (
        f"Shown: the {shown:,} largest of {total:,} orders. The others: {artifact}."
    )


def _conflict(action: Action | SeriesRow) -> str:
    if isinstance(action, SeriesRow):
        first, more = action.actions[0], len(action.actions) - 1
        others = f"\n\nSo it is with {counted(more, 'other order')} of the series." if more else ""
        return _conflict(first) + others
    order_no = action.known.order_no if action.known is not None else None
    placed = f": placed as {code(order_no)}" if order_no else ""
    at = f" ({code(_at(action))})" if action.where else ""
    lines = ["", f"#### {code(action.name)}{placed}{at}", ""]
    if not action.changes:
        return "\n".join([*lines, f"Why: {prose(action.reason, _REASON_MAX)}."])
    lines.append(header(("Field", "Placed", "Now")))
    lines += [
        row([cell(code(text, _FIELD_MAX)) for text in (change.field, change.before, change.after)])
        for change in action.changes
    ]
    if action.before is not None and action.known is not None and action.spec is not None:
        areas = (action.known.area_km2, action.spec.footprint.area_km2)
        if any(change.field == "geometry" for change in action.changes):
            lines.append(row(["area", *(f"{number(area_km2)} km²" for area_km2 in areas)]))
    return "\n".join(lines)


def _rows(actions: Sequence[Action]) -> list[Action | SeriesRow]:
    rows, alone = by_series(actions)
    return [*rows, *alone]


def _expired_row(action: Action | SeriesRow) -> str:
    if isinstance(action, SeriesRow):
        its = action.actions
        name = f"{code(action.name)}: {counted(len(its), 'order')}"
        texts = (name, code(_at(its[0])), prose(action.windows), "their windows are over")
        return row([cell(text) for text in texts])
    texts = (
        code(action.name),
        code(_at(action)),
        prose(subject(action).window),
        prose(action.reason, _REASON_MAX),
    )
    return row([cell(text) for text in texts])


def _at(action: Action) -> str:
    """Return `file:line` of the spec."""
    return "?" if action.where is None else f"{action.where[0]}:{action.where[1]}"


def _retired_row(action: Action | SeriesRow) -> str:
    if isinstance(action, SeriesRow):
        name = f"{code(action.name)}: {counted(len(action.actions), 'order')}"
        return row([cell(text) for text in (name, "", "", prose(action.windows))])
    facts = subject(action)
    order_no = action.known.order_no if action.known is not None else None
    texts = (
        code(action.name),
        code(order_no) if order_no else "?",
        prose(facts.sensor),
        prose(facts.window),
    )
    return row([cell(text) for text in texts])
