"""The guards of apply: what must hold of a plan before an order of it is sent.

`GUARDS` is the whole list, in the order in which they are asked.  A guard is a function that looks
at one `Guarded`; it raises `Refused` or `InvalidInput`, and then nothing was sent.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from satops.core.ledger.state import LedgerState
from satops.core.plan.plan import Plan, Refusal, SavedPlan, action_digest
from satops.errors import Refused
from satops.workflow.origins import Origins
from satops.workflow.part import aside_words, refuse_walking_around
from satops.workflow.plan import refuse_invalid
from satops.workflow.proof import StoreProof
from satops.workflow.review import Reviewed, reviewed_orders, said_of_reviewed

Confirm = Callable[[Plan], None]
"""Shows a person the plan; raises `Refused` where they do not want it."""


@dataclass(frozen=True, slots=True)
class Approval:
    """What a person has seen of what this run may buy."""

    saved: SavedPlan | None = None
    """The plan must be this one, as a whole."""
    reviewed: Sequence[SavedPlan] = ()
    """Each order must stand in one of these, with its action digest."""
    digest: str | None = None
    """The first characters of the digest that the plan must have; of `reviewed`, where that is
    given, and then it was checked when it was read."""
    confirm: Confirm = lambda _: None

    @property
    def reviewed_orders(self) -> Reviewed:
        """Name and action digests of every order that the reviewed plans would buy."""
        return reviewed_orders(plan.creates for plan in self.reviewed)


@dataclass(frozen=True, slots=True)
class Guarded:
    """What the guards look at."""

    plan: Plan
    """What would be bought."""
    compared: Plan
    """The same before anything was chosen of it, for a saved plan to be held against."""
    state: LedgerState
    because: str | None
    """The reason that a person gave."""
    approval: Approval
    proof: StoreProof
    origins: Origins
    tell: Callable[[str], None]


def specs_are_valid(it: Guarded) -> None:
    """The whole tree is understood."""
    refuse_invalid(it.plan)


def part_walks_around_no_limit(it: Guarded) -> None:
    """A part of a tree that is above a limit has a reason."""
    refuse_walking_around(it.plan, it.because)


def what_is_left_out_is_said(it: Guarded) -> None:
    """What is not bought although it could be expected is told; this refuses nothing."""
    if aside := aside_words(it.plan):
        it.tell(aside)
    for line in said_of_reviewed(it.plan, it.approval.reviewed_orders):
        it.tell(line)


def saved_plan_is_of_now(it: Guarded) -> None:
    """A saved plan was not used before, and nothing has moved since."""
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
    """The plan has the digest that was expected."""
    wanted = it.approval.digest
    if wanted is None or it.approval.reviewed or it.plan.digest.startswith(wanted):
        return
    raise Refused(
        f"The plan is not the one that was expected: its digest is {it.plan.digest}, not "
        f"{wanted}. Nothing was sent. Look at the plan again:\n    satops plan"
    )


def store_is_proven(it: Guarded) -> None:
    """Of two writers on the ledger's store one wins."""
    if it.plan.creates:
        it.proof.require()


def origin_is_allowed(it: Guarded) -> None:
    """The orders come from where `buy` in satops.yaml allows."""
    if it.plan.creates:
        it.origins.require(it.plan.creates, it.tell)


def person_confirms(it: Guarded) -> None:
    """Whoever runs this has seen the plan, and wants it."""
    if it.plan.creates:
        it.approval.confirm(it.plan)


def limits_hold(it: Guarded) -> None:
    """No limit is exceeded: all or nothing is sent."""
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
"""Asked in this order: a person confirms only what nothing but the limits and the account can
still refuse."""


def refuse_over_limits(refusals: Sequence[Refusal]) -> None:
    """Raise `Refused` when a limit is exceeded: all or nothing is sent."""
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
        moved.append(f"it does not hold {', '.join(added[:3])}{_more(added)} as planned now")
    if gone:
        moved.append(f"it holds {', '.join(gone[:3])}{_more(gone)}, which is planned otherwise now")
    return moved


def _more(names: list[str]) -> str:
    return f" and {len(names) - 3} more" if len(names) > 3 else ""
