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
    placed: bool = False


@dataclass(slots=True)
class Audit:
    """Reads events in their order; `take` tells what is wrong with each."""

    _names: dict[str, _Known] = field(default_factory=dict)
    _claimed: dict[str, str] = field(default_factory=dict)

    def take(self, event: dict[str, Any]) -> Iterator[str]:
        """Yield a sentence for each rule that an event breaks."""
        kind = str(event.get("kind"))
        if event["seq"] == 1 and kind != "LedgerStarted":
            yield "The first event is not LedgerStarted."
        rule = _RULES.get(kind)
        if rule is None:
            yield f"The kind {kind!r} is not known to this version of satops."
            return
        try:
            yield from rule(self, event)
        except _MALFORMED as error:
            yield f"The {kind} is not whole: {type(error).__name__} {error}."

    def _begin(self, event: dict[str, Any]) -> Iterator[str]:
        if event["seq"] != 1:
            yield "A LedgerStarted stands in the middle: a ledger begins only once."

    def _no_rule(self, event: dict[str, Any]) -> Iterator[str]:
        """A run says who and when; no rule follows from it."""
        yield from ()

    def _intend(self, event: dict[str, Any]) -> Iterator[str]:
        name, attempt = event["name"], event["attempt"]
        known = self._names.setdefault(name, _Known())
        if known.placed:
            yield f"{name!r} is intended again although it was placed."
        elif known.open:
            yield f"{name!r} has two open submissions: attempt {known.attempt} had no end."
        if attempt <= known.attempt:
            yield f"Attempt {attempt} of {name!r} follows attempt {known.attempt}."
        yield from _wrong_digest(event)
        self._names[name] = _Known(attempt, open=True)

    def _place(self, event: dict[str, Any]) -> Iterator[str]:
        yield from self._without_intent(event)
        yield from self._claim(event)

    def _close(self, event: dict[str, Any]) -> Iterator[str]:
        yield from self._without_intent(event)
        known = self._names.get(event["name"])
        if known is not None and known.attempt == event["attempt"]:
            known.open = event["kind"] == "SubmissionLeftInDoubt" and not known.placed

    def _settle(self, event: dict[str, Any]) -> Iterator[str]:
        return self._place(event) if event["placed"] else self._close(event)

    def _adopt(self, event: dict[str, Any]) -> Iterator[str]:
        if event.get("order") is not None:
            yield from _wrong_digest(event)
        yield from self._claim(event)

    def _observe(self, event: dict[str, Any]) -> Iterator[str]:
        if self._claimed.get(event["order_no"]) != event["name"]:
            yield (
                f"A status of {event['order_no']!r} is recorded for {event['name']!r}, which does "
                "not hold that order number."
            )

    def _without_intent(self, event: dict[str, Any]) -> Iterator[str]:
        known = self._names.get(event["name"])
        if known is None or not 1 <= event["attempt"] <= known.attempt:
            yield (
                f"Attempt {event['attempt']} of {event['name']!r} has an outcome, and was never "
                "intended."
            )

    def _claim(self, event: dict[str, Any]) -> Iterator[str]:
        name, order_no = event["name"], event["order_no"]
        holder = self._claimed.setdefault(order_no, name)
        if holder != name:
            yield f"The order number {order_no!r} is claimed by {holder!r} and by {name!r}."
        known = self._names.setdefault(name, _Known())
        known.open, known.placed = False, True


def _wrong_digest(event: dict[str, Any]) -> Iterator[str]:
    bought = event["order"]
    if bought.get("version") != order.VERSION:
        return
    digest = order.order_from_fields(bought).digest
    if event["order_digest"] != digest:
        yield (
            f"The order of {event['name']!r} has the digest {digest}, and the event says "
            f"{event['order_digest']}."
        )


# ruff: noqa: SLF001 - the table of rules belongs to the class above it
_RULES: dict[str, Callable[[Audit, dict[str, Any]], Iterator[str]]] = {
    "LedgerStarted": Audit._begin,
    "RunStarted": Audit._no_rule,
    "SubmissionIntended": Audit._intend,
    "SubmissionPlaced": Audit._place,
    "SubmissionRejected": Audit._close,
    "SubmissionNotSent": Audit._close,
    "SubmissionLeftInDoubt": Audit._close,
    "DoubtSettled": Audit._settle,
    "OrderAdopted": Audit._adopt,
    "StatusObserved": Audit._observe,
    "RunFinished": Audit._no_rule,
}
