"""Settle a submission in doubt by a person's word, or correct a wrong settlement."""

from satops.core.ledger.events import DoubtCorrected, DoubtSettled, Event
from satops.core.ledger.state import OPEN, LedgerState, OrderState
from satops.core.order.marketplace_order import MarketplaceOrder, can_be_number
from satops.core.order.matching import differences
from satops.core.order.order import Order
from satops.core.plan.config import Config
from satops.core.safe import shown
from satops.errors import ExitCode, Refused, UsageError
from satops.offers import offer_of
from satops.ports import LookBook, Marketplace
from satops.workflow.account import AccountLook
from satops.workflow.ledger_session import LedgerSession, decide_and_append
from satops.workflow.reconcile import gate_of_absence
from satops.workflow.waiting import is_being_placed


def resolve_placed(
    *,
    session: LedgerSession,
    name: str,
    order_no: str,
    by: str,
    because: str | None,
    config: Config,
    marketplace: Marketplace | None,
) -> DoubtSettled:
    """Settle a doubt as placed, after the marketplace has shown the order.

    Without `marketplace` the number is not checked, and `because` is required.  Raises `Refused` if
    the order is absent, differs from the sent one, or is claimed.
    """
    need_number(order_no)
    # Allowed while another run may still be sending it: an order number is a fact.
    known = _known_open(session, name)
    evidence = None
    if marketplace is None:
        need_reason(because)
    else:
        found = shown_order(marketplace, order_no)
        refuse_other(session.recall(known), found, name, config)
        evidence = {"status": found.status, "created": str(found.created_at)}
    settled = DoubtSettled(
        name=name,
        attempt=known.attempt,
        placed=True,
        by=by,
        because=because or "a person named the order, and the marketplace shows it",
        order_no=order_no,
        evidence=evidence,
        intent=known.intent,
    )

    def decide(state: LedgerState) -> list[Event]:
        _check_open(state, name, known.intent)
        check_unclaimed(state, order_no)
        return [settled]

    decide_and_append(session, decide)
    return settled


def resolve_same_as(
    *,
    session: LedgerSession,
    name: str,
    other: str,
    by: str,
    because: str | None,
    looks: LookBook,
) -> DoubtSettled:
    """Settle a doubt as placed under another name's number: the marketplace took both for one
    order.

    Limits count the order once.  Raises `Refused` if the other name holds no number.
    """
    need_reason(because)
    known = _open_order(session, name, looks)
    held = session.state.orders.get(other)
    if held is None or held.order_no is None or held.same_as is not None:
        raise Refused(f"{shown(other)} holds no order number of its own. Look at `satops list`.")
    settled = DoubtSettled(
        name=name,
        attempt=known.attempt,
        placed=True,
        by=by,
        because=because or "",
        order_no=held.order_no,
        intent=known.intent,
        same_as=other,
    )

    def decide(state: LedgerState) -> list[Event]:
        _check_open(state, name, known.intent)
        if state.claimed.get(settled.order_no or "") != other:
            raise Refused(f"{shown(other)} does not hold {settled.order_no} any more.")
        return [settled]

    decide_and_append(session, decide)
    return settled


def resolve_not_placed(
    *,
    session: LedgerSession,
    name: str,
    by: str,
    because: str,
    looks: LookBook,
    config: Config,
    look: AccountLook | None,
) -> DoubtSettled:
    """Settle a doubt as not placed: the next apply will buy the order again.

    As in reconcile, this needs a full look that began `intentS + waitS` after this machine's first
    look and shows no possible match.  Without `look` nothing is checked, on the person's word.
    Raises `Refused` if the order is not in doubt or the look does not prove absence.
    """
    need_reason(because)
    known = _open_order(session, name, looks)
    if look is not None:
        _require_absence(session, name, look, looks, config)
    settled = DoubtSettled(
        name=name,
        attempt=known.attempt,
        placed=False,
        by=by,
        because=because,
        evidence={"unchecked": True} if look is None else {"looked": look.time},
        intent=known.intent,
    )

    def decide(state: LedgerState) -> list[Event]:
        _check_open(state, name, known.intent)
        return [settled]

    decide_and_append(session, decide)
    return settled


def correct(
    *,
    session: LedgerSession,
    name: str,
    order_no: str | None,
    by: str,
    because: str,
    config: Config,
    marketplace: Marketplace | None,
) -> DoubtCorrected:
    """Correct the last event that settled a submission of a name.

    An order settled as not placed becomes placed as `order_no`.  One settled as placed, or adopted,
    goes back to doubt and frees its number.  A correction never makes an order free to buy at once.
    Raises `Refused` if nothing was settled.
    """
    need_reason(because)
    wrong = _last_settled(session.state, name)
    event = (wrong.settled_seq, wrong.settled_digest)  # copied, since `wrong` changes with the fold
    was_placed = wrong.order_no is not None
    now = session.state.orders[name]
    if was_placed and now is not wrong and now.standing in OPEN:
        raise Refused(
            f"{name} has a later submission, which is {now.standing}. Settle that first:\n"
            "    satops reconcile"
        )
    if was_placed and order_no is not None:
        raise UsageError(
            f"{name} is recorded as {wrong.order_no}. Take that back first, then name the right "
            f"order:\n    satops resolve {name} --correct --because TEXT\n"
            f"    satops resolve {name} --placed {order_no}"
        )
    if not was_placed:
        if order_no is None:
            raise UsageError(
                f"{name} is recorded as not placed. Say which order it is:\n"
                f"    satops resolve {name} --correct --placed ORDER_NO --because TEXT"
            )
        need_number(order_no)
        if marketplace is not None:
            found = shown_order(marketplace, order_no)
            refuse_other(session.recall(wrong), found, name, config)
    corrected = DoubtCorrected(
        name=name,
        attempt=wrong.attempt,
        corrects={"seq": event[0], "digest": event[1]},
        placed=not was_placed,
        by=by,
        because=because,
        intent=wrong.intent,
        order_no=order_no,
    )

    def decide(state: LedgerState) -> list[Event]:
        now = _last_settled(state, name)
        if (now.settled_seq, now.settled_digest) != event:
            raise Refused(f"Somebody settled or corrected {name} meanwhile. Look at it again.")
        if order_no is not None:
            check_unclaimed(state, order_no)
        return [corrected]

    decide_and_append(session, decide)
    return corrected


