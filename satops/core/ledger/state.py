"""The state of every order: a fold over the ledger's events, never stored beside it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from satops.core.ledger.chain import EMPTY, Head, decode
from satops.core.ledger.fetched import Fetched
from satops.core.ledger.order_state import (
    OPEN,
    SPENT,
    OrderState,
    Standing,
    may_be_bought,
    shared,
)
from satops.errors import LedgerCorrupt

__all__ = ["OPEN", "SPENT", "LedgerState", "OrderState", "Standing", "Turn", "may_be_bought"]


class Turn(NamedTuple):
    """An event after which nothing is bought before a wait and a full look at the account."""

    kind: str
    """`LedgerRestored`, `MarketplaceMoved`, or `LedgerStarted` of a ledger that goes on."""
    seq: int
    time: str


@dataclass(slots=True)
class LedgerState:
    """The fold of a ledger up to `head`."""

    head: Head = EMPTY
    ledger: str = ""
    """The ledger's id."""
    ancestors: tuple[str, ...] = ()
    """Ids of the broken ledgers that this one goes on from."""
    to_carry: int = 0
    """Orders of a broken ledger that are still to come: until then nothing may be bought."""
    marketplace: str = ""
    """Normalised address of the one marketplace; empty in a ledger that was never bound to one."""
    closed_to: str | None = None
    """Where the ledger goes on; nothing may be appended here any more."""
    turn: Turn | None = None
    """The last restore, move or new beginning."""
    moved_seq: int = 0
    """Of the last `MarketplaceMoved`: absence never settles an intent before it."""
    restored: set[Head] = field(default_factory=set)
    """Heads of which a person has said that what led to them is lost."""
    orders: dict[str, OrderState] = field(default_factory=dict)
    claimed: dict[str, str] = field(default_factory=dict)
    """Order number to the order name that holds it."""
    holders: dict[str, str] = field(default_factory=dict)
    """Digest of an order that counts as spent to the order name that holds it."""
    axes: dict[str, list[Any]] = field(default_factory=dict)
    """The axes that orders of a series were intended with: one, unless two runs met."""
    foreign: dict[str, int] = field(default_factory=dict)
    """Order numbers that a person called none of ours, with the `seq` of the event."""
    deliveries: dict[str, list[Fetched]] = field(default_factory=dict)
    """What was fetched of an order number, oldest first."""
    further_status: dict[str, int] = field(default_factory=dict)
    """Status of numbers that a name holds beyond its first, as last observed."""
    refreshed_at: str = ""
    """When the status of every placed order was read last."""
    not_listed: tuple[str, ...] = ()
    """Order numbers of ours that the marketplace did not show then."""
    plans_used: set[str] = field(default_factory=set)
    """Digests of the plans that some run has applied: a plan is single-use."""

    def fold(self, lines: Iterable[bytes]) -> None:
        """Fold further lines of the chain; raises `LedgerCorrupt` at the first bad one.

        The state then stands where the last good line left it.
        """
        for event, head in decode(lines, after=self.head):
            self.take(event, head.digest)
            self.head = head

    def take(self, event: dict[str, Any], digest: str) -> None:
        """Fold one event, whose line has a digest, without a look at the chain.

        The events of one order alone make the same `OrderState` as the whole ledger does.
        Raises `LedgerCorrupt`.
        """
        try:
            self._take(event, digest)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise LedgerCorrupt(
                f"Line {event['seq']} of the ledger is not a whole {event.get('kind')}: "
                f"{type(error).__name__} {error}."
            ) from error

    def _take(self, event: dict[str, Any], digest: str) -> None:
        kind = event["kind"]
        if kind not in _FOLDS:
            raise ValueError(f"the kind {kind!r} is not known to this version of satops")
        if self.closed_to is not None:
            raise ValueError(f"the ledger was closed before; it goes on at {self.closed_to}")
        _FOLDS[kind](self, event, digest)

    def _start(self, event: dict[str, Any], _digest: str) -> None:
        self.ledger = event["ledger"]
        self.marketplace = event.get("marketplace", "")
        broken = event.get("continues")
        if broken is not None:
            self.ancestors = (broken["ledger"], *broken.get("ancestors", ()))
            self.to_carry = broken.get("carried", 0)
            self.turn = Turn("LedgerStarted", event["seq"], event["time"])

    def _start_run(self, event: dict[str, Any], _digest: str) -> None:
        if "plan_digest" in event:
            self.plans_used.add(event["plan_digest"])
        if not self.marketplace and not self.orders:
            self.marketplace = event.get("marketplace", "")

    def _move(self, event: dict[str, Any], _digest: str) -> None:
        binds = not self.marketplace  # a ledger of 0.1 named none: nothing has moved
        self.marketplace = event["to"]
        if binds:
            return
        self.moved_seq = event["seq"]
        self.turn = Turn("MarketplaceMoved", event["seq"], event["time"])

    def _close_ledger(self, event: dict[str, Any], _digest: str) -> None:
        self.closed_to = event["to"]

    def _restore(self, event: dict[str, Any], _digest: str) -> None:
        lost = event["lost"]
        self.restored.add(Head(lost["seq"], lost["head"]))
        self.turn = Turn("LedgerRestored", event["seq"], event["time"])

    def _note_foreign(self, event: dict[str, Any], _digest: str) -> None:
        self.foreign.setdefault(event["order_no"], event["seq"])

    def _intend(self, event: dict[str, Any], digest: str) -> None:
        name = event["name"]
        known = self.orders.get(name)
        if known is not None and known.standing in SPENT:
            raise ValueError(f"{name!r} is intended again while it is {known.standing}")
        order = OrderState(name, Standing.BEING_PLACED, digest, attempt=event["attempt"])
        order.until = shared(event["until"])
        order.intended_at = order.opened_at = shared(event["time"])
        self._hold(order, known, event)

    def _adopt(self, event: dict[str, Any], digest: str) -> None:
        order = OrderState(event["name"], Standing.NOT_PLACED, digest, adopted=True)
        order.intended_at = event["time"]
        order.settled_seq, order.settled_digest = event["seq"], digest
        self._hold(order, self.orders.get(order.name), event)
        order.further_order_nos = tuple(
            no for no in order.further_order_nos if no != event["order_no"]
        )
        self._place_as(order.name, order, event)

    def _carry(self, event: dict[str, Any], digest: str) -> None:
        self.to_carry -= 1
        order = OrderState(event["name"], Standing(event["standing"]), digest)
        order.intended_at = shared(event["intended_at"])
        order.attempt = event.get("attempt", 0)
        order.verified = event["verified"]
        order.reason = "carried from a broken ledger"
        self._hold(order, self.orders.get(order.name), event)
        order.attempts = order.attempt
        order.order_no = event.get("order_no")
        order.further_order_nos = tuple(event.get("further_order_nos", ()))
        if order.order_no is not None:
            order.placed_at = order.intended_at
        for order_no in order.order_nos:
            self.claimed[order_no] = order.name

    def _hold(self, order: OrderState, known: OrderState | None, event: dict[str, Any]) -> None:
        order.describe(event)
        order.opened = order.intent
        order.attempts = order.attempt
        self.orders[order.name] = order if known is None else known.succeeded_by(order)
        if order.order_digest is not None:
            self.holders[order.order_digest] = order.name
        if order.series is not None and order.axes not in self.axes.setdefault(order.series, []):
            self.axes[order.series].append(order.axes)

    def _place(self, event: dict[str, Any], _digest: str) -> None:
        order = self.orders[event["name"]]
        submission = order.submission(event.get("intent"), event["attempt"])
        if submission is None:
            raise ValueError(f"no submission of {order.name!r} is the one that is placed here")
        self._place_as(order.name, submission, event)
        if event["kind"] == "SubmissionPlaced":
            # The marketplace's own word: it outlasts what a person takes back.
            submission.receipt_no = event["order_no"]
            if submission.order_no == submission.receipt_no:
                submission.settled_seq, submission.settled_digest = 0, ""

    def _place_as(self, name: str, submission: OrderState, event: dict[str, Any]) -> None:
        """Give a number to one submission of a name.

        A late receipt does not close the attempt that is open now; where none is open, the name is
        placed with the content of the submission whose number it is.
        """
        order, order_no = self.orders[name], event["order_no"]
        if event.get("same_as") is None:
            self.claimed[order_no] = name
        late = submission is not order
        if order_no in order.order_nos:
            if late or submission.standing not in OPEN:
                return
            # The marketplace took this attempt for an earlier one: the number is held once.
            order.further_order_nos = tuple(no for no in order.further_order_nos if no != order_no)
        if submission.order_no is not None or (late and order.standing in SPENT):
            order.further_order_nos += (order_no,)
        if submission.order_no is not None:
            return
        submission.order_no = order_no
        submission.same_as = event.get("same_as")
        submission.standing = Standing.PLACED
        submission.placed_at = shared(event["time"])
        submission.reason = event.get("because", "")
        if late and order.standing not in SPENT:
            order = self.orders[name] = order.promoted(submission)
        self._hold_again(order)

    def _settle(self, event: dict[str, Any], digest: str) -> None:
        order = self.orders[event["name"]]
        submission = order.submission(event.get("intent"), event["attempt"])
        if event["placed"]:
            self._place(event, digest)
        elif not self._close(event, Standing.NOT_PLACED, event["because"]):
            return
        if submission is not None:
            submission.settled_seq, submission.settled_digest = event["seq"], digest

    def _correct(self, event: dict[str, Any], digest: str) -> None:
        order = self.orders[event["name"]]
        wrong = (event["corrects"]["seq"], event["corrects"]["digest"])
        found = [
            each
            for each in (order, *order.others)
            if (each.settled_seq, each.settled_digest) == wrong
        ]
        if not found:
            raise ValueError(f"event {wrong[0]} is not the last one that settled {order.name!r}")
        submission = found[0]
        submission.settled_seq, submission.settled_digest = event["seq"], digest
        if event["placed"]:
            self._place_as(order.name, submission, event)
        else:
            self._reopen(order, submission, event["because"])

    def _reopen(self, order: OrderState, submission: OrderState, reason: str) -> None:
        """Put a submission back in doubt; its number is free again."""
        order_no = submission.order_no
        if order_no is not None and submission.same_as is None:
            self.claimed.pop(order_no, None)
        order.further_order_nos = tuple(no for no in order.further_order_nos if no != order_no)
        submission.order_no = submission.placed_at = submission.same_as = None
        submission.status = submission.amount = None
        submission.standing, submission.reason = Standing.IN_DOUBT, reason
        if submission.receipt_no is not None:
            submission.order_no, submission.standing = submission.receipt_no, Standing.PLACED
            submission.placed_at = submission.intended_at
            order.further_order_nos = tuple(
                no for no in order.further_order_nos if no != submission.receipt_no
            )
        if submission is not order:
            order = self.orders[order.name] = order.promoted(submission)
        self._hold_again(order)

    def _hold_again(self, order: OrderState) -> None:
        """Let each content of a name be held while one of its submissions counts as spent."""
        every = (order, *order.others)
        for each in every:
            if each.order_digest is not None and self.holders.get(each.order_digest) == order.name:
                del self.holders[each.order_digest]
        for each in every:
            if each.order_digest is not None and each.standing in SPENT:
                self.holders[each.order_digest] = order.name

    def _reject(self, event: dict[str, Any], _digest: str) -> None:
        self._close(event, self._unless_probed(event, Standing.REJECTED), event["message"])

    def _not_send(self, event: dict[str, Any], _digest: str) -> None:
        self._close(event, self._unless_probed(event, Standing.NOT_SENT), event["reason"])

    def _unless_probed(self, event: dict[str, Any], standing: Standing) -> Standing:
        """A refusal of the second question proves nothing about the first."""
        return Standing.IN_DOUBT if self.orders[event["name"]].probed else standing

    def _doubt(self, event: dict[str, Any], _digest: str) -> None:
        if self._close(event, Standing.IN_DOUBT, event["reason"]):
            order = self.orders[event["name"]]
            order.claimed_no = event.get("claimed_no")
            order.used = order.used or event.get("used") is True
            order.doubted = True

    def _probe(self, event: dict[str, Any], digest: str) -> None:
        """Asking once more keeps the submission open, and gives it a new end of its time."""
        order = self.orders[event["name"]]
        if order.intent != event["intent"] or order.standing not in OPEN:
            raise ValueError(f"{order.name!r} is asked for again while it is {order.standing}")
        order.standing, order.until = Standing.BEING_PLACED, event["until"]
        order.opened, order.opened_at, order.probed = digest, event["time"], True

    def _close(self, event: dict[str, Any], standing: Standing, reason: str) -> bool:
        """Close the open submission of a name; tell whether the event is about it.

        A late word about a submission that is over changes nothing: only a receipt is a fact that
        outranks what was settled.
        """
        order = self.orders[event["name"]]
        if order.submission(event.get("intent"), event["attempt"]) is not order:
            return False
        if order.standing not in OPEN:
            return False
        order.standing, order.reason = standing, reason
        if standing not in SPENT:
            self._fall_back(order)
        return True

    def _fall_back(self, order: OrderState) -> None:
        """Where this submission bought nothing, let an earlier one that did count for the name."""
        placed = [each for each in order.others if each.standing is Standing.PLACED]
        if placed:
            order = self.orders[order.name] = order.promoted(placed[0])
        if order.others:
            self._hold_again(order)
        elif order.order_digest is not None and (
            self.holders.get(order.order_digest) == order.name
        ):
            del self.holders[order.order_digest]

    def _observe(self, event: dict[str, Any], _digest: str) -> None:
        order = self.orders[event["name"]]
        if event["order_no"] != order.order_no:
            if event["order_no"] in order.further_order_nos:
                self.further_status[event["order_no"]] = event["status"]
            return
        order.status = event["status"]
        if event.get("amount") is not None:
            order.amount, order.amount_currency = event["amount"], event.get("currency")

    def _refresh(self, event: dict[str, Any], _digest: str) -> None:
        self.refreshed_at = event["time"]
        self.not_listed = tuple(event.get("not_listed", ()))

    def _fetch(self, event: dict[str, Any], digest: str) -> None:
        found = Fetched.of(event, digest)
        self.deliveries.setdefault(found.order_no, []).append(found)

    def _leave(self, event: dict[str, Any], _digest: str) -> None:
        """Take nothing of an event that decides nothing about what is bought."""


