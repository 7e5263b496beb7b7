"""The state of every order: a fold over the ledger's events, never stored beside it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache
from typing import Any

from satops.core.ledger.chain import EMPTY, Head, decode
from satops.errors import LedgerCorrupt


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
    """What the ledger knows of one order name."""

    name: str
    standing: Standing
    """As the events say; `standing_at` tells whether BEING_PLACED has become IN_DOUBT."""
    order_digest: str | None = None
    attempt: int = 0
    run: str = ""
    """The run that intended the last attempt, or adopted the order."""
    intended_at: str = ""
    until: str = ""
    seq: int = 0
    """Of the event that holds the canonical order: SubmissionIntended or OrderAdopted."""
    order_no: str | None = None
    placed_at: str | None = None
    reason: str = ""
    """What the last outcome said."""
    status: int | None = None
    """The marketplace's, as last observed."""
    further_order_nos: tuple[str, ...] = ()
    """Numbers beyond the first: the marketplace holds this order more than once."""
    provider: str = ""
    resolution_type: int | None = None
    start: str = ""
    end: str = ""
    area_km2: float = 0.0
    bounds: tuple[float, float, float, float] | None = None
    """West, south, east, north in degrees."""
    estimated_cost: float | None = None
    labels: dict[str, str] | None = None
    source: dict[str, Any] | None = None

    def standing_at(self, now: str) -> Standing:
        """Return the standing at an instant (`YYYY-MM-DDThh:mm:ssZ`)."""
        if self.standing is Standing.BEING_PLACED and now >= self.until:
            return Standing.IN_DOUBT
        return self.standing


def may_be_bought(known: OrderState | None) -> bool:
    """Tell whether a name is not spent yet, so that its order may still be sent."""
    return known is None or known.standing not in SPENT


