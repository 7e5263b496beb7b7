"""The state of every order: the fold of the ledger's events, never stored."""

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple, assert_never

from msgspec import Struct, field

from satops.core.ledger.chain import EMPTY, Head
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
)
from satops.core.ledger.fetched import Fetched
from satops.core.ledger.order_state import (
    BEING_PLACED,
    OPEN,
    PLACED,
    SPENT,
    Closing,
    Described,
    OrderState,
    Placing,
    Standing,
    may_be_bought,
    shared,
)
from satops.core.ledger.recorded import Recorded, read
from satops.errors import LedgerCorrupt

__all__ = ["OPEN", "SPENT", "LedgerState", "OrderState", "Standing", "Turn", "may_be_bought"]


class Turn(NamedTuple):
    """An event after which nothing is bought before a wait and a full look at the account."""

    kind: str
    """`LedgerRestored`, `MarketplaceMoved`, or `LedgerStarted` after a broken ledger."""
    seq: int
    time: str


class LedgerState(Struct):
    """The fold of a ledger up to `head`."""

    head: Head = EMPTY
    ledger: str = ""
    """Id of the ledger."""
    ancestors: tuple[str, ...] = ()
    """Ids of the broken ledgers that this one replaces."""
    to_carry: int = 0
    """Orders still to be carried from a broken ledger; nothing may be bought before."""
    marketplace: str = ""
    """Normalised address of its marketplace; empty for a ledger that names none."""
    closed_to: str | None = None
    """The new address of a closed ledger, which takes no more events."""
    turn: Turn | None = None
    """The last restore, move or new beginning."""
    moved_seq: int = 0
    """`seq` of the last `MarketplaceMoved`: absence never settles an intent before it."""
    restored: set[Head] = field(default_factory=set)
    """Heads that a person accepted as lost."""
    orders: dict[str, OrderState] = field(default_factory=dict)
    claimed: dict[str, str] = field(default_factory=dict)
    """Order name by order number."""
    outlines: dict[int, bytes] | None = None
    """Bought polygons as GeoJSON text, by the `seq` of the event that holds them; None where they
    are not to be kept."""
    names: dict[str, set[str]] | None = None
    """Names by the digest of each order that they ever held; None until `holder_of` is asked."""
    axes: dict[str, list[Any]] = field(default_factory=dict)
    """Axes of each series' intents: one value, unless two runs met."""
    foreign: dict[str, int] = field(default_factory=dict)
    """Numbers of foreign orders, with the `seq` of their events."""
    deliveries: dict[str, list[Fetched]] = field(default_factory=dict)
    """Fetched products by order number, oldest first."""
    further_status: dict[str, int] = field(default_factory=dict)
    """Last observed status of numbers beyond a name's first."""
    refreshed_at: str = ""
    """Time of the last refresh."""
    not_listed: tuple[str, ...] = ()
    """Placed order numbers that the marketplace did not list then."""
    plans_used: set[str] = field(default_factory=set)
    """Digests of applied plans: a plan can be applied once."""

    def fold(self, lines: Iterable[bytes], noted: Callable[[Recorded], None] | None = None) -> None:
        """Fold further lines of the chain; `noted` gets each event afterwards.

        Raises `LedgerCorrupt` at the first bad line; the state is then that before it.
        """
        last = None
        try:
            for recorded in read(lines, after=self.head):
                self.take(recorded)
                last = recorded
                if noted is not None:
                    noted(recorded)
        finally:
            if last is not None:
                self.head = last.head

    def take(self, recorded: Recorded) -> None:
        """Fold one event without checking the chain.

        The events of one order alone give its `OrderState`.  Raises `LedgerCorrupt`.
        """
        try:
            self._take(recorded)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise LedgerCorrupt(
                f"Line {recorded.seq} of the ledger is not a whole {recorded.kind}: "
                f"{type(error).__name__} {error}."
            ) from error

    def _take(self, recorded: Recorded) -> None:  # noqa: C901 - one case for each kind
        if self.closed_to is not None:
            raise ValueError(f"the ledger was closed before; it goes on at {self.closed_to}")
        match recorded.event:
            case SubmissionIntended() as event:
                self._intend(event, recorded)
            case SubmissionPlaced() as event:
                self._place(event, recorded)
            case StatusObserved() as event:
                self._observe(event)
            case RunStarted() as event:
                self._start_run(event)
            case DeliveryFetched() as event:
                fetched = Fetched.of(event, recorded)
                self.deliveries.setdefault(event.order_no, []).append(fetched)
            case Refreshed() as event:
                self.refreshed_at, self.not_listed = recorded.time, event.not_listed
            case PurchaseCompared() | NoticesSent() | RunFinished():
                pass  # no effect on purchases
            case SubmissionRejected() as event:
                self._refuse(event, Standing.REJECTED, event.message)
            case SubmissionNotSent() as event:
                self._refuse(event, Standing.NOT_SENT, event.reason)
            case SubmissionLeftInDoubt() as event:
                self._doubt(event)
            case SubmissionProbed() as event:
                self._probe(event, recorded)
            case DoubtSettled() as event:
                self._settle(event, recorded)
            case DoubtCorrected() as event:
                self._correct(event, recorded)
            case OrderAdopted() as event:
                self._adopt(event, recorded)
            case OrderCarried() as event:
                self._carry(event, recorded)
            case ForeignNoted() as event:
                self.foreign.setdefault(event.order_no, recorded.seq)
            case LedgerStarted() as event:
                self._start(event, recorded)
            case MarketplaceMoved() as event:
                self._move(event, recorded)
            case LedgerRestored() as event:
                self.restored.add(Head(event.lost["seq"], event.lost["head"]))
                self.turn = Turn("LedgerRestored", recorded.seq, recorded.time)
            case LedgerClosed() as event:
                self.closed_to = event.to
            case never:
                assert_never(never)

    def _start(self, event: LedgerStarted, recorded: Recorded) -> None:
        self.ledger = event.ledger
        self.marketplace = event.marketplace or ""
        broken = event.continues
        if broken is not None:
            self.ancestors = (broken["ledger"], *broken.get("ancestors", ()))
            self.to_carry = broken.get("carried", 0)
            self.turn = Turn("LedgerStarted", recorded.seq, recorded.time)

    def _start_run(self, event: RunStarted) -> None:
        if event.plan_digest is not None:
            self.plans_used.add(event.plan_digest)
        if not self.marketplace and not self.orders:
            self.marketplace = event.marketplace or ""

    def _move(self, event: MarketplaceMoved, recorded: Recorded) -> None:
        if self.marketplace:  # a ledger of 0.1 named none, and has not moved
            self.moved_seq = recorded.seq
            self.turn = Turn("MarketplaceMoved", recorded.seq, recorded.time)
        self.marketplace = event.to

    def _intend(self, event: SubmissionIntended, recorded: Recorded) -> None:
        known = self.orders.get(name := event.name)
        if known is not None and known.standing in SPENT:
            raise ValueError(f"{name!r} is intended again while it is {known.standing}")
        order = OrderState(name, BEING_PLACED, recorded.digest, attempt=event.attempt)
        order.until = shared(event.until)
        order.intended_at = order.opened_at = shared(event.time)
        self._hold(order, known, event, recorded)

    def _adopt(self, event: OrderAdopted, recorded: Recorded) -> None:
        order = OrderState(event.name, Standing.NOT_PLACED, recorded.digest, adopted=True)
        order.intended_at = recorded.time
        order.settled_seq, order.settled_digest = recorded.seq, recorded.digest
        self._hold(order, self.orders.get(order.name), event, recorded)
        order.drop(event.order_no)
        self._place_as(order, event, recorded.time)

    def _carry(self, event: OrderCarried, recorded: Recorded) -> None:
        self.to_carry -= 1
        order = OrderState(event.name, Standing(event.standing), recorded.digest)
        order.intended_at = shared(event.intended_at)
        order.attempt = event.attempt
        order.verified = event.verified
        order.used = event.used is True
        order.reason = "carried from a broken ledger"
        self._hold(order, self.orders.get(order.name), event, recorded)
        order.order_no = event.order_no
        order.further_order_nos = event.further_order_nos
        if order.order_no is not None:
            order.placed_at = order.intended_at
        for order_no in order.order_nos:
            self.claimed[order_no] = order.name

    def _hold(
        self, order: OrderState, known: OrderState | None, event: Described, recorded: Recorded
    ) -> None:
        outline = order.describe(event, recorded.seq)
        if self.outlines is not None and outline is not None:
            self.outlines[recorded.seq] = outline
        order.opened = order.intent
        order.attempts = order.attempt
        self.orders[order.name] = order if known is None else known.succeeded_by(order)
        if self.names is not None and order.order_digest is not None:
            self.names.setdefault(order.order_digest, set()).add(order.name)
        if order.series is not None and order.axes not in self.axes.setdefault(order.series, []):
            self.axes[order.series].append(order.axes)

    def _place(self, event: SubmissionPlaced, recorded: Recorded) -> None:
        submission = self._submission(event)
        self._place_as(submission, event, event.time)
        # The marketplace's answer remains, even if a person takes the number back.
        submission.receipt_no = event.order_no
        if submission.order_no == submission.receipt_no:
            submission.settled_seq, submission.settled_digest = 0, ""

    def _submission(self, event: SubmissionPlaced | DoubtSettled) -> OrderState:
        order = self.orders[event.name]
        submission = order.submission(event.intent, event.attempt)
        if submission is None:
            raise ValueError(f"no submission of {order.name!r} is the one that is placed here")
        return submission

    def _place_as(
        self, submission: OrderState, event: Placing, at: str, same_as: str | None = None
    ) -> None:
        """Give a number to one submission of a name.

        A late receipt does not close the open attempt.  If none is open, the name becomes placed
        with the content of the receipt's submission.
        """
        order, order_no = self.orders[event.name], event.order_no
        if order_no is None:
            raise ValueError(f"{order.name!r} is placed, and no order number is given")
        if same_as is None:
            self.claimed[order_no] = order.name
        late, was_open = submission is not order, submission.standing in OPEN
        if order_no in order.order_nos:
            if late or not was_open:
                return
            # The marketplace took this attempt for an earlier one: keep the number once.
            order.drop(order_no)
        if submission.order_no is not None or (late and order.standing in SPENT):
            order.further_order_nos += (order_no,)
        if submission.order_no is not None:
            return
        submission.order_no = order_no
        submission.same_as = same_as
        submission.standing = PLACED
        submission.placed_at = shared(at)
        submission.reason = "" if isinstance(event, SubmissionPlaced) else event.because
        if late and order.standing not in SPENT:
            self.orders[order.name] = order.promoted(submission)

    def _settle(self, event: DoubtSettled, recorded: Recorded) -> None:
        submission = self.orders[event.name].submission(event.intent, event.attempt)
        if event.placed:
            self._place_as(self._submission(event), event, recorded.time, event.same_as)
        elif not self._close(event, Standing.NOT_PLACED, event.because):
            return
        if submission is not None:
            submission.settled_seq, submission.settled_digest = recorded.seq, recorded.digest

    def _correct(self, event: DoubtCorrected, recorded: Recorded) -> None:
        order = self.orders[event.name]
        wrong = (event.corrects["seq"], event.corrects["digest"])
        every = (order, *order.others)
        found = [it for it in every if (it.settled_seq, it.settled_digest) == wrong]
        if not found:
            raise ValueError(f"event {wrong[0]} is not the last one that settled {order.name!r}")
        submission = found[0]
        submission.settled_seq, submission.settled_digest = recorded.seq, recorded.digest
        if event.placed:
            self._place_as(submission, event, recorded.time)
        else:
            self._reopen(order, submission, event.because)

    def _reopen(self, order: OrderState, submission: OrderState, reason: str) -> None:
        """Put a submission back in doubt, and free its number."""
        order_no = submission.order_no
        if order_no is not None and submission.same_as is None:
            self.claimed.pop(order_no, None)
        order.drop(order_no)
        submission.order_no = submission.placed_at = submission.same_as = None
        submission.status = submission.amount = None
        submission.standing, submission.reason = Standing.IN_DOUBT, reason
        if submission.receipt_no is not None:
            submission.order_no, submission.standing = submission.receipt_no, Standing.PLACED
            submission.placed_at = submission.intended_at
            order.drop(submission.receipt_no)
        if submission is not order:
            self.orders[order.name] = order.promoted(submission)

    def _refuse(self, event: Closing, standing: Standing, reason: str) -> None:
        """Close a submission as refused, unless a probe was sent: its refusal proves nothing."""
        probed = self.orders[event.name].probed
        self._close(event, Standing.IN_DOUBT if probed else standing, reason)

    def _doubt(self, event: SubmissionLeftInDoubt) -> None:
        if self._close(event, Standing.IN_DOUBT, event.reason):
            order = self.orders[event.name]
            order.claimed_no, order.doubted = event.claimed_no, True
            order.used = order.used or event.used is True

    def _probe(self, event: SubmissionProbed, recorded: Recorded) -> None:
        """Keep the submission open, with a new `until`."""
        order = self.orders[event.name]
        if order.intent != event.intent or order.standing not in OPEN:
            raise ValueError(f"{order.name!r} is asked for again while it is {order.standing}")
        order.standing, order.until = Standing.BEING_PLACED, event.until
        order.opened, order.opened_at, order.probed = recorded.digest, recorded.time, True

    def _close(self, event: Closing, standing: Standing, reason: str) -> bool:
        """Close the open submission of a name; return whether the event is about it.

        A late outcome of a closed submission changes nothing: only a receipt outranks a settlement.
        """
        order = self.orders[event.name]
        if order.submission(event.intent, event.attempt) is not order:
            return False
        if order.standing not in OPEN:
            return False
        order.standing, order.reason = standing, reason
        if standing not in SPENT:
            self._fall_back(order)
        return True

    def _fall_back(self, order: OrderState) -> None:
        """Make an earlier placed submission count, after one that bought nothing."""
        placed = [each for each in order.others if each.standing is Standing.PLACED]
        if placed:
            self.orders[order.name] = order.promoted(placed[0])

    def _observe(self, event: StatusObserved) -> None:
        order = self.orders[event.name]
        if event.order_no != order.order_no:
            if event.order_no in order.further_order_nos:
                self.further_status[event.order_no] = event.status
            return
        order.status = event.status
        if event.amount is not None:
            order.amount, order.amount_currency = event.amount, event.currency
