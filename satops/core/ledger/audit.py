"""The rules that the events of a whole chain must keep, such as "no outcome without an intent".

satops writes no ledger that breaks these rules: a ledger that does was edited by hand, or satops
has a bug.
"""

from collections.abc import Iterator
from typing import assert_never

from msgspec import Struct, field

from satops.core.json_text import Raw
from satops.core.ledger.chain import Envelope, Line
from satops.core.ledger.events import (
    DeliveryFetched,
    DoubtCorrected,
    DoubtSettled,
    ForeignNoted,
    LedgerClosed,
    LedgerRestored,
    LedgerStarted,
    MarketplaceMoved,
    NoticesSent,
    OrderAdopted,
    OrderCarried,
    PurchaseCompared,
    Refreshed,
    RunFinished,
    RunStarted,
    StatusObserved,
    SubmissionIntended,
    SubmissionLeftInDoubt,
    SubmissionNotSent,
    SubmissionPlaced,
    SubmissionProbed,
    SubmissionRejected,
    order_fields,
)
from satops.core.ledger.order_state import Closing
from satops.core.ledger.recorded import NotKnown, NotWhole, Recorded, recorded
from satops.core.order import order

_MALFORMED = (KeyError, TypeError, ValueError, AttributeError)


class _Known(Struct):
    """What the events so far say of one order name."""

    attempt: int = 0
    """Number of the last intent."""
    open: bool = False
    """Whether a submission is intended or in doubt."""
    open_attempt: int = 0
    """Attempt of the open submission.  A correction can reopen an earlier attempt, or an adoption,
    which is attempt 0."""
    placed: bool = False
    attempts: dict[str, int] = field(default_factory=dict)
    """Digest of each line that intended, adopted or carried the order, with its attempt."""


