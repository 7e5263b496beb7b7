"""A plan as one pull request comment, for the people who approve it.

Verdict and totals come first, next steps last; between them orders, simulated passes with their
swaths on a map, and the windows as a Mermaid gantt chart.  Times of the chart are UTC, without the
offset that Mermaid cannot read.  The number of bars is limited, since labels would overlap.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from satops.core import json_text
from satops.core.plan.feasibility import Answer, Feasibility, ShownPass, Simulated
from satops.core.plan.plan import Action, ActionKind, Plan
from satops.core.words import about_all, counted, moment, number
from satops.report.grouped import problem_totals
from satops.report.markdown import findings, orders
from satops.report.markdown.findings import elsewhere
from satops.report.markdown.maps import maps
from satops.report.markdown.orders import Link
from satops.report.markdown.page import (
    Block,
    Fit,
    Rank,
    cell,
    code,
    fenced,
    header,
    label,
    lay_out,
    prose,
    row,
    rows_that_fit,
    size,
    whole,
    write_page,
)
from satops.report.passes import UNIT_NOTE, age, cells, words
from satops.report.series import by_series
from satops.report.shapes import outline, ring_on_map
from satops.report.subject import SIGNS, Checks, marketplace_words, subject
from satops.workflow.plan import blocks_tree

ROWS_MAX = 40
_ROWS_FEW = 12
_LABEL_MAX = 48
_SECTIONS = {ActionKind.CREATE: "To create", ActionKind.HOLD: "On hold"}


class _Bar(NamedTuple):
    kind: ActionKind
    name: str
    start: str
    end: str


def calendar(plan: Plan) -> Block:
    """Return the windows of orders to create and on hold, earliest first.

    A series is one bar, from its first window to its last.
    """
    bars: list[_Bar] = []
    for kind in _SECTIONS:
        shown = (a for a in plan.of(kind) if subject(a).start is not None)
        series, alone = by_series(shown)
        found = [_Bar(kind, row.name, *row.span) for row in series]
        for action in alone:
            facts = subject(action)
            found.append(_Bar(kind, action.name, facts.start or "", facts.end or ""))
        bars += sorted(found, key=lambda bar: (bar.start, bar.name))
    if not bars:
        return Block(Rank.CALENDAR, "")
    steps = tuple(whole(_chart(bars, most)) for most in (ROWS_MAX, _ROWS_FEW))
    return Block(Rank.CALENDAR, "", steps, share=0.2)


def _chart(bars: Sequence[_Bar], most: int) -> str:
    lines = ["gantt", "    dateFormat YYYY-MM-DD HH:mm", "    axisFormat %Y-%m-%d",
             "    todayMarker off"]  # fmt: skip
    kind = None
    for bar in bars[:most]:
        if bar.kind is not kind:
            kind = bar.kind
            lines.append(f"    section {_SECTIONS[kind]}")
        # The sign keeps a name such as `section` from being a keyword.
        name = f"{SIGNS[kind]} {label(bar.name, _LABEL_MAX)}"
        lines.append(f"    {name} :{_minute(bar.start)}, {_minute(bar.end)}")
    shown = "" if len(bars) <= most else f" The {most} earliest of {len(bars):,} are shown."
    return f"### Windows\n\n{fenced('mermaid', chr(10).join(lines))}\n\nTimes are UTC.{shown}"


def _minute(instant: str) -> str:
    return instant[:16].replace("T", " ")


_TITLES = (
    "Result", "Satellite", "Start (UTC)", "Solar time", "Orbit", "Look", "Angle", "km²", "Coverage",
)  # fmt: skip
_NUMBERS = frozenset({0, 6, 7})
_CORNERS = 20
_SWATHS_MAX = 12


def passes(plan: Plan, artifact: str) -> Iterator[Block]:
    """Yield the simulation of each order to create; nothing without evidence."""
    evidence = plan.feasibility
    if evidence is None or not plan.creates:
        return
    yield Block(Rank.PASSES, _opening(plan, evidence))
    for action in plan.creates:
        told = evidence.of(action.name)
        if told is None:
            yield Block(Rank.PASSES, f"#### {code(action.name)}: not asked for")
        else:
            yield _order(action, told, artifact)


def _opening(plan: Plan, evidence: Feasibility) -> str:
    return (
        f"### Passes, as simulated {age(evidence.made_at, plan.made_at)} before this plan\n\n"
        f"The simulations are of {moment(evidence.made_at)} UTC. A pass is no promise. {UNIT_NOTE}"
    )


def _order(action: Action, told: Simulated, artifact: str) -> Block:
    name = code(action.name)
    if told.answer is not Answer.PASSES:
        return Block(Rank.PASSES, f"#### {name}: {prose(words(told))}")
    title = f"#### {name}: {counted(len(told.passes), 'pass', 'passes')}, by start"
    chosen = action.spec.order.pass_choice if action.spec is not None else None
    if chosen is not None:
        title += f"; it buys result {chosen.result}"
    head = f"{title}\n\n{header(_TITLES, _NUMBERS)}"
    table = rows_that_fit(head, told.passes, _row, elsewhere(artifact))
    return Block(
        Rank.PASSES, f"{title}. See {artifact}.", (_with_map(action, told, table), table), share=0.2
    )


def _row(shown: ShownPass) -> str:
    return row([cell(prose(text)) for text in cells(shown)])


def _with_map(action: Action, told: Simulated, table: Fit) -> Fit:
    def fit(room: int) -> str | None:
        drawn = _map(action, told)
        text = table(room - size(drawn) - 2) if drawn else None
        return None if text is None else f"{text}\n\n{drawn}"

    return fit


def _map(action: Action, told: Simulated) -> str:
    """Return the order's outline and its readable swaths; empty without any."""
    swaths = [
        {
            "type": "Feature",
            "properties": {"name": label(f"{shown.result} {shown.satellite}")},
            "geometry": ring_on_map(shown.swath),
        }
        for shown in told.passes
        if shown.swath is not None and ring_on_map(shown.swath) is not None
    ]
    if not swaths or action.spec is None:
        return ""
    own = {
        "type": "Feature",
        "properties": {"name": label(action.name)},
        "geometry": outline(action.spec.order.rings, _CORNERS),
    }
    features = [json_text.dumps(each).decode() for each in (own, *swaths[:_SWATHS_MAX])]
    collection = '{"type":"FeatureCollection","features":[\n' + ",\n".join(features) + "\n]}"
    hidden = len(told.passes) - min(len(swaths), _SWATHS_MAX)
    note = f"\n\nNot on this map: {counted(hidden, 'swath')}." if hidden else ""
    return fenced("geojson", collection) + note


