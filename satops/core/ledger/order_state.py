"""What the ledger knows of one order name: the standing of each of its submissions."""

from collections.abc import Mapping
from enum import StrEnum
from functools import lru_cache
from typing import Any

from msgspec import Struct, convert, field
from msgspec.json import Decoder
from msgspec.structs import replace

from satops.core import json_text
from satops.core.json_text import Raw
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
)
from satops.core.order.order import Terms, terms_of
from satops.core.order.passes import PassChoice

Described = SubmissionIntended | OrderAdopted | OrderCarried
"""The events that hold the content of an order."""
Closing = SubmissionRejected | SubmissionNotSent | SubmissionLeftInDoubt | DoubtSettled
"""The events that can close an open submission."""
Placing = SubmissionPlaced | DoubtSettled | DoubtCorrected | OrderAdopted
"""The events that can give a submission its order number."""


class Standing(StrEnum):
    """What is known of an order, as `satops list` names it."""

    PLACED = "placed"
    IN_DOUBT = "in-doubt"
    BEING_PLACED = "being-placed"
    REJECTED = "rejected"
    NOT_SENT = "not-sent"
    NOT_PLACED = "not-placed"


PLACED, BEING_PLACED = Standing.PLACED, Standing.BEING_PLACED
"""For what runs for each event: before Python 3.12, `Standing.PLACED` is a call."""
OPEN = (Standing.BEING_PLACED, Standing.IN_DOUBT)
"""The order may exist at the marketplace, so satops never sends it again and counts it as spent."""
SPENT = (Standing.PLACED, *OPEN)
"""Every limit counts these orders."""


