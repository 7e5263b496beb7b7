"""What a workflow asks of a plan, as lines `key=value`: for `$GITHUB_OUTPUT`, or as a dotenv."""

from satops.core.plan.plan import Plan
from satops.workflow.plan import blocks_tree


def render(plan: Plan) -> str:
    """Return the digest of the plan, and how many orders apply would buy by it as it stands.

    That is 0 where limits or the tree refuse all of them, and where there is no ledger.
    """
    stopped = plan.ledger_head is None or plan.refusals or any(map(blocks_tree, plan.problems))
    return f"digest={plan.digest}\norders={0 if stopped else len(plan.creates)}\n"
