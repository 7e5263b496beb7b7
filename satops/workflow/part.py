"""Buy a part of the tree: the orders that a person names, even if other files are broken drafts.

Four checks still cover the whole tree:

- Copies (X01) and the look at the account compare with every spec.
- If the whole plan exceeds a limit, a part needs a reason: else `apply a` and `apply b` together
  would exceed it unseen.
- A file that cannot be read may hold a chosen name a second time, so its bytes are searched.
- Files that are missing from the tree refuse a part too.
"""

import re
from collections.abc import Callable, Iterable, Sequence

from msgspec.structs import replace

from satops.core.ledger.state import LedgerState
from satops.core.plan.config import Config
from satops.core.plan.limits import check_limits
from satops.core.plan.plan import Action, ActionKind, Part, Plan, Refusal
from satops.core.problem import Problem
from satops.core.safe import shown
from satops.core.words import listed
from satops.errors import InvalidInput, Refused, UsageError
from satops.workflow.plan import blocks_tree

Limits = Callable[[Sequence[Action]], tuple[Refusal, ...]]
"""Returns the limits that orders to create exceed."""


def part_of(names: Sequence[str], labels: Sequence[tuple[str, str]]) -> Part | None:
    """Return the choice of names and labels; None for all orders."""
    return Part(tuple(names), tuple(labels)) if names or labels else None


def limits_of(config: Config, state: LedgerState | None, now: str) -> Limits:
    """Return a function that checks orders to create against the limits of a configuration."""
    return lambda creates: check_limits(creates, state or LedgerState(), config, now)


_NOT_CHOSEN = "left out: it was not among the orders that were chosen"
_MOST_NAMED = 5
_MEMBERS = ".*"
"""Suffix that turns a series name into all its members."""


def only_part(plan: Plan, part: Part, limits: Limits) -> Plan:
    """Return the plan of the chosen orders, with limits that count only those.

    Errors of files without a chosen order are set aside.  Raises `UsageError` for a name that
    neither tree nor ledger holds and for a label without orders, and `InvalidInput` if an
    unreadable file may hold a chosen order.
    """
    _refuse_unsure(plan, part)
    chosen = {action.name for action in plan.actions if is_chosen(action, part)}
    known = {action.name for action in plan.actions}
    series = {f"{action.series}{_MEMBERS}" for action in plan.actions if action.series}
    if unknown := [name for name in part.names if name not in known and name not in series]:
        raise UsageError(
            f"Neither the tree nor the ledger knows {_listed(unknown)}. Nothing was sent. Look at "
            "the names:\n    satops plan"
        )
    if not chosen:
        raise UsageError(
            f"No order has {_listed([f'{key}={value}' for key, value in part.labels])}"
            f"{' and a name that was given' if part.names else ''}. Nothing was sent."
        )
    actions = tuple(_bound(action, chosen) for action in plan.actions)
    creates = [action for action in actions if action.kind is ActionKind.CREATE]
    problems = (*plan.problems, *plan.aside)
    aside = _aside(problems, plan, creates, chosen)
    return replace(
        plan,
        actions=actions,
        part=part,
        problems=tuple(it for it in problems if id(it) not in aside),
        aside=tuple(it for it in problems if id(it) in aside),
        refusals=limits(creates),
        rooms=(),
        whole_refusals=plan.whole_refusals or plan.refusals,
    )


def is_chosen(action: Action, part: Part) -> bool:
    """Tell whether an order has a chosen name and every chosen label."""
    labels = action.spec.labels if action.spec else action.known.labels if action.known else None
    members = f"{action.series}{_MEMBERS}"
    named = not part.names or action.name in part.names or members in part.names
    return named and all((labels or {}).get(key) == value for key, value in part.labels)


def refuse_walking_around(plan: Plan, because: str | None) -> None:
    """Raise `Refused` if the whole tree exceeds a limit and no reason is given for a part."""
    if plan.part is not None and plan.whole_refusals and not because:
        said = " ".join(refusal.detail for refusal in plan.whole_refusals)
        raise Refused(
            f"The plan of the whole tree is above a limit, and a part of it needs a reason. {said} "
            "Nothing was sent. To buy the part all the same, add:\n    --because TEXT"
        )


def aside_words(plan: Plan) -> str:
    """Return the sentence that names the files set aside; empty for none."""
    files = list(dict.fromkeys(problem.file for problem in plan.aside))
    if not files:
        return ""
    return f"Left aside, because of errors in them: {_listed(files)}. The exit code says so."


def _bound(action: Action, chosen: set[str]) -> Action:
    if action.kind is not ActionKind.CREATE or action.name in chosen:
        return action
    return replace(action, kind=ActionKind.HOLD, reason=_NOT_CHOSEN)


def _aside(
    problems: Iterable[Problem], plan: Plan, creates: Iterable[Action], chosen: set[str]
) -> set[int]:
    """Return the `id()` of each error that does not concern the choice.

    A chosen order's file must be sound as a whole, and errors of the whole tree always count.
    """
    files = {action.spec.source.file for action in creates if action.spec}
    others = {action.name for action in plan.actions} - chosen
    return {
        id(problem)
        for problem in problems
        if blocks_tree(problem)
        and problem.file not in files
        and problem.order not in chosen
        and (problem.file in plan.unread or problem.order in others)
    }


def _refuse_unsure(plan: Plan, part: Part) -> None:
    """Raise `InvalidInput` if an unreadable file may hold a chosen order."""
    names = [name.removesuffix(_MEMBERS) for name in part.names]
    # A broken copy of a series names the series, not its members.
    names += {it.series for it in plan.actions if it.series and is_chosen(it, part)}
    wanted = [*dict.fromkeys(names), *(value for _, value in part.labels)]
    sound = {action.spec.source.file for action in plan.actions if action.spec}
    for file, content in plan.unread.items():
        held = [word for word in wanted if _may_hold(content, word)]
        if not held or (file in sound and _stands_there(plan, file, part)):
            continue  # the errors of this file refuse the plan anyway
        problems = tuple(it for it in plan.problems if it.file == file and it.blocks)
        raise InvalidInput(
            f"{shown(file)} has errors, and it holds the text {_listed(held)}: it may be the same "
            "order, so it is not certain which one is meant. Nothing was sent. Mend the file, or "
            "take it out of the folder of orders.",
            problems,
        )


def _stands_there(plan: Plan, file: str, part: Part) -> bool:
    return any(
        action.spec is not None and action.spec.source.file == file and is_chosen(action, part)
        for action in plan.actions
    )


def _may_hold(content: bytes, word: str) -> bool:
    """Tell whether bytes hold a whole word; if they are not UTF-8, any word beyond ASCII counts as
    held.
    """
    plain = content.replace(b"\0", b"")  # UTF-16 text without its zero bytes
    if not word.isascii():
        try:
            plain.decode()
        except UnicodeDecodeError:
            return True
    pattern = rb"(?<!\w)(?<!\w[.-])" + re.escape(word.encode()) + rb"(?!\w|[.-]\w)"
    return re.search(pattern, plain, re.IGNORECASE) is not None


def _listed(names: Sequence[str]) -> str:
    return listed(map(shown, names), _MOST_NAMED)
