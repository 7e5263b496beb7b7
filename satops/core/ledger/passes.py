"""Which simulation results the ledger holds: each can be ordered once."""

from satops.core.ledger.order_state import SPENT, OrderState
from satops.core.ledger.state import LedgerState

PassKey = tuple[str, int]
"""Simulation and result; the marketplace is that of the ledger."""


def held_passes(state: LedgerState) -> dict[PassKey, OrderState]:
    """Return the submission that holds each result.

    Open and placed ones do.  One that was rejected or not sent frees its result; of a result that
    the marketplace called used nothing ever does.
    """
    held: dict[PassKey, OrderState] = {}
    for known in state.orders.values():
        for each in (*known.others, known):
            if each.bought_pass is not None and (each.standing in SPENT or each.used):
                held[each.bought_pass.key] = each
    return held
