"""The name that holds an order, so that no other name buys the same one unless a person agrees."""

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
