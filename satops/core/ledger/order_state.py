"""What the ledger knows of one order name: its submissions, and where each of them stands."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import lru_cache
from typing import Any

from satops.core.ledger.events import (
    DoubtCorrected,
    DoubtSettled,
    OrderAdopted,
    OrderCarried,
    SubmissionIntended,
    SubmissionLeftInDoubt,
    SubmissionNotSent,
    SubmissionPlaced,
    SubmissionRejected,
    order_fields,
)
from satops.core.order.order import Terms, terms_of
from satops.core.order.passes import PassChoice

Described = SubmissionIntended | OrderAdopted | OrderCarried
"""The events that hold what an order is."""
Closing = SubmissionRejected | SubmissionNotSent | SubmissionLeftInDoubt | DoubtSettled
"""What may say that an open submission is over."""
Placing = SubmissionPlaced | DoubtSettled | DoubtCorrected | OrderAdopted
"""What may give a number to a submission."""


class Standing(StrEnum):
    """What is known of an order, as `satops list` names it."""

    PLACED = "placed"
    IN_DOUBT = "in-doubt"
    BEING_PLACED = "being-placed"
    REJECTED = "rejected"
    NOT_SENT = "not-sent"
    NOT_PLACED = "not-placed"


OPEN = frozenset({Standing.IN_DOUBT, Standing.BEING_PLACED})
"""A submission that may exist: it is never sent again, and it counts as spent."""
SPENT = OPEN | {Standing.PLACED}
"""What every limit counts."""


@dataclass(slots=True)
class OrderState:
    """One order name, as its submission that counts says: the placed one, else the last.

    The other submissions of the name are in `others`, each with its own content: a late receipt
    of one of them places the name under *that* content.
    """

    name: str
    standing: Standing
    """As the events say; `standing_at` tells whether BEING_PLACED has become IN_DOUBT."""
    intent: str = ""
    """The identity of the submission: SHA-256 of the line that intended, adopted or carried it."""
    order_digest: str | None = None
    attempt: int = 0
    """Of this submission; 0 for an adoption."""
    attempts: int = 0
    """The last attempt of the name: `attempt` of a placed one may be an earlier one."""
    run: str = ""
    """The run that intended this submission, or adopted the order."""
    intended_at: str = ""
    until: str = ""
    opened: str = ""
    """Digest of the line since which this submission may be under way: its own, or that of the
    last `SubmissionProbed`.  Looks are counted from there."""
    opened_at: str = ""
    """When that was, by the clock that wrote `until`."""
    seq: int = 0
    """Of the event that holds the canonical order."""
    order_no: str | None = None
    placed_at: str | None = None
    reason: str = ""
    """What the last outcome said."""
    receipt_no: str | None = None
    """The number that the marketplace itself answered with, for this submission."""
    claimed_no: str | None = None
    """A number that the marketplace answered with, and that another name holds."""
    used: bool = False
    """The marketplace said that the simulation result is not there, or is used."""
    doubted: bool = False
    """Whoever sent it has recorded that the answer proves nothing."""
    probed: bool = False
    """A person asked for its result once more: from then on no refusal closes it."""
    bought_pass: PassChoice | None = None
    """The pass that it buys, where it buys one."""
    same_as: str | None = None
    """The name that shares `order_no`; such an order counts once, under that name."""
    settled_seq: int = 0
    """Of the last event that settled this submission, which alone can be corrected."""
    settled_digest: str = ""
    adopted: bool = False
    status: int | None = None
    """The marketplace's, as last observed."""
    amount: float | None = None
    """The marketplace's final amount, as last observed."""
    amount_currency: str | None = None
    further_order_nos: tuple[str, ...] = ()
    """Numbers beyond the first: the marketplace holds this order more than once."""
    others: "tuple[OrderState, ...]" = ()
    """The other submissions of the name, oldest first, without others of their own."""
    provider: str = ""
    version: str = ""
    """Of the canonical order: whose kind of order it is."""
    terms: Terms = field(default_factory=dict)
    """The fields of the canonical order that are its offer's own."""
    start: str = ""
    end: str = ""
    area_km2: float = 0.0
    bounds: tuple[float, float, float, float] | None = None
    """West, south, east, north in degrees."""
    estimated_cost: float | None = None
    currency: str | None = None
    captures: int = 1
    labels: Mapping[str, str] | None = None
    source: Mapping[str, Any] | None = None
    series: str | None = None
    keys: tuple[tuple[str, str], ...] | None = None
    axes: tuple[Mapping[str, Any], ...] | None = None
    members: int | None = None
    """How many orders the document stood for; None where that is not known."""
    verified: bool = True
    """False for what was carried from a part of a broken ledger that could not be checked."""

    def standing_at(self, now: str) -> Standing:
        """Return the standing at an instant (`YYYY-MM-DDThh:mm:ssZ`)."""
        if self.standing is Standing.BEING_PLACED and now >= self.until:
            return Standing.IN_DOUBT
        return self.standing

    @property
    def order_nos(self) -> tuple[str, ...]:
        """Every number that the name holds, its own first."""
        return ((self.order_no,) if self.order_no else ()) + self.further_order_nos

    @property
    def held(self) -> int:
        """How often the order counts: once for each number that no other name or attempt holds."""
        own = {each.order_no for each in self.others if each.standing is Standing.PLACED}
        further = sum(number not in own for number in self.further_order_nos)
        return (self.same_as is None) + further

    def submission(self, intent: str | None, attempt: int) -> "OrderState | None":
        """Return the submission of an identity; a ledger of 0.1 names the attempt alone."""
        for each in (self, *self.others):
            if each.intent == intent if intent is not None else each.attempt == attempt:
                return each
        return None

    def describe(self, event: Described, *, run: str, seq: int) -> None:
        """Take the content of an event that intends, adopts or carries an order."""
        self.run = shared(run)
        self.seq = seq
        self.order_digest = event.order_digest
        self.source = event.source
        self.labels = event.labels
        self.estimated_cost = event.estimated_cost
        if event.currency is not None:
            self.currency = shared(event.currency)
        self.captures = 1 if event.captures is None else event.captures
        if event.series is not None:
            self.series = shared(event.series)
            self.keys = event.keys or ()
            self.axes = event.axes or ()
            self.members = event.members
        if event.order is not None:
            bought = order_fields(event.order)
            self.provider = shared(bought["provider"])
            self.version, self.terms = shared(bought.get("version", "")), shared_terms(bought)
            self.start, self.end = shared(bought["startDate"]), shared(bought["endDate"])
            self.bought_pass = PassChoice.read(bought)
        if (footprint := event.footprint) is not None:
            self.area_km2 = footprint["area_km2"]
            self.bounds = (
                footprint["west"], footprint["south"], footprint["east"], footprint["north"],
            )  # fmt: skip

    def succeeded_by(self, later: "OrderState") -> "OrderState":
        """Return a later submission of the name, which remembers this one."""
        later.others = (*self.others, replace(self, others=(), further_order_nos=()))
        later.further_order_nos = self.order_nos
        later.attempts = max(self.attempts, later.attempt)
        return later

    def promoted(self, submission: "OrderState") -> "OrderState":
        """Return one of `others` as the submission that counts for the name."""
        rest = tuple(each for each in self.others if each is not submission)
        own = replace(self, others=(), further_order_nos=())
        submission.others = (*rest, own)
        submission.further_order_nos = tuple(
            no for no in self.order_nos if no != submission.order_no
        )
        submission.attempts = self.attempts
        return submission


def may_be_bought(known: OrderState | None) -> bool:
    """Tell whether a name is not spent yet, so that its order may still be sent."""
    return known is None or known.standing not in SPENT


def shared_terms(fields: Mapping[str, Any]) -> Terms:
    """Return the terms of a canonical order, one value for all orders that have the same."""
    terms = terms_of(fields)
    try:
        return _terms(tuple(terms.items()))
    except TypeError:  # a term that is a mapping, as a pass: no other order has the same
        return terms


@lru_cache(maxsize=4096)
def _terms(items: tuple[tuple[str, Any], ...]) -> Terms:
    return dict(items)


@lru_cache(maxsize=4096)
def shared(text: str) -> str:
    """Return one string for all orders of a run, a second or a window, to save memory."""
    return text
