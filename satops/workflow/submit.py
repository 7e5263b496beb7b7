"""Send orders, each once: intend, send, spool, record.

Safety rests on the order of the writes:

1. `SubmissionIntended` is durable in the ledger before the first byte of its request leaves.
2. The outcome is in this machine's spool before anything else happens with it.
3. The outcome is appended to the ledger, together with the next intents.

After a kill between 1 and 3 no run sends that order again: after `until` it is in doubt.
"""

from collections import deque
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor, Future
from datetime import datetime, timedelta
from queue import Empty, SimpleQueue
from threading import Lock
from typing import Protocol

from msgspec.structs import replace

from satops.core.ledger.content import content_of
from satops.core.ledger.events import Event, SubmissionIntended, SubmissionNotSent
from satops.core.ledger.holders import held_passes, holder_of
from satops.core.ledger.state import OPEN, SPENT, Standing
from satops.core.order.order import instant_text
from satops.core.order.passes import Pass
from satops.core.order.submission import InDoubt, NotSent, Outcome, Receipt
from satops.core.plan.config import Config
from satops.core.plan.decide import hold_reason
from satops.core.plan.limits import check_limits
from satops.core.plan.origin import NOTHING_KNOWN, Provenance
from satops.core.plan.plan import Action
from satops.core.plan.series import other_axes
from satops.errors import HeadMoved, LedgerError
from satops.offers import offer_of
from satops.ports import Clock, LedgerStore, Marketplace, Spool, Spooled
from satops.workflow.ledger_session import APPENDS_MAX, LedgerSession, never_still
from satops.workflow.outcomes import OrderResult, OutcomeName, ends_run, outcome_event, result_of
from satops.workflow.passes import NotAsReviewed, confirm_pass
from satops.workflow.send import Intent, send, whole_second

_POLL_S = 0.2


class Progress(Protocol):
    """Gets each outcome as soon as it is in the spool."""

    def started(self, expected: int) -> None:
        """`expected` orders will be sent."""

    def finished(self, result: OrderResult) -> None:
        """One order has an outcome."""


Reach = Callable[[str], None]
"""Called at each named step; tests kill the process there."""


def outcomes_at_once(store: LedgerStore, config: Config) -> int:
    """Return the maximum number of outcomes before the next append."""
    batch = config.apply.batch or store.orders_per_append
    return max(batch, config.apply.concurrency) + 2 * config.apply.concurrency