_TITLE_MAX = 120
_TOTALS_NUMBERS = frozenset({1, 2})
_AGAINST_NOTHING = (
    "There is no ledger: this plan is made against nothing, and every order in the tree looks new."
)
_ESTIMATE = (
    "The estimate comes from the price table of `satops.yaml`. It is not the marketplace's price."
)


def opening(plan: Plan, *, marker: str, title: str, currency: str, cut: str = "") -> str:
    """Return marker, verdict, totals and digest; `currency` must be escaped.

    If the page omits orders to create, `cut` says where all of them are.
    """
    paragraphs = [marker]
    if plan.new_marketplace is not None:
        paragraphs.append(f"**{marketplace_words(plan.new_marketplace, code)}**")
    paragraphs += [
        f"## {prose(title, _TITLE_MAX).rstrip(':')}: {_verdict(plan)}",
        "\n".join(
            [header(("", "Orders", "km²", "Estimate"), _TOTALS_NUMBERS), *_totals(plan, currency)]
        ),
    ]
    paragraphs.append(f"Plan {code(plan.digest)}")
    if cut:
        paragraphs.append(
            f"**This page is cut: it does not list every order to create.** All are in {cut}. "
            "What is approved is the plan with this digest."
        )
    if plan.problems:
        paragraphs.append(f"Problems: {problem_totals(plan.problems)}.")
    if plan.ledger_head is None:
        paragraphs.append(_AGAINST_NOTHING)
    if any(action.estimated_cost is not None for action in plan.creates):
        paragraphs.append(_ESTIMATE)
    return "\n\n".join(paragraphs)


def closing(plan: Plan, artifact: str) -> str:
    """Return the next steps, and what the plan was made from."""
    head = code(plan.ledger_head) if plan.ledger_head is not None else "none"
    facts = (
        f"Ledger head {head}",
        f"Made at {prose(moment(plan.made_at))} UTC",
        f"Everything, and the exact requests: {artifact}",
    )
    listed = "\n".join(f"- {fact}" for fact in facts)
    return f"### What happens next\n\n{' '.join(_next(plan))}\n\n{listed}"


def _verdict(plan: Plan) -> str:
    count = counted(len(plan.creates), "order")
    if plan.ledger_head is None:
        return "there is no ledger"
    if any(map(blocks_tree, plan.problems)):
        errors = sum(problem.blocks for problem in plan.problems)
        return f"nothing can be bought ({counted(errors, 'error')})"
    if plan.refusals:
        return f"refused, {count} to create"
    if plan.creates:
        return f"{count} to create"
    if plan.in_doubt:
        return f"nothing to create, {counted(len(plan.in_doubt), 'order')} in doubt"
    return "nothing can be bought" if plan.blocked else "nothing to create"


