"""Buy what the tree asks for and the ledger does not have.

True at any time, also after a kill at any instruction:

1. Nothing is sent without a durable `SubmissionIntended`.
2. At most one submission of a name is open (intended or in doubt).
3. `apply` never sends an open submission again; only reconcile, resolve or a recorded outcome
   closes it.
4. A receipt in the ledger names an order that the marketplace has shown us.
5. The ledger only grows.

The steps: read the ledger, replay the spool, look for what is in doubt, plan, hold the plan
against its guards and limits, then send (`place.py`).
"""

from collections.abc import Callable, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass, replace

from satops.core.ledger.events import RunFinished, RunStarted
from satops.core.ledger.state import OPEN, LedgerState
from satops.core.order.order import instant_text
from satops.core.plan.config import Config
from satops.core.plan.limits import check_limits
from satops.core.plan.plan import Action, Plan, Refusal
from satops.errors import ExitCode, HeadMoved, LedgerError, Refused, SatopsError, worst
from satops.ports import Clock, LedgerStore, Marketplace, Spool, TwoAddressStore
from satops.workflow.ledger_session import APPENDS_MAX, LedgerSession, never_still
from satops.workflow.outcomes import OrderResult
from satops.workflow.replay import replay
from satops.workflow.submit import Progress, Reach, Submitting


@dataclass(frozen=True, slots=True)
class ApplyReport:
    """What a run did."""

    run: str
    plan: Plan
    orders: tuple[OrderResult, ...]
    """Every order that the plan would create, in the order in which their outcomes came."""
    ledger_head: str
    stopped: str | None = None
    """Why the rest was not sent, if the run stopped before its end."""
    interrupted: bool = False
    store_error: LedgerError | None = None
    unrecorded: int = 0
    """Outcomes that are in the spool and in `orders`, and not in the ledger."""
    replayed: int = 0
    """Outcomes of earlier runs that were taken from the spool into the ledger."""

    @property
    def expected(self) -> int:
        """How many orders the plan would create."""
        return len(self.plan.creates)

    def count(self, outcome: str) -> int:
        """Return how many orders had an outcome."""
        return sum(order.outcome == outcome for order in self.orders)

    @property
    def exit_code(self) -> ExitCode:
        """The exit code that this run ends with."""
        return worst(set(self._exit_codes()))

    def _exit_codes(self) -> Sequence[ExitCode]:
        codes = []
        if self.count("in-doubt") or self.plan.in_doubt:
            codes.append(ExitCode.IN_DOUBT)
        if self.store_error is not None:
            codes.append(ExitCode.LEDGER)
        if self.count("rejected") or (self.count("not-sent") and not self.interrupted):
            codes.append(ExitCode.REJECTED)
        if self.plan.blocked:
            codes.append(ExitCode.INVALID)
        if self.interrupted:
            codes.append(ExitCode.INTERRUPTED)
        return codes


Replan = Callable[[LedgerState], Plan]
"""Reads the tree and makes the plan on a state; raises `InvalidInput`."""
Guard = Callable[[Plan, LedgerState], None]
"""Raises `Refused` when the plan is not the one that was reviewed or confirmed."""


def apply(
    *,
    store: LedgerStore,
    marketplace: Marketplace,
    spool: Spool,
    clock: Clock,
    config: Config,
    run: str,
    started: RunStarted,
    replan: Replan,
    settle: Callable[[LedgerSession], None],
    guard: Guard,
    progress: Progress,
    stopping: Callable[[], bool] = lambda: False,
    executor: Executor | None = None,
    reach: Reach = lambda _: None,
) -> ApplyReport:
    """Place every order of the plan once.

    `settle` looks for what is in doubt and must not wait; it runs before the plan is made.
    `guard` runs after it, and before anything is sent.

    Raises `Refused` (limits, guard), `InvalidInput` and `LedgerError`: then nothing was sent.
    """
    try:
        spool.prepare(run)
    except OSError as error:
        raise Refused(
            f"Outcomes could not be kept on this machine's disk ({error}), so nothing was sent. "
            "Make room or mend the folder `.satops`, and run again."
        ) from error
    session = LedgerSession(store, clock, run)
    replayed = _settle_earlier(session, spool, started, settle)
    try:
        plan = replan(session.state)
        guard(plan, session.state)
        refuse_over_limits(plan.refusals)
    except SatopsError as error:
        if _in_doubt(session.state):
            raise error.ending_with(ExitCode.IN_DOUBT) from error
        raise
    if not plan.creates:
        return ApplyReport(run, plan, (), session.state.head.digest, replayed=replayed)

    def recheck(creates: Sequence[Action], state: LedgerState) -> Sequence[Refusal]:
        return check_limits(creates, state, config.limits, instant_text(clock.now()))

    session.begin(replace(started, plan_digest=plan.digest))
    if isinstance(store, TwoAddressStore) and store.is_written_elsewhere():
        _announce(session)
        refuse_over_limits(recheck(plan.creates, session.state))
    with executor or ThreadPoolExecutor(config.apply.concurrency, "satops-send") as pool:
        placing = Submitting(
            session=session,
            marketplace=marketplace,
            spool=spool,
            clock=clock,
            config=config,
            executor=pool,
            progress=progress,
            stopping=stopping,
            recheck=recheck,
            reach=reach,
        )
        placing.run(plan.creates)
    report = ApplyReport(
        run=run,
        plan=plan,
        orders=tuple(placing.results),
        ledger_head=session.state.head.digest,
        stopped=placing.stopped,
        interrupted=stopping(),
        store_error=placing.store_error,
        unrecorded=placing.unrecorded,
        replayed=replayed,
    )
    return _finish(session, report)


def _settle_earlier(
    session: LedgerSession,
    spool: Spool,
    started: RunStarted,
    settle: Callable[[LedgerSession], None],
) -> int:
    """Bring what earlier runs left into the ledger, as a run of its own; return the replayed."""
    before = LedgerSession(session.store, session.clock, f"{session.run}-before", session.state)
    before.read()
    before.begin(replace(started, command=f"{started.command} (what earlier runs left)"))
    replayed = replay(before, spool)
    settle(before)
    before.finish(RunFinished(expected=0, placed=0, rejected=0, not_sent=0, in_doubt=0))
    return replayed


def _announce(session: LedgerSession) -> None:
    """Append the beginning of the run by itself, so that it is seen where everybody reads before
    the first intent.  Raises `StoreUnreachable` where it is not.
    """
    for _ in range(APPENDS_MAX):
        try:
            session.append([])
        except HeadMoved:
            continue
        return
    raise never_still(session.store)


def _in_doubt(state: LedgerState) -> bool:
    return any(order.standing in OPEN for order in state.orders.values())


def refuse_over_limits(refusals: Sequence[Refusal]) -> None:
    """Raise `Refused` when a limit is exceeded: all or nothing is sent."""
    if refusals:
        raise Refused("\n".join(refusal.detail for refusal in refusals))


def _finish(session: LedgerSession, report: ApplyReport) -> ApplyReport:
    if report.store_error is not None:
        return report
    try:
        session.finish(
            RunFinished(
                expected=report.expected,
                placed=report.count("placed"),
                rejected=report.count("rejected"),
                not_sent=report.count("not-sent"),
                in_doubt=report.count("in-doubt"),
            )
        )
    except LedgerError:
        # Every outcome is recorded; only the closing line is missing, and it decides nothing.
        return report
    return replace(report, ledger_head=session.state.head.digest)
