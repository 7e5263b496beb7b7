"""The verbs of satops as functions on a repository: what `import satops` offers.

The command line calls the same functions.  Each takes the folder of a repository, or any folder
in it, and returns the value that the report of the command is drawn from; what goes wrong is an
error of `satops.errors`.
"""

from satops.api.buying import apply
from satops.api.ledger import history, list_orders, show, start_ledger, verify
from satops.api.planning import plan, plan_and_body, validate
from satops.api.repository import open_repository
from satops.api.settling import adopt, reconcile, refresh, resolve
from satops.api.starting import init, new

__all__ = [
    "adopt", "apply", "history", "init", "list_orders", "new", "open_repository", "plan",
    "plan_and_body", "reconcile", "refresh", "resolve", "show", "start_ledger", "validate",
    "verify",
]  # fmt: skip
