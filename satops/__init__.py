"""Orders as code for satellite imagery.

    import satops
    from pathlib import Path

    for action in satops.plan(Path("imagery")).creates:
        print(action.name, action.reason)

The verbs of the command line are functions of the same names.  Each takes the folder of a
repository and returns the value that the command's report is drawn from.  They are imported when
they are first used, so that `import satops` costs nothing.
"""

TYPE_CHECKING = False
"""Type checkers take this name for true; importing it from typing would cost a third of a call."""

__version__ = "0.1.0"

_VERBS = {
    "adopt": "resolve",
    "aoi": "aoi",
    "apply": "apply",
    "foreign": "resolve",
    "history": "ledger",
    "init": "init",
    "list_orders": "ledger",
    "new": "init",
    "plan": "plan",
    "reconcile": "reconcile",
    "refresh": "refresh",
    "resolve": "resolve",
    "show": "ledger",
    "split_aoi": "aoi",
    "start_ledger": "ledger",
    "validate": "plan",
    "verify": "ledger",
}
"""Each verb, and the module of `satops.api` that has it."""

if TYPE_CHECKING:
    from satops.api.aoi import aoi, split_aoi
    from satops.api.apply import apply
    from satops.api.init import init, new
    from satops.api.ledger import history, list_orders, show, start_ledger, verify
    from satops.api.plan import plan, validate
    from satops.api.reconcile import reconcile
    from satops.api.refresh import refresh
    from satops.api.resolve import adopt, foreign, resolve

__all__ = [
    "__version__", "adopt", "aoi", "apply", "foreign", "history", "init", "list_orders", "new",
    "plan", "reconcile", "refresh", "resolve", "show", "split_aoi", "start_ledger", "validate",
    "verify",
]  # fmt: skip


def __getattr__(name: str) -> object:
    """Import a verb when it is first used (PEP 562)."""
    if name not in _VERBS:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"satops.api.{_VERBS[name]}"), name)


def __dir__() -> list[str]:
    """List the verbs as well."""
    return sorted({*globals(), *_VERBS})
