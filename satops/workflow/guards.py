"""The guards of apply: conditions on a plan that must hold before anything is sent.

`GUARDS` is the whole list, in order.  Each guard is a function of one `Guarded`; it raises
`Refused` or `InvalidInput`, and then nothing was sent.
"""

from collections.abc import Callable, Sequence

from msgspec import Struct

from satops.core.ledger.state import LedgerState
from satops.core.plan.plan import Action, Plan, Refusal, SavedPlan, action_digest
from satops.errors import Refused
from satops.workflow.origins import Origins
from satops.workflow.part import aside_words, refuse_walking_around
from satops.workflow.plan import refuse_invalid
from satops.workflow.proof import StoreProof
from satops.workflow.review import Reviewed, reviewed_orders, said_of_reviewed

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
        moved.append(f"it does not hold {', '.join(added[:3])}{_more(added)} as planned now")
    if gone:
        moved.append(f"it holds {', '.join(gone[:3])}{_more(gone)}, which is planned otherwise now")
    return moved


def _more(names: list[str]) -> str:
    return f" and {len(names) - 3} more" if len(names) > 3 else ""
