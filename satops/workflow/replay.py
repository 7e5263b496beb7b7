"""Take outcomes that only the spool knows into the ledger."""

from collections.abc import Sequence
from dataclasses import dataclass

from satops.core.ledger.chain import Head, line_digest
from satops.core.ledger.events import DoubtSettled, Event
from satops.core.ledger.state import OPEN, LedgerState, OrderState, Standing
from satops.core.order.submission import InDoubt, Receipt
from satops.errors import LedgerOlder, Refused
from satops.ports import LocalState, Spool, Spooled
from satops.workflow.ledger_session import LedgerSession
from satops.workflow.outcomes import outcome_event

_BEHIND_S = 15.0
"""How long a store may show an older ledger before it is taken for one: replicas lag."""


@dataclass(frozen=True, slots=True)
class Replayed:
    """What a spool held."""

    recorded: tuple[Spooled, ...] = ()
    """Outcomes that went into the ledger."""
    lost: tuple[Spooled, ...] = ()
    """What may have been bought before the ledger was restored, and is under no name of it.  These
    names are held until the orders are adopted, or the file in the spool is deleted."""


def replay(session: LedgerSession, local: LocalState) -> Replayed:
    """Append the outcomes of earlier runs that never reached the ledger.

    A submission is known by the digest of its intent.  A receipt is a fact whatever the ledger says
    meanwhile, but one whose intent the ledger lacks tells that the ledger is another or an older
    one: nothing is recorded and nothing is done, until a person has accepted the older ledger.  Any
    other outcome counts only while its own submission is open.  Of a ledger that this one goes on
    from, receipts alone count.  Raises `LedgerError`, and `Refused` when a spool cannot be read.
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
    # Another run of this machine may have intended, sent and spooled since the ledger was read.
    # An intent is older than its outcome, so a ledger that is read after the spool holds it; by
    # an older one the outcome would seem to be none of this ledger's, and be forgotten.
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
    """Settle carried doubts by the receipts that a broken ledger never got."""
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


def require_own_appends(session: LedgerSession, marks: "tuple[Head | None, ...]" = ()) -> None:
    """Raise `LedgerOlder` where the ledger lacks what this machine appended to it.

    `marks` are further heads that the ledger must hold.  A head that a person has called lost is
    not missed.  Raises `Refused` where what was noted cannot be read.
    """
    for mark in (_own_mark(session), *marks):
        if mark is None or mark in session.state.restored:
            continue
        give_up = session.clock.monotonic() + _BEHIND_S
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
    """Tell whether the ledger knows nothing of what may have been bought."""
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
    """Tell whether a person has said that the ledger which knew this entry is gone."""
    turn = state.turn
    return turn is not None and turn.kind == "LedgerRestored" and entry.time <= turn.time


def _is_missing(state: LedgerState, entry: Spooled) -> bool:
    submission = _submission(state, entry)
    if submission is None:
        return False  # rejected or not sent, by a run that the ledger has lost: nothing was bought
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