class OrderState(Struct, gc=False):
    """One order name.  The fields are those of its placed submission, or else of its last one.

    `others` holds the other submissions of the name, each with its own content.  A late receipt
    for one of them makes that submission, with its content, the one that counts.
    """

    name: str
    standing: Standing
    """Standing after the last event.  `standing_at` also turns BEING_PLACED into IN_DOUBT when
    `until` has passed."""
    intent: str = ""
    """Identity of the submission: SHA-256 of the line that intended, adopted or carried it."""
    order_digest: str | None = None
    attempt: int = 0
    """Number of this submission; 0 for an adoption."""
    attempts: int = 0
    """Number of the name's last attempt, which may be later than `attempt`."""
    run: str = ""
    """The run that intended this submission, or adopted the order."""
    intended_at: str = ""
    until: str = ""
    opened: str = ""
    """Digest of the line that last opened the submission: its intent, or the last
    `SubmissionProbed`.  `reconcile` counts looks from this line on."""
    opened_at: str = ""
    """Time of that line (UTC), by the same clock as `until`."""
    seq: int = 0
    """`seq` of the event that holds the canonical order."""
    order_no: str | None = None
    placed_at: str | None = None
    reason: str = ""
    """Text of the last outcome."""
    receipt_no: str | None = None
    """The order number in the marketplace's answer to this submission."""
    claimed_no: str | None = None
    """The order number in the answer, if another name already held it."""
    used: bool = False
    """Whether the marketplace answered that the simulation result is missing or used."""
    doubted: bool = False
    """Whether a `SubmissionLeftInDoubt` is recorded for this submission."""
    probed: bool = False
    """Whether a person ordered its simulation result again: then no refusal closes it."""
    bought_pass: PassChoice | None = None
    """The pass that the order buys; None for an order without a pass."""
    same_as: str | None = None
    """The other name that holds `order_no`; the order counts once, under that name."""
    settled_seq: int = 0
    """`seq` of the last event that settled this submission: only that event can be corrected."""
    settled_digest: str = ""
    adopted: bool = False
    status: int | None = None
    """The marketplace's status code, as last observed."""
    amount: float | None = None
    """The marketplace's final amount, as last observed."""
    amount_currency: str | None = None
    further_order_nos: tuple[str, ...] = ()
    """Numbers beyond `order_no`, if the marketplace holds the order more than once."""
    others: "tuple[OrderState, ...]" = ()
    """The other submissions of the name, oldest first; their own `others` are empty."""
    provider: str = ""
    version: str = ""
    """Version tag of the canonical order, which names its offer."""
    terms: Terms = field(default_factory=dict)
    """The fields of the canonical order that belong to its offer."""
    start: str = ""
    end: str = ""
    area_km2: float = 0.0
    outline_km2: float | None = None
    """Area in km² with the holes; None without any."""
    bounds: tuple[float, float, float, float] | None = None
    """West, south, east, north in degrees."""
    estimated_cost: float | None = None
    currency: str | None = None
    captures: int = 1
    labels: Mapping[str, str] | None = None
    source_json: bytes = b""
    """`source` of the event; as a dict it would take three times the memory."""
    series: str | None = None
    keys: tuple[tuple[str, str], ...] | None = None
    axes: tuple[Mapping[str, Any], ...] | None = None
    members: int | None = None
    """How many members the series had; None if not recorded."""
    verified: bool = True
    """False for an order carried from the unverified part of a broken ledger."""

    @property
    def billable_km2(self) -> float:
        """The area in km² that may be billed, as of a `Footprint`."""
        return self.area_km2 if self.outline_km2 is None else self.outline_km2

    def standing_at(self, now: str) -> Standing:
        """Return the standing at an instant (`YYYY-MM-DDThh:mm:ssZ`)."""
        if self.standing is BEING_PLACED and now >= self.until:
            return Standing.IN_DOUBT
        return self.standing

    @property
    def source(self) -> Mapping[str, Any]:
        """Where the spec stood, as `SubmissionIntended.source` says; empty where nobody knows."""
        return json_text.loads(self.source_json) if self.source_json else {}

    @property
    def order_nos(self) -> tuple[str, ...]:
        """Every order number that the name holds, `order_no` first."""
        return ((self.order_no,) if self.order_no else ()) + self.further_order_nos

    @property
    def held(self) -> int:
        """How many orders limits count: one for each number that no other name or attempt holds."""
        own = {each.order_no for each in self.others if each.standing is Standing.PLACED}
        further = sum(number not in own for number in self.further_order_nos)
        return (self.same_as is None) + further

    def drop(self, order_no: str | None) -> None:
        """Hold a number no more as a further one."""
        self.further_order_nos = tuple(no for no in self.further_order_nos if no != order_no)

    def rejections(self, order_digest: str | None) -> int:
        """Return how often the marketplace has rejected this order under this name."""
        return sum(
            each.standing is Standing.REJECTED and each.order_digest == order_digest
            for each in (self, *self.others)
        )

    def submission(self, intent: str | None, attempt: int) -> "OrderState | None":
        """Return the submission of an intent; a ledger of 0.1 has the attempt alone."""
        for each in (self, *self.others):
            if each.intent == intent if intent is not None else each.attempt == attempt:
                return each
        return None

    def describe(self, event: Described, seq: int) -> bytes | None:
        """Take the content of an event that intends, adopts or carries an order.

        Return its polygon as GeoJSON text; None if no content was recorded.
        """
        self.run = shared(event.run)
        self.seq = seq
        self.order_digest = event.order_digest
        self.source_json = b"" if event.source is None else bytes(event.source)
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
        if (extent := event.footprint) is not None:
            self.area_km2 = extent.area_km2
            self.outline_km2 = extent.outline_km2
            self.bounds = extent.west, extent.south, extent.east, extent.north
        if event.order is None:
            return None
        outline, rest = _without_outline(bytes(event.order))
        said = _said_in(rest)
        self.provider, self.version, self.terms = said.provider, said.version, said.terms
        self.start, self.end, self.bought_pass = said.start, said.end, said.bought_pass
        return outline

    def succeeded_by(self, later: "OrderState") -> "OrderState":
        """Put this submission among the `others` of a later one, and return the later one."""
        later.others = (*self.others, replace(self, others=(), further_order_nos=()))
        later.further_order_nos = self.order_nos
        later.attempts = max(self.attempts, later.attempt)
        return later

    def promoted(self, submission: "OrderState") -> "OrderState":
        """Make one of `others` the submission that counts, and return it."""
        rest = tuple(each for each in self.others if each is not submission)
        own = replace(self, others=(), further_order_nos=())
        submission.others = (*rest, own)
        submission.further_order_nos = tuple(
            no for no in self.order_nos if no != submission.order_no
        )
        submission.attempts = self.attempts
        return submission


class _Outline(Struct, gc=False):
    geometry: Raw


class _Said(Struct, frozen=True, gc=False):
    """A canonical order without its polygon; the orders of a team have few such contents."""

    provider: str
    version: str
    terms: Terms
    start: str
    end: str
    bought_pass: PassChoice | None


_OUTLINES = Decoder(_Outline)
_KEY = b'"geometry":'


def _without_outline(order: bytes) -> tuple[bytes, bytes]:
    """Return the polygon of a canonical order, and the order with null in its place.

    An order that is not canonical may come back whole.
    """
    outline = bytes(_OUTLINES.decode(order).geometry)
    before, key, after = order.partition(_KEY)
    if not after.startswith(outline) or _KEY in after:
        return outline, order
    return outline, before + key + b"null" + after[len(outline) :]


def may_be_bought(known: OrderState | None) -> bool:
    """Tell whether a name is not spent, so that its order may still be sent."""
    return known is None or known.standing not in SPENT


@lru_cache(maxsize=4096)
def _said_in(order: bytes) -> _Said:
    """Read a canonical order without its polygon; equal ones share one value."""
    fields = json_text.loads(order)
    return _Said(
        fields["provider"],
        fields.get("version", ""),
        terms_of(fields),
        convert(fields["startDate"], str),
        convert(fields["endDate"], str),
        PassChoice.read(fields),
    )


@lru_cache(maxsize=4096)
def shared(text: str) -> str:
    """Return one string object for equal texts, to save memory."""
    return text