class Submitting:
    """Sends orders in parallel, and writes their intents and outcomes to ledger and spool."""

    def __init__(  # the ports, and nothing else
        self,
        *,
        session: LedgerSession,
        marketplace: Marketplace,
        spool: Spool,
        clock: Clock,
        config: Config,
        executor: Executor,
        progress: Progress,
        stopping: Callable[[], bool],
        reach: Reach,
        provenance: Mapping[str, Provenance],
    ) -> None:
        self._session = session
        self._marketplace = marketplace
        self._spool = spool
        self._clock = clock
        self._config = config
        self._executor = executor
        self._progress = progress
        self._stopping = stopping
        self._reach = reach
        self._provenance = provenance
        self._queue: deque[Action] = deque()
        self._flying: dict[Future[tuple[Outcome, Spooled | None]], Intent] = {}
        self._landed: SimpleQueue[Future[tuple[Outcome, Spooled | None]]] = SimpleQueue()
        self._unrecorded: list[tuple[str, Event, Spooled | None]] = []
        self._recorded: list[Spooled] = []
        self._unsure: list[Intent] = []
        self._receiving = Lock()
        self._unspooled: set[str] = set()
        self._received: dict[str, str] = {}
        """Order number to order name, for this run's receipts."""
        self.results: list[OrderResult] = []
        self.stopped: str | None = None
        """Why the run stopped before the last order."""
        self.store_error: LedgerError | None = None
        """The last error of an append in this run."""

    def run(self, creates: Sequence[Action]) -> None:
        """Send every order that is still free when its turn comes.

        Nearly as many intents as senders wait in the ledger, so that no sender waits for an append.
        """
        self._queue.extend(creates)
        self._progress.started(len(creates))
        ahead = self._config.apply.concurrency - 1
        try:
            while self._queue or self._flying:
                missing = self._config.apply.concurrency + ahead - len(self._flying)
                if self._is_stopped():
                    self._drop_queue()
                elif self._queue and missing > ahead // 2:
                    self._intend(missing)
                self._collect()
        except BaseException:
            self.stopped = "the run failed"  # the intents that wait for a thread are not sent
            raise
        self._record_rest()

    def _is_stopped(self) -> bool:
        if self.stopped is None and self._stopping():
            self.stopped = "the run was interrupted"
        return self.stopped is not None

    def _intend(self, missing: int) -> None:
        """Append the next intents with the collected outcomes; then the intents may be sent."""
        store = self._session.store
        try:
            self._spool.prepare(outcomes_at_once(store, self._config))
        except OSError as error:
            self.stopped = f"outcomes could not be kept on this machine's disk: {error}"
            return
        batch = self._config.apply.batch or store.orders_per_append
        for _ in range(APPENDS_MAX):
            intents = self._next_intents(max(batch, missing))
            events = [event for _, event, _ in self._unrecorded]
            events += [self._intended(intent) for intent in intents]
            if not events:
                return
            try:
                digests = self._session.append(events)
            except HeadMoved:
                self._queue.extendleft(intent.action for intent in reversed(intents))
                self._check_limits()
                continue
            except LedgerError as error:
                # The intents may or may not be in the ledger: send none of them.
                self._unsure = intents
                self._give_up(error)
                return
            self._reach("intended")
            self._note_recorded()
            lines = digests[len(digests) - len(intents) :]
            for intent, line in zip(intents, lines, strict=True):
                self._dispatch(replace(intent, identity=line))
            return
        self._give_up(never_still(self._session.store))

    def _next_intents(self, count: int) -> list[Intent]:
        """Return intents for the next orders that no run has intended in the latest state."""
        taken: list[tuple[Action, Pass | None]] = []
        while self._queue and len(taken) < count and self.stopped is None:
            action = self._queue.popleft()
            held = self._taken_by_others(action, instant_text(self._clock.now()))
            row = None if held is not None else self._confirmed(action)
            if isinstance(row, NotAsReviewed):
                held = _not_as_reviewed(action.name, row)
            if held is not None:
                self._finish(held)
            else:
                assert not isinstance(row, NotAsReviewed)
                taken.append((action, row))
        # Reading the simulation results took time: start the time of all intents here.
        now, monotonic = self._clock.now(), self._clock.monotonic()
        return [self._intent(action, row, now, monotonic) for action, row in taken]

    def _intent(self, action: Action, row: Pass | None, now: datetime, monotonic: float) -> Intent:
        assert action.spec is not None
        config, known = self._config, self._session.state.orders.get(action.name)
        return Intent(
            action=action,
            attempt=known.attempts + 1 if known else 1,
            request=offer_of(config).request(action.spec.order, config.marketplace),
            is_result=row is not None,
            until=whole_second(now + timedelta(seconds=config.apply.intent_s)),
            deadline=monotonic + config.apply.intent_s,
            evidence=None if row is None else row.sha256,
        )

    def _confirmed(self, action: Action) -> Pass | NotAsReviewed | None:
        """Read the simulation result of an order of a pass again; None for any other order."""
        assert action.spec is not None
        order = action.spec.order
        if order.pass_choice is None:
            return None
        return confirm_pass(self._marketplace, order, self._config)

    def _taken_by_others(self, action: Action, now: str) -> OrderResult | None:
        """Return the result of an order that another run has taken; None if it is free."""
        state = self._session.state
        known = state.orders.get(action.name)
        assert action.spec is not None
        if known is not None and known.standing in OPEN:
            outcome: OutcomeName
            outcome = "in-doubt" if known.standing_at(now) is Standing.IN_DOUBT else "being-placed"
            return OrderResult(action.name, outcome, None, hold_reason(known, now))
        if known is not None and known.standing in SPENT:
            ours = known.order_digest == action.spec.order.digest
            message = f"run {known.run} placed {'it' if ours else 'another order'} in the meantime"
            outcome = "placed-by-other" if ours else "conflict"
            return OrderResult(action.name, outcome, known.order_no, message)
        holder = holder_of(action.spec.order.digest, state, besides=action.name)
        if holder is not None and "X01" not in {item.check for item in action.spec.acknowledge}:
            message = f"{holder} is the same order, and was bought in the meantime"
            return OrderResult(action.name, "conflict", None, message)
        if other_axes(action.spec, state) is not None:
            message = "its series was bought from in the meantime, with other axes"
            return OrderResult(action.name, "not-sent", None, message)
        choice = action.spec.order.pass_choice
        if choice is None or (spent := held_passes(state).get(choice.key)) is None:
            return None
        message = f"{spent.name} holds result {choice.result} meanwhile. Choose another pass"
        return OrderResult(action.name, "pass-changed", None, message)

    def _check_limits(self) -> None:
        """Check the limits for the remaining orders, after somebody else appended."""
        now = instant_text(self._clock.now())
        refusals = check_limits(list(self._queue), self._session.state, self._config, now)
        if refusals:
            self.stopped = "; ".join(refusal.detail for refusal in refusals)

    def _intended(self, intent: Intent) -> Event:
        spec = intent.action.spec
        assert spec is not None
        origin = self._provenance.get(spec.name, NOTHING_KNOWN)
        return SubmissionIntended(
            name=spec.name,
            attempt=intent.attempt,
            **content_of(spec, self._config.timezone),
            request=intent.request.decode(),
            until=instant_text(intent.until),
            estimated_cost=intent.action.estimated_cost,
            currency=None if intent.action.estimated_cost is None else self._config.currency,
            captures=intent.action.captures if intent.action.captures > 1 else None,
            supersedes=spec.supersedes,
            commit=origin.commit,
            committed=origin.committed,
            pull_request=origin.pull_request,
            approvals=origin.approvals,
            evidence=intent.evidence,
        )

    def _dispatch(self, intent: Intent) -> None:
        flight = self._executor.submit(self._submit, intent)
        self._flying[flight] = intent
        flight.add_done_callback(self._landed.put)

    def _submit(self, intent: Intent) -> tuple[Outcome, Spooled | None]:
        """Send one order on a worker thread; its outcome is in the spool on return."""
        if self._is_stopped():
            return NotSent(self._reason()), None
        self._reach("sending")
        outcome = send(
            intent,
            self._marketplace,
            self._clock,
            stopping=self._stopping,
            retry_after_max_s=self._config.apply.retry_after_max_s,
        )
        self._reach("answered")
        outcome = self._believed(intent, outcome)
        entry = self._spooled(intent, outcome)
        self._reach("spooled")
        if why := ends_run(outcome):
            self.stopped = self.stopped or why
        return outcome, entry

    def _believed(self, intent: Intent, outcome: Outcome) -> Outcome:
        """Turn a receipt into a doubt if another name holds its number."""
        if not isinstance(outcome, Receipt):
            return outcome
        name = intent.action.name
        with self._receiving:
            holder = self._session.state.claimed.get(outcome.order_no)
            holder = self._received.setdefault(outcome.order_no, holder or name)
        if holder == name:
            return outcome
        return InDoubt(
            "the marketplace answered with the number of another order",
            f"{outcome.order_no} is recorded under the name {holder}",
            claimed_no=outcome.order_no,
        )

    def _spooled(self, intent: Intent, outcome: Outcome) -> Spooled | None:
        entry = Spooled(
            ledger=self._session.state.ledger,
            run=self._session.run,
            name=intent.action.name,
            attempt=intent.attempt,
            intent=intent.identity,
            time=instant_text(self._clock.now()),
            outcome=outcome,
        )
        try:
            self._spool.keep(entry)
        except OSError:
            # The disk may be full or gone; the ledger still gets the outcome.
            self._unspooled.add(intent.action.name)
            return None
        return entry

    def _collect(self) -> None:
        if not self._flying:
            return
        try:
            self._land(self._landed.get(timeout=_POLL_S))
            while True:
                self._land(self._landed.get_nowait())
        except Empty:
            return

    def _land(self, flight: Future[tuple[Outcome, Spooled | None]]) -> None:
        intent = self._flying.pop(flight)
        outcome, entry = flight.result()
        name = intent.action.name
        event = outcome_event(name, intent.attempt, intent.identity, outcome)
        self._unrecorded.append((name, event, entry))
        self._finish(result_of(name, outcome))

    def _finish(self, result: OrderResult) -> None:
        self.results.append(result)
        self._progress.finished(result)

    def _reason(self) -> str:
        return f"not sent, because {self.stopped}"

    def _drop_queue(self) -> None:
        while self._queue:
            self._finish(OrderResult(self._queue.popleft().name, "not-sent", None, self._reason()))

    def _record_rest(self) -> None:
        """Append the remaining outcomes, and close the intents that were not sent."""
        try:
            if self._unrecorded:
                self._session.record([event for _, event, _ in self._unrecorded])
                self._reach("recorded")
                self._note_recorded()
            if self._unsure:
                self._disown()
        except LedgerError as error:
            self.store_error = error
        # Once at the end, since rewriting the spool blocks the threads that write to it.
        self._spool.forget(self._recorded)

    def _disown(self) -> None:
        state = self._session.read()
        for intent in self._unsure:
            known = state.orders.get(intent.action.name)
            if known and known.run == self._session.run and known.standing in OPEN:
                reason = "the ledger did not answer to the intent"
                not_sent = SubmissionNotSent(known.name, known.attempt, reason, known.intent)
                self._session.record([not_sent])

    @property
    def unrecorded(self) -> tuple[str, ...]:
        """Names with a result whose outcome is not in the ledger."""
        return tuple(name for name, _, _ in self._unrecorded)

    @property
    def unspooled(self) -> tuple[str, ...]:
        """Names of `unrecorded` whose outcome is not in the spool either."""
        return tuple(name for name in self.unrecorded if name in self._unspooled)

    def _note_recorded(self) -> None:
        self._recorded += [entry for _, _, entry in self._unrecorded if entry is not None]
        self._unrecorded.clear()

    def _give_up(self, error: LedgerError) -> None:
        self.store_error = error
        self.stopped = f"the ledger could not be written: {error}"
        for intent in self._unsure:
            self._finish(OrderResult(intent.action.name, "not-sent", None, self.stopped))


def _not_as_reviewed(name: str, found: NotAsReviewed) -> OrderResult:
    if found.unread:
        words = f"not sent, because its pass could not be read again: {found.why}"
        return OrderResult(name, "not-seen", None, words)
    words = f"not sent, because its pass is not what was reviewed: {found.why}"
    return OrderResult(name, "pass-changed", None, words)
