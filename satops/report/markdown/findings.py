"""The parts of a page that need a person: doubts, exceeded limits, errors, warnings."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from satops.core.plan.plan import Action, ActionKind, Plan
from satops.core.problem import Problem, Severity, by_position
from satops.core.words import area, counted
from satops.report.grouped import ProblemGroup, grouped, where
from satops.report.markdown.page import Block, Rank, code, folded, message, prose, rows_that_fit
from satops.report.subject import subject

EDITED = "X03"
"""The check of a conflict, whose table of fields is shown elsewhere."""
_SHORT = 240
_T = TypeVar("_T")


def guards(plan: Plan, artifact: str) -> Block:
    """Return the changes of satops.yaml and of the files that it names."""
    title = f"### Guards changed: {len(plan.guard_changes):,}"
    head = (
        f"{title}\n\nThis decides where orders go and what may be bought. It differs from "
        f"{code(plan.base)}, whose limits ruled this plan; what is here rules once it is merged.\n"
    )
    return _listed(
        Rank.GUARDS, title, head, plan.guard_changes,
        lambda it: f"- {code(it.field)}: {code(it.before)} → {code(it.after)}",
        artifact, share=0.3,
    )  # fmt: skip


def already(plan: Plan, artifact: str) -> Block:
    """Return the problems that the base has too, through time alone."""
    title = f"### Already on {code(plan.base)}: {len(plan.already):,}"
    head = f"{title}\n\nThis is no fault of the change under review. It blocks its own orders.\n"
    problems = sorted(plan.already, key=by_position)
    return _listed(Rank.EXPIRED, title, head, problems, _problem_line, artifact, share=0.1)


def aside(plan: Plan, artifact: str) -> Block:
    """Return the errors of files without a chosen order."""
    title = f"### Left aside: {counted(len(plan.aside), 'error')}"
    head = f"{title}\n\nThese files hold nothing that was chosen.\n"
    problems = sorted(plan.aside, key=by_position)
    return _listed(Rank.EXPIRED, title, head, problems, _problem_line, artifact, share=0.1)


def doubts(plan: Plan, artifact: str) -> Block:
    """Return the orders in doubt."""
    actions = plan.in_doubt
    title = f"### In doubt: {counted(len(actions), 'order')}"
    head = (
        f"{title}\n\nThe marketplace may or may not hold what is listed here. Never order it again "
        "by hand. To look it up: `satops reconcile`.\n"
    )
    return _listed(Rank.DOUBTS, title, head, actions, _action_line, artifact, share=0.2)


def held(plan: Plan, artifact: str) -> Block:
    """Return the orders that another run is placing."""
    doubtful = {action.name for action in plan.in_doubt}
    actions = [
        action
        for action in plan.of(ActionKind.HOLD)
        if not (action.left_out or action.behind_conflict or action.name in doubtful)
    ]
    title = f"### Being placed: {counted(len(actions), 'order')}"
    head = f"{title}\n\nAnother run is placing these; this plan leaves them alone.\n"
    return _listed(Rank.HELD, title, head, actions, _action_line, artifact, share=0.1)


def placed_twice(plan: Plan, artifact: str) -> Block:
    """Return the orders that the marketplace holds more than once."""
    actions = [
        action
        for action in plan.of(ActionKind.KEEP)
        if action.known is not None and action.known.further_order_nos
    ]
    title = f"### Placed more than once: {counted(len(actions), 'order')}"
    return _listed(Rank.DOUBTS, title, f"{title}\n", actions, _action_line, artifact, share=0.1)


def refusals(plan: Plan, artifact: str) -> Block:
    """Return the limits that the plan exceeds."""
    title = f"### Refused: {counted(len(plan.refusals), 'limit')} exceeded"
    head = f"{title}\n\nNothing is sent while the plan is refused.\n"
    return _listed(
        Rank.REFUSALS, title, head, plan.refusals,
        lambda refusal: f"- Limit: {prose(refusal.summary)}. {message(refusal.detail)}",
        artifact, share=0.15,
    )  # fmt: skip


def errors(plan: Plan, artifact: str) -> Block:
    """Return the blocking problems, without edited orders, which are among the conflicts."""
    problems = [problem for problem in plan.problems if problem.blocks and problem.check != EDITED]
    title = f"### Errors: {len(problems):,}"
    return _listed(
        Rank.ERRORS, title, f"{title}\n", sorted(problems, key=by_position), _problem_line,
        artifact, share=0.25,
    )  # fmt: skip


def warnings(plan: Plan, artifact: str) -> Block:
    """Return warnings, and acknowledged problems with their reasons."""
    problems = [
        problem
        for problem in sorted(plan.problems, key=by_position)
        if not problem.blocks and problem.severity is not Severity.INFO
    ]
    accepted = sum(problem.acknowledged is not None for problem in problems)
    title = f"Warnings: {len(problems) - accepted:,}; accepted in review: {accepted:,}"
    block = _listed(
        Rank.WARNINGS, f"### {title}", "", grouped(problems), _group_line, artifact, share=0.15
    )
    return Block(
        block.rank, block.least, tuple(folded(title, step) for step in block.steps), block.share
    )


def elsewhere(artifact: str) -> Callable[[int, int], str]:
    """Return a function for the note on omitted rows."""
    return lambda shown, total: f"Shown: {shown:,} of {total:,}. The others: {artifact}."


def _listed(
    rank: Rank, title: str, head: str, items: Sequence[_T], line: Callable[[_T], str],
    artifact: str, *, share: float,
) -> Block:  # fmt: skip
    if not items:
        return Block(rank, "")

    fit = rows_that_fit(head, items, line, elsewhere(artifact))
    return Block(rank, f"{title}. See {artifact}.", (fit,), share)


def _action_line(action: Action) -> str:
    facts = subject(action)
    about = [prose(facts.sensor), facts.location, prose(facts.window)]
    if facts.area_km2 is not None:
        about.insert(2, area(facts.area_km2))
    return f"- {code(action.name)} ({', '.join(about)}): {message(action.reason, _SHORT)}"


def _problem_line(problem: Problem) -> str:
    at = code(where(problem)) if problem.file else "The plan"
    path = f"{code(problem.path)}: " if problem.path else ""
    text = f"- {at}: {_what(problem)}: {prose(problem.summary)}. {path}{message(problem.detail)}"
    if problem.acknowledged is not None:
        text += f" Accepted because: {prose(problem.acknowledged)}"
    return text


def _group_line(group: ProblemGroup) -> str:
    line = _problem_line(group.problem)
    return f"{line} {prose(group.also)}" if group.also else line


def _what(problem: Problem) -> str:
    word = "accepted" if problem.acknowledged is not None else problem.severity.value
    return f"{word} {prose(problem.check)}"
