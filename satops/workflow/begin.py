"""The first steps of each appending verb: check the ledger, and replay the spool."""

from collections.abc import Iterator
from contextlib import contextmanager

from msgspec.structs import replace

from satops.core.ledger.chain import Head
from satops.core.ledger.events import RunStarted
from satops.core.ledger.state import OPEN, LedgerState
from satops.errors import (
    ExitCode,
    Interrupted,
    LedgerClosedError,
    LedgerCorrupt,
    LedgerError,
    MarketplaceUnreachable,
    Refused,
)
from satops.ports import LocalState
from satops.workflow.ledger_session import NOTHING_PLACED, LedgerSession
from satops.workflow.replay import Replayed, replay, require_own_appends

_EARLIER = "what earlier runs left"


def begin(
    session: LedgerSession,
    local: LocalState,
    started: RunStarted,
    *,
    must_hold: tuple[Head | None, ...] = (),
) -> Replayed:
    """Read the ledger and replay this machine's spool, as a run of its own.

    The ledger must contain the heads in `must_hold`.  Raises `LedgerError`, and `Refused` if the
    spool cannot be read.
    """
    session.mark = local.mark
    session.read()
    require_open(session.state, session.store.address)
    require_own_appends(session, must_hold)
    before = earlier(session, started)
    replayed = replay(before, local)
    before.finish(NOTHING_PLACED)
    session.begin(started)
    return replayed


def earlier(session: LedgerSession, started: RunStarted) -> LedgerSession:
    """Return a session for events of earlier runs, on the same fold of the ledger."""
    before = LedgerSession(session.store, session.clock, f"{session.run}-before", session.state)
    before.mark = session.mark
    before.begin(replace(started, command=f"{started.command} ({_EARLIER})"))
    return before


def require_open(state: LedgerState, address: str) -> None:
    """Raise `LedgerError` if the ledger is closed, or lacks orders that it must carry."""
    if state.to_carry > 0:
        raise LedgerCorrupt(
            f"The ledger at {address} goes on from a broken one, and {state.to_carry:,} of its "
            "orders are missing: beginning it was cut short. Nothing was sent. Remove it, and "
            "begin again:\n    satops ledger start --continues FILE --because TEXT"
        )
    if state.closed_to is not None:
        raise LedgerClosedError(
            f"The ledger at {address} was closed: it goes on at {state.closed_to}. Nothing was "
            "sent. Name that address as `state` in satops.yaml, and in SATOPS_STATE where it is "
            "set."
        )


def doubt_of_ledger(session: LedgerSession) -> str:
    """Return why an appending verb would stop at the ledger as it was read; empty if none would."""
    try:
        require_open(session.state, session.store.address)
        require_own_appends(session, behind_s=0)
    except (LedgerError, Refused) as error:
        return str(error)
    return ""


def is_anything_open(state: LedgerState) -> bool:
    """Tell whether any order is in doubt or being placed."""
    return any(order.standing in OPEN for order in state.orders.values())


@contextmanager
def doubt_first(session: LedgerSession) -> Iterator[None]:
    """Turn a failed look or a stop into exit code 6 while an order is in doubt.

    Raises `Interrupted` for a stop.
    """
    try:
        yield
    except MarketplaceUnreachable as error:
        if is_anything_open(session.state):
            raise error.ending_with(ExitCode.IN_DOUBT) from error
        raise
    except KeyboardInterrupt as stop:
        if not is_anything_open(session.state):
            raise Interrupted("Interrupted. What was recorded before stays recorded.") from stop
        raise Interrupted(
            "Interrupted while an order is in doubt. Never order it again by hand. To look it up:\n"
            "    satops reconcile",
            exit_code=ExitCode.IN_DOUBT,
        ) from stop
