"""Buy the orders of the tree that the ledger does not hold.

True at any time, also after a kill at any instruction:

1. Nothing is sent without a durable `SubmissionIntended`.
2. At most one submission of a name is open (intended or in doubt).
3. `apply` never sends an open submission again; only reconcile, resolve or a recorded outcome
   closes it.
4. A receipt in the ledger names an order that the marketplace has shown us.
5. The ledger only grows.

The steps: read the ledger and replay the spool (`begin.py`), look at the account and settle doubts,
plan, ask every guard of the plan (`guards.py`), hold back orders that the account shows
(`account.py`), send (`submit.py`), wait for other runs' open submissions.  A run that has waited
buys nothing more.
"""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor

from msgspec import Struct, field
from msgspec.structs import replace

from satops.core.ledger.events import RunFinished, RunStarted
from satops.core.ledger.state import OPEN, LedgerState, Standing
from satops.core.order.order import instant_text
from satops.core.plan.config import Config
from satops.core.plan.limits import check_limits
from satops.core.plan.plan import Action, Plan
from satops.errors import ExitCode, HeadMoved, LedgerError, Refused, SatopsError
from satops.ports import Clock, LocalState, Marketplace, TwoAddressStore
from satops.workflow.account import AccountLook, clear, look_at_account, rejected_before
from satops.workflow.apply_report import ApplyReport, Asked
from satops.workflow.begin import begin, doubt_first, earlier, is_anything_open, require_open
from satops.workflow.guards import GUARDS, Approval, Guarded, only_reviewed, refuse_over_limits
from satops.workflow.ledger_session import APPENDS_MAX, NOTHING_PLACED, LedgerSession, never_still
from satops.workflow.origins import Origins
from satops.workflow.outcomes import OrderResult
from satops.workflow.part import limits_of, only_part, part_of
from satops.workflow.passes import compare_purchases, with_compared
from satops.workflow.plan import make_plan
from satops.workflow.proof import StoreProof
from satops.workflow.reconcile import DoubtLook, settle_doubts
from satops.workflow.replay import Replayed
from satops.workflow.submit import Progress, Reach, Submitting, outcomes_at_once
from satops.workflow.validate import WholeTree
from satops.workflow.waiting import being_placed, is_being_placed, open_elsewhere, wait_for_others

_CERTAIN = frozenset({"placed", "rejected", "not-sent"})


