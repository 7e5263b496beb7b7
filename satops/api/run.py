"""The beginning and end of each run that appends to the ledger."""

from collections.abc import Iterator
from contextlib import contextmanager

from msgspec import Struct

from satops.adapters.provenance import person
from satops.api.notices import telling
from satops.api.repository import Repository, Say
from satops.api.specs import spec_tree
from satops.core.ledger.state import may_be_bought
from satops.core.spec.spec import Spec
from satops.ports import LocalState, Marketplace
from satops.workflow.account import AccountLook, look_at_account
from satops.workflow.begin import begin, doubt_first
from satops.workflow.ledger_session import NOTHING_PLACED, LedgerSession


class Run(Struct, frozen=True):
    """A run that has begun: the ledger was checked, and the spool replayed."""

    opened: Repository
    session: LedgerSession
    local: LocalState
    say: Say

    @property
    def by(self) -> str:
        """The person whom this run records."""
        return person(self.opened.environ)

    @contextmanager
    def witness(self, *, unchecked: bool) -> Iterator[Marketplace | None]:
        """Open the marketplace that must show an order; None with `unchecked`."""
        if unchecked or not self.opened.config.marketplace.query:
            yield None
            return
        ledger = self.session.state.ledger
        with self.opened.marketplace(self.say, ledger) as marketplace:
            yield marketplace

    def look(self, marketplace: Marketplace, *, any_account: bool = False) -> AccountLook:
        """Look at the account; `any_account` accepts it although it does not show our orders."""
        return look_at_account(
            marketplace,
            self.session.state,
            self.opened.clock,
            self.opened.config,
            any_account=any_account or self.opened.sandbox,
        )

    def unspent_specs(self) -> list[Spec]:
        """Return the unspent specs of the tree."""
        state = self.session.state
        specs = spec_tree(self.opened).read(state).specs
        return [spec for spec in specs if may_be_bought(state.orders.get(spec.name))]


@contextmanager
def run_of(opened: Repository, command: str, say: Say, *, bound: bool = True) -> Iterator[Run]:
    """Begin a run of an appending verb; close it unless an exception ends it.

    With `bound` the ledger must belong to the marketplace in satops.yaml.  A stopped run ends with
    6 while an order is in doubt.  Raises `LedgerError`, `Refused` and `UsageError`.
    """
    session, local, started = opened.appending(command, say, bound=bound)
    with telling(opened, session, say), doubt_first(session):
        begin(session, local, started, must_hold=(opened.expected_head(),))
        yield Run(opened, session, local, say)
        session.finish(NOTHING_PLACED)