@dataclass(slots=True)
class LedgerState:
    """The fold of a ledger up to `head`."""

    head: Head = EMPTY
    ledger: str = ""
    """The ledger's id."""
    orders: dict[str, OrderState] = field(default_factory=dict)
    claimed: dict[str, str] = field(default_factory=dict)
    """Order number to the order name that holds it."""
    holders: dict[str, str] = field(default_factory=dict)
    """Digest of an order that counts as spent to the order name that holds it."""
    plans_used: set[str] = field(default_factory=set)
    """Digests of the plans that some run has applied: a plan is single-use."""

    def fold(self, lines: Iterable[bytes]) -> None:
        """Fold further lines of the chain; raises `LedgerCorrupt` at the first bad one.

        The state then stands where the last good line left it.
        """
        for event, head in decode(lines, after=self.head):
            self.take(event)
            self.head = head

    def take(self, event: dict[str, Any]) -> None:
        """Fold one event, without a look at the chain; raises `LedgerCorrupt`.

        The events of one order alone make the same `OrderState` as the whole ledger does.
        """
        try:
            self._take(event)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise LedgerCorrupt(
                f"Line {event['seq']} of the ledger is not a whole {event.get('kind')}: "
                f"{type(error).__name__} {error}."
            ) from error

    def _take(self, event: dict[str, Any]) -> None:
        kind = event["kind"]
        if kind not in _FOLDS:
            raise ValueError(f"the kind {kind!r} is not known to this version of satops")
        _FOLDS[kind](self, event)

    def _start(self, event: dict[str, Any]) -> None:
        self.ledger = event["ledger"]

    def _start_run(self, event: dict[str, Any]) -> None:
        if "plan_digest" in event:
            self.plans_used.add(event["plan_digest"])

    def _intend(self, event: dict[str, Any]) -> None:
        name = event["name"]
        known = self.orders.get(name)
        if known is not None and known.standing in SPENT:
            raise ValueError(f"{name!r} is intended again while it is {known.standing}")
        order = OrderState(name, Standing.BEING_PLACED, attempt=event["attempt"])
        order.until = _shared(event["until"])
        order.intended_at = _shared(event["time"])
        self._hold(order, event)

    def _adopt(self, event: dict[str, Any]) -> None:
        name, order_no = event["name"], event["order_no"]
        known = self.orders.get(name)
        order = OrderState(name, Standing.PLACED, attempt=known.attempt if known else 0)
        order.intended_at = event["time"]
        if known is not None:
            held = (known.order_no, *known.further_order_nos)
            order.further_order_nos = tuple(no for no in held if no not in (None, order_no))
        self._hold(order, event)
        self._place(event)

    def _hold(self, order: OrderState, event: dict[str, Any]) -> None:
        _describe(order, event)
        self.orders[order.name] = order
        if order.order_digest is not None:
            self.holders[order.order_digest] = order.name

    def _place(self, event: dict[str, Any]) -> None:
        order, order_no = self.orders[event["name"]], event["order_no"]
        self.claimed[order_no] = order.name
        if order_no in (order.order_no, *order.further_order_nos):
            return
        late = event.get("attempt", order.attempt) < order.attempt and order.standing in OPEN
        if order.order_no is not None or late:
            # A late receipt of an earlier attempt does not close the attempt that is open now.
            order.further_order_nos += (order_no,)
            return
        order.standing = Standing.PLACED
        order.order_no = order_no
        order.placed_at = _shared(event["time"])
        order.reason = event.get("because", "")
        if order.order_digest is not None:
            self.holders[order.order_digest] = order.name

    def _settle(self, event: dict[str, Any]) -> None:
        if event["placed"]:
            self._place(event)
        else:
            self._close(event, Standing.NOT_PLACED, event["because"])

    def _reject(self, event: dict[str, Any]) -> None:
        self._close(event, Standing.REJECTED, event["message"])

    def _not_send(self, event: dict[str, Any]) -> None:
        self._close(event, Standing.NOT_SENT, event["reason"])

    def _doubt(self, event: dict[str, Any]) -> None:
        self._close(event, Standing.IN_DOUBT, event["reason"])

    def _close(self, event: dict[str, Any], standing: Standing, reason: str) -> None:
        order = self.orders[event["name"]]
        # A late word about an attempt that is over changes nothing: only a receipt is a fact
        # that outranks what was settled.
        if order.attempt != event["attempt"] or order.standing not in OPEN:
            return
        if order.further_order_nos and standing not in SPENT:
            # This attempt bought nothing, but an earlier one did after all.
            order.order_no, *further = order.further_order_nos
            order.further_order_nos = tuple(further)
            order.placed_at = event["time"]
            standing, reason = Standing.PLACED, ""
        order.standing = standing
        order.reason = reason
        digest = order.order_digest
        if standing not in SPENT and digest is not None and self.holders.get(digest) == order.name:
            del self.holders[digest]

    def _observe(self, event: dict[str, Any]) -> None:
        self.orders[event["name"]].status = event["status"]

    def _finish_run(self, event: dict[str, Any]) -> None:
        """Counts are for people; the events before it say all that the fold needs."""


@lru_cache(maxsize=4096)
def _shared(text: str) -> str:
    """Return one string for all orders of a run, a second or a window, to save memory."""
    return text


def _describe(order: OrderState, event: dict[str, Any]) -> None:
    order.run = _shared(event["run"])
    order.seq = event["seq"]
    order.order_digest = event.get("order_digest")
    order.source = event.get("source")
    order.labels = event.get("labels")
    order.estimated_cost = event.get("estimated_cost")
    bought = event.get("order")
    if bought is not None:
        order.provider = _shared(bought["provider"])
        order.resolution_type = bought.get("resolutionType")
        order.start, order.end = _shared(bought["startDate"]), _shared(bought["endDate"])
    footprint = event.get("footprint")
    if footprint is not None:
        order.area_km2 = footprint["area_km2"]
        order.bounds = (
            footprint["west"], footprint["south"], footprint["east"], footprint["north"],
        )  # fmt: skip


# ruff: noqa: SLF001 - the table of folds belongs to the class above it
_FOLDS: dict[str, Callable[[LedgerState, dict[str, Any]], None]] = {
    "LedgerStarted": LedgerState._start,
    "RunStarted": LedgerState._start_run,
    "SubmissionIntended": LedgerState._intend,
    "SubmissionPlaced": LedgerState._place,
    "SubmissionRejected": LedgerState._reject,
    "SubmissionNotSent": LedgerState._not_send,
    "SubmissionLeftInDoubt": LedgerState._doubt,
    "DoubtSettled": LedgerState._settle,
    "OrderAdopted": LedgerState._adopt,
    "StatusObserved": LedgerState._observe,
    "RunFinished": LedgerState._finish_run,
}
