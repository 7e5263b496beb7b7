"""Order a simulation result again while its first order is in doubt.  A person decides, since it
may buy.

The API documentation says that a result can be ordered once, so a second request cannot buy twice.
This is not proven, so `apply` never does it.  Only a receipt closes the submission: a refusal of
the second request proves nothing about the first.
"""

from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta

from msgspec import Struct
from msgspec.structs import replace

from satops.core.ledger.events import Event, SubmissionProbed
from satops.core.ledger.state import LedgerState, OrderState
from satops.core.order.order import instant_text
from satops.core.order.submission import InDoubt, NotSent, Outcome, Receipt, Rejection
from satops.core.plan.config import Config
from satops.core.plan.plan import Action, Part
from satops.errors import ExitCode, Refused, UsageError
from satops.offers import offer_of
from satops.ports import LocalState, Marketplace, Spooled
from satops.workflow.account import look_at_account
from satops.workflow.ledger_session import LedgerSession, decide_and_append
from satops.workflow.outcomes import OrderResult, outcome_event, result_of
from satops.workflow.part import limits_of, only_part
from satops.workflow.passes import (
    NotAsReviewed,
    compare_purchase,
    confirm_pass,
    record_compared,
    with_compared,
)
from satops.workflow.plan import make_plan, refuse_invalid
from satops.workflow.reconcile import settle_doubts
from satops.workflow.send import whole_second
from satops.workflow.submit import Reach
from satops.workflow.validate import WholeTree
from satops.workflow.waiting import is_being_placed


class AskedAgain(Struct, frozen=True):
    """The result of ordering again."""

    result: OrderResult
    means: str
    """What the answer means, and what to do next."""
    asked: bool = True
    """False if a look at the account settled the doubt, so that nothing was sent."""
    differs: bool = False
    """Whether the bought pass differs from the reviewed one."""

    @property
    def exit_code(self) -> ExitCode:
        """6 while the order is in doubt, 3 if the bought pass differs from the reviewed one."""
        if self.result.outcome == "in-doubt":
            return ExitCode.IN_DOUBT
        return ExitCode.INVALID if self.differs else ExitCode.DONE


