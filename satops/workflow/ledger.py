"""Record a person's statements about a ledger: an older one is accepted, it moved, its marketplace
moved.

A copy to another store is byte for byte the same.  An interrupted copy is a prefix of the source,
and the next call continues it.  A target that holds anything else is another ledger and is not
touched.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import tee

from msgspec import Struct

from satops.core.ledger.chain import EMPTY, Head, decode
from satops.core.ledger.events import Event, LedgerClosed, LedgerRestored, MarketplaceMoved
from satops.core.ledger.state import OPEN, LedgerState
from satops.core.order.marketplace_order import MarketplaceOrder
from satops.core.plan.config import SANDBOX, Config
from satops.core.spec.spec import Spec
from satops.errors import ExitCode, LedgerCorrupt, LedgerMissing, Refused, UsageError
from satops.ports import HeadMark, LedgerStore, Marketplace
from satops.workflow.account import AccountLook, fits, foreign_orders
from satops.workflow.ledger_session import LedgerSession, decide_and_append
from satops.workflow.resolve import need_reason
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


class Accepted(Struct, frozen=True):
    """The result of accepting an older ledger."""

    lost: Head
    """Head after the last event that this machine had appended."""
    head: Head
    """Head of the older ledger."""
    foreign: tuple[MarketplaceOrder, ...]
    """Orders of the account that no name holds."""
    fits: tuple[tuple[str, tuple[str, ...]], ...]
    """Number of each foreign order that matches specs of the tree, with their names."""


def accept_older(
    *,
    session: LedgerSession,
    mark: HeadMark,
    expected: Head | None,
    look: AccountLook,
    specs: Iterable[Spec],
    config: Config,
    by: str,
    because: str,
) -> Accepted:
    """Accept a ledger that lacks events which this machine had appended.

    Verifies the chain, then appends `LedgerRestored`.  After that nothing is bought before a wait
    and a full look at the account, and specs that the account may hold stay held.  Raises `Refused`
    if nothing is missing, the chain is broken or the account cannot be read.
    """
    need_reason(because)
    lost = _missing(session, mark, expected)
    report = verify(session.store)
    if report.broken is not None:
        raise Refused(
            f"The chain of {session.store.address} is broken: {report.broken.detail} A ledger that "
            "is broken and has no copy goes on by:\n    satops ledger start --continues FILE "
            "--because TEXT"
        )
    if config.marketplace.query and not look.full:
        raise Refused(
            f"The account cannot be seen, and only it shows what the ledger has lost: "
            f"{look.why_not}. Nothing was recorded.",
            exit_code=ExitCode.MARKETPLACE,
        )
    foreign = foreign_orders(look, session.state)
    found = tuple(fits(specs, foreign, config).items())
    before = session.state.head
    restored = LedgerRestored(
        lost={"seq": lost.seq, "head": lost.digest},
        by=by,
        because=because,
        foreign=tuple(order.order_no for order in foreign),
    )
    decide_and_append(session, lambda state: [] if lost in state.restored else [restored])
    mark.note(session.state.head, accepted=True)
    return Accepted(lost, before, foreign, found)


def move_marketplace(
    *,
    session: LedgerSession,
    to: str,
    configured: str,
    marketplace: Marketplace | None,
    by: str,
    because: str,
) -> MarketplaceMoved:
    """Record the marketplace's new address.

    `marketplace` is the client for the new address; None skips the check that it shows our orders.
    Raises `Refused` while a submission is open, for a move between the sandbox and a marketplace,
    and if the new address does not show the newest orders.
    """
    need_reason(because)
    state = session.state
    if to != configured:
        raise UsageError(
            f"marketplace.url in satops.yaml leads to {configured}, not to {to}. Change it first, "
            "so that both say the same."
        )
    if state.marketplace and SANDBOX in (state.marketplace, to):
        raise Refused(
            f"This ledger is of {state.marketplace}. Orders of the sandbox are not bought at a "
            "marketplace, nor the reverse. Begin a ledger for it:\n    satops ledger start"
        )
    if state.marketplace == to:
        raise Refused(f"This ledger is of {to} already.")
    if marketplace is not None:
        _require_shown(state, [order.order_no for order in marketplace.orders()])
    moved = MarketplaceMoved(to, by, because)

    def decide(state: LedgerState) -> list[Event]:
        names = [known.name for known in state.orders.values() if known.standing in OPEN]
        if names and state.marketplace:
            raise Refused(
                f"{names[0]} may have been bought at {state.marketplace or 'the old address'}, and "
                "that it is not at the new one would prove nothing. Settle it first:\n"
                "    satops reconcile"
            )
        return [moved]

    decide_and_append(session, decide)
    return moved


def move_ledger(
    session: LedgerSession, target: LedgerStore, *, to: str, by: str, because: str | None
) -> CopyReport:
    """Copy a ledger, verify the copy, and append `LedgerClosed` to the source.

    Raises `Refused` if the source changes meanwhile or a submission is open.
    """
    session.read()
    if any(known.standing in OPEN for known in session.state.orders.values()):
        raise Refused(
            "An order is in doubt or being placed. Its outcome belongs into one ledger: settle it "
            "first.\n    satops reconcile"
        )
    report = copy_ledger(session.store, target)
    session.read()
    if report.head != session.state.head:
        raise Refused(
            f"{session.store.address} has grown while it was copied. Nothing was closed. Move it "
            "again:\n    satops ledger move"
        )
    expected = session.state.head

    def decide(state: LedgerState) -> list[Event]:
        if state.head != expected:
            raise Refused("The ledger has grown since it was copied. Move it again.")
        return [LedgerClosed(to, by, because)]

    mark, session.mark = session.mark, None  # the copy lacks the closing event
    decide_and_append(session, decide)
    if mark is not None:
        mark.note(report.head, accepted=True)
    return report


def _missing(session: LedgerSession, mark: HeadMark, expected: Head | None) -> Head:
    for head in (expected, mark.noted()):
        if head is None or head in session.state.restored:
            continue
        if head.seq > session.state.head.seq or _digest_at(session, head.seq) != head.digest:
            return head
    raise Refused(
        "The ledger holds all that this machine appended to it, so there is nothing to accept. "
        "Nothing was recorded."
    )


def _digest_at(session: LedgerSession, seq: int) -> str:
    from satops.core.ledger.chain import line_digest

    return line_digest(next(iter(session.store.read(after=seq - 1)), b""))


def _require_shown(state: LedgerState, numbers: Sequence[str]) -> None:
    placed = [k for k in state.orders.values() if k.order_no and not k.adopted]
    placed.sort(key=lambda known: (known.placed_at or "", known.seq), reverse=True)
    missing = [known.order_no for known in placed[:3] if known.order_no not in numbers]
    if missing:
        raise Refused(
            f"The new address does not show {missing[0]}, which this ledger holds as placed. It "
            "may be another marketplace, or another account. Nothing was recorded. Where you know "
            "better, add --unchecked."
        )
