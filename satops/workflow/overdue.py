"""Placed orders that are late: the window is over and nothing was delivered."""

from collections.abc import Iterator
from datetime import timedelta

from satops.core.ledger.order_state import OrderState, Standing
from satops.core.ledger.state import LedgerState
from satops.core.offer import Offer
from satops.core.order.order import instant, instant_text


def overdue(state: LedgerState, offer: Offer, now: str, grace_h: float) -> Iterator[OrderState]:
    """Yield the placed orders whose window ended more than `grace_h` hours before `now`, which were
    neither delivered nor failed at the last refresh, and of which nothing was fetched.  Without a
    refresh, yield none.
    """
    if not state.refreshed_at:
        return
    latest_end = instant_text(instant(now) - timedelta(hours=grace_h))
    for order in state.orders.values():
        if order.standing is not Standing.PLACED or not order.end or order.end >= latest_end:
            continue
        numbers = order.order_nos
        statuses = {order.status, *map(state.further_status.get, numbers)}
        is_awaited = all(offer.status(number).is_awaited for number in statuses)
        if is_awaited and not any(number in state.deliveries for number in numbers):
            yield order
