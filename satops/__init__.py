"""Orders as code for satellite imagery.

    import satops

    for action in satops.plan("imagery").creates:
        print(action.name, action.reason)

The verbs of the command line are functions of the same names; their results and exceptions are
here too.  Each function takes the folder of a repository, not one below it, and returns the value
of the command's report.  Names are imported on first use, so `import satops` costs nothing.
"""

TYPE_CHECKING = False
"""Type checkers treat this name as true; importing it from typing would take a third of a call's
time."""

__version__ = "0.1.0"

_HOMES = {
    "Action": "satops.core.plan.plan",
    "ActionKind": "satops.core.plan.plan",
    "ApplyReport": "satops.workflow.apply_report",
    "Asked": "satops.workflow.apply_report",
    "ExitCode": "satops.errors",
    "HeadMoved": "satops.errors",
    "InvalidInput": "satops.errors",
    "LedgerClosedError": "satops.errors",
    "LedgerCorrupt": "satops.errors",
    "LedgerError": "satops.errors",
    "LedgerMissing": "satops.errors",
    "LedgerOlder": "satops.errors",
    "MarketplaceUnreachable": "satops.errors",
    "Order": "satops.core.order.order",
    "OrderResult": "satops.workflow.outcomes",
    "Part": "satops.core.plan.plan",
    "Plan": "satops.core.plan.plan",
    "Problem": "satops.core.problem",
    "Refusal": "satops.core.plan.plan",
    "Refused": "satops.errors",
    "SatopsError": "satops.errors",
    "Severity": "satops.core.problem",
    "Spec": "satops.core.spec.spec",
    "StoreUnreachable": "satops.errors",
    "Tree": "satops.workflow.validate",
    "UsageError": "satops.errors",
    "adopt": "satops.api.adopt",
    "aoi": "satops.api.aoi",
    "apply": "satops.api.apply",
    "download": "satops.api.download",
    "expand": "satops.api.expand",
    "feasibility": "satops.api.feasibility",
    "foreign": "satops.api.foreign",
    "history": "satops.api.history",
    "init": "satops.api.init",
    "list_orders": "satops.api.list",
    "new": "satops.api.new",
    "orders": "satops.api.list",
    "plan": "satops.api.plan",
    "reconcile": "satops.api.reconcile",
    "refresh": "satops.api.refresh",
    "resolve": "satops.api.resolve",
    "show": "satops.api.show",
    "split_aoi": "satops.api.aoi",
    "start_ledger": "satops.api.ledger_start",
    "trace": "satops.api.trace",
    "validate": "satops.api.validate",
    "verify": "satops.api.verify",
    "write_report": "satops.api.report",
}
"""Module of each verb, exception and value."""

if TYPE_CHECKING:
    from satops.api.adopt import adopt as adopt
    from satops.api.aoi import aoi as aoi
    from satops.api.aoi import split_aoi as split_aoi
    from satops.api.apply import apply as apply
    from satops.api.download import download as download
    from satops.api.expand import expand as expand
    from satops.api.feasibility import feasibility as feasibility
    from satops.api.foreign import foreign as foreign
    from satops.api.history import history as history
    from satops.api.init import init as init
    from satops.api.ledger_start import start_ledger as start_ledger
    from satops.api.list import list_orders as list_orders
    from satops.api.list import orders as orders
    from satops.api.new import new as new
    from satops.api.plan import plan as plan
    from satops.api.reconcile import reconcile as reconcile
    from satops.api.refresh import refresh as refresh
    from satops.api.report import write_report as write_report
    from satops.api.resolve import resolve as resolve
    from satops.api.show import show as show
    from satops.api.trace import trace as trace
    from satops.api.validate import validate as validate
    from satops.api.verify import verify as verify
    from satops.core.order.order import Order as Order
    from satops.core.plan.plan import Action as Action
    from satops.core.plan.plan import ActionKind as ActionKind
    from satops.core.plan.plan import Part as Part
    from satops.core.plan.plan import Plan as Plan
    from satops.core.plan.plan import Refusal as Refusal
    from satops.core.problem import Problem as Problem
    from satops.core.problem import Severity as Severity
    from satops.core.spec.spec import Spec as Spec
    from satops.errors import ExitCode as ExitCode
    from satops.errors import HeadMoved as HeadMoved
    from satops.errors import InvalidInput as InvalidInput
    from satops.errors import LedgerClosedError as LedgerClosedError
    from satops.errors import LedgerCorrupt as LedgerCorrupt
    from satops.errors import LedgerError as LedgerError
    from satops.errors import LedgerMissing as LedgerMissing
    from satops.errors import LedgerOlder as LedgerOlder
    from satops.errors import MarketplaceUnreachable as MarketplaceUnreachable
    from satops.errors import Refused as Refused
    from satops.errors import SatopsError as SatopsError
    from satops.errors import StoreUnreachable as StoreUnreachable
    from satops.errors import UsageError as UsageError
    from satops.workflow.apply_report import ApplyReport as ApplyReport
    from satops.workflow.apply_report import Asked as Asked
    from satops.workflow.outcomes import OrderResult as OrderResult
    from satops.workflow.validate import Tree as Tree

__all__ = ["__version__", *_HOMES]


def __getattr__(name: str) -> object:
    """Import a name on first use (PEP 562)."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    """List these names too."""
    return sorted({*globals(), *_HOMES})
