"""Append the outcomes that only the spool holds to the ledger."""

from collections.abc import Sequence

from msgspec import Struct

from satops.core.ledger.chain import Head, line_digest
from satops.core.ledger.events import DoubtSettled, Event
from satops.core.ledger.state import OPEN, LedgerState, OrderState, Standing
from satops.core.order.submission import InDoubt, Receipt
from satops.errors import LedgerOlder, Refused
from satops.ports import LocalState, Spool, Spooled
from satops.workflow.ledger_session import LedgerSession
from satops.workflow.outcomes import outcome_event

_BEHIND_S = 15.0
"""How long to wait for a replica that lags, before the ledger counts as an older one."""


class Replayed(Struct, frozen=True):
    """The outcomes of a spool."""

    recorded: tuple[Spooled, ...] = ()
    """Outcomes that were appended to the ledger."""
    lost: tuple[Spooled, ...] = ()
    """Outcomes of possible orders that a restored ledger lacks.  Their names are held until the
    orders are adopted or the spool's file is deleted."""


def replay(session: LedgerSession, local: LocalState) -> Replayed:
    """Append the outcomes of earlier runs that never reached the ledger.

    A submission is identified by the digest of its intent.  If the ledger lacks the intent of a
    receipt, it is another ledger or an older one: nothing is recorded or sent until a person
    accepts it.  Any other outcome counts only while its submission is open.  From the spool of a
    broken ledger that this one replaces, only receipts count.  Raises `LedgerError`, and `Refused`
    if a spool cannot be read.
    """
    try:
        entries = local.spool.entries()
        inherited = [(spool, spool.entries()) for spool in local.ancestors]
    except OSError as error:
        raise Refused(
            f"What earlier runs left on this machine's disk cannot be read ({error}). It may hold "
            f"order numbers, so nothing was done. Mend the folder {local.spool.address}, and run "
            "again."
        ) from error
    if not entries and not any(some for _, some in inherited):
        return Replayed()
    # Read the ledger after the spool.  An intent is older than its outcome, so this ledger holds
    # the intents of all outcomes read; an older fold would take the outcome of another run on this
    # machine for another ledger's, and delete it.
    session.read()
    state = session.state
    lost = tuple(entry for entry in entries if _is_lost(state, entry))
    for entry in lost:
        if not _is_accepted(state, entry):
            raise LedgerOlder(_lost(entry, session.store.address, local.spool.address))
    missing = tuple(entry for entry in entries if _is_missing(state, entry))
    if missing:
        session.record([_event(state, entry) for entry in missing])
    local.spool.forget([entry for entry in entries if entry not in lost])
    for spool, some in inherited:
        missing += _inherit(session, spool, some)
    return Replayed(missing, lost)


def _inherit(
    session: LedgerSession, spool: Spool, entries: Sequence[Spooled]
) -> tuple[Spooled, ...]:
    """Settle carried doubts with receipts that never reached the broken ledger."""
    recorded = []
    for entry in entries:
        known = session.state.orders.get(entry.name)
        receipt = entry.outcome
        if not isinstance(receipt, Receipt) or receipt.order_no in session.state.claimed:
            continue
        if known is None or known.standing not in OPEN:
            continue
        because = f"run {entry.run} got this number, and the broken ledger lacked it"
        session.record(
            [
                DoubtSettled(
                    name=known.name,
                    attempt=known.attempt,
                    placed=True,
                    by="the spool",
                    because=because,
                    order_no=receipt.order_no,
                    intent=known.intent,
                )
            ]
        )
        recorded.append(entry)
    spool.forget(recorded)
    return tuple(recorded)


