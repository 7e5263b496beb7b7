"""What the ledger holds already: the name of an order, so that no other name buys the same one
unless a person agrees, and simulation results, each of which can be ordered once.
"""

from satops.core.ledger.order_state import OrderState
from satops.core.ledger.state import SPENT, LedgerState


def holder_of(digest: str, state: LedgerState, *, besides: str) -> str | None:
    """Return the name, other than `besides`, with a spent submission of an order.

    Two names may have one if a person agreed to it (X01): then the one that took it last.
    """
    if state.names is None:
        state.names = _names(state)
    spent = [
        (each.seq, name)
        for name in state.names.get(digest, ())
        if name != besides and (known := state.orders.get(name)) is not None
        for each in (known, *known.others)
        if each.order_digest == digest and each.standing in SPENT
    ]
    return max(spent)[1] if spent else None


def _names(state: LedgerState) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for name, known in state.orders.items():
        for each in (known, *known.others):
            if each.order_digest is not None:
                found.setdefault(each.order_digest, set()).add(name)
    return found


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
