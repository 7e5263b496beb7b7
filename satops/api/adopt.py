"""Adopt: record orders that were placed elsewhere under names."""

from collections.abc import Callable, Mapping

from satops.api.repository import FilePath, Repository, Say, open_repository
from satops.api.run import run_of
from satops.api.specs import moment, spec_tree
from satops.core.ledger.events import OrderAdopted
from satops.core.spec.spec import Spec
from satops.errors import InvalidInput
from satops.workflow import adopt as adopting
from satops.workflow.adopt import Proposal, adopt_proposed, propose


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

    If the tree has a spec of that name, the marketplace's order must match it.  Raises `Refused`,
    `InvalidInput`, `UsageError`, `MarketplaceUnreachable` and `LedgerError`.
    """
    opened = open_repository(repository, environ=environ)
    spec = _spec(opened, name)
    with (
        run_of(opened, "adopt", say) as run,
        run.witness(unchecked=unchecked) as marketplace,
    ):
        return adopting.adopt(
            session=run.session,
            name=name,
            order_no=order_no,
            spec=spec,
            by=run.by,
            because=because,
            config=opened.config,
            marketplace=marketplace,
        )


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
    """Adopt every order of the account that matches one spec, if the spec matches no other order.

    `confirm` gets the list, and raises `Refused` to stop.  `since` skips older orders.
    `any_account` accepts the account although it shows no order of the ledger.  Raises `Refused`,
    `UsageError` and `LedgerError`.
    """
    opened = open_repository(repository, environ=environ)
    with run_of(opened, "adopt", say) as run:
        with opened.marketplace(say, run.session.state.ledger) as marketplace:
            look = run.look(marketplace, any_account=any_account)
        proposal = propose(
            session=run.session,
            look=look,
            specs=run.unspent_specs(),
            config=opened.config,
            since=None if since is None else moment(since),
            by=run.by,
            because=because,
        )
        if proposal.adoptions:
            confirm(proposal)
            adopt_proposed(run.session, proposal)
    return proposal


def _spec(opened: Repository, name: str) -> Spec | None:
    """Return the spec of a name, or None.  Raises `InvalidInput` if the tree does not decide which
    one it is.
    """
    tree = spec_tree(opened).read()
    specs = [spec for spec in tree.specs if spec.name == name]
    if len(specs) > 1:
        problems = tuple(problem for problem in tree.problems if problem.blocks)
        raise InvalidInput(f"{len(specs)} specs have the name {name}.", problems)
    return specs[0] if specs else None
