"""The proof of a store, on stores in memory that break one promise each."""

from collections.abc import Callable, Sequence

import pytest

from satops.core.ledger.chain import GENESIS
from satops.errors import HeadMoved, StoreUnreachable
from satops.workflow.proof import prove
from tests.fakes.clock import FakeClock
from tests.fakes.ledger_store import Fault, MemoryStore


class TakesAll(MemoryStore):
    """Ignores the head that an append expects, and writes both lines."""

    def append(self, lines: Sequence[bytes], expected_head: str) -> None:
        self.lines.extend(lines)


class Overwrites(MemoryStore):
    """Ignores the condition and keeps what was written last, as a look-alike of S3 does."""

    def append(self, lines: Sequence[bytes], expected_head: str) -> None:
        with self._lock:
            heads = [GENESIS, *(str(n) for n in range(len(self.lines)))]
            if len(self.lines) < len(heads) - 1:
                return
            if self.lines and self.lines[-1].split(b'"prev":')[1] == lines[0].split(b'"prev":')[1]:
                self.lines[-1:] = lines
            else:
                self.lines.extend(lines)


class WritesWhatItRefuses(MemoryStore):
    """Tells both writers that they lost, and keeps a line."""

    def append(self, lines: Sequence[bytes], expected_head: str) -> None:
        super().append(lines, expected_head)
        raise HeadMoved("It was written all the same.")


class Forgets(MemoryStore):
    """Acknowledges what it does not keep."""

    def append(self, lines: Sequence[bytes], expected_head: str) -> None:
        if len(self.lines) < 3:
            super().append(lines, expected_head)


class Loses(MemoryStore):
    """Loses everything after some appends."""

    def append(self, lines: Sequence[bytes], expected_head: str) -> None:
        super().append(lines, expected_head)
        if len(self.lines) == 3:
            self.lines.clear()


def test_a_store_that_keeps_its_promise_is_proven() -> None:
    store = MemoryStore()
    proof = prove(lambda: store, FakeClock(), rounds=20)
    assert proof.holds
    assert proof.rounds == len(store.lines) == 20


@pytest.mark.parametrize(
    ("liar", "said"),
    [
        (TakesAll, "not what it shows|both that they won"),
        (Overwrites, "both that they won"),
        (WritesWhatItRefuses, "told that it lost, and the store shows"),
        (Forgets, "told that it won, and what it wrote|both that they won"),
        (Loses, "not what it shows|told that it won"),
    ],
)
def test_a_store_that_breaks_a_promise_is_caught(
    liar: Callable[[], MemoryStore], said: str
) -> None:
    store = liar()
    proof = prove(lambda: store, FakeClock())
    assert not proof.holds
    assert any(part in proof.broken for part in said.split("|")), proof.broken


def test_lost_answers_and_failures_do_not_count_for_or_against_a_store() -> None:
    store = MemoryStore()
    store.append_faults.extend([Fault.REPLY_LOST, Fault.NONE, Fault.BEFORE_WRITE, Fault.NONE] * 3)
    proof = prove(lambda: store, FakeClock(), rounds=5)
    assert proof.holds
    assert proof.rounds == 5


def test_a_store_that_never_answers_is_neither_proven_nor_called_a_liar() -> None:
    store = MemoryStore()
    store.append_faults.extend([Fault.BEFORE_WRITE] * 1000)
    with pytest.raises(StoreUnreachable, match="fails to write"):
        prove(lambda: store, FakeClock())
