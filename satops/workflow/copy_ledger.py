"""Copy a ledger to another store: event for event, the same bytes, the same head.

A copy that was cut short is a prefix, and the next call goes on where it ended.  Whatever else the
target holds is somebody's ledger, and is never touched.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import tee

from satops.core.ledger.chain import EMPTY, Head, decode
from satops.errors import LedgerCorrupt, LedgerMissing, Refused
from satops.ports import LedgerStore
from satops.workflow.verify import verify

LINES_PER_APPEND = 1000
BYTES_PER_APPEND = 1024 * 1024
"""An append in which a store keeps everything at once, as an object or a commit, stays small."""


@dataclass(frozen=True, slots=True)
class CopyReport:
    """What is in both places now."""

    source: str
    target: str
    head: Head
    copied: int
    """Events that this call wrote; the others were there already."""


def copy_ledger(
    source: LedgerStore, target: LedgerStore, progress: Callable[[int], None] = lambda _: None
) -> CopyReport:
    """Copy what the target lacks, and read all of it back.  `progress` hears the events so far.

    Raises `Refused` when the target holds anything but the beginning of the source, and
    `LedgerError` when a chain is broken, a store fails, or somebody else writes to the target.
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
            break  # nothing was added to the source since it was read
    _check(target, head)
    return CopyReport(source.address, target.address, head, head.seq - begun.seq)


def _shared_beginning(source: LedgerStore, target: LedgerStore) -> Head:
    """Return where the target ends, once it is known to be the beginning of the source."""
    head = EMPTY
    ours = _chain(source, EMPTY)
    first = next(ours)  # a source that is missing or broken is told before anything else
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
    """Yield each line with the head that it makes; raises `LedgerCorrupt` where it makes none."""
    lines, checked = tee(store.read(after=after.seq))
    for line, (_, head) in zip(lines, decode(checked, after=after), strict=True):
        yield line, head


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