def _last_settled(state: LedgerState, name: str) -> OrderState:
    known = state.orders.get(name)
    if known is None:
        raise UsageError(f"The ledger does not know the name {name!r}. Look at `satops list`.")
    settled = [each for each in (known, *known.others) if each.settled_seq]
    last = max(settled, key=lambda each: each.settled_seq, default=None)
    if last is None or last.standing in OPEN:
        raise Refused(
            f"Nothing that settled {name} can be corrected: it is {known.standing}, as the "
            "marketplace's own answer says."
            if last is None
            else f"{name} is in doubt already. Settle it:\n    satops reconcile"
        )
    return last


def _require_absence(
    session: LedgerSession, name: str, look: AccountLook, looks: LookBook, config: Config
) -> None:
    """Raise `Refused` unless this look proves that the order was not placed."""
    unchecked = f"satops resolve {name} --not-placed --unchecked --because TEXT"
    found = gate_of_absence(session, name, look, looks, config)
    if found.match is None or found.why:
        raise Refused(
            f"Whether {name} was placed cannot be seen: {found.why}. Nothing was recorded. Where "
            f"you know it from the marketplace's own pages:\n    {unchecked}",
            exit_code=ExitCode.IN_DOUBT,
        )
    if not found.match.absent:
        numbers = ", ".join(each.order.order_no for each in found.match.candidates)
        raise Refused(
            f"The account holds what may be {name}: {numbers}. Nothing was recorded. Look at them:"
            f"\n    satops reconcile\nWhere you know that none of them is it:\n    {unchecked}",
            exit_code=ExitCode.IN_DOUBT,
        )
    if found.wait_s is not None and found.wait_s > 0:
        raise Refused(
            f"{name} is not in the account's list yet, which proves nothing: it may show later. "
            f"Nothing was recorded. This machine knows in {found.wait_s:,.0f} s:\n"
            f"    satops reconcile --wait {found.wait_s + 60:.0f}\n"
            f"Where you know it from the marketplace's own pages:\n    {unchecked}",
            exit_code=ExitCode.IN_DOUBT,
        )


def need_reason(because: str | None) -> None:
    """Raise `UsageError` without a reason."""
    if not (because or "").strip():
        raise UsageError("A reason is needed: add --because TEXT. It is kept in the ledger.")


def need_number(order_no: str) -> None:
    """Raise `UsageError` for a text that cannot be an order number."""
    if not can_be_number(order_no):
        raise UsageError(
            f"{shown(order_no)} cannot be an order number: it is empty, or has spaces or "
            "characters that cannot be seen. Copy it from the marketplace."
        )


def _known_open(session: LedgerSession, name: str) -> OrderState:
    known = session.state.orders.get(name)
    if known is None:
        raise UsageError(f"The ledger does not know the name {name!r}. Look at `satops list`.")
    _check_open(session.state, name, known.intent)
    return known


def _open_order(session: LedgerSession, name: str, looks: LookBook) -> OrderState:
    known = _known_open(session, name)
    if is_being_placed(known, session.clock, looks):
        raise Refused(
            f"Run {known.run} is placing {name} until {known.until}. Wait for it: what is settled "
            "now could be wrong a moment later."
        )
    return known


def _check_open(state: LedgerState, name: str, intent: str) -> None:
    known = state.orders[name]
    if known.standing not in OPEN or known.intent != intent:
        number = f" as {known.order_no}" if known.order_no else ""
        way = (
            f" If that is wrong:\n    satops resolve {name} --correct --because TEXT"
            if known.settled_seq
            else ""
        )
        raise Refused(f"{name} is not in doubt: it is {known.standing}{number}.{way}")


def check_unclaimed(state: LedgerState, order_no: str) -> None:
    """Raise `Refused` if a name already holds the number."""
    holder = state.claimed.get(order_no)
    if holder is not None:
        raise Refused(
            f"{order_no} is recorded under the name {holder}. A number has one name. Where the "
            "marketplace took two orders for one:\n"
            f"    satops resolve NAME --same-as {holder} --because TEXT"
        )


def shown_order(marketplace: Marketplace, order_no: str) -> MarketplaceOrder:
    """Return the order as the marketplace shows it.  Raises `Refused` if it shows none."""
    found = marketplace.order(order_no)
    if found is None:
        raise Refused(
            f"The marketplace at {marketplace.address} does not show {order_no}. Compare the "
            "number; to record it all the same, add --unchecked and a reason."
        )
    return found


def refuse_other(order: Order | None, found: MarketplaceOrder, name: str, config: Config) -> None:
    """Raise `Refused` if the marketplace's order differs from the one that was sent."""
    if order is None:
        return
    differing = differences(order, found, offer=offer_of(config), zone=config.marketplace.timezone)
    if differing:
        raise Refused(
            f"{found.order_no} is not the order of {name}: the marketplace shows "
            f"{', '.join(differing)}. To record it all the same, add --unchecked and a reason."
        )
