"""What a person asks of a run of apply, and what the run did."""

from collections.abc import Sequence
from dataclasses import dataclass

from satops.core.ledger.chain import Head
from satops.core.plan.plan import Plan
from satops.errors import ExitCode, LedgerError, worst
from satops.ports import Spooled
from satops.workflow.account import AccountLook
from satops.workflow.outcomes import OrderResult
from satops.workflow.passes import Compared
from satops.workflow.reconcile import DoubtLook


@dataclass(frozen=True, slots=True)
class Asked:
    """What a person asked of one run, beside buying what is new."""

    names: tuple[str, ...] = ()
    """The orders to buy; empty for all."""
    labels: tuple[tuple[str, str], ...] = ()
    """Keys and values that the orders to buy must all have."""
    unseen: bool = False
    """Buy the named orders although the account could not be looked at."""
    because: str | None = None
    wait: bool = True
    """Whether to wait for the open submissions of other runs."""
    wait_max_s: float | None = None
    must_hold: tuple[Head | None, ...] = ()
    """Heads that the ledger must hold."""


@dataclass(frozen=True, slots=True, repr=False)
class ApplyReport:
    """What a run did."""

    run: str
    plan: Plan
    orders: tuple[OrderResult, ...]
    """Every order that the plan would create, in the order in which their outcomes came, and then
    those of other runs that this run waited for."""
    ledger_head: str
    stopped: str | None = None
    """Why the rest was not sent, if the run stopped before its end."""
    interrupted: bool = False
    store_error: LedgerError | None = None
    unrecorded: tuple[str, ...] = ()
    """Names whose outcomes are in `orders`, and not in the ledger."""
    unspooled: tuple[str, ...] = ()
    """Those of `unrecorded` that are not on this machine's disk either."""
    spool: str = ""
    """Where the others of `unrecorded` are kept."""
    replayed: tuple[Spooled, ...] = ()
    """Outcomes of earlier runs that were taken from the spool into the ledger."""
    settled: tuple[DoubtLook, ...] = ()
    """What the look at the account told of submissions of earlier runs."""
    look: AccountLook | None = None
    """None where nothing was to be bought and nothing was in doubt."""
    open_names: tuple[str, ...] = ()
    """Names of the plan that may exist and are not settled, at this run's last read."""
    compared: tuple[Compared, ...] = ()
    """What the marketplace shows of the orders of a pass that this run bought."""
    fresh: bool = False
    """Whether this machine keeps nothing of earlier runs."""
    local: str = ""

    def __repr__(self) -> str:
        """Return the run, and what was placed."""
        placed = f"{self.count('placed')} of {self.expected} placed"
        return f"<ApplyReport {self.run}: {placed}, exit code {int(self.exit_code)}>"

    @property
    def expected(self) -> int:
        """How many orders the plan would create."""
        return len(self.plan.creates)

    @property
    def unseen_why(self) -> str:
        """Why nothing new was sent for want of a look at the account; else empty."""
        if self.look is None or self.look.full or self.count("not-seen") == 0:
            return ""
        return self.look.why_not

    def count(self, outcome: str) -> int:
        """Return how many orders had an outcome."""
        return sum(order.outcome == outcome for order in self.orders)

    @property
    def exit_code(self) -> ExitCode:
        """The exit code that this run ends with."""
        return worst(set(self._exit_codes()))

    def _exit_codes(self) -> Sequence[ExitCode]:
        codes = []
        if self.count("in-doubt") or self.count("being-placed") or self.open_names:
            codes.append(ExitCode.IN_DOUBT)
        if self.store_error is not None:
            codes.append(ExitCode.LEDGER)
        if self.count("rejected") or self.count("free-again"):
            codes.append(ExitCode.REJECTED)
        if self.count("not-sent") and not self.interrupted:
            codes.append(ExitCode.REJECTED)
        if self.count("not-seen"):
            codes.append(ExitCode.MARKETPLACE)
        if self.plan.blocked or self.count("in-account") or self.count("pass-changed"):
            codes.append(ExitCode.INVALID)
        if any(each.differs for each in self.compared):
            codes.append(ExitCode.INVALID)
        if self.interrupted:
            codes.append(ExitCode.INTERRUPTED)
        return codes
