"""The beginning of a page (verdict and totals) and its end (next steps)."""

from collections.abc import Iterable, Iterator

from satops.core.plan.plan import Action, ActionKind, Plan
from satops.core.words import about_all, counted, moment, number
from satops.report.markdown.escape import cell, code, prose
from satops.report.markdown.page import header, row
from satops.report.subject import subject
from satops.report.text.plan import marketplace_words
from satops.report.text.problems import problem_totals
from satops.workflow.plan import blocks_tree

_TITLE_MAX = 120
_NUMBERS = frozenset({1, 2})
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
        "\n".join([header(("", "Orders", "km²", "Estimate"), _NUMBERS), *_totals(plan, currency)]),
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
