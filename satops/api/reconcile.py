"""Reconcile: settle orders in doubt by the marketplace's account."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from pathlib import Path

from msgspec.structs import replace

from satops.adapters.crash_points import reach_from_environment
from satops.api.feasibility import require_simulations
from satops.api.ledger import replay_on
from satops.api.repository import FilePath, Repository, Say, open_repository
from satops.api.run import run_of, telling
from satops.api.specs import spec_tree
from satops.core.ledger.state import LedgerState
from satops.core.plan.plan import Action
from satops.errors import UsageError
from satops.workflow.account import fits
from satops.workflow.ask_again import AskedAgain, AskingAgain
from satops.workflow.begin import begin, doubt_first
from satops.workflow.ledger_session import NOTHING_PLACED
from satops.workflow.reconcile import (
    DeletedOrder,
    ReconcileReport,
    reconcile_patiently,
)
from satops.workflow.waiting import being_placed, open_elsewhere, wait_for_others


def reconcile(
    repository: FilePath,
    *,
    dry_run: bool = False,
    nightly: bool = False,
    patience_s: float = 0.0,
    wait: bool = True,
    wait_max_s: float | None = None,
    spools: Sequence[Path] = (),
    stopping: Callable[[], bool] = lambda: False,
    say: Say = lambda _: None,
    environ: Mapping[str, str] | None = None,
) -> ReconcileReport:
    """Look up orders in doubt at the marketplace, and settle the certain ones.

    First records the order numbers of `spools` from other machines.  Then, unless `wait` is false,
    waits up to `wait_max_s` for other runs' open submissions.  `patience_s` repeats the look while
    waiting can settle something.  `nightly` makes drift an error.  Raises `LedgerError`,
    `UsageError`, `Refused`, `Interrupted` for a stop, and with `spools` `MarketplaceUnreachable`; a
    failed look is in the report.
    """
    if dry_run and spools:
        raise UsageError("--spool writes to the ledger, and --dry-run does not. Leave out one.")
    opened = open_repository(repository, environ=environ)
    session, local, started = opened.appending("reconcile", say)

    def tell(line: str) -> None:
        say(f"satops: {line}")

    told = nullcontext() if dry_run else telling(opened, session, say)
    with told, doubt_first(session):
        if not dry_run:
            begin(session, local, started, must_hold=(opened.expected_head(),))
        with opened.marketplace(say, session.state.ledger) as marketplace:
            carried = replay_on(opened, session, marketplace, spools) if spools else None
            if wait and not dry_run:
                wait_for_others(
                    session,
                    being_placed(session.state, open_elsewhere(session.state, None)),
                    local.looks,
                    stopping=stopping,
                    tell=tell,
                    most_s=wait_max_s,
                )
            report = reconcile_patiently(
                session=session,
                marketplace=marketplace,
                looks=local.looks,
                config=opened.config,
                any_account=opened.sandbox,
                patience_s=0.0 if dry_run else patience_s,
                dry_run=dry_run,
                tell=tell,
            )
        session.finish(NOTHING_PLACED)
    return replace(
        _against_the_tree(report, opened, session.state),
        carried=carried,
        nightly=nightly,
        passing=opened.sandbox,
    )


def _against_the_tree(
    report: ReconcileReport, opened: Repository, state: LedgerState
) -> ReconcileReport:
    """Return the report with the foreign orders, compared with the tree's specs."""
    deleted = [
        (state.claimed[order.order_no], order.order_no)
        for order in report.look.orders
        if order.deleted and order.order_no in state.claimed
    ]
    if not report.foreign and not deleted:
        return report
    specs = spec_tree(opened).read().specs
    names = {spec.name for spec in specs}
    return replace(
        report,
        fits=tuple(fits(specs, report.foreign, opened.config).items()),
        deleted=tuple(DeletedOrder(name, number, name in names) for name, number in deleted),
    )


def ask_again(
    repository: FilePath,
    name: str,
    *,
    confirm: Callable[[Action], None],
    because: str | None = None,
    say: Say = lambda _: None,
    environ: Mapping[str, str] | None = None,
) -> AskedAgain:
    """Order the simulation result of an order in doubt again, which may buy it.

    `confirm` asks a person, and raises `Refused` on "no".  Raises `Refused`, `UsageError` and
    `LedgerError`: then nothing was sent.
    """
    opened = open_repository(repository, environ=environ)
    require_simulations(opened)
    with (
        run_of(opened, "reconcile --ask-again", say) as run,
        opened.marketplace(say, run.session.state.ledger) as marketplace,
    ):
        return AskingAgain(
            session=run.session,
            local=run.local,
            marketplace=marketplace,
            specs=spec_tree(opened, strict=True),
            config=opened.config,
            by=run.by,
            because=because,
            confirm=confirm,
            any_account=opened.sandbox,
            reach=reach_from_environment(),
        ).run(name)
