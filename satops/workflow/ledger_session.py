"""The ledger as one run sees it: the fold, and appends that are either in the chain or not."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

from satops.core import json_text
from satops.core.ledger.chain import Head, encode, line_digest
from satops.core.ledger.state import LedgerState, OrderState
from satops.core.order.order import Order, Rings, order_from_fields
from satops.errors import HeadMoved, LedgerMissing, StoreUnreachable, UsageError
from satops.ports import Clock, HeadMark, LedgerStore

if TYPE_CHECKING:
    from satops.core.ledger.events import Event, RunFinished, RunStarted

APPENDS_MAX = 1000
"""How often one append is tried while the head moves, before the store is called broken."""
_RETRY_WAITS_S = (0.5, 2.0)


class LedgerSession:
    """One run's view of a ledger; `RunStarted` is appended with the run's first event."""

    def __init__(
        self, store: LedgerStore, clock: Clock, run: str, state: LedgerState | None = None
    ) -> None:
        self.store = store
        self.clock = clock
        self.run = run
        self.state = LedgerState() if state is None else state
        self.mark: HeadMark | None = None
        """Notes what this run appends, so that an older ledger is known for one."""
        self.begun = False
        """Whether this run has left a trace that `RunFinished` should close."""
        self._announced: RunStarted | None = None

    def read(self) -> LedgerState:
        """Fold what was appended since the last look.

        Raises `LedgerMissing`, `LedgerCorrupt` and `StoreUnreachable`.
        """
        self._fold_watching("")
        return self.state

    def begin(self, started: "RunStarted") -> None:
        """Have `started` go before the next event that this run appends."""
        self._announced = started

    def append(self, events: "Sequence[Event]") -> tuple[str, ...]:
        """Append on the head that the state stands on; in the chain for certain on return.

        Returns the SHA-256 of the line of each event: of an intent, its identity.

        Raises `HeadMoved` when somebody else appended first: nothing was written, and the state
        has been read again, for the caller to decide again.  Raises `StoreUnreachable` when it
        is not known whether the events were written.
        """
        announced = [] if self._announced is None else [self._announced]
        head = self.state.head
        lines, made = encode([*announced, *events], head=head, time=self.clock.now(), run=self.run)
        try:
            self.store.append(lines, head.digest)
        except (HeadMoved, StoreUnreachable):
            # The answer to a write that landed may be lost, and a client library may then see
            # its own write as somebody else's.  The chain itself tells.
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
            # A mark that cannot be written only leaves this machine with an older one.
            with suppress(OSError):
                self.mark.note(made)

    def record(self, events: "Sequence[Event]") -> None:
        """Append facts, on whatever head there is.

        A head that moves is taken as it comes; a store that fails is tried again a few times,
        which cannot write twice: an append that lands late finds that the head has moved.
        Raises `StoreUnreachable` when the store goes on failing.
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
        """Close the run, if it has left a trace."""
        if self.begun and self.state.closed_to is None:
            self.record([finished])

    def recall(self, known: OrderState) -> Order | None:
        """Read an order back from the event that holds it; None where no content was recorded."""
        line = next(iter(self.store.read(after=known.seq - 1)), None)
        if line is None:
            raise LedgerMissing(f"The ledger at {self.store.address} ends before {known.seq}.")
        bought = json_text.loads(line).get("order")
        return None if bought is None else order_from_fields(bought)

    def outlines(self, orders: Iterable[OrderState]) -> dict[str, Rings]:
        """Return the outlines of placed orders by name, from the events that hold their content.

        The ledger is read once.  An adopted order whose content was not recorded is left out.
        """
        wanted = {known.seq: known.name for known in orders}
        found: dict[str, Rings] = {}
        for seq, line in enumerate(self.store.read() if wanted else (), start=1):
            name = wanted.get(seq)
            bought = None if name is None else json_text.loads(line).get("order")
            if name is not None and bought is not None:
                found[name] = bought["geometry"]["coordinates"]
        return found

    def _fold_watching(self, digest: str) -> bool:
        """Fold what is new, and tell whether a line of a certain digest was among it."""
        seen = False

        def watched(lines: Iterable[bytes]) -> Iterator[bytes]:
            nonlocal seen
            for line in lines:
                seen = seen or (digest != "" and line_digest(line) == digest)
                yield line

        self.state.fold(watched(self.store.read(after=self.state.head.seq)))
        return seen


Decide = Callable[[LedgerState], "Sequence[Event]"]
"""Makes the events to append from the state they will stand on; none to append nothing."""


def decide_and_append(session: LedgerSession, decide: Decide) -> "Sequence[Event]":
    """Decide on the state, append, and decide again as often as the head moves."""
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
    """Return the error of a ledger on which no append succeeds, because its head always moves."""
    return StoreUnreachable(
        f"The ledger at {store.address} moved {APPENDS_MAX} times while one append was tried. "
        "Something appends without a pause; stop it and run again."
    )


def require_marketplace(state: LedgerState, address: str) -> None:
    """Raise `UsageError` where a ledger is not of the marketplace that is configured."""
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
