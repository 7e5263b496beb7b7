"""Read the status of placed orders from the marketplace into the ledger."""

from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from msgspec import Struct

from satops.core.ledger.events import Event, Refreshed, StatusObserved
from satops.core.ledger.order_state import OrderState, Standing
from satops.core.ledger.state import LedgerState
from satops.core.offer import Offer
from satops.core.order.marketplace_order import MarketplaceOrder
from satops.core.order.order import instant, instant_text
from satops.core.order.status import Status
from satops.core.plan.config import Config
from satops.errors import ExitCode, MarketplaceUnreachable
from satops.offers import offer_of
from satops.ports import Marketplace
from satops.workflow.ledger_session import LedgerSession, decide_and_append
from satops.workflow.overdue import overdue

ASKED_AT_ONCE = 4
"""Number of parallel requests for single orders."""
FAILURES_MAX = 8
"""Failed requests for single orders, after which no more are made."""
SAME_FOR = timedelta(hours=12)
"""After a refresh, further ones without a change append nothing for this long."""


class Seen(Struct, frozen=True):
    """The marketplace's status of one order number."""

    status: int
    amount: float | None = None
    """The charged amount; None before delivery."""


class Observed(Struct, frozen=True):
    """A status or an amount of an order that has changed."""

    name: str
    order_no: str
    status: Status
    amount: float | None
    """The charged amount; None before delivery."""
    currency: str | None

    @property
    def event(self) -> StatusObserved:
        """The event that records the change."""
        status = self.status.number
        assert status is not None
        return StatusObserved(self.name, self.order_no, status, self.amount, self.currency)


class Late(Struct, frozen=True):
    """A placed order whose window is over without a delivery."""

    name: str
    order_no: str
    end: str
    """End of its window, UTC."""


class RefreshReport(Struct, frozen=True):
    """The result of a refresh."""

    observed: tuple[Observed, ...]
    """The changes since the last refresh."""
    unseen: tuple[str, ...]
    """Names of placed orders that the marketplace does not list, or lists without a status."""
    seen: int = 0
    """Number of order numbers whose status was read."""
    unread: tuple[str, ...] = ()
    """Order numbers whose status could not be read."""
    why_unread: str = ""
    """Why the first of `unread` could not be read."""
    overdue: tuple[Late, ...] = ()

    @property
    def failed(self) -> tuple[Observed, ...]:
        """The orders that failed since the last refresh."""
        return tuple(seen for seen in self.observed if seen.status.is_failed)

    @property
    def exit_code(self) -> ExitCode:
        """8 if an order could not be read."""
        return ExitCode.MARKETPLACE if self.unread else ExitCode.DONE


def refresh(*, session: LedgerSession, marketplace: Marketplace, config: Config) -> RefreshReport:
    """Record each status and amount that has changed.

    If `marketplace.query` allows it, one listing serves all orders.  Orders that the listing lacks
    are requested by number; without a listing, all unfinished orders are.  Raises
    `MarketplaceUnreachable` if the listing cannot be read, and `LedgerError`.
    """
    seen: dict[str, Seen] = {}
    offer = offer_of(config)
    state, query = session.state, config.marketplace.query
    if query and any(_numbers(state)):
        seen = dict(_shown(marketplace.orders(), offer))
    left = dict.fromkeys(
        number
        for order, number in _numbers(state)
        if number not in seen and _is_unfinished(state, offer, order, number)
    )
    asked = _ask(list(left), marketplace, offer, query=query)
    seen |= asked.seen
    return _record(session, seen, asked, config)