# ruff: noqa: SLF001 - the table of folds belongs to the class above it
_FOLDS: dict[str, Callable[[LedgerState, dict[str, Any], str], None]] = {
    "LedgerStarted": LedgerState._start,
    "RunStarted": LedgerState._start_run,
    "SubmissionIntended": LedgerState._intend,
    "SubmissionProbed": LedgerState._probe,
    "SubmissionPlaced": LedgerState._place,
    "SubmissionRejected": LedgerState._reject,
    "SubmissionNotSent": LedgerState._not_send,
    "SubmissionLeftInDoubt": LedgerState._doubt,
    "DoubtSettled": LedgerState._settle,
    "DoubtCorrected": LedgerState._correct,
    "OrderAdopted": LedgerState._adopt,
    "OrderCarried": LedgerState._carry,
    "ForeignNoted": LedgerState._note_foreign,
    "PurchaseCompared": LedgerState._leave,
    "StatusObserved": LedgerState._observe,
    "Refreshed": LedgerState._refresh,
    "DeliveryFetched": LedgerState._fetch,
    "NoticesSent": LedgerState._leave,
    "MarketplaceMoved": LedgerState._move,
    "LedgerClosed": LedgerState._close_ledger,
    "LedgerRestored": LedgerState._restore,
    "RunFinished": LedgerState._leave,
}
