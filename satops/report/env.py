"""A plan's values for a CI workflow, as lines `key=value`: for `$GITHUB_OUTPUT`, or as a dotenv."""

from satops.core.plan.plan import Plan
from satops.workflow.plan import blocks_tree


def render(plan: Plan) -> str:
    """Return the plan's digest, and the number of orders that apply would buy.

    The number is 0 without a ledger, and if limits or the tree refuse everything.
    """
    stopped = plan.ledger_head is None or plan.refusals or any(map(blocks_tree, plan.problems))
    return f"digest={plan.digest}\norders={0 if stopped else len(plan.creates)}\n"
