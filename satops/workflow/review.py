"""Compare each order to buy with the reviewed plans.

A whole plan is stale as soon as another pull request is merged, so of two approved plans the second
could never be applied.  Reviewers approve single orders, so the comparison is per order:

- A reviewed plan has the name with the same action digest (order, labels, acknowledgements,
  supersedes, estimate): it is bought.
- A reviewed plan has the name, from before its last rejection: it is held back (`clearance.py`).
- A reviewed plan has the name with another digest, for example because two changes met in one AOI
  file: nothing is sent, and a person must look.
- No reviewed plan has the name: it came with another pull request, whose own run buys it.  It is
  left out, and the others are bought.

A reviewed order that is no longer to be bought (placed by another run, deleted by a later review)
does not refuse the plan: less is bought than was approved.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from msgspec.structs import replace

from satops.core.plan.plan import Action, ActionKind, Plan, action_digest
from satops.errors import Refused
from satops.workflow.part import Limits

Reviewed = Mapping[str, frozenset[str]]
"""Order names with the action digests in the reviewed plans."""

_LEFT_OUT = "left out: no plan that was given as reviewed holds it"
_NAMES_MAX = 5


def reviewed_orders(creates: Iterable[Iterable[tuple[str, str]]]) -> Reviewed:
    """Return the reviewed orders of several plans, from name and action digest of each order."""
    digests: defaultdict[str, set[str]] = defaultdict(set)
    for plan in creates:
        for name, digest in plan:
            digests[name].add(digest)
    return {name: frozenset(found) for name, found in digests.items()}


def only_reviewed(plan: Plan, reviewed: Reviewed, limits: Limits) -> Plan:
    """Return the plan of the reviewed orders, with limits that count only those.

    Raises `Refused` if an order differs from the reviewed one.
    """
    changed = [
        action.name
        for action in plan.creates
        if action.name in reviewed and not _was_reviewed(action, reviewed[action.name])
    ]
    if changed:
        raise Refused(
            f"Not what was reviewed: {_names(changed)}. The order that would be bought now, its "
            "labels, what it acknowledges or supersedes, or its estimate differs from the reviewed "
            "plan, and nothing was sent. A file that it refers to may have been changed by another "
            "pull request. Plan again, and have it reviewed:\n"
            "    satops plan"
        )
    actions = tuple(_bound(action, reviewed) for action in plan.actions)
    bound = replace(plan, actions=actions)
    return replace(bound, refusals=limits(bound.creates))


def said_of_reviewed(plan: Plan, reviewed: Reviewed) -> Iterator[str]:
    """Yield a line for each reviewed order that is not bought, and one for the unreviewed orders.

    `plan` comes from `only_reviewed`.
    """
    actions = {action.name: action for action in plan.actions}
    for name in sorted(reviewed):
        action = actions.get(name)
        if action is None:
            yield f"Reviewed, and not bought: {name} is neither in the tree nor in the ledger."
        elif action.kind is not ActionKind.CREATE:
            yield f"Reviewed, and not bought: {name} ({action.kind.value}: {action.reason})."
    if others := [action.name for action in plan.actions if action.reason == _LEFT_OUT]:
        yield (
            f"Left out, because no reviewed plan that was given holds them: {_names(others)}. They "
            "are bought by a run that is given the plan that shows them."
        )


def _was_reviewed(action: Action, digests: frozenset[str]) -> bool:
    """Tell whether a plan shows the order, now or before some of its rejections."""
    times = range(action.rejections + 1)
    return any(action_digest(action, rejections=number) in digests for number in times)


def _bound(action: Action, reviewed: Reviewed) -> Action:
    if action.kind is not ActionKind.CREATE or action.name in reviewed:
        return action
    return replace(action, kind=ActionKind.HOLD, reason=_LEFT_OUT)


def _names(names: Sequence[str]) -> str:
    more = f" and {len(names) - _NAMES_MAX} more" if len(names) > _NAMES_MAX else ""
    return ", ".join(names[:_NAMES_MAX]) + more
