"""Read every order of the account, and make sure that it is our account.

`apply` compares the whole account with every unspent spec before it buys.  A ledger restored from a
backup lacks the orders that came after the backup, and another tool or person may have bought the
same order: the plan shows both as new.  No intent, adoption or earlier run shortens a look.

Orders of the plan that the account may already hold are held back.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta, timezone
from typing import Final

from msgspec import Struct

from satops.core.ledger.state import LedgerState, Standing, may_be_bought
from satops.core.offer import Offer
from satops.core.order.dates import read_date
from satops.core.order.marketplace_order import MarketplaceOrder
from satops.core.order.matching import differences
from satops.core.order.order import Order, instant, instant_text
from satops.core.plan.config import Config
from satops.core.plan.plan import Action, Plan
from satops.core.spec.spec import Spec
from satops.errors import MarketplaceUnreachable, Refused
from satops.offers import offer_of
from satops.ports import Clock, Marketplace, Spooled
from satops.workflow.outcomes import OrderResult

NO_QUERY: Final = "the marketplace may not be queried (`query: false`)"
WITNESSES: Final = 3
"""How many of the ledger's newest placed orders a full look must show."""
_Window = tuple[datetime, datetime]
"""Start and end to the minute: compared before outlines, since it is cheap."""


class AccountLook(Struct, frozen=True):
    """One look at the account, or the reason for its failure."""

    time: str
    """Wall clock before the first page was requested, UTC."""
    began: float
    """Monotonic clock before the first page was requested, in seconds."""
    epoch: str
    orders: tuple[MarketplaceOrder, ...] = ()
    why_not: str = ""
    """Why this look is not a full look at our account; empty for a full look."""
    witnessed: bool = False
    """Whether the account showed an order of this ledger.  If not, only a person may settle a doubt
    by absence."""
    clock_off_s: float | None = None
    """Seconds that the marketplace's clock is ahead of ours; None if it sent no date."""

    @property
    def full(self) -> bool:
        """Whether the look showed our whole account."""
        return not self.why_not


