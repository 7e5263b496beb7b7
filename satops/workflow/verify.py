"""Verify the chain of a ledger, and the rules of its events.

`--deliveries` hashes the products at a target, and compares them with the ledger.
"""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Final, Literal, Protocol, runtime_checkable

from msgspec import Struct

from satops.core.ledger.audit import Audit
from satops.core.ledger.chain import EMPTY, GENESIS, Fields, Head, decode
from satops.core.ledger.fetched import Fetched
from satops.core.ledger.state import LedgerState
from satops.errors import LedgerCorrupt
from satops.ports import LedgerStore
from satops.workflow.download import key_of
from satops.workflow.targets import Target

LineCheck = Callable[[Fields], Iterable[str]]
"""Yields a sentence for each schema error of a line."""


class LedgerProblem(Struct, frozen=True):
    """One fault of a ledger."""

    line: int | None
    """Line number from 1; None for a fault of the whole ledger."""
    detail: str


class VerifyReport(Struct, frozen=True):
    """The result of `satops verify`."""

    address: str
    events: int
    """Number of events in the unbroken chain from the first line."""
    head: Head
    """Head of that chain."""
    broken: LedgerProblem | None
    """The first line that breaks the chain; later lines are not checked."""
    problems: tuple[LedgerProblem, ...]
    """Broken rules of events in the chain, and an absent anchor."""
    anchored_at: int | None
    """`seq` of the event whose digest is the anchor; None if absent."""
    unterminated_bytes: int
    """Bytes of an incomplete last line, which was never acknowledged; the next append replaces
    it."""

    @property
    def sound(self) -> bool:
        """Whether there is no fault.  An incomplete last line is none."""
        return self.broken is None and not self.problems


@runtime_checkable
class _MayBeTorn(Protocol):
    """A store whose last line can be incomplete after a kill."""

    def unterminated_bytes(self) -> int: ...


def verify(
    store: LedgerStore, *, anchor: str | None = None, check: LineCheck | None = None
) -> VerifyReport:
    """Read the whole ledger and check its chain and its events.

    `anchor` is a head noted elsewhere, in a plan or a commit: a chain without it has lost events or
    was rewritten.  `check` validates each line against a schema.  Raises `LedgerMissing` and
    `StoreUnreachable`; a broken chain is reported in the result.
    """
    audit = Audit()
    problems: list[LedgerProblem] = []
    head, broken = EMPTY, None
    anchored_at = 0 if anchor == GENESIS else None
    try:
        for line in decode(store.read()):
            head = line.head
            sentences = audit.take(line)
            problems += (LedgerProblem(head.seq, detail) for detail in sentences)
            if check is not None:
                problems += (LedgerProblem(head.seq, detail) for detail in check(line.fields))
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


READ_AT_ONCE: Final = 4

Verdict = Literal["right", "missing", "damaged", "unread"]


class DeliveryCheck(Struct, frozen=True):
    """One product of the ledger, and its verdict at the target."""

    name: str
    key: str
    verdict: Verdict
    detail: str = ""


class DeliveriesReport(Struct, frozen=True):
    """The verdicts for all products of the ledger."""

    target: str
    checks: tuple[DeliveryCheck, ...]

    @property
    def wrong(self) -> tuple[DeliveryCheck, ...]:
        """Products with other bytes, or that cannot be read."""
        return tuple(it for it in self.checks if it.verdict in ("damaged", "unread"))

    @property
    def missing(self) -> int:
        """Number of products that the target lacks."""
        return sum(it.verdict == "missing" for it in self.checks)


def verify_deliveries(state: LedgerState, target: Target) -> DeliveriesReport:
    """Read and hash every product at the target."""
    with ThreadPoolExecutor(READ_AT_ONCE, "satops-verify") as pool:
        checks = pool.map(lambda it: _check(it, target), _fetched(state))
        return DeliveriesReport(target.address, tuple(checks))


def _fetched(state: LedgerState) -> Iterator[Fetched]:
    for number in sorted(state.deliveries):
        yield from state.deliveries[number]


def _check(fetched: Fetched, target: Target) -> DeliveryCheck:
    key = key_of(fetched)
    try:
        size = target.size(key)
        if size is None:
            return DeliveryCheck(fetched.name, key, "missing")
        if size != fetched.size:
            detail = f"It has {size:,} bytes, and {fetched.size:,} were fetched."
            return DeliveryCheck(fetched.name, key, "damaged", detail)
        if target.digest(key) != fetched.sha256:
            return DeliveryCheck(fetched.name, key, "damaged", "Its bytes are other ones.")
    except OSError as error:
        return DeliveryCheck(fetched.name, key, "unread", f"{error.strerror or error}.")
    return DeliveryCheck(fetched.name, key, "right")
