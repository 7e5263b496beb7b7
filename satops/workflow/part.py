"""Buy a part: the orders that a person names, out of a tree that may hold broken drafts.

What is chosen is bought as if the rest were not there, and four things look at the rest all the
same.  Copies (X01) and the look at the account cover the whole tree.  A limit that the plan of the
whole tree exceeds needs a reason, or `apply a` and `apply b` together would walk around it.  A
chosen name must be the only one of its kind: a file that cannot be read may hold it too, so its
bytes are searched.  And what is missing from the tree refuses a part as it does the whole.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from satops.core.ledger.state import LedgerState
from satops.core.plan.config import Config
from satops.core.plan.limits import check_limits
from satops.core.plan.plan import Action, ActionKind, Part, Plan, Refusal
from satops.core.problem import Problem
from satops.core.safe import shown
from satops.errors import InvalidInput, Refused, UsageError
from satops.workflow.plan import blocks_tree

Limits = Callable[[Sequence[Action]], tuple[Refusal, ...]]
"""Holds orders to create against the limits."""


def part_of(names: Sequence[str], labels: Sequence[tuple[str, str]]) -> Part | None:
    """Return what is chosen; None where nothing is named, so that all is meant."""
    return Part(tuple(names), tuple(labels)) if names or labels else None


def limits_of(config: Config, state: LedgerState | None, now: str) -> Limits:
    """Return what holds some orders of a plan against the limits of a configuration."""
    return lambda creates: check_limits(creates, state or LedgerState(), config, now)


_NOT_CHOSEN = "left out: it was not among the orders that were chosen"
_MOST_NAMED = 5
_MEMBERS = ".*"
"""After the name of a series: all its members."""


def only_part(plan: Plan, part: Part, limits: Limits) -> Plan:
    """Return the plan that buys only what is chosen; its limits count only that.

    The errors of files without a chosen order are put aside.  Raises `UsageError` for a name that
    is neither in the tree nor in the ledger and for a label that no order has, and `InvalidInput`
    where a file that cannot be read may hold a chosen order.
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
    """Tell whether an order has a name that was given, and every label."""
    labels = action.spec.labels if action.spec else action.known.labels if action.known else None
    members = f"{action.series}{_MEMBERS}"
    named = not part.names or action.name in part.names or members in part.names
    return named and all((labels or {}).get(key) == value for key, value in part.labels)


def refuse_walking_around(plan: Plan, because: str | None) -> None:
    """Raise `Refused` where the whole tree is above a limit, and no reason is given for a part."""
    if plan.part is not None and plan.whole_refusals and not because:
        said = " ".join(refusal.detail for refusal in plan.whole_refusals)
        raise Refused(
            f"The plan of the whole tree is above a limit, and a part of it needs a reason. {said} "
            "Nothing was sent. To buy the part all the same, add:\n    --because TEXT"
        )


def aside_words(plan: Plan) -> str:
    """Return the sentence that names the files that were left aside; empty for none."""
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
    """Return the identities of the errors that say nothing of what is chosen.

    The file of a chosen order must be sound as a whole, and so must the tree.
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
    """Raise `InvalidInput` where a file that cannot be read may hold a chosen order."""
    names = [name.removesuffix(_MEMBERS) for name in part.names]
    # A broken copy of a series' document names the series, and none of its members.
    names += {it.series for it in plan.actions if it.series and is_chosen(it, part)}
    wanted = [*dict.fromkeys(names), *(value for _, value in part.labels)]
    sound = {action.spec.source.file for action in plan.actions if action.spec}
    for file, content in plan.unread.items():
        held = [word for word in wanted if _may_hold(content, word)]
        if not held or (file in sound and _stands_there(plan, file, part)):
            continue  # what is chosen stands in this very file: its own errors refuse it
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
    """Tell whether bytes hold a word by itself; what is no UTF-8 may hold any beyond ASCII."""
    plain = content.replace(b"\0", b"")  # as of UTF-16
    if not word.isascii():
        try:
            plain.decode()
        except UnicodeDecodeError:
            return True
    pattern = rb"(?<!\w)(?<!\w[.-])" + re.escape(word.encode()) + rb"(?!\w|[.-]\w)"
    return re.search(pattern, plain, re.IGNORECASE) is not None


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - _MOST_NAMED} more" if len(names) > _MOST_NAMED else ""
    return ", ".join(shown(name) for name in names[:_MOST_NAMED]) + more
