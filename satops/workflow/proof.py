"""Prove on the real store that exactly one of two racing writers wins.

The safety of the ledger rests on this.  Some servers accept a conditional write, ignore the
condition, and tell both writers that they won.
"""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from enum import Enum

from msgspec import Struct

from satops.core.ledger.chain import EMPTY, Head, decode, encode
from satops.core.ledger.events import RunFinished
from satops.core.order.order import instant_text
from satops.errors import HeadMoved, LedgerCorrupt, LedgerMissing, Refused, StoreUnreachable
from satops.ports import Clock, LedgerStore, NotedProof, Promise, ProofNotes, ScratchPlace

ROUNDS = 20
_ROUNDS_QUIETLY = 3
"""Races on a local disk: a few show that the kernel's locks work there."""
PROVEN = "SATOPS_PROVEN"
"""Environment variable with store addresses that a team has proven, for machines without local
state."""
_ROUNDS_MAX = 60
"""Maximum number of rounds: a round without a winner proves nothing and is repeated."""
_RACERS = 2
_EVENT = RunFinished(0, 0, 0, 0, 0)


class Proof(Struct, frozen=True):
    """The result of races on a scratch ledger."""

    rounds: int
    """Races in which exactly one writer won and its event was read back."""
    broken: str = ""
    """Which promise the store broke, as a sentence; empty if none."""

    @property
    def holds(self) -> bool:
        """Whether the store may keep a ledger."""
        return not self.broken


class StoreProof(Struct, frozen=True):
    """The proof of one store: what is noted, and how to find out."""

    address: str
    promise: Promise
    notes: ProofNotes
    scratch: ScratchPlace
    clock: Clock
    vouched: frozenset[str] = frozenset()
    """Addresses in `SATOPS_PROVEN`."""

    @property
    def proven(self) -> bool:
        """Whether the store was proven by this machine or is in `SATOPS_PROVEN`."""
        noted = self.notes.noted(self.address)
        return self.address in self.vouched if noted is None else not noted.broken

    def prove(self, rounds: int = ROUNDS) -> Proof:
        """Race on a scratch ledger beside the real one, and note the result on this machine.

        Raises `StoreUnreachable` if the store fails too often for a result.
        """
        with self.scratch() as open_scratch:
            proof = prove(open_scratch, self.clock, rounds)
        noted = NotedProof(instant_text(self.clock.now()), proof.broken)
        try:
            self.notes.note(self.address, noted)
        except OSError as error:
            raise Refused(
                f"What was found of the store cannot be kept in {self.notes.address}: "
                f"{error.strerror}. Make the folder writable."
            ) from None
        return proof

    def require(self) -> None:
        """Raise `Refused` unless the store is proven.

        A file on a local disk is proven here, without output.  A git store needs no proof: a git
        server compares the old value of a ref when a push is not forced.
        """
        if self.proven:
            return
        noted = self.notes.noted(self.address)
        if noted is not None:
            raise Refused(
                f"The ledger store at {self.address} broke its promise on {noted.time}: "
                f"{noted.broken} Nothing was sent. Choose another store (docs/stores.md); to try "
                "this one again:\n    satops doctor"
            )
        if self.promise is Promise.PROTOCOL:
            return
        if self.promise is Promise.LOCAL_DISK:
            if self.prove(_ROUNDS_QUIETLY).holds:
                return
            self.require()
        raise Refused(
            f"The ledger store at {self.address} was never proven from this machine. Some servers "
            "let two writers win, and every order would be bought twice. Nothing was sent. To "
            "prove it:\n    satops doctor\nA machine that begins anew each time takes "
            f"{PROVEN}, with the addresses that were proven once."
        )

    def require_before_start(self) -> None:
        """Prove a store before a ledger begins in it.

        Raises `Refused` if the proof fails, and `StoreUnreachable`.
        """
        proof = self.prove()
        if not proof.holds:
            raise Refused(
                f"{proof.broken} {self.address} cannot keep a ledger: two runs would buy the same "
                "order. Nothing was begun. Choose another store (docs/stores.md)."
            )


class _Said(Enum):
    WON = "won"
    MOVED = "moved"
    FAILED = "failed"


class _Run(Struct, frozen=True):
    """One writer in one race."""

    line: bytes
    said: _Said
    failure: StoreUnreachable | None = None


def prove(open_scratch: Callable[[], LedgerStore], clock: Clock, rounds: int = ROUNDS) -> Proof:
    """Race on a new scratch ledger; each call of `open_scratch` opens it for another writer.

    The first race begins the ledger.  Stops at the first broken promise.  Raises `StoreUnreachable`
    if the store fails too often for a result.
    """
    racers = [open_scratch() for _ in range(_RACERS)]
    reader = open_scratch()
    head, proven, failure = EMPTY, 0, None
    for number in range(_ROUNDS_MAX):
        if proven == rounds:
            return Proof(proven)
        try:
            runs = _race(racers, head, number, clock)
            added = _added(reader, head)
        except (LedgerCorrupt, LedgerMissing) as error:
            return Proof(proven, f"What it acknowledged is not what it shows. {error}")
        if broken := _broken(runs, [line for line, _ in added]):
            return Proof(proven, broken)
        failure = next((run.failure for run in runs if run.failure), failure)
        proven += [run.said for run in runs].count(_Said.WON)
        head = added[-1][1] if added else head
    raise failure or StoreUnreachable("No writer could append to the scratch ledger.")


def _race(racers: Sequence[LedgerStore], head: Head, number: int, clock: Clock) -> list[_Run]:
    start = threading.Barrier(len(racers))
    for racer in racers:
        _added(racer, head)  # let both writers read this head before the race

    def run(racer: int) -> _Run:
        name = f"race-{number}-writer-{racer}"
        [line], _ = encode([_EVENT], head=head, time=clock.now(), run=name)
        start.wait()
        try:
            racers[racer].append([line], head.digest)
        except HeadMoved:
            return _Run(line, _Said.MOVED)
        except StoreUnreachable as error:
            return _Run(line, _Said.FAILED, error)
        return _Run(line, _Said.WON)

    with ThreadPoolExecutor(len(racers)) as threads:
        return list(threads.map(run, range(len(racers))))


def _added(store: LedgerStore, head: Head) -> list[tuple[bytes, Head]]:
    """Return the lines after a head, each with the head after it."""
    try:
        lines = list(store.read(after=head.seq))
    except LedgerMissing:
        if head == EMPTY:
            return []
        raise
    heads = (line.head for line in decode(lines, after=head))
    return list(zip(lines, heads, strict=True))


def _broken(runs: Sequence[_Run], added: Sequence[bytes]) -> str:
    """Return which promise a race broke; empty if none."""
    winners = [run for run in runs if run.said is _Said.WON]
    if len(winners) > 1:
        return "Two writers appended on one head, and the store told both that they won."
    if winners and list(added) != [winners[0].line]:
        return "A writer was told that it won, and what it wrote is not what the store shows."
    lost = {run.line for run in runs if run.said is _Said.MOVED}
    if lost & set(added):
        return "A writer was told that it lost, and the store shows what it wrote."
    return "" if len(added) <= 1 else "The store shows two events that were appended on one head."
