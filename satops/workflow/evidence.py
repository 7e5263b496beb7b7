"""Show what simulations told beside the orders of a plan; the plan itself asks nobody."""

from collections.abc import Sequence
from dataclasses import replace

from satops.core.plan.feasibility import Feasibility
from satops.core.plan.plan import Plan
from satops.core.safe import shown
from satops.errors import Refused

_NAMED_MAX = 8


def with_evidence(plan: Plan, evidence: Feasibility, addresses: Sequence[str]) -> Plan:
    """Return the plan with the passes of its orders; `addresses` may be the marketplace's.

    Raises `Refused` for evidence of another marketplace, and where an order has changed since: its
    passes are those of another order.  What the evidence lacks is no fault.
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
        and (told := evidence.of(action.name)) is not None
        and told.order_digest != action.spec.order.asked.digest
    ]
    if changed:
        more = len(changed) - _NAMED_MAX
        names = ", ".join(changed[:_NAMED_MAX]) + (f" and {more:,} more" if more > 0 else "")
        raise Refused(
            f"Changed since the simulation was made: {names}. The passes in the evidence are those "
            "of another order. Ask again: `satops feasibility`."
        )
    return replace(plan, feasibility=evidence)