class Applying(Struct):
    """One run of apply: its ports, and its state so far."""

    session: LedgerSession
    local: LocalState
    marketplace: Marketplace
    config: Config
    started: RunStarted
    specs: WholeTree
    proof: StoreProof
    origins: Origins
    asked: Asked = field(default_factory=Asked)
    approval: Approval = field(default_factory=Approval)
    any_account: bool = False
    """Whether the marketplace is the embedded sandbox, which is a new account on each machine."""
    progress: Progress | None = None
    stopping: Callable[[], bool] = lambda: False
    tell: Callable[[str], None] = lambda _: None
    """Prints one line on stderr."""
    executor: Executor | None = None
    reach: Reach = lambda _: None
    look: AccountLook | None = None
    settled: tuple[DoubtLook, ...] = ()
    replayed: Replayed = field(default_factory=Replayed)
    results: list[OrderResult] = field(default_factory=list)

    @property
    def clock(self) -> Clock:
        """Clock of the run."""
        return self.session.clock

    def run(self) -> ApplyReport:
        """Send every order of the plan once.

        Raises `Refused`, `InvalidInput`, `UsageError` and `LedgerError`: then nothing was sent.
        """
        self.replayed = begin(
            self.session, self.local, self.started, must_hold=self.asked.must_hold
        )
        try:
            with doubt_first(self.session):
                self._settle_earlier()
                plan = self._guarded_plan()
                ready = self._cleared(plan)
        except SatopsError as error:
            if is_anything_open(self.session.state):
                raise error.ending_with(ExitCode.IN_DOUBT) from error
            raise
        report = self._report(plan)
        if ready:
            report = self._submit(plan, ready)
        with doubt_first(self.session):
            return self._await_others(report)

    def _guarded_plan(self) -> Plan:
        """Read the tree, plan on the ledger as it stands, and ask every guard."""
        state = self.session.state
        made = make_plan(
            self.specs.read_whole(state),
            state,
            self.config,
            now=instant_text(self.clock.now()),
            recall=self.session.recall,
            rules=self.specs.rules,
        )
        limits = limits_of(self.config, state, made.made_at)
        approval = self.approval
        if approval.saved is not None and approval.saved.part is not None:
            made = only_part(made, approval.saved.part, limits)
        part = part_of(self.asked.names, self.asked.labels)
        plan = made if part is None else only_part(made, part, limits)
        if approval.reviewed:
            plan = only_reviewed(plan, approval.reviewed_orders, limits)
        guarded = Guarded(
            plan=plan,
            compared=made,
            state=state,
            because=self.asked.because,
            approval=approval,
            proof=self.proof,
            origins=self.origins,
            tell=self.tell,
        )
        for guard in GUARDS:
            guard(guarded)
        return plan

    def _settle_earlier(self) -> None:
        """Look once at the account and settle doubts; the events belong to a run of their own."""
        if not is_anything_open(self.session.state):
            return
        self.look = self._look()
        before = earlier(self.session, self.started)
        report = settle_doubts(before, self.look, self.local.looks, self.config)
        before.finish(NOTHING_PLACED)
        self.settled = report.findings

    def _look(self) -> AccountLook:
        look = look_at_account(
            self.marketplace,
            self.session.state,
            self.clock,
            self.config,
            any_account=self.any_account,
        )
        # Read the ledger after the look, so that it holds every order that others placed before the
        # look.
        self.session.read()
        return look

    def _cleared(self, plan: Plan) -> list[Action]:
        """Return the orders to send, and add a result for each order that the account holds back.

        Raises `Refused` if no purchase is allowed yet (see `clearance`).
        """
        if not plan.creates:
            return []
        # Anew, also after a look that settled doubts: a person may have taken an hour to answer.
        self.look = self._look()
        require_open(self.session.state, self.session.store.address)
        ready, held_back = clear(
            plan,
            self.look,
            self.session.state,
            self.config,
            unseen=self.asked.unseen,
            lost=self.replayed.lost,
            spool=self.local.spool.address,
        )
        again = [action for action in ready if self._is_sent_again(action)]
        self.results += [*held_back, *map(rejected_before, again)]
        ready = [action for action in ready if not self._is_sent_again(action)]
        # The look has read what other runs bought since the guards were asked.
        now = instant_text(self.clock.now())
        refuse_over_limits(check_limits(ready, self.session.state, self.config, now))
        return ready

    def _is_sent_again(self, action: Action) -> bool:
        """Tell whether an order was rejected, and nobody has asked for it since.

        Each merge buys what is missing: a rejected order would be tried again by merges that are
        about other orders, and might be bought months later.
        """
        return action.rejections > 0 and not (self.asked.names or self.approval.has_seen(action))

    def _submit(self, plan: Plan, ready: Sequence[Action]) -> ApplyReport:
        try:
            self.local.spool.prepare(outcomes_at_once(self.session.store, self.config))
        except OSError as error:
            raise Refused(
                f"Outcomes could not be kept on this machine's disk ({error}), so nothing was "
                f"sent. Make room for {self.local.spool.address}, and run again."
            ) from error
        self.session.begin(replace(self.started, plan_digest=plan.digest))
        store = self.session.store
        if isinstance(store, TwoAddressStore) and store.is_written_elsewhere():
            self._announce()
            now = instant_text(self.clock.now())
            refuse_over_limits(check_limits(ready, self.session.state, self.config, now))
        workers = self.config.apply.concurrency
        with self.executor or ThreadPoolExecutor(workers, "satops-send") as pool:
            submitting = Submitting(
                session=self.session,
                marketplace=self.marketplace,
                spool=self.local.spool,
                clock=self.clock,
                config=self.config,
                executor=pool,
                progress=self.progress or _Silent(),
                stopping=self.stopping,
                reach=self.reach,
                provenance=self.origins.found,
            )
            submitting.run(ready)
        compared = compare_purchases(
            self.session, self.marketplace, ready, submitting.results, self.config
        )
        self.results += with_compared(submitting.results, compared)
        report = self._report(plan)
        report = replace(
            report,
            compared=compared,
            stopped=submitting.stopped,
            store_error=submitting.store_error,
            unrecorded=submitting.unrecorded,
            unspooled=submitting.unspooled,
        )
        return self._finish(report)

    def _announce(self) -> None:
        """Append `RunStarted` alone, so that readers everywhere see it before the first intent.
        Raises `StoreUnreachable` if its durability is not certain.
        """
        for _ in range(APPENDS_MAX):
            try:
                self.session.append([])
            except HeadMoved:
                continue
            return
        raise never_still(self.session.store)

    def _report(self, plan: Plan) -> ApplyReport:
        return ApplyReport(
            run=self.session.run,
            plan=plan,
            orders=tuple(self.results),
            ledger_head=self.session.state.head.digest,
            interrupted=self.stopping(),
            spool=self.local.spool.address,
            replayed=self.replayed.recorded,
            settled=self.settled,
            look=self.look,
            open_names=self._open_names(plan),
            fresh=self.local.fresh,
            local=self.local.address,
        )

    def _open_names(self, plan: Plan) -> tuple[str, ...]:
        """Return the plan's names with an open submission, except those whose outcome this run
        knows.
        """
        certain = {it.name for it in self.results if it.outcome in _CERTAIN}
        names = {action.name for action in plan.actions} - certain
        return tuple(sorted(open_elsewhere(self.session.state, names)))

    def _finish(self, report: ApplyReport) -> ApplyReport:
        if report.store_error is not None:
            return report
        try:
            self.session.finish(
                RunFinished(
                    expected=report.expected,
                    placed=report.count("placed"),
                    rejected=report.count("rejected"),
                    not_sent=report.count("not-sent"),
                    in_doubt=report.count("in-doubt"),
                )
            )
        except LedgerError:
            # Every outcome is recorded.  A run without `RunFinished` changes no decision.
            return report
        return replace(report, ledger_head=self.session.state.head.digest)

    def _await_others(self, report: ApplyReport) -> ApplyReport:
        """Wait for other runs' open submissions of the plan's names, and add their results.

        After the wait nothing is intended: a name that became free is only reported.
        """
        if report.store_error is not None:
            return report
        session, interrupted = self.session, False
        try:
            session.read()
            wanted = {
                name: intent
                for name, intent in open_elsewhere(
                    session.state, {action.name for action in report.plan.actions}
                ).items()
                if session.state.orders[name].run != session.run
            }
            placing = being_placed(session.state, wanted)
            if placing and self.asked.wait and not self.stopping():
                interrupted = wait_for_others(
                    session,
                    placing,
                    self.local.looks,
                    stopping=self.stopping,
                    tell=self.tell,
                    most_s=self.asked.wait_max_s,
                )
                if not (interrupted or self.stopping()):
                    self._look_after_waiting(placing)
            skipped = _left_to_others(report, session.state)
            wanted = {it.name: it.spec.order.digest for it in report.plan.actions if it.spec}
            awaited = [
                self._awaited(name, wanted.get(name))
                for name in dict.fromkeys((*placing, *skipped))
            ]
        except LedgerError as error:
            return replace(report, store_error=error)
        # The result after the wait replaces the earlier result of the same name.
        names = {result.name for result in awaited}
        self.results = [result for result in self.results if result.name not in names] + awaited
        return replace(
            report,
            orders=tuple(self.results),
            open_names=self._open_names(report.plan),
            interrupted=interrupted or self.stopping(),
        )

    def _awaited(self, name: str, wanted: str | None) -> OrderResult:
        """Return the result of another run's submission; `wanted` is the digest of our order."""
        known = self.session.state.orders[name]
        if known.standing is Standing.PLACED and wanted not in (None, known.order_digest):
            words = f"run {known.run} placed another order of this name"
            return OrderResult(name, "conflict", known.order_no, words)
        if known.standing is Standing.PLACED:
            words = f"run {known.run} placed it"
            return OrderResult(name, "placed-by-other", known.order_no, words)
        if known.standing in OPEN:
            if is_being_placed(known, self.clock, self.local.looks):
                words = f"run {known.run} is placing it until {known.until}"
                return OrderResult(name, "being-placed", None, words)
            return OrderResult(name, "in-doubt", None, f"run {known.run} left it in doubt")
        words = (
            f"run {known.run} did not place it ({known.standing}: {known.reason}), so it is free "
            "again. This run waited for it and buys nothing more; run again"
        )
        return OrderResult(name, "free-again", None, words)

    def _look_after_waiting(self, placing: Mapping[str, str]) -> None:
        """Look once at the account for the submissions that are still open after the wait."""
        state = self.session.state
        if not any(state.orders[name].standing in OPEN for name in placing):
            return
        look = self._look()
        report = settle_doubts(self.session, look, self.local.looks, self.config)
        self.settled = (*self.settled, *report.findings)
        self.session.finish(NOTHING_PLACED)


class _Silent:
    """A `Progress` that shows nothing."""

    def started(self, expected: int) -> None: ...

    def finished(self, result: OrderResult) -> None: ...


def _left_to_others(report: ApplyReport, state: LedgerState) -> list[str]:
    """Return the names that this run skipped because another run had an open submission of them."""
    return [
        result.name
        for result in report.orders
        if result.outcome in ("being-placed", "in-doubt")
        and state.orders[result.name].run != report.run
    ]
