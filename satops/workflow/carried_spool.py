"""Take order numbers from another machine's spool, after the marketplace has shown each order.

The file is not trusted: a number counts only if the account shows an order of this number that
matches the sent one and was created while it was sent.
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import timedelta

from msgspec import Struct
from msgspec.structs import replace

from satops.core.ledger.events import DoubtSettled, Event
from satops.core.ledger.state import OPEN, LedgerState, OrderState, Standing
from satops.core.order.marketplace_order import can_be_number
from satops.core.order.matching import Doubt, compare
from satops.core.order.order import instant
from satops.core.order.submission import Receipt
from satops.core.plan.config import Config
from satops.errors import ExitCode, worst
from satops.offers import offer_of
from satops.ports import Marketplace, Spooled
from satops.workflow.ledger_session import LedgerSession, decide_and_append

_SETTLED = (*OPEN, Standing.NOT_PLACED)
"""Standings of a submission that may take a number: the others have an answer of the
marketplace."""


class CarriedReceipt(Struct, frozen=True):
    """One receipt of the spool, and its verdict."""

    name: str
    order_no: str
    settled: DoubtSettled | None = None
    """The event that records the number."""
    known: bool = False
    """Whether the ledger already holds the number under this name."""
    why: str = ""
    """Why the number is not taken; empty if it is."""
    is_open: bool = False
    """Whether the submission is still open."""


class CarriedReport(Struct, frozen=True):
    """The receipts of a spool, taken or not."""

    receipts: tuple[CarriedReceipt, ...]
    ignored: int
    """Lines of other kinds, which are ignored."""

    @property
    def exit_code(self) -> ExitCode:
        """6 if a number was left out whose order is in doubt, 4 if any other was."""
        left_out = [each for each in self.receipts if each.why]
        return worst({ExitCode.IN_DOUBT if each.is_open else ExitCode.REFUSED for each in left_out})


def take_carried(
    session: LedgerSession,
    receipts: Sequence[Spooled],
    ignored: int,
    *,
    marketplace: Marketplace,
    config: Config,
    by: str,
) -> CarriedReport:
    """Settle submissions, open or settled as not placed, with the receipts that the marketplace
    confirms.

    Raises `MarketplaceUnreachable` and `LedgerError`: then nothing was recorded.
    """
    found = [
        _judge(session, each, marketplace, config, by) if not why else _left_out(session, each, why)
        for each, why in zip(receipts, _at_odds(receipts), strict=True)
    ]

    def decide(state: LedgerState) -> list[Event]:
        return [
            each.settled
            for each in found
            if each.settled is not None and not _why_not(state, each.settled)
        ]

    appended = set(map(id, decide_and_append(session, decide)))
    verdicts = [
        each
        if each.settled is None or id(each.settled) in appended
        else replace(each, settled=None, why="another run settled it meanwhile")
        for each in found
    ]
    return CarriedReport(tuple(verdicts), ignored)


def _at_odds(receipts: Sequence[Spooled]) -> list[str]:
    """Return, for each receipt, why it contradicts another one; empty if it does not."""
    numbers: defaultdict[str, set[str]] = defaultdict(set)
    intents: defaultdict[str, set[str]] = defaultdict(set)
    for each in receipts:
        numbers[each.intent].add(_number(each))
        intents[_number(each)].add(each.intent)
    return [
        "the spool has several numbers for this submission"
        if len(numbers[each.intent]) > 1
        else "the spool has this number for several submissions"
        if len(intents[_number(each)]) > 1
        else ""
        for each in receipts
    ]


def _judge(
    session: LedgerSession, entry: Spooled, marketplace: Marketplace, config: Config, by: str
) -> CarriedReceipt:
    state = session.state
    if state.claimed.get(_number(entry)) == entry.name:
        return CarriedReceipt(entry.name, _number(entry), known=True)
    known = _submission(state, entry)
    if known is None:
        return _left_out(session, entry, "the ledger knows no such submission")
    if not can_be_number(_number(entry)):
        return _left_out(session, entry, "this cannot be an order number")
    settled = DoubtSettled(
        name=entry.name,
        attempt=known.attempt,
        placed=True,
        by=by,
        because=f"a spool of run {known.run} has this number, and the marketplace shows it",
        order_no=_number(entry),
        intent=entry.intent,
    )
    why = _why_not(state, settled) or _unconfirmed(session, known, settled, marketplace, config)
    if why:
        return _left_out(session, entry, why)
    return CarriedReceipt(entry.name, _number(entry), settled=settled)


def _why_not(state: LedgerState, settled: DoubtSettled) -> str:
    """Return why the ledger's state does not allow the number; empty if it does."""
    holder = state.claimed.get(settled.order_no or "")
    if holder is not None:
        return f"the ledger holds this number under the name {holder}"
    known = state.orders[settled.name].submission(settled.intent, settled.attempt)
    assert known is not None
    if known.standing not in _SETTLED:
        number = f" as {known.order_no}" if known.order_no else ""
        return f"the ledger says that this submission is {known.standing}{number}"
    return ""


def _unconfirmed(
    session: LedgerSession,
    known: OrderState,
    settled: DoubtSettled,
    marketplace: Marketplace,
    config: Config,
) -> str:
    """Return why the marketplace does not confirm the number; empty if it does."""
    order = session.recall(known)
    if order is None:
        return "the ledger does not hold what was sent, so nothing tells whether this is it"
    found = marketplace.order(settled.order_no or "")
    if found is None:
        return "the marketplace does not show this number"
    if found.created_at is None:
        return "the marketplace does not show when it was created"
    skew_s = config.reconcile.skew_s
    if known.until and found.created_at > instant(known.until) + timedelta(seconds=skew_s):
        return "the marketplace created it after the time of this submission"
    doubt = Doubt(known.name, known.attempt, order, known.intended_at)
    zone = config.marketplace.timezone
    held = compare(doubt, found, offer=offer_of(config), zone=zone, skew_s=skew_s)
    if held.differs:
        return f"the marketplace shows another order: {', '.join(held.differs)}"
    return ""


def _left_out(session: LedgerSession, entry: Spooled, why: str) -> CarriedReceipt:
    known = session.state.orders.get(entry.name)
    is_open = known is not None and known.standing in OPEN
    return CarriedReceipt(entry.name, _number(entry), why=why, is_open=is_open)


def _submission(state: LedgerState, entry: Spooled) -> OrderState | None:
    known = state.orders.get(entry.name)
    return None if known is None else known.submission(entry.intent, entry.attempt)


def _number(entry: Spooled) -> str:
    assert isinstance(entry.outcome, Receipt)
    return entry.outcome.order_no
