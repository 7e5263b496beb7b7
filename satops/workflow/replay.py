"""Take outcomes that only the spool knows into the ledger."""

from satops.core.ledger.chain import Head, line_digest
from satops.core.ledger.events import Event
from satops.core.ledger.state import OPEN, LedgerState, OrderState
from satops.core.order.submission import InDoubt, Receipt
from satops.errors import LedgerOlder, Refused
from satops.ports import LocalState, Spooled
from satops.workflow.ledger_session import LedgerSession
from satops.workflow.outcomes import outcome_event

_BEHIND_S = 15.0
"""How long a store may show an older ledger before it is taken for one: replicas lag."""


def replay(session: LedgerSession, local: LocalState) -> tuple[Spooled, ...]:
    """Append the outcomes of earlier runs that never reached the ledger, and return them.

    A submission is known by the digest of its intent.  A receipt is a fact whatever the ledger says
    meanwhile, but one whose intent the ledger lacks tells that the ledger is another or an older
    one: nothing is recorded and nothing is done.  Any other outcome counts only while its own
    submission is open.  Raises `LedgerError`, and `Refused` when the spool cannot be read.
    """
    try:
        entries = local.spool.entries()
    except OSError as error:
        raise Refused(
            f"What earlier runs left on this machine's disk cannot be read ({error}). It may hold "
            f"order numbers, so nothing was done. Mend the folder {local.spool.address}, and run "
            "again."
        ) from error
    if not entries:
        return ()
    # Another run of this machine may have intended, sent and spooled since the ledger was read.
    # An intent is older than its outcome, so a ledger that is read after the spool holds it; by
    # an older one the outcome would seem to be none of this ledger's, and be forgotten.
    session.read()
    for entry in entries:
        if _submission(session.state, entry) is None and _may_have_bought(entry):
            raise LedgerOlder(_lost(entry, session.store.address, local.spool.address))
    missing = tuple(entry for entry in entries if _is_missing(session.state, entry))
    if missing:
        session.record([_event(session.state, entry) for entry in missing])
    local.spool.forget(entries)
    return missing


def require_own_appends(session: LedgerSession, marks: "tuple[Head | None, ...]" = ()) -> None:
    """Raise `LedgerOlder` where the ledger lacks what this machine appended to it.

    `marks` are further heads that the ledger must hold.  A head that a person has called lost is
    not missed.
    """
    noted = session.mark.noted() if session.mark is not None else None
    for mark in (noted, *marks):
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


def _submission(state: LedgerState, entry: Spooled) -> OrderState | None:
    known = state.orders.get(entry.name)
    return None if known is None else known.submission(entry.intent, entry.attempt)


def _may_have_bought(entry: Spooled) -> bool:
    return isinstance(entry.outcome, Receipt | InDoubt)


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
