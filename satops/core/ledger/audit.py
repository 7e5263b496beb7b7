"""What the events of a ledger must mean beside being a chain.

satops writes no ledger that breaks these rules; one that does was written by hand or by a bug.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from satops.core.order import order

_MALFORMED = (KeyError, TypeError, ValueError, AttributeError)


@dataclass(slots=True)
class _Known:
    """What the events so far say of one order name."""

    attempt: int = 0
    """The last that was intended."""
    open: bool = False
    """Intended or in doubt."""
    open_attempt: int = 0
    """The one that is open: after a correction it may be an earlier one, or 0 for an adoption."""
    placed: bool = False
    attempts: dict[str, int] = field(default_factory=dict)
    """Identity of each submission that was intended, adopted or carried, with its attempt."""


@dataclass(slots=True)
class Audit:
    """Reads events in their order; `take` tells what is wrong with each."""

    _names: dict[str, _Known] = field(default_factory=dict)
    _claimed: dict[str, str] = field(default_factory=dict)
    _settled: dict[str, str] = field(default_factory=dict)
    """Digest of each event that a person or reconcile settled with, to the order number."""
    _freed: dict[str, str] = field(default_factory=dict)
    """Numbers that a correction has taken from a name."""
    _shared: dict[str, str] = field(default_factory=dict)
    """Name to the number that it shares with another name."""
    _closed: bool = False

    def take(self, event: dict[str, Any], digest: str) -> Iterator[str]:
        """Yield a sentence for each rule that an event, whose line has a digest, breaks."""
        kind = str(event.get("kind"))
        if event["seq"] == 1 and kind != "LedgerStarted":
            yield "The first event is not LedgerStarted."
        if self._closed:
            yield "The ledger was closed before, and nothing may follow."
        rule = _RULES.get(kind)
        if rule is None:
            yield f"The kind {kind!r} is not known to this version of satops."
            return
        try:
            yield from rule(self, event, digest)
        except _MALFORMED as error:
            yield f"The {kind} is not whole: {type(error).__name__} {error}."

    def _begin(self, event: dict[str, Any], _digest: str) -> Iterator[str]:
        if event["seq"] != 1:
            yield "A LedgerStarted stands in the middle: a ledger begins only once."

    def _no_rule(self, _event: dict[str, Any], _digest: str) -> Iterator[str]:
        """Such an event says who, when or what was seen; no rule follows from it."""
        yield from ()

    def _intend(self, event: dict[str, Any], digest: str) -> Iterator[str]:
        name, attempt = event["name"], event["attempt"]
        known = self._names.setdefault(name, _Known())
        if known.placed:
            yield f"{name!r} is intended again although it was placed."
        elif known.open:
            yield f"{name!r} has two open submissions: attempt {known.attempt} had no end."
        if attempt <= known.attempt:
            yield f"Attempt {attempt} of {name!r} follows attempt {known.attempt}."
        yield from _wrong_digest(event)
        known.attempt, known.open, known.placed = attempt, True, False
        known.open_attempt = attempt
        known.attempts[digest] = attempt

    def _place(self, event: dict[str, Any], _digest: str) -> Iterator[str]:
        yield from self._without_intent(event)
        yield from self._claim(event)

    def _close(self, event: dict[str, Any], _digest: str) -> Iterator[str]:
        yield from self._without_intent(event)
        known = self._names.get(event["name"])
        if known is not None and known.open_attempt == event["attempt"]:
            known.open = event["kind"] == "SubmissionLeftInDoubt" and not known.placed

    def _settle(self, event: dict[str, Any], digest: str) -> Iterator[str]:
        if event["placed"]:
            self._settled[digest] = event["order_no"]
            yield from self._place(event, digest)
        else:
            yield from self._close(event, digest)

    def _correct(self, event: dict[str, Any], digest: str) -> Iterator[str]:
        if event["corrects"]["seq"] >= event["seq"]:
            yield "A correction names an event that does not come before it."
        if event["placed"]:
            self._settled[digest] = event["order_no"]
            yield from self._claim(event)
            return
        known = self._names.setdefault(event["name"], _Known())
        known.open, known.placed, known.open_attempt = True, False, event["attempt"]
        order_no = self._settled.get(event["corrects"]["digest"], "")
        if self._claimed.get(order_no) == event["name"]:
            self._freed[order_no] = self._claimed.pop(order_no)

    def _probe(self, event: dict[str, Any], _digest: str) -> Iterator[str]:
        yield from self._without_intent(event)
        known = self._names.get(event["name"])
        if known is not None and not known.open:
            yield f"{event['name']!r} is asked for again, and no submission of it is open."

    def _adopt(self, event: dict[str, Any], digest: str) -> Iterator[str]:
        if event.get("order") is not None:
            yield from _wrong_digest(event)
        yield from self._claim(event)
        self._settled[digest] = event["order_no"]
        self._names[event["name"]].attempts[digest] = 0

    def _carry(self, event: dict[str, Any], digest: str) -> Iterator[str]:
        if event["name"] in self._names:
            yield f"{event['name']!r} is carried from a broken ledger, and is known here already."
        known = self._names.setdefault(event["name"], _Known())
        known.attempt = event.get("attempt", 0)
        known.attempts[digest] = known.attempt
        known.open = event["standing"] != "placed"
        known.open_attempt = known.attempt
        numbers = [event.get("order_no"), *event.get("further_order_nos", ())]
        for order_no in numbers:
            if order_no is not None:
                yield from self._claim({**event, "order_no": order_no})

    def _observe(self, event: dict[str, Any], _digest: str) -> Iterator[str]:
        order_no, name = event["order_no"], event["name"]
        if name not in (self._claimed.get(order_no), self._freed.get(order_no)) and (
            self._shared.get(name) != order_no
        ):
            yield (
                f"{event['kind']} of {order_no!r} is recorded for {name!r}, which does "
                "not hold that order number."
            )

    def _end(self, _event: dict[str, Any], _digest: str) -> Iterator[str]:
        self._closed = True
        yield from ()

    def _without_intent(self, event: dict[str, Any]) -> Iterator[str]:
        name, attempt, intent = event["name"], event["attempt"], event.get("intent")
        known = self._names.get(name)
        if known is None or (intent is None and not 1 <= attempt <= known.attempt):
            yield f"Attempt {attempt} of {name!r} has an outcome, and was never intended."
        elif intent is not None and known.attempts.get(intent) != attempt:
            yield f"An outcome of {name!r} names a submission that was never intended: {intent}."

    def _claim(self, event: dict[str, Any]) -> Iterator[str]:
        name, order_no, same_as = event["name"], event["order_no"], event.get("same_as")
        holder = self._claimed.setdefault(order_no, same_as or name)
        if holder != (same_as or name):
            yield f"The order number {order_no!r} is claimed by {holder!r} and by {name!r}."
        if same_as is not None:
            self._shared[name] = order_no
        known = self._names.setdefault(name, _Known())
        known.open, known.placed = False, True


def _wrong_digest(event: dict[str, Any]) -> Iterator[str]:
    bought = event["order"]
    if not order.is_known_form(bought.get("version")):
        return
    digest = order.order_from_fields(bought).digest
    if event["order_digest"] != digest:
        yield (
            f"The order of {event['name']!r} has the digest {digest}, and the event says "
            f"{event['order_digest']}."
        )


# ruff: noqa: SLF001 - the table of rules belongs to the class above it
_RULES: dict[str, Callable[[Audit, dict[str, Any], str], Iterator[str]]] = {
    "LedgerStarted": Audit._begin,
    "RunStarted": Audit._no_rule,
    "SubmissionIntended": Audit._intend,
    "SubmissionProbed": Audit._probe,
    "SubmissionPlaced": Audit._place,
    "SubmissionRejected": Audit._close,
    "SubmissionNotSent": Audit._close,
    "SubmissionLeftInDoubt": Audit._close,
    "DoubtSettled": Audit._settle,
    "DoubtCorrected": Audit._correct,
    "OrderAdopted": Audit._adopt,
    "OrderCarried": Audit._carry,
    "ForeignNoted": Audit._no_rule,
    "PurchaseCompared": Audit._observe,
    "StatusObserved": Audit._observe,
    "Refreshed": Audit._no_rule,
    "DeliveryFetched": Audit._observe,
    "NoticesSent": Audit._no_rule,
    "MarketplaceMoved": Audit._no_rule,
    "LedgerClosed": Audit._end,
    "LedgerRestored": Audit._no_rule,
    "RunFinished": Audit._no_rule,
}