def require_own_appends(
    session: LedgerSession, marks: "tuple[Head | None, ...]" = (), behind_s: float = _BEHIND_S
) -> None:
    """Raise `LedgerOlder` if the ledger lacks an event that this machine appended.

    It must also contain the heads in `marks`.  A store that is behind has `behind_s` to catch up.
    A head that a person accepted as lost is not required.  Raises `Refused` if the noted head
    cannot be read.
    """
    for mark in (_own_mark(session), *marks):
        if mark is None or mark == session.state.head or mark in session.state.restored:
            continue
        give_up = session.clock.monotonic() + behind_s
        while session.state.head.seq < mark.seq and session.clock.monotonic() < give_up:
            session.clock.sleep(1.0)
            session.read()
        if mark in session.state.restored:
            continue
        if session.state.head.seq < mark.seq:
            raise LedgerOlder(_behind(session, mark))
        line = next(iter(session.store.read(after=mark.seq - 1)), b"")
        if line_digest(line) != mark.digest:
            raise LedgerOlder(_other_history(session, mark))


def _own_mark(session: LedgerSession) -> Head | None:
    try:
        return None if session.mark is None else session.mark.noted()
    except OSError as error:
        raise Refused(
            "What this machine appended last to the ledger cannot be read, and without it an older "
            f"copy could pass for the right one ({error}). Nothing was done. Mend that file; where "
            "you know that the ledger is the right one, delete it."
        ) from error


def _submission(state: LedgerState, entry: Spooled) -> OrderState | None:
    known = state.orders.get(entry.name)
    return None if known is None else known.submission(entry.intent, entry.attempt)


def _is_lost(state: LedgerState, entry: Spooled) -> bool:
    """Tell whether an order that may have been bought is missing from the ledger."""
    if _submission(state, entry) is not None:
        return False
    match entry.outcome:
        case Receipt(order_no):
            return order_no not in state.claimed
        case InDoubt():
            known = state.orders.get(entry.name)
            return known is None or known.standing is not Standing.PLACED
    return False


def _is_accepted(state: LedgerState, entry: Spooled) -> bool:
    """Tell whether a person has accepted the loss of the ledger that held this entry."""
    turn = state.turn
    return turn is not None and turn.kind == "LedgerRestored" and entry.time <= turn.time


def _is_missing(state: LedgerState, entry: Spooled) -> bool:
    submission = _submission(state, entry)
    if submission is None:
        return False  # a lost rejection or unsent order bought nothing
    if isinstance(entry.outcome, Receipt) and entry.outcome.order_no not in state.claimed:
        return True
    return submission is state.orders[entry.name] and submission.standing in OPEN


def _event(state: LedgerState, entry: Spooled) -> Event:
    outcome = entry.outcome
    holder = state.claimed.get(outcome.order_no) if isinstance(outcome, Receipt) else None
    if isinstance(outcome, Receipt) and holder not in (None, entry.name):
        outcome = InDoubt(
            "another name was given the number of this order meanwhile",
            f"{outcome.order_no} is recorded under the name {holder}",
            claimed_no=outcome.order_no,
        )
    return outcome_event(entry.name, entry.attempt, entry.intent, outcome)


def _lost(entry: Spooled, address: str, spool: str) -> str:
    number = entry.outcome.order_no if isinstance(entry.outcome, Receipt) else None
    answer = f"got the number {number}" if number else "got no answer that tells"
    return (
        f"The ledger at {address} is older than this machine's spool, or another one: run "
        f"{entry.run} sent {entry.name} and {answer}, and the ledger does not know of that "
        "submission. Buying could be buying twice, so nothing was sent. Get the newer ledger "
        "back. If it is gone, say so; what it lost is then listed, and looked for in the "
        "account:\n    satops ledger accept-older --because TEXT\n"
        f"The outcome stays in {spool} until an order of that name is settled."
    )


def _behind(session: LedgerSession, mark: Head) -> str:
    return (
        f"The ledger at {session.store.address} ends at event {session.state.head.seq:,}, and this "
        f"machine appended event {mark.seq:,} to it: the store is behind, or an older copy came "
        "back. Nothing was sent. Wait for the store, or get the newer ledger back. If it is gone:"
        "\n    satops ledger accept-older --because TEXT"
    )


def _other_history(session: LedgerSession, mark: Head) -> str:
    return (
        f"The ledger at {session.store.address} has another event {mark.seq:,} than the one that "
        "this machine appended: an older copy came back and has grown since, or `state` names "
        "another history. Nothing was sent. Get the right ledger back. If it is gone:"
        "\n    satops ledger accept-older --because TEXT"
    )