def _totals(plan: Plan, currency: str) -> Iterator[str]:
    creates = plan.creates
    estimate = about_all((action.estimated_cost for action in creates), currency)
    shown = cell(estimate) if creates else ""
    yield row(("**To create**", f"{len(creates):,}", _km2(creates), shown))
    if plan.since and creates:
        waiting = [action for action in creates if action.name in plan.waiting]
        added = [action for action in creates if action.name not in plan.waiting]
        for title, some in (("of them added by this change", added), ("of them waiting", waiting)):
            part = about_all((action.estimated_cost for action in some), currency)
            yield row((title, f"{len(some):,}", _km2(some), cell(part) if some else ""))
    doubtful = {action.name for action in plan.in_doubt}
    held = [action for action in plan.of(ActionKind.HOLD) if not action.left_out]
    for title, some in (
        ("**In doubt**", [action for action in held if action.name in doubtful]),
        (
            "Being placed",
            [it for it in held if it.name not in doubtful and not it.behind_conflict],
        ),
        ("Held behind a conflict", [action for action in held if action.behind_conflict]),
    ):
        if some:
            yield row((title, f"{len(some):,}", _km2(some), ""))
    for kind, title in (
        (ActionKind.CONFLICT, "**In conflict**"),
        (ActionKind.EXPIRED, "Expired"),
        (ActionKind.RETIRED, "Retired"),
        (ActionKind.KEEP, "Kept as placed"),
    ):
        if count := plan.count(kind):
            yield row((title, f"{count:,}", "", ""))


def _km2(actions: Iterable[Action]) -> str:
    return number(sum(subject(action).total_km2 or 0.0 for action in actions))


def _next(plan: Plan) -> Iterator[str]:
    count = counted(len(plan.creates), "order")
    if plan.ledger_head is None:
        yield "Nothing can be bought without a ledger. To begin one: `satops ledger start`."
        yield "If orders were placed from here before, find the old ledger instead."
        return
    if plan.in_doubt:
        yield "Settle what is in doubt first: `satops reconcile`."
    if any(map(blocks_tree, plan.problems)):
        yield "Nothing is sent until the errors are mended."
    elif plan.refusals:
        yield "Nothing is sent while the plan is refused."
    elif plan.creates:
        if plan.blocked:
            yield "The orders with errors are not bought; the others can be."
        yield f"`satops apply` buys {count}, and nothing else; in CI it runs after the merge."
        yield "An order cannot be changed or cancelled once it is placed."
    elif plan.blocked:
        yield "There is nothing to buy. Mend the errors."
    else:
        yield "There is nothing to buy, and nothing to do."


LIMIT = 65_536
"""GitHub's limit of a comment in characters; satops uses it for bytes."""
SUMMARY_LIMIT = 1_000_000
"""Bytes; GitHub's limit of a step summary is 1 MiB."""
MARKER = "<!-- satops plan -->"
"""First line by which an earlier plan's comment is found and replaced."""
ARTIFACT = "`satops plan --json`"
"""Default text for the location of the whole plan."""
_CURRENCY_MAX = 12


def render(
    plan: Plan,
    *,
    limit: int = LIMIT,
    title: str = "satops plan",
    marker: str = MARKER,
    artifact: str = ARTIFACT,
    currency: str = "",
    link: Link = lambda file, line: None,
) -> str:
    """Return the plan as Markdown of at most `limit` bytes of UTF-8.

    `artifact` is Markdown that says where the whole plan is; `link` returns the URL of a line of a
    spec; `title` and `currency` are escaped.  If the plan does not fit, blocks get shorter in
    steps, and say so: tables lose notes, then the smallest orders; maps have 40 corners per
    outline, then 10, then boxes, points, points without names, and grid cells with numbers.  The
    summary and the page's end are always whole: raises ValueError for a limit that is too small for
    them (about 2,000).
    """
    checks = Checks(plan)
    currency = prose(currency, _CURRENCY_MAX) if currency else ""
    blocks = [
        Block(Rank.SUMMARY, opening(plan, marker=marker, title=title, currency=currency)),
        findings.guards(plan, artifact),
        findings.doubts(plan, artifact),
        findings.placed_twice(plan, artifact),
        findings.refusals(plan, artifact),
        findings.errors(plan, artifact),
        orders.series(plan, checks, currency, artifact, link),
        *orders.creates(plan, checks, currency, artifact, link),
        *passes(plan, artifact),
        orders.rooms(plan),
        *orders.subtotals(plan, currency),
        orders.conflicts(plan, artifact),
        findings.warnings(plan, artifact),
        findings.already(plan, artifact),
        findings.aside(plan, artifact),
        findings.held(plan, artifact),
        orders.expired(plan, artifact),
        orders.retired(plan, artifact),
        *maps(plan, artifact),
        calendar(plan),
        Block(Rank.SUMMARY, closing(plan, artifact)),
    ]
    page, cut = lay_out(blocks, limit)
    if Rank.CREATES not in cut:
        return page
    told = opening(plan, marker=marker, title=title, currency=currency, cut=artifact)
    return write_page([Block(Rank.SUMMARY, told), *blocks[1:]], limit)
