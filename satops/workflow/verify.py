"""Verify that a ledger is whole, in order, and makes sense."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from satops.core.ledger.audit import Audit
from satops.core.ledger.chain import EMPTY, GENESIS, Head, decode
from satops.core.ledger.formats import Fields
from satops.errors import LedgerCorrupt
from satops.ports import LedgerStore

LineCheck = Callable[[Fields], Iterable[str]]
"""Yields a sentence for each way in which a line breaks the schema."""


@dataclass(frozen=True, slots=True)
class LedgerProblem:
    """One thing that is wrong with a ledger."""

    line: int | None
    """From 1; None when it is about the ledger as a whole."""
    detail: str


@dataclass(frozen=True, slots=True)
class VerifyReport:
    """What `satops verify` found."""

    address: str
    events: int
    """The events of the unbroken chain from the first line on."""
    head: Head
    """Where that chain ends."""
    broken: LedgerProblem | None
    """The first line that does not follow; nothing after it was looked at."""
    problems: tuple[LedgerProblem, ...]
    """What is in the chain and makes no sense, and an anchor that is not in it."""
    anchored_at: int | None
    """The number of the event whose digest is the head that was given to look for."""
    unterminated_bytes: int
    """Of a last line that was never acknowledged; the next append replaces it."""

    @property
    def sound(self) -> bool:
        """Whether nothing is wrong; an unterminated last line is not."""
        return self.broken is None and not self.problems


@runtime_checkable
class _MayBeTorn(Protocol):
    """A store in which a write can be cut in the middle of a line."""

    def unterminated_bytes(self) -> int: ...


def verify(
    store: LedgerStore, *, anchor: str | None = None, check: LineCheck | None = None
) -> VerifyReport:
    """Read the whole ledger and hold it against its format and its meaning.

    `anchor` is a head that was noted elsewhere, in a plan or a commit: a chain that does not hold
    it has lost events or was written anew.  `check` holds each line against a schema as well.
    Raises `LedgerMissing` and `StoreUnreachable`; a broken chain is in the report.
    """
    audit = Audit()
    problems: list[LedgerProblem] = []
    head, broken = EMPTY, None
    anchored_at = 0 if anchor == GENESIS else None
    try:
        for fields, head in decode(store.read()):
            sentences = audit.take(fields, head)
            problems += (LedgerProblem(head.seq, detail) for detail in sentences)
            if check is not None:
                problems += (LedgerProblem(head.seq, detail) for detail in check(fields))
            if head.digest == anchor:
                anchored_at = head.seq
    except LedgerCorrupt as error:
        broken = LedgerProblem(head.seq + 1, str(error))
    if anchor is not None and anchored_at is None:
        problems.append(LedgerProblem(None, _not_anchored(anchor, head)))
    return VerifyReport(
        address=store.address,
        events=head.seq,
        head=head,
        broken=broken,
        problems=tuple(problems),
        anchored_at=anchored_at,
        unterminated_bytes=store.unterminated_bytes() if isinstance(store, _MayBeTorn) else 0,
    )


def _not_anchored(anchor: str, head: Head) -> str:
    return (
        f"No event of the {head.seq} that were read has the SHA-256 {anchor}. A ledger that "
        "once ended there has lost its last events, or was written anew. Do not apply; get the "
        "whole ledger back from a copy."
    )
