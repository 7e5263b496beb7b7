"""Copy a ledger to another store, byte for byte.

An interrupted copy is a prefix of the source, and the next call continues it.  A target that holds
anything else is another ledger and is not touched.
"""

from collections.abc import Callable, Iterator
from itertools import tee

from msgspec import Struct

from satops.core.ledger.chain import EMPTY, Head, decode
from satops.errors import LedgerCorrupt, LedgerMissing, Refused
from satops.ports import LedgerStore
from satops.workflow.verify import verify

LINES_PER_APPEND = 1000
BYTES_PER_APPEND = 1024 * 1024
"""Bytes in one append: object and git stores keep each append as one object or commit."""


class CopyReport(Struct, frozen=True):
    """The result of a copy."""

    source: str
    target: str
    head: Head
    copied: int
    """Events that this call wrote."""


def copy_ledger(
    source: LedgerStore, target: LedgerStore, progress: Callable[[int], None] = lambda _: None
) -> CopyReport:
    """Copy the events that the target lacks, and read the whole target back.  `progress` gets the
    number of copied events.

    Raises `Refused` if the target is not a prefix of the source, and `LedgerError` if a chain is
    broken, a store fails, or somebody else writes to the target.
    """
    begun = _shared_beginning(source, target)
    head = begun
    while True:
        before = head
        for lines, made in _batches(_chain(source, head)):
            target.append(lines, head.digest)
            head = made
            progress(head.seq)
        if head == before:
            break  # the whole source is copied
    _check(target, head)
    return CopyReport(source.address, target.address, head, head.seq - begun.seq)


def _shared_beginning(source: LedgerStore, target: LedgerStore) -> Head:
    """Return the head of the target.  Raises `Refused` unless it is a prefix of the source."""
    head = EMPTY
    ours = _chain(source, EMPTY)
    first = next(ours)  # report a missing or broken source first
    try:
        for line in target.read():
            mine, head = first if head == EMPTY else next(ours, (b"", head))
            if line != mine:
                raise Refused(
                    f"{target.address} holds another ledger than {source.address}: they differ "
                    f"from event {head.seq} on, or it has more of them. Nothing was written. Copy "
                    "to a place where there is no ledger."
                )
    except LedgerMissing:
        return EMPTY
    return head


def _chain(store: LedgerStore, after: Head) -> Iterator[tuple[bytes, Head]]:
    """Yield each line with the head after it.  Raises `LedgerCorrupt`."""
    lines, checked = tee(store.read(after=after.seq))
    for line, found in zip(lines, decode(checked, after=after), strict=True):
        yield line, found.head


def _batches(lines: Iterator[tuple[bytes, Head]]) -> Iterator[tuple[list[bytes], Head]]:
    batch: list[bytes] = []
    size, head = 0, EMPTY
    for line, head in lines:
        batch.append(line)
        size += len(line)
        if len(batch) == LINES_PER_APPEND or size >= BYTES_PER_APPEND:
            yield batch, head
            batch, size = [], 0
    if batch:
        yield batch, head


def _check(target: LedgerStore, head: Head) -> None:
    report = verify(target)
    if report.head != head or report.broken is not None:
        found = report.broken.detail if report.broken else f"its head is {report.head.digest}"
        raise LedgerCorrupt(
            f"The copy at {target.address} is not what was copied: {found} The ledger that it was "
            "copied from is whole: go on with that one."
        )
