"""Read the status of placed orders from the marketplace into the ledger."""

from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta

from satops.core.ledger.events import Event, Refreshed, StatusObserved
from satops.core.ledger.order_state import OrderState, Standing
from satops.core.ledger.state import LedgerState
from satops.core.order.marketplace_order import MarketplaceOrder
from satops.core.order.order import instant, instant_text
from satops.core.plan.config import Config
from satops.errors import ExitCode, MarketplaceUnreachable
from satops.offers.eo_imagery.status import FAILED, FINISHED, HAS_LINKS
from satops.ports import Marketplace
from satops.workflow.ledger_session import LedgerSession, decide_and_append
from satops.workflow.overdue import overdue

ASKED_AT_ONCE = 4
"""Orders that are asked for one by one, at a time."""
FAILURES_MAX = 8
"""So many reads that fail, and no further order is asked for alone."""
SAME_FOR = timedelta(hours=12)
"""How long a refresh that changed nothing speaks for the next ones, which append nothing."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What the marketplace shows of one order number."""

    status: int
    amount: float | None = None
    """What is charged; None before anything is."""


@dataclass(frozen=True, slots=True)
class Late:
    """An order whose window is over, and of which nothing is delivered."""

    name: str
    order_no: str
    end: str
    """Of its window, UTC."""


@dataclass(frozen=True, slots=True)
class RefreshReport:
    """What a refresh saw."""

    observed: tuple[StatusObserved, ...]
    """What changed since the last one."""
    unseen: tuple[str, ...]
    """Names of placed orders that the marketplace does not show, or shows without a status."""
    seen: int = 0
    """Order numbers whose status was read."""
    unread: tuple[str, ...] = ()
    """Order numbers that were asked for in vain: the marketplace could not be read."""
    why_unread: str = ""
    """Why the first of `unread` could not be read."""
    overdue: tuple[Late, ...] = ()

    @property
    def failed(self) -> tuple[StatusObserved, ...]:
        """What failed since the last refresh."""
        return tuple(seen for seen in self.observed if seen.status == FAILED)

    @property
    def exit_code(self) -> ExitCode:
        """8 where an order could not be read."""
        return ExitCode.MARKETPLACE if self.unread else ExitCode.DONE


def refresh(*, session: LedgerSession, marketplace: Marketplace, config: Config) -> RefreshReport:
    """Record each status, and each amount, that differs from the last one seen.

    One list for all where `marketplace.query` allows it; what it does not show, and every order
    that is not finished where there is no list, is asked for by its number.  Raises
    `MarketplaceUnreachable` where the list cannot be read, and `LedgerError`.
    """
    seen: dict[str, Seen] = {}
    wanted = dict(_unfinished(session.state))
    query = config.marketplace.query
    if query and any(_numbers(session.state)):
        seen = dict(_shown(marketplace.orders()))
    asked = _ask([number for number in wanted if number not in seen], marketplace, query=query)
    seen |= asked.seen
    return _record(session, seen, asked, config)


def _record(
    session: LedgerSession, seen: Mapping[str, Seen], asked: "_Asked", config: Config
) -> RefreshReport:
    report = RefreshReport((), ())

    def decide(state: LedgerState) -> list[Event]:
        nonlocal report
        observed, unseen, not_listed, count = [], [], [], 0
        for order, number in _numbers(state):
            found = seen.get(number)
            if found is not None:
                count += 1
                event = _changed(state, order, number, found, config.marketplace.currency)
                observed += [event] if event is not None else []
            elif number not in asked.unread and _status(state, order, number) not in FINISHED:
                unseen.append(order.name)
                not_listed.append(number)
        report = RefreshReport(
            tuple(observed),
            tuple(dict.fromkeys(unseen)),
            count,
            tuple(asked.unread),
            next(iter(asked.unread.values()), ""),
        )
        events: list[Event] = list(observed)
        if not asked.unread and (count or not_listed):
            summary = Refreshed(count, tuple(dict.fromkeys(not_listed)))
            if events or _is_new(summary, state, instant_text(session.clock.now())):
                events.append(summary)
        return events

    decide_and_append(session, decide)
    now = instant_text(session.clock.now())
    late = overdue(session.state, now, config.delivery.grace_h)
    return RefreshReport(
        report.observed,
        report.unseen,
        report.seen,
        report.unread,
        report.why_unread,
        tuple(Late(order.name, order.order_no or "", order.end) for order in late),
    )


def _is_new(summary: Refreshed, state: LedgerState, now: str) -> bool:
    """Tell whether a refresh that changed nothing is worth an event."""
    if not state.refreshed_at or summary.not_listed != state.not_listed:
        return True
    return instant(now) - instant(state.refreshed_at) >= SAME_FOR


def _changed(
    state: LedgerState, order: OrderState, number: str, found: Seen, currency: str | None
) -> StatusObserved | None:
    """Return the event of an order whose status, amount or currency is another one now."""
    new_amount = found.amount is not None and number == order.order_no
    if found.status == _status(state, order, number) and not (
        new_amount
        and (found.amount, currency or order.amount_currency)
        != (order.amount, order.amount_currency)
    ):
        return None
    return StatusObserved(
        order.name,
        number,
        found.status,
        found.amount,
        currency if found.amount is not None else None,
    )


def _status(state: LedgerState, order: OrderState, number: str) -> int | None:
    return order.status if number == order.order_no else state.further_status.get(number)


def _numbers(state: LedgerState) -> Iterator[tuple[OrderState, str]]:
    """Yield each number that a placed order holds, with the order."""
    for order in state.orders.values():
        if order.standing is Standing.PLACED:
            for number in order.order_nos:
                yield order, number


def _unfinished(state: LedgerState) -> Iterator[tuple[str, str]]:
    """Yield the numbers of which something is still expected, with the name that holds each."""
    for order, number in _numbers(state):
        if _status(state, order, number) not in FINISHED:
            yield number, order.name


def _shown(orders: Iterable[MarketplaceOrder]) -> Iterator[tuple[str, Seen]]:
    for order in orders:
        found = _seen(order)
        if found is not None:
            yield order.order_no, found


def _seen(order: MarketplaceOrder | None) -> Seen | None:
    if order is None or order.status is None:
        return None
    charged = order.final_amount
    if charged == 0 and order.status not in HAS_LINKS:
        charged = None  # 0 before delivery is no amount
    return Seen(order.status, charged)


@dataclass(frozen=True, slots=True)
class _Asked:
    """What came of asking for orders one by one."""

    seen: dict[str, Seen]
    unread: dict[str, str]
    """Number to the reason."""


def _ask(numbers: list[str], marketplace: Marketplace, *, query: bool) -> _Asked:
    asked = _Asked({}, {})

    def ask(number: str) -> None:
        if len(asked.unread) >= FAILURES_MAX:
            asked.unread[number] = "too many reads had failed before"
            return
        try:
            found = _ask_one(number, marketplace, query=query)
        except MarketplaceUnreachable as error:
            asked.unread[number] = str(error)
        else:
            if found is not None:
                asked.seen[number] = found

    with ThreadPoolExecutor(ASKED_AT_ONCE, "satops-refresh") as pool:
        list(pool.map(ask, numbers))
    return asked


def _ask_one(number: str, marketplace: Marketplace, *, query: bool) -> Seen | None:
    """Ask by detail, which shows amounts, where the account may, else by downloadLinks."""
    if query:
        try:
            found = _seen(marketplace.order(number))
        except MarketplaceUnreachable:
            found = None
        if found is not None:
            return found
    links = marketplace.download_links(number)
    return None if links is None or links.status is None else Seen(links.status)
