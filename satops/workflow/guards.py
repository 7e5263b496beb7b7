"""The guards of apply: conditions on a plan that must hold before anything is sent.

`GUARDS` is the whole list, in order.  Each guard is a function of one `Guarded`; it raises
`Refused` or `InvalidInput`, and then nothing was sent.

A whole plan is stale as soon as another pull request is merged, so of two approved plans the second
could never be applied.  Reviewers approve single orders, so the comparison is per order:

- A reviewed plan has the name with the same action digest (order, labels, acknowledgements,
  supersedes, estimate): it is bought.
- A reviewed plan has the name, from before its last rejection: it is held back (`account.py`).
- A reviewed plan has the name with another digest, for example because two changes met in one AOI
  file: nothing is sent, and a person must look.
- No reviewed plan has the name: it came with another pull request, whose own run buys it.  It is
  left out, and the others are bought.

A reviewed order that is no longer to be bought (placed by another run, deleted by a later review)
does not refuse the plan: less is bought than was approved.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from msgspec import Struct
from msgspec.structs import replace

from satops.core.ledger.state import LedgerState
from satops.core.plan.plan import Action, ActionKind, Plan, Refusal, SavedPlan, action_digest
from satops.core.words import listed
from satops.errors import Refused
from satops.workflow.origins import Origins
from satops.workflow.part import Limits, aside_words, refuse_walking_around
from satops.workflow.plan import refuse_invalid
from satops.workflow.proof import StoreProof

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
            f"Not what was reviewed: {listed(changed, _NAMES_MAX)}. The order that would be bought "
            "now, its labels, what it acknowledges or supersedes, or its estimate differs from the "
            "reviewed plan, and nothing was sent. A file that it refers to may have been changed "
            "by another pull request. Plan again, and have it reviewed:\n"
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
        names = listed(others, _NAMES_MAX)
        yield (
            f"Left out, because no reviewed plan that was given holds them: {names}. They "
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


Confirm = Callable[[Plan], None]
"""Shows the plan and asks for confirmation; raises `Refused` on "no"."""


class Approval(Struct, frozen=True):
    """What a person approved for this run."""

    saved: SavedPlan | None = None
    """The saved plan that the new plan must equal as a whole."""
    reviewed: Sequence[SavedPlan] = ()
    """Each order must be in one of these plans, with the same action digest."""
    digest: str | None = None
    """The first characters of the expected plan digest.  With `reviewed` it is the digest of that
    plan, and was checked when the file was read."""
    confirm: Confirm = lambda _: None
    attended: bool = False
    """Whether `confirm` shows the plan to a person and asks."""

    def has_seen(self, action: Action) -> bool:
        """Tell whether the plan that was approved shows an order with all its rejections."""
        if self.reviewed:
            return action_digest(action) in self.reviewed_orders.get(action.name, ())
        return self.attended or self.saved is not None or self.digest is not None

    @property
    def reviewed_orders(self) -> Reviewed:
        """Names and action digests of all orders that the reviewed plans would buy."""
        return reviewed_orders(plan.creates for plan in self.reviewed)


class Guarded(Struct, frozen=True):
    """The input of every guard."""

    plan: Plan
    """The plan to buy."""
    compared: Plan
    """The plan of all orders, which is compared with a saved plan."""
    state: LedgerState
    because: str | None
    """The value of `--because`."""
    approval: Approval
    proof: StoreProof
    origins: Origins
    tell: Callable[[str], None]


def specs_are_valid(it: Guarded) -> None:
    """Refuse if any spec of the tree is invalid."""
    refuse_invalid(it.plan)


def part_walks_around_no_limit(it: Guarded) -> None:
    """Refuse a part without a reason while the whole tree exceeds a limit."""
    refuse_walking_around(it.plan, it.because)


def what_is_left_out_is_said(it: Guarded) -> None:
    """Print which orders are left out; this never refuses."""
    if aside := aside_words(it.plan):
        it.tell(aside)
    for line in said_of_reviewed(it.plan, it.approval.reviewed_orders):
        it.tell(line)


def saved_plan_is_of_now(it: Guarded) -> None:
    """Refuse a saved plan that was used before, or that the tree or the ledger no longer equals."""
    saved = it.approval.saved
    if saved is None:
        return
    if saved.digest in it.state.plans_used:
        raise Refused(
            f"{saved.path} was applied before, and a saved plan is used once. Nothing was sent. "
            "Plan again:\n    satops plan"
        )
    if saved.digest == it.compared.digest:
        return
    moved = "; ".join(_moved(saved, it.compared))
    moved = moved or "the orders that are not to be created changed"
    raise Refused(
        f"{saved.path} is stale: {moved}. Nothing was sent. Make it again, and have it reviewed:\n"
        f"    satops plan --out {saved.path}"
    )


def digest_is_the_expected_one(it: Guarded) -> None:
    """Refuse a plan with another digest than expected."""
    wanted = it.approval.digest
    if wanted is None or it.approval.reviewed or it.plan.digest.startswith(wanted):
        return
    raise Refused(
        f"The plan is not the one that was expected: its digest is {it.plan.digest}, not "
        f"{wanted}. Nothing was sent. Look at the plan again:\n    satops plan"
    )


def store_is_proven(it: Guarded) -> None:
    """Refuse a store without proof that exactly one of two racing writers wins."""
    if it.plan.creates:
        it.proof.require()


def origin_is_allowed(it: Guarded) -> None:
    """Refuse orders from sources that `buy` in satops.yaml does not allow."""
    if it.plan.creates:
        it.origins.require(it.plan.creates, it.tell)


def person_confirms(it: Guarded) -> None:
    """Ask the person for confirmation."""
    if it.plan.creates:
        it.approval.confirm(it.plan)


def limits_hold(it: Guarded) -> None:
    """Refuse a plan that exceeds a limit."""
    refuse_over_limits(it.plan.refusals)


GUARDS: tuple[Callable[[Guarded], None], ...] = (
    specs_are_valid,
    part_walks_around_no_limit,
    what_is_left_out_is_said,
    saved_plan_is_of_now,
    digest_is_the_expected_one,
    store_is_proven,
    origin_is_allowed,
    person_confirms,
    limits_hold,
)
"""In this order, so that after the confirmation only limits and account can refuse."""


def refuse_over_limits(refusals: Sequence[Refusal]) -> None:
    """Raise `Refused` if any limit is exceeded."""
    if refusals:
        raise Refused("\n".join(refusal.detail for refusal in refusals))


def _moved(saved: SavedPlan, plan: Plan) -> list[str]:
    moved = []
    if saved.ledger_head != plan.ledger_head:
        moved.append("the ledger has grown since")
    if saved.rules_digest != plan.rules_digest:
        moved.append("limits or severities changed")
    creates = {(a.name, action_digest(a)) for a in plan.creates}
    added = sorted(name for name, _ in creates - saved.creates)
    gone = sorted(name for name, _ in saved.creates - creates)
    if added:
        moved.append(f"it does not hold {listed(added, 3)} as planned now")
    if gone:
        moved.append(f"it holds {listed(gone, 3)}, which is planned otherwise now")
    return moved
