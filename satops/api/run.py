"""The beginning and end of each run that appends to the ledger.

After it, notices go to webhooks; a failed notice does not change the run.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

from msgspec import Struct

from satops.adapters.provenance import person
from satops.api.repository import Repository, Say
from satops.api.specs import spec_tree
from satops.core.ledger.chain import Head
from satops.core.ledger.events import NoticesSent
from satops.core.ledger.state import may_be_bought
from satops.core.spec.spec import Spec
from satops.errors import SatopsError
from satops.ports import LocalState, Marketplace
from satops.workflow.account import AccountLook, look_at_account
from satops.workflow.begin import begin, doubt_first
from satops.workflow.ledger_session import NOTHING_PLACED, LedgerSession


@contextmanager
def telling(opened: Repository, session: LedgerSession, say: Say) -> Iterator[None]:
    """Notify each hook of the events of the run inside, however it ends."""
    began = session.state.head
    try:
        yield
    finally:
        notify(opened, began, say)


def notify(opened: Repository, began: Head, say: Say) -> None:
    """Notify each hook of the outcomes since the head `began`.

    Failures are printed and not raised, since the purchases are recorded.
    """
    hooks = opened.config.notify
    if not hooks:
        return
    from satops.adapters.webhook import post_to
    from satops.workflow.notices import notice_for, send_notices

    try:
        session = opened.session()
        state = session.state
        session.begin(opened.started("notices"))
        notices = partial(
            notice_for,
            store=session.store,
            offer=opened.offer,
            began=began,
            ledger=state.ledger,
            marketplace=state.marketplace,
        )
        for told in send_notices(hooks, notices, partial(post_to, opened.environ)):
            if isinstance(told, NoticesSent):
                session.record([told])
            else:
                say(f"satops: {told}")
    except (SatopsError, OSError) as error:
        say(f"satops: Notices were not sent: {error}")


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
