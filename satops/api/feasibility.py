"""Feasibility: simulate which satellites would pass over new orders."""

from collections.abc import Callable, Mapping, Sequence

from satops.api.plan import plan_to_show
from satops.api.repository import FilePath, Repository, Say, open_repository
from satops.core.order.order import Order
from satops.core.plan.config import MarketplaceConfig
from satops.core.plan.feasibility import Feasibility
from satops.errors import LedgerMissing, UsageError
from satops.workflow.feasibility import WAIT_S, Asking
from satops.workflow.plan import refuse_invalid


def feasibility(
    repository: FilePath,
    *,
    names: Sequence[str] = (),
    labels: Sequence[tuple[str, str]] = (),
    wait_s: float = WAIT_S,
    say: Say = lambda _: None,
    environ: Mapping[str, str] | None = None,
) -> Feasibility:
    """Simulate each new order, or those with the names or labels, and return the passes.

    Orders and records nothing.  Waits up to `wait_s` for each simulation.  Raises `InvalidInput`
    for a tree with errors, and `UsageError` if the account has no simulations
    (`marketplace.simulation`).
    """
    opened = open_repository(repository, environ=environ)
    simulation = require_simulations(opened)
    made = plan_to_show(repository, names=names, labels=labels, environ=environ).plan
    refuse_invalid(made)
    specs = [action.spec for action in made.creates if action.spec is not None]
    try:
        ledger = opened.session().state.ledger
    except LedgerMissing:
        ledger = ""
    address = opened.marketplace_address()

    def request(order: Order) -> bytes:
        return simulation(order, opened.config.marketplace)

    with opened.marketplace(say, ledger) as marketplace:
        asking = Asking(
            marketplace=marketplace,
            clock=opened.clock,
            request=request,
            wait_s=wait_s,
            tell=lambda line: say(f"satops: {line}"),
        )
        return asking.run(specs, address)


def require_simulations(
    opened: Repository,
) -> Callable[[Order, MarketplaceConfig], bytes]:
    """Return the function that makes a simulation request.

    Raises `UsageError` if the configuration or the kind of marketplace has no simulations.
    """
    request = opened.offer.simulation
    if request is None:
        raise UsageError("This kind of marketplace has no simulations.")
    if not opened.config.marketplace.simulation:
        raise UsageError(
            "Simulations are off, since not every account has them. Ask the marketplace, and "
            "switch them on in satops.yaml:\n    marketplace: {simulation: true}"
        )
    return request
