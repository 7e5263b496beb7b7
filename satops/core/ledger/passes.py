"""Which simulation results the ledger holds.  Each result can be ordered once."""

from satops.core.ledger.order_state import SPENT, OrderState
from satops.core.ledger.state import LedgerState

PassKey = tuple[str, int]
"""Simulation and result number, at the ledger's marketplace."""


def held_passes(state: LedgerState) -> dict[PassKey, OrderState]:
    """Return the submission that holds each result.

    An open or placed submission holds its result.  A rejected or unsent one frees it, unless the
    marketplace called the result used.
    """
    held: dict[PassKey, OrderState] = {}
    for known in state.orders.values():
        for each in (*known.others, known):
            if each.bought_pass is not None and (each.standing in SPENT or each.used):
                held[each.bought_pass.key] = each
    return held
