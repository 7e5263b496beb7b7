"""Prove on the real store that of two racing writers exactly one wins.

Everything else rests on that promise, and some servers break it without a word: they take the
condition of a write, ignore it, and tell both writers that they won.
"""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from enum import Enum

from satops.core.ledger.chain import EMPTY, Head, decode, encode
from satops.core.ledger.events import RunFinished
from satops.core.order.order import instant_text
from satops.errors import HeadMoved, LedgerCorrupt, LedgerMissing, Refused, StoreUnreachable
from satops.ports import Clock, LedgerStore, NotedProof, Promise, ProofNotes, ScratchPlace

ROUNDS = 20
_ROUNDS_QUIETLY = 3
"""Races on a local disk, whose locks are the kernel's own: enough to see that they work at all."""
PROVEN = "SATOPS_PROVEN"
"""The variable with addresses that a team has proven, for machines that begin anew each time."""
_ROUNDS_MAX = 60
"""Rounds that a busy store may need: one in which nobody won says nothing."""
_RACERS = 2
_EVENT = RunFinished(0, 0, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class Proof:
    """What a number of races on a scratch ledger have shown."""

    rounds: int
    """Races in which exactly one writer won, and what it wrote was read back."""
    broken: str = ""
    """What went wrong, as a sentence; empty where the store kept its promise."""

    @property
    def holds(self) -> bool:
        """Whether the store may be trusted with money."""
        return not self.broken


@dataclass(frozen=True, slots=True)
class StoreProof:
    """Whether the store of the ledger may be trusted: what is known, and what can be found out."""

    address: str
    promise: Promise
    notes: ProofNotes
    scratch: ScratchPlace
    clock: Clock
    vouched: frozenset[str] = frozenset()
    """Addresses that a team has proven, as `SATOPS_PROVEN` says."""

    @property
    def proven(self) -> bool:
        """Whether the store was proven: from this machine, or as a team says."""
        noted = self.notes.noted(self.address)
        return self.address in self.vouched if noted is None else not noted.broken

    def prove(self, rounds: int = ROUNDS) -> Proof:
        """Race on a scratch ledger beside the real one, and remember what came of it.

        Raises `StoreUnreachable` when it could not be told.
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
        """Let an apply go on only with a store of which two writers cannot both win.

        A file on a local disk proves itself, without a word.  A git server that takes a push
        without force checks what it had before: that is the protocol, and it needs no proof of its
        own.  Raises `Refused` for every other store that was not proven, and for one that failed.
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

        Raises `Refused` where it does not keep its promise, and `StoreUnreachable`.
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


@dataclass(frozen=True, slots=True)
class _Run:
    """One writer's part in one race."""

    line: bytes
    said: _Said
    failure: StoreUnreachable | None = None


def prove(open_scratch: Callable[[], LedgerStore], clock: Clock, rounds: int = ROUNDS) -> Proof:
    """Race on a ledger that does not exist yet; each call of `open_scratch` is another writer.

    The first race is about who begins the ledger.  Stops at the first broken promise.  Raises
    `StoreUnreachable` when the store fails so often that it cannot be told.
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
        _added(racer, head)  # both stand on this head, so that neither need look again

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
    """Return what was appended on a head, each line with the head that it makes."""
    try:
        lines = list(store.read(after=head.seq))
    except LedgerMissing:
        if head == EMPTY:
            return []
        raise
    heads = (made for _, made in decode(lines, after=head))
    return list(zip(lines, heads, strict=True))


def _broken(runs: Sequence[_Run], added: Sequence[bytes]) -> str:
    """Say which promise a race broke, if any."""
    winners = [run for run in runs if run.said is _Said.WON]
    if len(winners) > 1:
        return "Two writers appended on one head, and the store told both that they won."
    if winners and list(added) != [winners[0].line]:
        return "A writer was told that it won, and what it wrote is not what the store shows."
    lost = {run.line for run in runs if run.said is _Said.MOVED}
    if lost & set(added):
        return "A writer was told that it lost, and the store shows what it wrote."
    return "" if len(added) <= 1 else "The store shows two events that were appended on one head."
