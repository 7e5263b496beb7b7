"""Hold back the orders of a plan that the account may already hold."""

from collections.abc import Mapping, Sequence
from datetime import timedelta

from satops.core.ledger.state import LedgerState, Standing, may_be_bought
from satops.core.order.order import instant, instant_text
from satops.core.plan.config import Config
from satops.core.plan.plan import Action, Plan
from satops.errors import Refused
from satops.ports import Spooled
from satops.workflow.account import AccountLook, held_by_account
from satops.workflow.outcomes import OrderResult


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
