"""Read the status of placed orders from the marketplace into the ledger."""

from dataclasses import dataclass

from satops.core.ledger.events import Event, StatusObserved
from satops.core.ledger.state import LedgerState, Standing
from satops.ports import Marketplace
from satops.workflow.ledger_session import LedgerSession, decide_and_append


@dataclass(frozen=True, slots=True)
class RefreshReport:
    """What changed since the last refresh."""

    observed: tuple[StatusObserved, ...]
    unseen: tuple[str, ...]
    """Names of placed orders that the marketplace did not list."""


def refresh(*, session: LedgerSession, marketplace: Marketplace) -> RefreshReport:
    """Record each status that differs from the last one seen.

    Raises `MarketplaceUnreachable` and `LedgerError`.
    """
    statuses = {order.order_no: order.status for order in marketplace.orders()}
    unseen: list[str] = []
    observed: list[StatusObserved] = []

    def decide(state: LedgerState) -> list[Event]:
        unseen.clear()
        observed.clear()
        for known in state.orders.values():
            if known.standing is not Standing.PLACED or known.order_no is None:
                continue
            status = statuses.get(known.order_no)
            if status is None:
                unseen.append(known.name)
            elif status != known.status:
                observed.append(StatusObserved(known.name, known.order_no, status))
        return list(observed)

    decide_and_append(session, decide)
    return RefreshReport(tuple(observed), tuple(unseen))