def look_at_account(
    marketplace: Marketplace,
    state: LedgerState,
    clock: Clock,
    config: Config,
    *,
    any_account: bool,
) -> AccountLook:
    """Read the whole account, if `marketplace.query` allows it.  Marketplace failures are returned
    in the look, never raised.

    Both clocks are read before the first page: if the machine is paused during the look, the look
    still counts from its start.  A token of another user shows another account, so a full look must
    show the ledger's newest placed orders.  `any_account` skips this rule for the embedded sandbox,
    which is a new account on each machine.
    """
    time, began = instant_text(clock.now()), clock.monotonic()
    if not config.marketplace.query:
        return AccountLook(time, began, clock.epoch, why_not=NO_QUERY)
    listed: list[MarketplaceOrder] = []
    try:
        for order in marketplace.orders():
            listed.append(order)  # the orders of a failed look still hold specs back
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
    """Return the newest placed order that the list lacks, and whether the list shows any of ours.

    Orders marked as deleted are skipped, and so are numbers that a person recorded without a look
    at the marketplace.
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
    """Return the programming orders of the account that no name in the ledger holds.

    Orders noted as foreign are left out, and so are `explained`: the numbers that may belong to a
    submission in doubt.
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
    """Return, by number of each foreign order, the names of the specs that match it.

    The marketplace does not list every field, so two modes that look alike in the list both match.
    """
    offer, zone = offer_of(config), config.marketplace.timezone
    wanted: defaultdict[_Window | None, list[tuple[str, Order]]] = defaultdict(list)
    for spec in specs:
        order = spec.order
        key = (_minute(instant(order.start)), _minute(instant(order.end)))
        # The API does not document which window it lists for the order of a pass: compare with all.
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
    """Tell whether a listed order matches ours; the order of a pass matches by its result."""
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
    """Return, by name, the numbers of the account's orders that hold the name back.

    `specs` are all unspent specs of the tree, whether chosen for this run or not.
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
    """Yield the wanted orders of a window, or of a window that differs by a minute through
    rounding.

    If the listed order has no readable window, yield all wanted orders.
    """
    if window is None:
        for some in wanted.values():
            yield from some
        return
    yield from wanted.get(None, ())
    start, end = window
    minute = timedelta(minutes=1)
    for first in (start - minute, start, start + minute):
        for last in (end - minute, end, end + minute):
            yield from wanted.get((first, last), ())


def _window(order: MarketplaceOrder, zone: timezone) -> _Window | None:
    start = None if order.start is None else read_date(order.start, zone)
    end = None if order.end is None else read_date(order.end, zone)
    if not isinstance(start, datetime) or not isinstance(end, datetime):
        return None
    return _minute(start), _minute(end)


def _minute(moment: datetime) -> datetime:
    return moment.replace(second=0, microsecond=0)


def clear(
    plan: Plan,
    look: AccountLook,
    state: LedgerState,
    config: Config,
    *,
    unseen: bool,
    lost: Sequence[Spooled],
    spool: str,
) -> tuple[list[Action], list[OrderResult]]:
    """Return the orders to send, and a result for each order that is held back.

    `unseen` is the person's leave to buy after a failed look.  `lost` are the spool's entries that
    the ledger does not know; `spool` is its path.  Raises `Refused` if no purchase is allowed yet.
    """
    if not look.full and not _may_buy_unseen(state, config, unseen=unseen):
        words = f"not sent, because the account could not be seen: {look.why_not}"
        return [], [OrderResult(action.name, "not-seen", None, words) for action in plan.creates]
    _require_clocks(look, config)
    _require_rest_after_turn(look, state, config)
    # Skip names that another run has intended since the plan was made.
    specs = [a.spec for a in plan.actions if a.spec and may_be_bought(state.orders.get(a.name))]
    held = held_by_account(specs, look, state, config)
    sent_before = {entry.name: entry for entry in lost}
    names = [action.name for action in plan.creates]
    results = [_held_result(name, held[name], held) for name in names if name in held]
    results += [
        _lost_result(sent_before[name], spool)
        for name in names
        if name in sent_before and name not in held
    ]
    ready = [a for a in plan.creates if a.name not in held and a.name not in sent_before]
    return ready, results


def _may_buy_unseen(state: LedgerState, config: Config, *, unseen: bool) -> bool:
    """Tell whether orders may be sent although the look failed."""
    turn = state.turn
    if turn is not None and turn.kind != "MarketplaceMoved" and config.marketplace.query:
        return False  # a restored ledger has lost orders that only a look can show
    if unseen:
        return True
    placed = any(known.standing is Standing.PLACED for known in state.orders.values())
    return not config.marketplace.query and placed and turn is None


def _require_clocks(look: AccountLook, config: Config) -> None:
    """Raise `Refused` if this machine's clock is off by more than `skewS`: other runs rely on
    `until`.
    """
    off_s = look.clock_off_s
    if off_s is not None and abs(off_s) > config.reconcile.skew_s:
        raise Refused(
            f"This machine's clock differs from the marketplace's by {abs(off_s):,.0f} s, and "
            f"reconcile.skewS allows {config.reconcile.skew_s:,.0f} s. Other runs rely on "
            "the time that an intent carries. Nothing was sent. Set the clock, and run again."
        )


def _require_rest_after_turn(look: AccountLook, state: LedgerState, config: Config) -> None:
    """Raise `Refused` until every order that a restored ledger has lost must be visible."""
    turn = state.turn
    if turn is None:
        return
    # An order intended just before the restore may be sent for another `intentS`.
    reconcile = config.reconcile
    rest_s = config.apply.intent_s + reconcile.wait_s + 2 * reconcile.skew_s
    free_at = instant(turn.time) + timedelta(seconds=rest_s)
    # The look must have begun late enough: the machine may have been paused since.
    if instant(look.time) < free_at:
        raise Refused(
            f"The ledger has a {turn.kind} of {turn.time}. What was bought shortly before may "
            f"not be in the account's list yet, so nothing is bought before "
            f"{instant_text(free_at)}. Nothing was sent. Run again then."
        )


def _held_result(
    name: str, numbers: Sequence[str], held: Mapping[str, Sequence[str]]
) -> OrderResult:
    shared = sorted(other for other, theirs in held.items() if set(theirs) & set(numbers))
    one_of = f", or is one of {', '.join(shared)}, which read back alike" if shared[1:] else ""
    words = (
        f"the account holds {', '.join(numbers)}, which is this order{one_of} and is in no ledger "
        f"here. Record it: `satops adopt {name} {numbers[0]} --because TEXT`; or if it is none of "
        f"yours: `satops foreign {numbers[0]} --because TEXT`"
    )
    return OrderResult(name, "in-account", None, words, candidate=numbers[0])


def _lost_result(entry: Spooled, spool: str) -> OrderResult:
    number = getattr(entry.outcome, "order_no", None)
    words = (
        f"run {entry.run} of this machine sent it before the ledger was restored, and "
        f"{f'got the number {number}' if number else 'got no answer that tells'}. Record it: "
        f"`satops adopt {entry.name} {number or 'ORDER_NO'} --because TEXT`; or where the "
        f"marketplace's own pages show that it was not placed, delete the file of that run in "
        f"{spool}"
    )
    return OrderResult(entry.name, "in-account", None, words, candidate=number)


def rejected_before(action: Action) -> OrderResult:
    """Return the result of an order that was rejected, and that nobody has asked for since."""
    words = (
        f"{action.reason}. It is not sent again before somebody has seen that. Mend the spec or "
        f"delete it; or, to send it again:\n    satops apply {action.name}"
    )
    return OrderResult(action.name, "rejected-before", None, words)
