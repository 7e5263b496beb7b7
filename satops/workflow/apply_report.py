"""The options of one run of apply, and its report."""

from collections.abc import Sequence

from msgspec import Struct

from satops.core.ledger.chain import Head
from satops.core.plan.plan import Plan
from satops.errors import ExitCode, LedgerError, worst
from satops.ports import Spooled
from satops.workflow.account import AccountLook
from satops.workflow.outcomes import OrderResult, OutcomeName
from satops.workflow.passes import Compared
from satops.workflow.reconcile import DoubtLook


class Asked(Struct, frozen=True):
    """The options of one run."""

    names: tuple[str, ...] = ()
    """The orders to buy; empty for all."""
    labels: tuple[tuple[str, str], ...] = ()
    """Labels that an order must all have to be bought."""
    unseen: bool = False
    """Whether to buy the named orders although the look at the account failed."""
    because: str | None = None
    wait: bool = True
    """Whether to wait for the open submissions of other runs."""
    wait_max_s: float | None = None
    must_hold: tuple[Head | None, ...] = ()
    """Heads that the ledger must contain."""


_FOR_THE_TREE: tuple[OutcomeName, ...] = ("in-account", "pass-changed", "conflict")
"""Outcomes that somebody must settle in the tree."""


class ApplyReport(Struct, frozen=True):
    """The report of one run."""

    run: str
    plan: Plan
    orders: tuple[OrderResult, ...]
    """A result for each order to create, in the order of their outcomes; then the orders of other
    runs that this run waited for."""
    ledger_head: str
    stopped: str | None = None
    """Why the run stopped before the last order; None if it did not."""
    interrupted: bool = False
    store_error: LedgerError | None = None
    unrecorded: tuple[str, ...] = ()
    """Names whose outcomes could not be appended to the ledger."""
    unspooled: tuple[str, ...] = ()
    """Names of `unrecorded` whose outcomes are not in the spool either."""
    spool: str = ""
    """Path of the spool that holds the other outcomes of `unrecorded`."""
    replayed: tuple[Spooled, ...] = ()
    """Outcomes of earlier runs that the spool added to the ledger."""
    settled: tuple[DoubtLook, ...] = ()
    """Earlier runs' submissions in doubt, after the look at the account."""
    look: AccountLook | None = None
    """None if nothing was new and nothing was in doubt."""
    open_names: tuple[str, ...] = ()
    """Names of the plan whose submission was still open at this run's last read."""
    compared: tuple[Compared, ...] = ()
    """This run's orders of a pass, compared with the reviewed passes."""
    fresh: bool = False
    """Whether this machine has no local state of earlier runs."""
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
        """Why the look at the account failed, if this held orders back; else empty."""
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
        if any(map(self.count, ("rejected", "rejected-before", "free-again"))):
            codes.append(ExitCode.REJECTED)
        if self.count("not-sent") and not self.interrupted:
            codes.append(ExitCode.REJECTED)
        if self.count("not-seen"):
            codes.append(ExitCode.MARKETPLACE)
        if self.plan.blocked or any(map(self.count, _FOR_THE_TREE)):
            codes.append(ExitCode.INVALID)
        if any(each.differs for each in self.compared):
            codes.append(ExitCode.INVALID)
        if self.interrupted:
            codes.append(ExitCode.INTERRUPTED)
        return codes
