"""Take outcomes that only the spool knows into the ledger."""

from satops.core.ledger.events import Event, OrderAdopted
from satops.core.ledger.state import OPEN, LedgerState
from satops.core.order.submission import InDoubt, Receipt
from satops.errors import LedgerCorrupt, Refused
from satops.ports import Spool, Spooled
from satops.workflow.ledger_session import LedgerSession
from satops.workflow.outcomes import outcome_event


def replay(session: LedgerSession, spool: Spool) -> int:
    """Append the outcomes of earlier runs that never reached the ledger; return how many.

    A receipt is a fact whatever the ledger says meanwhile.  Any other outcome counts only while
    its attempt is still open.  Raises `LedgerError`, and `Refused` when the spool cannot be read.
    """
    try:
        entries = spool.entries(session.state.ledger)
    except OSError as error:
        raise Refused(
            f"What earlier runs left on this machine's disk cannot be read ({error}). It may hold "
            "order numbers, so nothing was done. Mend the folder `.satops/spool`, and run again."
        ) from error
    if not entries:
        return 0
    # Another run of this machine may have intended, sent and spooled since the ledger was read.
    # An intent is older than its outcome, so a ledger that is read after the spool holds it; by
    # an older one the outcome would seem to be none of this ledger's, and be forgotten.
    session.read()
    missing = [entry for entry in entries if _is_missing(session.state, entry)]
    for entry in missing:
        if isinstance(entry.outcome, InDoubt) and _has_lost_intent(session.state, entry):
            raise LedgerCorrupt(_lost(entry, session.store.address))
    if missing:
        session.record([_event(session.state, entry) for entry in missing])
    spool.forget(entries)
    return len(missing)


def _is_missing(state: LedgerState, entry: Spooled) -> bool:
    if isinstance(entry.outcome, Receipt):
        return entry.outcome.order_no not in state.claimed
    if _has_lost_intent(state, entry):
        return isinstance(entry.outcome, InDoubt)
    known = state.orders[entry.name]
    return known.attempt == entry.attempt and known.standing in OPEN


def _has_lost_intent(state: LedgerState, entry: Spooled) -> bool:
    """Tell whether the ledger is an old copy: this machine sent what it does not know of."""
    known = state.orders.get(entry.name)
    return known is None or known.attempt < entry.attempt


def _event(state: LedgerState, entry: Spooled) -> Event:
    if isinstance(entry.outcome, Receipt) and entry.name not in state.orders:
        because = f"run {entry.run} got this number, and the ledger has lost that run"
        return OrderAdopted(entry.name, entry.outcome.order_no, "the spool", because)
    return outcome_event(entry.name, entry.attempt, entry.outcome)


def _lost(entry: Spooled, address: str) -> str:
    return (
        f"The ledger at {address} is older than this machine's spool: run {entry.run} sent "
        f"{entry.name}, its answer was lost, and the ledger does not know of it. Buying it could "
        "be buying it twice, so nothing was sent. Get the newer ledger back. If it is gone, look "
        "for the order at the marketplace, delete the file of that run in `.satops/spool`, and "
        f"if the order is there, give it its name:\n    satops adopt {entry.name} ORDER_NO "
        '--because "sent by a run that the ledger has lost"'
    )