class Audit(Struct):
    """Reads events in ledger order; `take` yields the broken rules of each."""

    _names: dict[str, _Known] = field(default_factory=dict)
    _claimed: dict[str, str] = field(default_factory=dict)
    _settled: dict[str, str | None] = field(default_factory=dict)
    """Digest of each settling event to the order number that it gave."""
    _freed: dict[str, str] = field(default_factory=dict)
    """Order number to the name that a correction took it from."""
    _shared: dict[str, str] = field(default_factory=dict)
    """Name to the order number that it shares with another name."""
    _closed: bool = False

    def take(self, line: Line[Envelope]) -> Iterator[str]:
        """Yield a sentence for each rule that a line breaks."""
        if line.head.seq == 1 and line.kind != "LedgerStarted":
            yield "The first event is not LedgerStarted."
        if self._closed:
            yield "The ledger was closed before, and nothing may follow."
        try:
            yield from self._take(recorded(line))
        except NotKnown:
            yield f"The kind {str(line.kind)!r} is not known to this version of satops."
        except NotWhole as error:
            yield f"The {line.kind} is not whole: {error}."
        except _MALFORMED as error:
            yield f"The {line.kind} is not whole: {type(error).__name__} {error}."

    def _take(self, found: Recorded) -> Iterator[str]:  # noqa: C901 - one case for each kind
        match found.event:
            case SubmissionIntended() as event:
                yield from self._intend(event, found.digest)
            case SubmissionPlaced() as event:
                yield from self._without_intent(event)
                yield from self._claim(event.name, event.order_no)
            case StatusObserved() | DeliveryFetched() | PurchaseCompared() as event:
                yield from self._observe(event, found.kind)
            case SubmissionRejected() | SubmissionNotSent() as event:
                yield from self._close(event, still_open=False)
            case SubmissionLeftInDoubt() as event:
                yield from self._close(event, still_open=True)
            case DoubtSettled() as event:
                yield from self._settle(event, found.digest)
            case DoubtCorrected() as event:
                yield from self._correct(event, found)
            case SubmissionProbed() as event:
                yield from self._probe(event)
            case OrderAdopted() as event:
                yield from self._adopt(event, found.digest)
            case OrderCarried() as event:
                yield from self._carry(event, found.digest)
            case LedgerStarted():
                if found.seq != 1:
                    yield "A LedgerStarted stands in the middle: a ledger begins only once."
            case LedgerClosed():
                self._closed = True
            case RunStarted() | RunFinished() | Refreshed() | NoticesSent():
                pass  # no rule for these kinds
            case ForeignNoted() | MarketplaceMoved() | LedgerRestored():
                pass
            case never:
                assert_never(never)

    def _intend(self, event: SubmissionIntended, digest: str) -> Iterator[str]:
        name, attempt = event.name, event.attempt
        known = self._names.setdefault(name, _Known())
        if known.placed:
            yield f"{name!r} is intended again although it was placed."
        elif known.open:
            yield f"{name!r} has two open submissions: attempt {known.attempt} had no end."
        if attempt <= known.attempt:
            yield f"Attempt {attempt} of {name!r} follows attempt {known.attempt}."
        yield from _wrong_digest(name, event.order, event.order_digest)
        known.attempt, known.open, known.placed = attempt, True, False
        known.open_attempt = attempt
        known.attempts[digest] = attempt

    def _close(self, event: Closing, *, still_open: bool) -> Iterator[str]:
        yield from self._without_intent(event)
        known = self._names.get(event.name)
        if known is not None and known.open_attempt == event.attempt:
            known.open = still_open and not known.placed

    def _settle(self, event: DoubtSettled, digest: str) -> Iterator[str]:
        if not event.placed:
            yield from self._close(event, still_open=False)
            return
        self._settled[digest] = event.order_no
        yield from self._without_intent(event)
        yield from self._claim(event.name, event.order_no, event.same_as)

    def _correct(self, event: DoubtCorrected, found: Recorded) -> Iterator[str]:
        if event.corrects["seq"] >= found.seq:
            yield "A correction names an event that does not come before it."
        if event.placed:
            self._settled[found.digest] = event.order_no
            yield from self._claim(event.name, event.order_no)
            return
        known = self._names.setdefault(event.name, _Known())
        known.open, known.placed, known.open_attempt = True, False, event.attempt
        order_no = self._settled.get(event.corrects["digest"])
        if order_no is not None and self._claimed.get(order_no) == event.name:
            self._freed[order_no] = self._claimed.pop(order_no)

    def _probe(self, event: SubmissionProbed) -> Iterator[str]:
        yield from self._without_intent(event)
        known = self._names.get(event.name)
        if known is not None and not known.open:
            yield f"{event.name!r} is asked for again, and no submission of it is open."

    def _adopt(self, event: OrderAdopted, digest: str) -> Iterator[str]:
        if event.order is not None:
            yield from _wrong_digest(event.name, event.order, event.order_digest)
        yield from self._claim(event.name, event.order_no)
        self._settled[digest] = event.order_no
        self._names[event.name].attempts[digest] = 0

    def _carry(self, event: OrderCarried, digest: str) -> Iterator[str]:
        known = self._names.setdefault(event.name, _Known())
        if known.open or known.placed:
            yield f"{event.name!r} is carried from a broken ledger, and is known here already."
        known.attempt = known.open_attempt = event.attempt
        known.attempts[digest] = known.attempt
        known.open = event.standing == "in-doubt"
        for order_no in (event.order_no, *event.further_order_nos):
            if order_no is not None:
                yield from self._claim(event.name, order_no)

    def _observe(
        self, event: StatusObserved | DeliveryFetched | PurchaseCompared, kind: str
    ) -> Iterator[str]:
        order_no, name = event.order_no, event.name
        if name not in (self._claimed.get(order_no), self._freed.get(order_no)) and (
            self._shared.get(name) != order_no
        ):
            yield (
                f"{kind} of {order_no!r} is recorded for {name!r}, which does "
                "not hold that order number."
            )

    def _without_intent(
        self, event: Closing | SubmissionPlaced | SubmissionProbed
    ) -> Iterator[str]:
        name, attempt, intent = event.name, event.attempt, event.intent
        known = self._names.get(name)
        if known is None or (intent is None and not 1 <= attempt <= known.attempt):
            yield f"Attempt {attempt} of {name!r} has an outcome, and was never intended."
        elif intent is not None and known.attempts.get(intent) != attempt:
            yield f"An outcome of {name!r} names a submission that was never intended: {intent}."

    def _claim(self, name: str, order_no: str | None, same_as: str | None = None) -> Iterator[str]:
        if order_no is None:
            raise ValueError("it is placed, and has no order_no")
        holder = self._claimed.setdefault(order_no, same_as or name)
        if holder != (same_as or name):
            yield f"The order number {order_no!r} is claimed by {holder!r} and by {name!r}."
        if same_as is not None:
            self._shared[name] = order_no
        known = self._names.setdefault(name, _Known())
        known.open, known.placed = False, True


def _wrong_digest(name: str, content: Raw, digest: str | None) -> Iterator[str]:
    bought = order_fields(content)
    if not order.is_known_form(bought.get("version")):
        return
    found = order.order_from_fields(bought).digest
    if digest != found:
        yield f"The order of {name!r} has the digest {found}, and the event says {digest}."
