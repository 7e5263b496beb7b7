"""The look at the account: every order of it, once, and whether it is our account at all.

Before anything is bought the whole account is held against the tree.  A ledger that was restored
from a backup does not know the orders that came after it, and another tool or person may have
bought the same order: to satops both are new.  No intent, adoption or earlier run shortens a look.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Final

from satops.core.ledger.state import LedgerState, Standing
from satops.core.offer import Offer
from satops.core.order.dates import read_date
from satops.core.order.marketplace_order import MarketplaceOrder
from satops.core.order.matching import differences
from satops.core.order.order import Order, instant, instant_text
from satops.core.plan.config import Config
from satops.core.spec.spec import Spec
from satops.errors import MarketplaceUnreachable
from satops.offers import offer_of
from satops.ports import Clock, Marketplace

NO_QUERY: Final = "the marketplace may not be queried (`query: false`)"
WITNESSES: Final = 3
"""How many of the newest placed orders a look must show."""
_Window = tuple[str, datetime, datetime]
"""Provider, and both ends to the minute: what is cheap to compare, before shapes are."""


@dataclass(frozen=True, slots=True)
class AccountLook:
    """One look at the account, or why there is none."""

    time: str
    """The wall clock before the first page was asked for."""
    began: float
    """The monotonic clock then."""
    epoch: str
    orders: tuple[MarketplaceOrder, ...] = ()
    why_not: str = ""
    """Why this is no full look at our account; empty where it is one."""
    witnessed: bool = False
    """Whether orders of this ledger were seen: without one, absence is settled by a person."""
    clock_off_s: float | None = None
    """How far the marketplace's clock is ahead of ours, where it tells."""

    @property
    def full(self) -> bool:
        """Whether the whole of our account was seen."""
        return not self.why_not


def look_at_account(
    marketplace: Marketplace,
    state: LedgerState,
    clock: Clock,
    config: Config,
    *,
    any_account: bool,
) -> AccountLook:
    """Read the whole account, where that is allowed.  Never raises for what the marketplace does.

    Both clocks are read before the first page is asked for: what is judged late by a machine that
    was paused in between was seen early.  The look is a full one only where it shows the newest
    placed orders of the ledger, since the token of another user shows another account;
    `any_account` spares this for the embedded sandbox, which is a new one on each machine.
    """
    time, began = instant_text(clock.now()), clock.monotonic()
    if not config.marketplace.query:
        return AccountLook(time, began, clock.epoch, why_not=NO_QUERY)
    listed: list[MarketplaceOrder] = []
    try:
        for order in marketplace.orders():
            listed.append(order)  # what was seen before a look failed still holds orders back
        missing, witnessed = _witness(listed, state)
        why_not = "" if any_account or not missing else _not_ours(missing)
    except MarketplaceUnreachable as error:
        why_not, witnessed = str(error), False
    return AccountLook(
        time=time,
        began=began,
        epoch=clock.epoch,
        orders=tuple(listed),
        why_not=why_not,
        witnessed=witnessed or any_account,
        clock_off_s=marketplace.clock_ahead_s,
    )


def _witness(listed: Sequence[MarketplaceOrder], state: LedgerState) -> tuple[str | None, bool]:
    """Return the newest placed order that the list lacks, and whether it shows one of ours.

    Orders that are marked as deleted count neither way; numbers that a person recorded on their
    word alone do not either.
    """
    shown = {order.order_no: order for order in listed}
    placed = [
        known
        for known in state.orders.values()
        if known.standing is Standing.PLACED and known.order_no and not known.adopted
    ]
    placed.sort(key=lambda known: (known.placed_at or "", known.seq), reverse=True)
    seen = 0
    for known in placed:
        assert known.order_no is not None
        found = shown.get(known.order_no)
        if found is None:
            return known.order_no, seen > 0
        seen += not found.deleted
        if seen == WITNESSES:
            break
    return None, seen > 0


def _not_ours(order_no: str) -> str:
    return (
        f"the marketplace's list does not show {order_no}, which this ledger holds as placed. Is "
        "this the token of another account? An order that was placed a moment ago may also need "
        "some minutes until it is listed"
    )


def foreign_orders(
    look: AccountLook, state: LedgerState, explained: Collection[str] = ()
) -> tuple[MarketplaceOrder, ...]:
    """Return the programming orders of the account that no name holds.

    Left out are those that a person has called none of ours, and those that may be a submission
    in doubt (`explained`).
    """
    return tuple(
        order
        for order in look.orders
        if order.order_no not in state.claimed
        and order.order_no not in state.foreign
        and order.order_no not in explained
        and order.programming
    )


def fits(
    specs: Iterable[Spec], foreign: Sequence[MarketplaceOrder], config: Config
) -> dict[str, tuple[str, ...]]:
    """Return, for each foreign order, the names of the specs that it reads back as.

    Only what the marketplace shows can be compared: two modes that read back alike fit both.
    """
    offer, zone = offer_of(config), config.marketplace.timezone
    wanted: defaultdict[_Window | None, list[tuple[str, Order]]] = defaultdict(list)
    for spec in specs:
        order = spec.order
        key = (order.provider, _minute(instant(order.start)), _minute(instant(order.end)))
        # What window the marketplace shows of a pass is not documented: all are compared.
        wanted[None if order.pass_choice else key].append((spec.name, order))
    found: dict[str, tuple[str, ...]] = {}
    for listed in foreign:
        names = tuple(
            name
            for name, ours in _near(wanted, _window(listed, zone))
            if _reads_back_as(ours, listed, offer, zone)
        )
        if names:
            found[listed.order_no] = names
    return found


def _reads_back_as(ours: Order, listed: MarketplaceOrder, offer: Offer, zone: timezone) -> bool:
    """Tell whether an order is what was wanted; of a pass, the order of its result is it."""
    choice = ours.pass_choice
    if choice is not None and listed.simulation == str(choice.result):
        return True
    return bool(listed.geometry) and not differences(ours, listed, offer=offer, zone=zone)


def held_by_account(
    specs: Iterable[Spec],
    look: AccountLook,
    state: LedgerState,
    config: Config,
) -> Mapping[str, tuple[str, ...]]:
    """Return the order numbers of the account that hold a name back, by name.

    `specs` are all of the tree that are not spent, chosen or not.
    """
    foreign = foreign_orders(look, state)
    held: defaultdict[str, list[str]] = defaultdict(list)
    for order_no, names in fits(specs, foreign, config).items():
        for name in names:
            held[name].append(order_no)
    return {name: tuple(numbers) for name, numbers in held.items()}


def _near(
    wanted: Mapping[_Window | None, list[tuple[str, Order]]], window: _Window | None
) -> Iterator[tuple[str, Order]]:
    """Yield what was wanted for a window, give or take the minute that a notation may drop.

    Where the marketplace shows no provider or no window that can be read, all that was wanted may
    be it.
    """
    if window is None:
        for some in wanted.values():
            yield from some
        return
    yield from wanted.get(None, ())
    provider, start, end = window
    minute = timedelta(minutes=1)
    for first in (start - minute, start, start + minute):
        for last in (end - minute, end, end + minute):
            yield from wanted.get((provider, first, last), ())


def _window(order: MarketplaceOrder, zone: timezone) -> _Window | None:
    start = None if order.start is None else read_date(order.start, zone)
    end = None if order.end is None else read_date(order.end, zone)
    if order.provider is None or not isinstance(start, datetime) or not isinstance(end, datetime):
        return None
    return order.provider, _minute(start), _minute(end)


def _minute(moment: datetime) -> datetime:
    return moment.replace(second=0, microsecond=0)
