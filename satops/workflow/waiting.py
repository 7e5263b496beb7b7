"""Wait for other runs' open submissions, and for orders that may still appear in the account.

Another machine's wall clock is never trusted.  Only the difference `until` minus the time of the
intent is used, since one clock wrote both; it is counted on this machine's monotonic clock from the
moment when this machine first saw the intent.
"""

from collections.abc import Callable, Collection, Mapping
from contextlib import suppress

from satops.core.ledger.state import OPEN, LedgerState, OrderState, Standing
from satops.core.order.order import instant, instant_text
from satops.core.plan.config import Config
from satops.ports import Clock, Look, LookBook
from satops.workflow.account import AccountLook
from satops.workflow.ledger_session import LedgerSession

_POLL_S = 2.0


def duration_s(known: OrderState) -> float:
    """Return the seconds that a submission may be under way, from its intent to `until`."""
    if not known.until or not known.opened_at:
        return 0.0
    return max((instant(known.until) - instant(known.opened_at)).total_seconds(), 0.0)


def is_being_placed(known: OrderState, clock: Clock, looks: LookBook) -> bool:
    """Tell whether a run may still be sending this order.

    Its time is over as soon as `until` has passed on the wall clock, or as this machine has known
    the intent for `duration_s`, whichever is earlier.
    """
    if known.standing_at(instant_text(clock.now())) is not Standing.BEING_PLACED:
        return False
    first = looks.look(known.opened, clock.epoch)
    return first is None or clock.monotonic() - first.first < duration_s(known)


def next_look(known: OrderState, look: AccountLook, looks: LookBook, clock: Clock) -> Look:
    """Return the note of this look for a submission that it did not find.

    The wait begins when this machine first saw the intent.  That is now, not the time of the look:
    the machine may have been paused since the look, and the intent may be younger than it.
    """
    last = looks.look(known.opened, look.epoch)
    if last is None or last.first > look.began:
        return Look(clock.monotonic(), 1, look.epoch)
    return Look(last.first, last.count + 1, last.epoch)


def wait_left_s(known: OrderState, noted: Look, look: AccountLook, config: Config) -> float:
    """Return the seconds until absence proves that the order was not placed; 0 if it does now.

    A request is sent at most `intentS` after this machine first saw the intent, and its order is
    visible at most `waitS` later, or never.  So a look that began `intentS + waitS` after the first
    one shows every order.
    """
    placing_s = max(config.apply.intent_s, duration_s(known))
    left = noted.first + placing_s + config.reconcile.wait_s - look.began
    if left <= 0 and noted.count < config.reconcile.looks:
        return config.reconcile.wait_s / config.reconcile.looks
    return max(left, 0.0)


def open_elsewhere(state: LedgerState, names: Collection[str] | None) -> dict[str, str]:
    """Return the open submissions of some names, or of all: by name, the digest of the opening
    line.
    """
    return {
        known.name: known.opened
        for known in state.orders.values()
        if known.standing in OPEN and (names is None or known.name in names)
    }


def being_placed(state: LedgerState, wanted: Mapping[str, str]) -> dict[str, str]:
    """Return those of `wanted` that have no outcome yet."""
    return {
        name: intent
        for name, intent in wanted.items()
        if state.orders[name].standing is Standing.BEING_PLACED
    }


def wait_for_others(
    session: LedgerSession,
    wanted: dict[str, str],
    looks: LookBook,
    *,
    stopping: Callable[[], bool],
    tell: Callable[[str], None],
    most_s: float | None,
) -> bool:
    """Wait until each of the `wanted` submissions has an outcome or its time is over.

    Submissions that begin later are not added.  No lock or connection is held meanwhile.  Returns
    whether Ctrl-C ended the wait.  Raises `LedgerError`.
    """
    clock = session.clock
    began = clock.monotonic()
    first = {name: _first_sight(intent, clock, looks) for name, intent in wanted.items()}
    announced = False
    while True:
        seconds_left = {
            name: first[name] + duration_s(session.state.orders[name]) - clock.monotonic()
            for name, intent in wanted.items()
            if _still_placing(session.state, name, intent, clock, looks)
        }
        waits = [seconds for seconds in seconds_left.values() if seconds > 0]
        waited = clock.monotonic() - began
        if not waits or stopping() or (most_s is not None and waited >= most_s):
            return False
        if not announced:
            tell(_waiting(session.state, seconds_left))
            announced = True
        limit = max(waits) if most_s is None else min(max(waits), most_s - waited)
        try:
            clock.sleep(max(min(_POLL_S, limit), 0.05))
            session.read()
        except KeyboardInterrupt:
            return True


def _first_sight(intent: str, clock: Clock, looks: LookBook) -> float:
    """Return when this machine first saw an intent, and note it."""
    noted = looks.look(intent, clock.epoch)
    if noted is not None and noted.first <= clock.monotonic():
        return noted.first
    first = Look(clock.monotonic(), 0, clock.epoch)
    with suppress(OSError):  # without the note a later run only waits anew
        looks.note(intent, first)
    return first.first


def _still_placing(
    state: LedgerState, name: str, intent: str, clock: Clock, looks: LookBook
) -> bool:
    known = state.orders[name]
    return known.opened == intent and is_being_placed(known, clock, looks)


def _waiting(state: LedgerState, seconds_left: dict[str, float]) -> str:
    name = min(seconds_left)
    known = state.orders[name]
    more = f" and {len(seconds_left) - 1} more" if len(seconds_left) > 1 else ""
    return (
        f"Run {known.run} is placing {name}{more}. Waiting for its outcome, "
        f"{max(seconds_left.values()):.0f} s at most."
    )
