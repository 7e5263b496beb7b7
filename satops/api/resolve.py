"""What a person settles by hand: doubts, and orders of the account that no run of ours placed."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

from satops.adapters.provenance import person
from satops.api.ledger import unspent_specs
from satops.api.plan import moment
from satops.api.repository import FilePath, Repository, Say, open_repository
from satops.api.specs import spec_tree
from satops.core.ledger.events import DoubtCorrected, DoubtSettled, ForeignNoted, OrderAdopted
from satops.core.spec.spec import Spec
from satops.errors import InvalidInput, Refused
from satops.ports import LocalState, Marketplace
from satops.workflow import adopt as adopting
from satops.workflow import resolve as settling
from satops.workflow.account import AccountLook, look_at_account
from satops.workflow.adopt_all import Proposal, adopt_proposed, propose
from satops.workflow.begin import begin, doubt_first
from satops.workflow.ledger_session import LedgerSession
from satops.workflow.reconcile import NOTHING_PLACED


def resolve(
    repository: FilePath,
    name: str,
    *,
    order_no: str | None = None,
    same_as: str | None = None,
    correct: bool = False,
    because: str | None = None,
    unchecked: bool = False,
    say: Say = lambda _: None,
    environ: Mapping[str, str] | None = None,
) -> DoubtSettled | DoubtCorrected:
    """Settle an order in doubt: as placed under `order_no` or as `same_as`, else as not placed.

    With `correct`, take back what settled it: see `workflow.resolve.correct`.  Unless `unchecked`,
    the marketplace must show the order, or a full look must show that it is not there.  Raises
    `Refused`, `UsageError`, `MarketplaceUnreachable` and `LedgerError`.
    """
    opened = open_repository(repository, environ=environ)
    session, local = _begun(opened, "resolve", say)
    by = person(opened.environ)
    settled: DoubtSettled | DoubtCorrected
    with _witness(opened, session, say, unchecked=unchecked) as marketplace:
        if correct:
            settled = settling.correct(
                session=session,
                name=name,
                order_no=order_no,
                by=by,
                because=because or "",
                config=opened.config,
                marketplace=marketplace,
            )
        elif same_as is not None:
            settled = settling.resolve_same_as(
                session=session,
                name=name,
                other=same_as,
                by=by,
                because=because,
                looks=local.looks,
            )
        elif order_no is not None:
            settled = settling.resolve_placed(
                session=session,
                name=name,
                order_no=order_no,
                by=by,
                because=because,
                config=opened.config,
                marketplace=marketplace,
            )
        else:
            settled = settling.resolve_not_placed(
                session=session,
                name=name,
                by=by,
                because=because or "",
                looks=local.looks,
                config=opened.config,
                look=None if unchecked else _look(opened, session, marketplace),
            )
    session.finish(NOTHING_PLACED)
    return settled


def adopt(
    repository: FilePath,
    name: str,
    order_no: str,
    *,
    because: str,
    unchecked: bool = False,
    say: Say = lambda _: None,
    environ: Mapping[str, str] | None = None,
) -> OrderAdopted:
    """Record an order that was placed elsewhere under a name, so that it is never bought again.

    Where the tree holds a spec of that name, the marketplace's order must agree with it.  Raises
    `Refused`, `InvalidInput`, `UsageError`, `MarketplaceUnreachable` and `LedgerError`.
    """
    opened = open_repository(repository, environ=environ)
    spec = _spec(opened, name)
    session, _ = _begun(opened, "adopt", say)
    with _witness(opened, session, say, unchecked=unchecked) as marketplace:
        adopted = adopting.adopt(
            session=session,
            name=name,
            order_no=order_no,
            spec=spec,
            by=person(opened.environ),
            because=because,
            config=opened.config,
            marketplace=marketplace,
        )
    session.finish(NOTHING_PLACED)
    return adopted


def adopt_all(
    repository: FilePath,
    *,
    because: str,
    confirm: Callable[[Proposal], None],
    since: str | None = None,
    any_account: bool = False,
    say: Say = lambda _: None,
    environ: Mapping[str, str] | None = None,
) -> Proposal:
    """Adopt every order of the account whose fit with a spec of the tree is mutual.

    `confirm` sees the list, and raises `Refused` to stop it.  `since` leaves out older orders;
    `any_account` takes the account although no order of the ledger shows that it is ours.  Raises
    `Refused`, `UsageError` and `LedgerError`.
    """
    opened = open_repository(repository, environ=environ)
    session, _ = _begun(opened, "adopt", say)
    with opened.marketplace(say, session.state.ledger) as marketplace:
        look = look_at_account(
            marketplace,
            session.state,
            opened.clock,
            opened.config,
            any_account=any_account or opened.sandbox,
        )
    proposal = propose(
        session=session,
        look=look,
        specs=unspent_specs(opened, session.state),
        config=opened.config,
        since=None if since is None else moment(since),
        by=person(opened.environ),
        because=because,
    )
    if proposal.adoptions:
        confirm(proposal)
        adopt_proposed(session, proposal)
    session.finish(NOTHING_PLACED)
    return proposal


def foreign(
    repository: FilePath,
    order_no: str,
    *,
    because: str,
    say: Say = lambda _: None,
    environ: Mapping[str, str] | None = None,
) -> ForeignNoted:
    """Record that an order of the account is none of ours, so that it holds nothing back.

    Raises `Refused`, `UsageError` and `LedgerError`.
    """
    opened = open_repository(repository, environ=environ)
    session, _ = _begun(opened, "foreign", say)
    noted = adopting.note_foreign(
        session=session, order_no=order_no, by=person(opened.environ), because=because
    )
    session.finish(NOTHING_PLACED)
    return noted


def _begun(opened: Repository, command: str, say: Say) -> tuple[LedgerSession, LocalState]:
    session, local, started = opened.appending(command, say)
    begin(session, local, started, must_hold=(opened.expected_head(),))
    return session, local


def _look(
    opened: Repository, session: LedgerSession, marketplace: Marketplace | None
) -> AccountLook:
    if marketplace is None:
        raise Refused(
            "The marketplace may not be queried (`query: false`), so nothing shows that the order "
            "was not placed. Where you know it from the marketplace's own pages, add --unchecked."
        )
    return look_at_account(
        marketplace, session.state, opened.clock, opened.config, any_account=opened.sandbox
    )


@contextmanager
def _witness(
    opened: Repository, session: LedgerSession, say: Say, *, unchecked: bool
) -> Iterator[Marketplace | None]:
    """Open the marketplace that must show an order, or nothing where it may not be asked."""
    if unchecked or not opened.config.marketplace.query:
        yield None
        return
    with doubt_first(session), opened.marketplace(say, session.state.ledger) as marketplace:
        yield marketplace


def _spec(opened: Repository, name: str) -> Spec | None:
    """Return the spec of a name; raises `InvalidInput` where the tree cannot tell which it is."""
    tree = spec_tree(opened).read()
    specs = [spec for spec in tree.specs if spec.name == name]
    if len(specs) > 1:
        problems = tuple(problem for problem in tree.problems if problem.blocks)
        raise InvalidInput(f"{len(specs)} specs have the name {name}.", problems)
    return specs[0] if specs else None
