"""Find orders that are about to be bought in the account already: bought where the ledger is not.

A ledger that was restored from a backup does not know the orders that came after it.  To satops
they are new, and the next apply would buy them again.  So before anything is sent, the orders of
the account since the ledger's last intent are held against the plan: what was lost came later.  A
ledger without any intent is held against the whole account.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone

from satops.core.ledger.state import LedgerState
from satops.core.order.dates import read_date
from satops.core.order.marketplace_order import MarketplaceOrder
from satops.core.order.matching import differences
from satops.core.order.order import Order, instant
from satops.core.plan.config import Config
from satops.core.plan.plan import Plan
from satops.errors import Refused
from satops.ports import LedgerStore, Marketplace

_SHOWN_MAX = 5
_EVER = datetime(1970, 1, 1, tzinfo=UTC)
_Window = tuple[str, datetime, datetime]
"""Provider, and both ends to the minute: what is cheap to compare, before shapes are."""


@dataclass(frozen=True, slots=True)
class BoughtElsewhere:
    """An order of the plan that the account holds, under a number that the ledger does not know."""

    name: str
    order_no: str


def refuse_bought_elsewhere(
    plan: Plan, state: LedgerState, store: LedgerStore, marketplace: Marketplace, config: Config
) -> None:
    """Raise `Refused` where the account holds an order that the plan would buy.

    Raises `MarketplaceUnreachable` when the account cannot be looked at, and `LedgerError`.
    """
    recent = list(_recent(marketplace.orders(), _since(state, config)))
    found = _matches(plan, [o for o in recent if o.order_no not in state.claimed], config)
    if not found:
        return
    # Another run may be placing them now: then the ledger has its intents, which came first.
    now = LedgerState()
    now.fold(store.read())
    left = [
        item
        for item in found
        if item.order_no not in now.claimed
        and now.orders.get(item.name) == state.orders.get(item.name)
    ]
    if left:
        raise Refused(_refusal(left))


def _since(state: LedgerState, config: Config) -> datetime:
    # An adopted order has no `until`, and does not count: in a ledger of last week it is of today.
    intents = (known.intended_at for known in state.orders.values() if known.until)
    last = max(intents, default="")
    return instant(last) - timedelta(seconds=config.reconcile.skew_s) if last else _EVER


def _recent(listed: Iterable[MarketplaceOrder], since: datetime) -> Iterator[MarketplaceOrder]:
    """Yield the orders created since a moment, reading no further where the newest come first."""
    last: datetime | None = None
    sorted_so_far = True
    for order in listed:
        created = order.created_at
        if created is None:
            sorted_so_far = False
        else:
            sorted_so_far = sorted_so_far and (last is None or created <= last)
            last = created
        if created is None or created >= since:
            yield order
        elif sorted_so_far:
            return


def _matches(
    plan: Plan, foreign: Sequence[MarketplaceOrder], config: Config
) -> list[BoughtElsewhere]:
    zone = config.marketplace.timezone
    wanted: defaultdict[_Window | None, list[tuple[str, Order]]] = defaultdict(list)
    for action in plan.creates:
        if action.spec is not None:
            order = action.spec.order
            key = (order.provider, _minute(instant(order.start)), _minute(instant(order.end)))
            wanted[key].append((action.name, order))
    return [
        BoughtElsewhere(name, order.order_no)
        for order in foreign
        for name, ours in wanted.get(_window(order, zone), ())
        if order.kind in (None, 2) and order.geometry and not differences(ours, order, zone=zone)
    ]


def _window(order: MarketplaceOrder, zone: timezone) -> _Window | None:
    start = None if order.start is None else read_date(order.start, zone)
    end = None if order.end is None else read_date(order.end, zone)
    if order.provider is None or not isinstance(start, datetime) or not isinstance(end, datetime):
        return None
    return order.provider, _minute(start), _minute(end)


def _minute(moment: datetime) -> datetime:
    return moment.replace(second=0, microsecond=0)


def _refusal(found: Sequence[BoughtElsewhere]) -> str:
    some = found[:_SHOWN_MAX]
    more = f" and {len(found) - len(some)} more" if len(found) > len(some) else ""
    listed = ", ".join(f"{item.name} as {item.order_no}" for item in some)
    first = found[0]
    return (
        f"The account holds orders that the ledger does not know, and that are what would be "
        f"bought: {listed}{more}. The ledger may be an older copy, or they were placed elsewhere. "
        "Nothing was sent. To see them all, and to record each under its name:\n"
        "    satops reconcile\n"
        f"    satops adopt {first.name} {first.order_no} --because TEXT\n"
        "Where one is somebody else's and yours is to be bought as well, record theirs under a "
        "name of its own."
    )
