"""A ledger in memory, with the faults that a test asks for."""

import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from enum import StrEnum

from satops.adapters.stores.lines import joined
from satops.core.ledger.chain import GENESIS, Head, line_digest
from satops.errors import HeadMoved, LedgerMissing, StoreUnreachable


class Fault(StrEnum):
    """What goes wrong with one call."""

    NONE = "none"
    BEFORE_WRITE = "the store fails before it writes"
    REPLY_LOST = "the store writes, and its answer is lost"


class MemoryStore:
    """Keeps every promise of `ports.LedgerStore`, save for the end of the process."""

    address = "memory:"

    def __init__(self, orders_per_append: int = 1) -> None:
        self.orders_per_append = orders_per_append
        self.lines: list[bytes] = []
        self.append_faults: deque[Fault] = deque()
        """One is taken by each append; when none is left, nothing goes wrong."""
        self.read_faults: deque[Fault] = deque()
        """One is taken by each read, NONE or BEFORE_WRITE."""
        self.rivals: deque[Callable[[Head], Sequence[bytes]]] = deque()
        """One is taken by each append: it makes the lines that somebody else appends first."""
        self._lock = threading.Lock()

    @property
    def head(self) -> Head:
        """Where the ledger ends."""
        return Head(len(self.lines), line_digest(self.lines[-1]) if self.lines else GENESIS)

    def read(self, after: int = 0) -> Iterator[bytes]:
        """See `ports.LedgerStore.read`."""
        if self.read_faults and self.read_faults.popleft() is not Fault.NONE:
            raise StoreUnreachable("The store in memory fails to read, as the test asked.")
        with self._lock:
            lines = tuple(self.lines)
        if not lines:
            raise LedgerMissing("There is no ledger in memory.")
        yield from lines[max(after, 0) :]

    def append(self, lines: Sequence[bytes], expected_head: str) -> None:
        """See `ports.LedgerStore.append`."""
        joined(lines)
        with self._lock:
            fault = self.append_faults.popleft() if self.append_faults else Fault.NONE
            if fault is Fault.BEFORE_WRITE:
                raise StoreUnreachable("The store in memory fails to write, as the test asked.")
            if self.rivals:
                self.lines.extend(self.rivals.popleft()(self.head))
            if not self.lines and expected_head != GENESIS:
                raise LedgerMissing("There is no ledger in memory.")
            if self.head.digest != expected_head:
                raise HeadMoved("Somebody else appended to the ledger in memory.")
            self.lines.extend(lines)
            if fault is Fault.REPLY_LOST:
                raise StoreUnreachable("The store in memory lost its answer, as the test asked.")
