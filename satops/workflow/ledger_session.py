"""One run's view of the ledger: the fold of its events, and appends with a certain result."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

from satops.core import json_text
from satops.core.ledger.chain import Head, encode, line_digest
from satops.core.ledger.events import RunFinished
from satops.core.ledger.order_state import OrderState
from satops.core.ledger.recorded import Recorded
from satops.core.ledger.state import LedgerState
from satops.core.order.order import Order, order_from_fields
from satops.errors import HeadMoved, LedgerClosedError, LedgerMissing, StoreUnreachable, UsageError
from satops.ports import Clock, HeadMark, LedgerStore

if TYPE_CHECKING:
    from satops.core.ledger.events import Event, RunStarted

APPENDS_MAX = 1000
"""Tries of one append while the head keeps moving; then the store counts as broken."""
_RETRY_WAITS_S = (0.5, 2.0)
NOTHING_PLACED = RunFinished(expected=0, placed=0, rejected=0, not_sent=0, in_doubt=0)
"""The end of a run that buys nothing."""


class LedgerSession:
    """One run's view of a ledger; `RunStarted` is appended with the run's first event."""

    def __init__(
        self,
        store: LedgerStore,
        clock: Clock,
        run: str,
        state: LedgerState | None = None,
        *,
        noted: Callable[[Recorded], None] | None = None,
    ) -> None:
        """`noted` gets each event that is folded from the store."""
        self.store = store
        self.clock = clock
        self.run = run
        self.state = LedgerState() if state is None else state
        self.mark: HeadMark | None = None
        """This machine's note of the last head that it appended: it reveals an older ledger."""
        self.begun = False
        """Whether this run has appended anything, so that `RunFinished` must follow."""
        self._announced: RunStarted | None = None
        self._noted = noted

    def read(self) -> LedgerState:
        """Fold the events appended since the last read.

        Raises `LedgerMissing`, `LedgerCorrupt` and `StoreUnreachable`.
        """
        self.state.fold(self.store.read(after=self.state.head.seq), self._noted)
        return self.state

    def begin(self, started: "RunStarted") -> None:
        """Append `started` with the next event of this run."""
        self._announced = started

    def append(self, events: "Sequence[Event]") -> tuple[str, ...]:
        """Append events to the head of the folded state; durable on return.

        Returns the SHA-256 of each event's line; for an intent, this is the submission's identity.

        Raises `HeadMoved` if somebody else appended first: nothing was written, the state has been
        read again, and the caller must decide again.  Raises `StoreUnreachable` if it is not known
        whether the events were written.
        """
        if self.state.closed_to is not None:
            raise LedgerClosedError(
                f"The ledger was closed meanwhile: it goes on at {self.state.closed_to}. Nothing "
                "more was recorded here."
            )
        announced = [] if self._announced is None else [self._announced]
        head = self.state.head
        lines, made = encode([*announced, *events], head=head, time=self.clock.now(), run=self.run)
        try:
            self.store.append(lines, head.digest)
        except (HeadMoved, StoreUnreachable):
            # The reply to a successful write may be lost, and a retrying client library then
            # reports a conflict with its own write.  The chain shows whose it is.
            if not self._fold_watching(made.digest):
                raise
        else:
            self.state.fold(lines)
        self._note(made)
        self._announced = None
        self.begun = True
        return tuple(map(line_digest, lines[len(announced) :]))

    def _note(self, made: Head) -> None:
        if self.mark is not None:
            # A failed write leaves the older mark, which is safe.
            with suppress(OSError):
                self.mark.note(made)

    def record(self, events: "Sequence[Event]") -> None:
        """Append facts, whatever the head is.

        Retries if the head moves, and a few times if the store fails.  A retry cannot write twice:
        an append that landed late has moved the head.  Raises `StoreUnreachable` if the store keeps
        failing.
        """
        waits = iter(_RETRY_WAITS_S)
        for _ in range(APPENDS_MAX):
            try:
                self.append(events)
            except HeadMoved:
                continue
            except StoreUnreachable:
                wait = next(waits, None)
                if wait is None:
                    raise
                self.clock.sleep(wait)
                continue
            return
        raise never_still(self.store)

    def finish(self, finished: "RunFinished") -> None:
        """Append `finished`, if this run has appended anything."""
        if self.begun and self.state.closed_to is None:
            self.record([finished])

    def recall(self, known: OrderState) -> Order | None:
        """Return the order of the event that holds it; None if no content was recorded."""
        line = next(iter(self.store.read(after=known.seq - 1)), None)
        if line is None:
            raise LedgerMissing(f"The ledger at {self.store.address} ends before {known.seq}.")
        bought = json_text.loads(line).get("order")
        return None if bought is None else order_from_fields(bought)

    def _fold_watching(self, digest: str) -> bool:
        """Fold the new lines; return True if one of them has the given digest."""
        seen = False

        def watched(lines: Iterable[bytes]) -> Iterator[bytes]:
            nonlocal seen
            for line in lines:
                seen = seen or line_digest(line) == digest
                yield line

        self.state.fold(watched(self.store.read(after=self.state.head.seq)), self._noted)
        return seen


Decide = Callable[[LedgerState], "Sequence[Event]"]
"""Returns the events to append to a state; empty for none."""


def decide_and_append(session: LedgerSession, decide: Decide) -> "Sequence[Event]":
    """Decide on the state and append; decide again whenever the head has moved."""
    for _ in range(APPENDS_MAX):
        events = decide(session.state)
        if not events:
            return events
        try:
            session.append(events)
        except HeadMoved:
            continue
        return events
    raise never_still(session.store)


def never_still(store: LedgerStore) -> StoreUnreachable:
    """Return the error for a ledger whose head moved at every try."""
    return StoreUnreachable(
        f"The ledger at {store.address} moved {APPENDS_MAX} times while one append was tried. "
        "Something appends without a pause; stop it and run again."
    )


def require_marketplace(state: LedgerState, address: str) -> None:
    """Raise `UsageError` if the ledger belongs to another marketplace than the configured one."""
    if state.marketplace == address or not (state.marketplace or state.orders):
        return
    if not state.marketplace:
        raise UsageError(
            "This ledger was begun by satops 0.1 and names no marketplace, and it holds orders. A "
            f"person must say once that they are of {address}:\n"
            f"    satops ledger moved --to {address} --because TEXT"
        )
    raise UsageError(
        f"This ledger holds orders of {state.marketplace}, and satops.yaml names {address}. What "
        "is bought at one is not bought at the other. Nothing was done. To begin a ledger for "
        f"{address}:\n    satops ledger start\nWhere it is the same marketplace under a new "
        f"address:\n"
        f"    satops ledger moved --to {address} --because TEXT"
    )