class AskingAgain(Struct, frozen=True):
    """One run of `resolve --ask-again`: its ports and options."""

    session: LedgerSession
    local: LocalState
    marketplace: Marketplace
    specs: WholeTree
    config: Config
    by: str
    because: str | None
    confirm: Callable[[Action], None]
    """Shows the sum and asks for confirmation.  Raises `Refused`."""
    any_account: bool = False
    reach: Reach = lambda _: None

    def run(self, name: str) -> AskedAgain:
        """Look at the account; if the doubt remains, order the result again.

        Raises `Refused`, `UsageError` and `LedgerError`: then nothing was sent.
        """
        self.session.read()
        self._askable(self.session.state, name)
        settled = self._look(name)
        if settled is not None:
            return settled
        action = self._still_wanted(name)
        assert action.spec is not None
        row = confirm_pass(self.marketplace, action.spec.order, self.config)
        if isinstance(row, NotAsReviewed):
            code = ExitCode.MARKETPLACE if row.unread else ExitCode.REFUSED
            words = f"{name} is not asked for again: {row.why}. Nothing was sent."
            raise Refused(words, exit_code=code)
        self.confirm(action)
        self._prepare_spool()
        known, until, deadline = self._probe(name)
        self.reach("probed")
        outcome = self._ask(action, until, deadline)
        self.reach("answered")
        outcome = self._never_closing(name, outcome)
        return self._record(action, known, outcome)

    def _askable(self, state: LedgerState, name: str) -> OrderState:
        """Return the submission in doubt whose result can be ordered again.  Raises `Refused`,
        `UsageError`.
        """
        known = state.orders.get(name)
        if known is None:
            raise UsageError(f"The ledger does not know the name {name!r}. Look at `satops list`.")
        if known.bought_pass is None:
            raise Refused(
                f"{name} buys no pass. Another request for it would be another order: it is never "
                "sent again."
            )
        if is_being_placed(known, self.session.clock, self.local.looks):
            raise Refused(f"{name} is being placed until {known.until}. Wait, and look again.")
        if known.standing_at(instant_text(self.session.clock.now())) != "in-doubt":
            raise Refused(f"{name} is not in doubt: it is {known.standing}.")
        if not known.doubted:
            raise Refused(
                f"The run that sent {name} ({known.run}) has not recorded what was answered: its "
                "outcome may be on that machine's disk. Run `satops reconcile` there, or name its "
                "spool: `satops reconcile --spool FILE`."
            )
        return known

    def _look(self, name: str) -> AskedAgain | None:
        """Try to settle the doubt by a look at the account; None if it remains."""
        look = look_at_account(
            self.marketplace,
            self.session.state,
            self.session.clock,
            self.config,
            any_account=self.any_account,
        )
        report = settle_doubts(self.session, look, self.local.looks, self.config)
        for found in report.findings:
            if found.name == name and found.settled is not None and found.settled.placed:
                result = OrderResult(name, "placed", found.settled.order_no)
                return AskedAgain(result, "The account shows it: nothing was sent.", asked=False)
        self._askable(self.session.state, name)
        return None

    def _still_wanted(self, name: str) -> Action:
        """Return the action that apply would take if the ledger did not hold the name.

        The spec must be in the tree, its pass in the future, and every limit must hold.  Raises
        `Refused`.
        """
        known, now = self.session.state.orders[name], instant_text(self.session.clock.now())
        state = _without(self.session.state, name)
        made = make_plan(
            self.specs.read_whole(self.session.state),
            state,
            self.config,
            now=now,
            recall=self.session.recall,
            rules=self.specs.rules,
        )
        reason = next((each.reason for each in made.actions if each.name == name), "")
        if not reason:
            raise Refused(f"The spec of {name} is gone, so it is not wanted any more.")
        plan = only_part(made, Part((name,)), limits_of(self.config, state, now))
        refuse_invalid(plan)
        if plan.refusals:
            raise Refused("\n".join(refusal.detail for refusal in plan.refusals))
        action = next((each for each in plan.creates if each.name == name), None)
        if action is None or action.spec is None:
            raise Refused(f"{name} is not wanted any more: {reason}. Nothing was sent.")
        if action.spec.order.digest != known.order_digest:
            raise Refused(f"The spec of {name} was changed since it was sent. Put it back.")
        return action

    def _prepare_spool(self) -> None:
        try:
            self.local.spool.prepare(1)
        except OSError as error:
            raise Refused(
                f"The outcome could not be kept on this machine's disk ({error}), so nothing was "
                f"sent. Make room for {self.local.spool.address}, and run again."
            ) from error

    def _probe(self, name: str) -> tuple[OrderState, str, float]:
        """Append `SubmissionProbed`; durable on return."""
        clock, intent_s = self.session.clock, self.config.apply.intent_s
        until, deadline = "", 0.0

        def decide(state: LedgerState) -> list[Event]:
            nonlocal until, deadline
            known = self._askable(state, name)
            deadline = clock.monotonic() + intent_s
            until = instant_text(whole_second(clock.now() + timedelta(seconds=intent_s)))
            return [
                SubmissionProbed(name, known.attempt, known.intent, until, self.by, self.because)
            ]

        decide_and_append(self.session, decide)
        return self.session.state.orders[name], until, deadline

    def _ask(self, action: Action, until: str, deadline: float) -> Outcome:
        """Send the request once, unless its answer could come after the deadline."""
        assert action.spec is not None
        clock, longest_s = self.session.clock, self.marketplace.longest_answer_s
        latest = instant_text(clock.now() + timedelta(seconds=longest_s))
        if clock.monotonic() + longest_s >= deadline or latest >= until:
            return NotSent("its time was over before it was sent")
        request = offer_of(self.config).request(action.spec.order, self.config.marketplace)
        try:
            return self.marketplace.place_result(request)
        except Exception as error:
            return InDoubt("satops failed while it was sending", type(error).__name__)

    def _never_closing(self, name: str, outcome: Outcome) -> Outcome:
        """Return a receipt unchanged, and any other outcome as in doubt."""
        match outcome:
            case Receipt(order_no):
                holder = self.session.state.claimed.get(order_no, name)
                if holder == name:
                    return outcome
                return InDoubt(
                    "asked again, the marketplace answered with the number of another order",
                    f"{order_no} is recorded under the name {holder}",
                    claimed_no=order_no,
                )
            case Rejection(code, message):
                return InDoubt(f"asked again, and refused: {message} (code {code})")
            case NotSent(reason):
                return InDoubt(f"asked again, and nothing was sent: {reason}")
            case _:
                return outcome

    def _record(self, action: Action, known: OrderState, outcome: Outcome) -> AskedAgain:
        """Write the outcome to the spool, then to the ledger."""
        entry = Spooled(
            ledger=self.session.state.ledger,
            run=self.session.run,
            name=action.name,
            attempt=known.attempt,
            intent=known.intent,
            time=instant_text(self.session.clock.now()),
            outcome=outcome,
        )
        with suppress(OSError):  # the ledger now holds the outcome
            self.local.spool.keep(entry)
        self.reach("spooled")
        self.session.record([outcome_event(action.name, known.attempt, known.intent, outcome)])
        self.reach("recorded")
        self.local.spool.forget([entry])
        result = result_of(action.name, outcome)
        if not isinstance(outcome, Receipt) or action.spec is None:
            return AskedAgain(result, _means(outcome))
        compared = compare_purchase(self.marketplace, action.spec, outcome.order_no, self.config)
        record_compared(self.session, [compared])
        (result,) = with_compared([result], [compared])
        return AskedAgain(result, _means(outcome), differs=bool(compared.differs))


def _without(state: LedgerState, name: str) -> LedgerState:
    """Return the state without a name."""
    rest = {key: known for key, known in state.orders.items() if key != name}
    return replace(state, orders=rest)


def _means(outcome: Outcome) -> str:
    if isinstance(outcome, Receipt):
        return "The first request had bought nothing; this one did. That is the order."
    if isinstance(outcome, InDoubt) and outcome.used:
        return (
            "The result is used: some request bought it, most likely the first one. Look for its "
            "order by hand, and record it with `satops resolve NAME --placed ORDER_NO`."
        )
    return "The answer proves nothing, of either request: it is still in doubt."