def _record(
    session: LedgerSession, seen: Mapping[str, Seen], asked: "_Asked", config: Config
) -> RefreshReport:
    report = RefreshReport((), ())
    offer, currency = offer_of(config), config.marketplace.currency

    def decide(state: LedgerState) -> list[Event]:
        nonlocal report
        observed, unseen, not_listed, count = [], [], [], 0
        for order, number in _numbers(state):
            found = seen.get(number)
            if found is not None:
                count += 1
                if _is_changed(state, order, number, found, currency):
                    charged_in = currency if found.amount is not None else None
                    status = offer.status(found.status)
                    observed.append(Observed(order.name, number, status, found.amount, charged_in))
            elif number not in asked.unread and _is_unfinished(state, offer, order, number):
                unseen.append(order.name)
                not_listed.append(number)
        report = RefreshReport(
            tuple(observed),
            tuple(dict.fromkeys(unseen)),
            count,
            tuple(asked.unread),
            next(iter(asked.unread.values()), ""),
        )
        events: list[Event] = [it.event for it in observed]
        if not asked.unread and (count or not_listed):
            summary = Refreshed(count, tuple(dict.fromkeys(not_listed)))
            if events or _is_new(summary, state, instant_text(session.clock.now())):
                events.append(summary)
        return events

    decide_and_append(session, decide)
    now = instant_text(session.clock.now())
    late = overdue(session.state, offer, now, config.delivery.grace_h)
    return RefreshReport(
        report.observed,
        report.unseen,
        report.seen,
        report.unread,
        report.why_unread,
        tuple(Late(order.name, order.order_no or "", order.end) for order in late),
    )


def _is_new(summary: Refreshed, state: LedgerState, now: str) -> bool:
    """Tell whether a refresh without a change should append `Refreshed`."""
    if not state.refreshed_at or summary.not_listed != state.not_listed:
        return True
    return instant(now) - instant(state.refreshed_at) >= SAME_FOR


def _is_changed(
    state: LedgerState, order: OrderState, number: str, found: Seen, currency: str | None
) -> bool:
    """Tell whether the status, amount or currency of an order has changed."""
    if found.status != _status(state, order, number):
        return True
    if found.amount is None or number != order.order_no:
        return False
    charged = (found.amount, currency or order.amount_currency)
    return charged != (order.amount, order.amount_currency)


def _status(state: LedgerState, order: OrderState, number: str) -> int | None:
    return order.status if number == order.order_no else state.further_status.get(number)


def _numbers(state: LedgerState) -> Iterator[tuple[OrderState, str]]:
    """Yield each placed order with each of its numbers."""
    for order in state.orders.values():
        if order.standing is Standing.PLACED:
            for number in order.order_nos:
                yield order, number


def _is_unfinished(state: LedgerState, offer: Offer, order: OrderState, number: str) -> bool:
    """Tell whether the marketplace may still change the status of a number."""
    return not offer.status(_status(state, order, number)).is_finished


def _shown(orders: Iterable[MarketplaceOrder], offer: Offer) -> Iterator[tuple[str, Seen]]:
    for order in orders:
        found = _seen(order, offer)
        if found is not None:
            yield order.order_no, found


def _seen(order: MarketplaceOrder | None, offer: Offer) -> Seen | None:
    if order is None or order.status is None:
        return None
    charged = order.final_amount
    if charged == 0 and not offer.status(order.status).has_products:
        charged = None  # the API shows 0 before delivery
    return Seen(order.status, charged)


class _Asked(Struct, frozen=True):
    """The answers to the requests for single orders."""

    seen: dict[str, Seen]
    unread: dict[str, str]
    """Reason of each failure, by order number."""


def _ask(numbers: list[str], marketplace: Marketplace, offer: Offer, *, query: bool) -> _Asked:
    asked = _Asked({}, {})

    def ask(number: str) -> None:
        if len(asked.unread) >= FAILURES_MAX:
            asked.unread[number] = "too many reads had failed before"
            return
        try:
            found = _ask_one(number, marketplace, offer, query=query)
        except MarketplaceUnreachable as error:
            asked.unread[number] = str(error)
        else:
            if found is not None:
                asked.seen[number] = found

    with ThreadPoolExecutor(ASKED_AT_ONCE, "satops-refresh") as pool:
        list(pool.map(ask, numbers))
    return asked


def _ask_one(number: str, marketplace: Marketplace, offer: Offer, *, query: bool) -> Seen | None:
    """Read one order: by `detail`, which shows amounts, if the account may; else by
    `downloadLinks`.
    """
    if query:
        try:
            found = _seen(marketplace.order(number), offer)
        except MarketplaceUnreachable:
            found = None
        if found is not None:
            return found
    links = marketplace.download_links(number)
    return None if links is None or links.status is None else Seen(links.status)
