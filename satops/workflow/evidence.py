"""Add simulated passes to the orders of a plan.  `plan` itself calls no marketplace."""

from collections.abc import Sequence

from msgspec.structs import replace

from satops.core.plan.feasibility import Feasibility
from satops.core.plan.plan import Plan
from satops.core.safe import shown
from satops.errors import Refused

_NAMED_MAX = 8


def with_evidence(plan: Plan, evidence: Feasibility, addresses: Sequence[str]) -> Plan:
    """Return the plan with the passes of its orders; `addresses` are the accepted marketplaces.

    Raises `Refused` if the evidence is of another marketplace, or if an order has changed since.
    Orders without evidence are left as they are.
    """
    if evidence.marketplace not in addresses:
        raise Refused(
            f"The evidence comes from {shown(evidence.marketplace)}, and this repository buys at "
            f"{shown(addresses[0])}. Ask again: `satops feasibility`."
        )
    changed = [
        action.name
        for action in plan.actions
        if action.spec is not None
        and (simulated := evidence.of(action.name)) is not None
        and simulated.order_digest != action.spec.order.asked.digest
    ]
    if changed:
        more = len(changed) - _NAMED_MAX
        names = ", ".join(changed[:_NAMED_MAX]) + (f" and {more:,} more" if more > 0 else "")
        raise Refused(
            f"Changed since the simulation was made: {names}. The passes in the evidence are those "
            "of another order. Ask again: `satops feasibility`."
        )
    _require_passes(plan, evidence)
    return replace(plan, feasibility=evidence)


def _require_passes(plan: Plan, evidence: Feasibility) -> None:
    """Raise `Refused` if the pass of an order is not in the evidence of its simulation."""
    for action in plan.creates:
        choice = None if action.spec is None else action.spec.order.pass_choice
        simulated = evidence.of(action.name)
        if choice is None or simulated is None or simulated.simulation != choice.simulation:
            continue
        if choice not in [each.choice(simulated.simulation) for each in simulated.passes]:
            raise Refused(
                f"The pass of {action.name} is not in the evidence: result {choice.result}, "
                f"{shown(choice.satellite)}, {choice.start}. Paste it again as `satops "
                "feasibility` prints it."
            )
