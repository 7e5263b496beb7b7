"""What the marketplace, or a person, can tell of orders in doubt and of orders elsewhere."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from satops.adapters.files.look_file import LookFile
from satops.adapters.provenance import local_user
from satops.api.plan import read_specs
from satops.api.repository import Repository, Say, open_repository
from satops.core.ledger.events import DoubtSettled, OrderAdopted, RunFinished
from satops.core.spec.spec import Spec
from satops.errors import InvalidInput
from satops.ports import Marketplace
from satops.workflow import resolve as settle
from satops.workflow.ledger_session import LedgerSession
from satops.workflow.reconcile import ReconcileReport, reconcile_patiently
from satops.workflow.reconcile import reconcile as look_once
from satops.workflow.refresh import RefreshReport
from satops.workflow.refresh import refresh as observe

_NOTHING_PLACED = RunFinished(expected=0, placed=0, rejected=0, not_sent=0, in_doubt=0)


def reconcile(
    repository: Path,
    *,
    dry_run: bool = False,
    patience_s: float = 0.0,
    say: Say = lambda _: None,
    environ: Mapping[str, str] = os.environ,
) -> ReconcileReport:
    """Look for what is in doubt at the marketplace, and settle what is certain.

    With `patience_s` it looks again for so long, while waiting can settle something.  Raises
    `MarketplaceUnreachable`, `LedgerError` and `UsageError`.
    """
    opened = open_repository(repository, environ=environ)
    session = opened.session() if dry_run else _begin(opened, "reconcile")
    looks = LookFile(opened.local / "looks.json")
    with opened.marketplace(say) as marketplace:
        if dry_run or patience_s <= 0:
            report = look_once(
                session=session,
                marketplace=marketplace,
                looks=looks,
                clock=opened.clock,
                config=opened.config,
                dry_run=dry_run,
            )
        else:
            report = reconcile_patiently(
                session=session,
                marketplace=marketplace,
                looks=looks,
                clock=opened.clock,
                config=opened.config,
                patience_s=patience_s,
            )
    session.finish(_NOTHING_PLACED)
    return report


def resolve(
    repository: Path,
    name: str,
    *,
    order_no: str | None = None,
    because: str | None = None,
    unchecked: bool = False,
    say: Say = lambda _: None,
    environ: Mapping[str, str] = os.environ,
) -> DoubtSettled:
    """Settle an order in doubt: as placed under `order_no`, or without one as not placed.

    Unless `unchecked`, the marketplace must show the order.  Raises `Refused`, `UsageError`,
    `MarketplaceUnreachable` and `LedgerError`.
    """
    opened = open_repository(repository, environ=environ)
    session = _begin(opened, "resolve")
    by = _person(environ)
    if order_no is None:
        settled = settle.resolve_not_placed(
            session=session, name=name, by=by, because=because or "", clock=opened.clock
        )
    else:
        with _witness(opened, say, unchecked=unchecked) as marketplace:
            settled = settle.resolve_placed(
                session=session,
                name=name,
                order_no=order_no,
                by=by,
                because=because,
                clock=opened.clock,
                config=opened.config,
                marketplace=marketplace,
            )
    session.finish(_NOTHING_PLACED)
    return settled


def adopt(
    repository: Path,
    name: str,
    order_no: str,
    *,
    because: str,
    unchecked: bool = False,
    say: Say = lambda _: None,
    environ: Mapping[str, str] = os.environ,
) -> OrderAdopted:
    """Record an order that was placed elsewhere under a name, so that it is never bought again.

    Where the tree holds a spec of that name, the marketplace's order must agree with it.  Raises
    `Refused`, `InvalidInput`, `UsageError`, `MarketplaceUnreachable` and `LedgerError`.
    """
    opened = open_repository(repository, environ=environ)
    spec = _spec(opened, name)
    session = _begin(opened, "adopt")
    with _witness(opened, say, unchecked=unchecked) as marketplace:
        adopted = settle.adopt(
            session=session,
            name=name,
            order_no=order_no,
            spec=spec,
            by=_person(environ),
            because=because,
            config=opened.config,
            marketplace=marketplace,
        )
    session.finish(_NOTHING_PLACED)
    return adopted


def refresh(
    repository: Path,
    *,
    say: Say = lambda _: None,
    environ: Mapping[str, str] = os.environ,
) -> RefreshReport:
    """Record the marketplace's status of every placed order, where it changed.

    Raises `MarketplaceUnreachable`, `LedgerError` and `UsageError`.
    """
    opened = open_repository(repository, environ=environ)
    session = _begin(opened, "refresh")
    with opened.marketplace(say) as marketplace:
        report = observe(session=session, marketplace=marketplace)
    session.finish(_NOTHING_PLACED)
    return report


def _begin(opened: Repository, command: str) -> LedgerSession:
    """Return the ledger for a run that may write, with what only this machine's spool knew."""
    from satops.adapters.files.spool import FileSpool
    from satops.workflow.replay import replay

    session = opened.session()
    session.begin(opened.started(command))
    replay(session, FileSpool(opened.local / "spool"))
    return session


def _person(environ: Mapping[str, str]) -> str:
    return environ.get("SATOPS_ACTOR") or environ.get("GITHUB_ACTOR") or local_user() or "somebody"


@contextmanager
def _witness(opened: Repository, say: Say, *, unchecked: bool) -> Iterator[Marketplace | None]:
    """Open the marketplace that must show an order, or nothing where it may not be asked."""
    if unchecked or not opened.config.marketplace.query:
        yield None
        return
    with opened.marketplace(say) as marketplace:
        yield marketplace


def _spec(opened: Repository, name: str) -> Spec | None:
    """Return the spec of a name; raises `InvalidInput` where the tree cannot tell which it is."""
    tree = read_specs(opened)
    specs = [spec for spec in tree.specs if spec.name == name]
    if len(specs) > 1:
        problems = tuple(problem for problem in tree.problems if problem.blocks)
        raise InvalidInput(f"{len(specs)} specs have the name {name}.", problems)
    return specs[0] if specs else None
