"""Copy or move a ledger, accept an older one, replay a carried spool."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from satops.adapters.files.config_file import find_root
from satops.adapters.files.spool import read_carried
from satops.adapters.provenance import person
from satops.api.repository import FilePath, Repository, Say, open_repository
from satops.api.run import Run, run_of
from satops.core.ledger.events import MarketplaceMoved
from satops.core.plan.address import normal_address
from satops.core.plan.config import SANDBOX
from satops.core.redaction import shown_address
from satops.errors import Refused, UsageError
from satops.ports import Marketplace
from satops.workflow.carried_spool import CarriedReport, take_carried
from satops.workflow.ledger import Accepted, CopyReport
from satops.workflow.ledger import copy_ledger as copy
from satops.workflow.ledger_session import NOTHING_PLACED, LedgerSession


def copy_ledger(
    folder: Path,
    source: str,
    target: str,
    *,
    progress: Callable[[int], None] = lambda _: None,
) -> CopyReport:
    """Copy between two addresses in the notation of `state` in satops.yaml.

    Relative paths start at the root of `folder`'s repository, or at `folder` outside of one.
    Raises `Refused`, `UsageError` and `LedgerError`.
    """
    from satops.adapters.stores.open import open_store

    try:
        root = find_root(folder)
    except UsageError:
        root = folder
    opened, to = open_store(source, root), open_store(target, root)
    if opened.address == to.address:
        raise UsageError(f"{source} and {target} are the same ledger. Nothing was written.")
    return copy(opened, to, progress)


def move_ledger(
    repository: FilePath,
    to: str,
    *,
    because: str | None = None,
    say: Say = lambda _: None,
    environ: Mapping[str, str] | None = None,
) -> CopyReport:
    """Copy the ledger to another store, verify the copy, and close the source.

    Raises `Refused`, `UsageError` and `LedgerError`.
    """
    from satops.adapters.stores.open import open_store
    from satops.workflow.ledger import move_ledger as move

    opened = open_repository(repository, environ=environ)
    target = open_store(to, opened.root)
    if target.address == opened.store().address:
        raise UsageError(f"The ledger is at {target.address} already. Nothing was written.")
    with run_of(opened, "ledger move", say) as run:
        return move(run.session, target, to=shown_address(to), by=run.by, because=because)


def moved(
    repository: FilePath,
    to: str,
    *,
    because: str,
    unchecked: bool = False,
    say: Say = lambda _: None,
    environ: Mapping[str, str] | None = None,
) -> MarketplaceMoved:
    """Record the marketplace's new address.

    Unless `unchecked`, the new address must show the newest orders.  Raises `Refused`,
    `UsageError`, `MarketplaceUnreachable` and `LedgerError`.
    """
    from satops.adapters.files.config_checks import wrong_url
    from satops.workflow.ledger import move_marketplace

    if to != SANDBOX and (wrong := wrong_url(to)):
        raise UsageError(f"The new address cannot be used. {wrong}")
    opened = open_repository(repository, environ=environ)
    with (
        run_of(opened, "ledger moved", say, bound=False) as run,
        run.witness(unchecked=unchecked) as marketplace,
    ):
        return move_marketplace(
            session=run.session,
            to=normal_address(to),
            configured=opened.marketplace_address(),
            marketplace=marketplace,
            by=run.by,
            because=because,
        )


def accept_older(
    repository: FilePath,
    *,
    because: str,
    any_account: bool = False,
    say: Say = lambda _: None,
    environ: Mapping[str, str] | None = None,
) -> Accepted:
    """Accept a ledger that lacks events which this machine had appended.

    `any_account` accepts the account although it does not show the ledger's newest orders.  Raises
    `Refused`, `UsageError` and `LedgerError`.
    """
    from satops.workflow.ledger import accept_older as accept

    opened = open_repository(repository, environ=environ)
    session, local, started = opened.appending("ledger accept-older", say)
    session.mark = None  # this run replaces the mark
    session.begin(started)
    run = Run(opened, session, local, say)
    with opened.marketplace(say, session.state.ledger) as marketplace:
        look = run.look(marketplace, any_account=any_account)
    accepted = accept(
        session=session,
        mark=local.mark,
        expected=opened.expected_head(),
        look=look,
        specs=run.unspent_specs(),
        config=opened.config,
        by=run.by,
        because=because,
    )
    session.finish(NOTHING_PLACED)
    local.mark.note(session.state.head, accepted=True)
    return accepted


def replay(
    repository: FilePath,
    spools: Sequence[Path],
    *,
    say: Say = lambda _: None,
    environ: Mapping[str, str] | None = None,
) -> CarriedReport:
    """Record the order numbers of carried spools that the marketplace shows.

    `spools` are files or folders.  Raises `UsageError`, `Refused` if the marketplace may not be
    queried, `MarketplaceUnreachable` and `LedgerError`.
    """
    opened = open_repository(repository, environ=environ)
    with (
        run_of(opened, "ledger replay", say) as run,
        opened.marketplace(say, run.session.state.ledger) as marketplace,
    ):
        return replay_on(opened, run.session, marketplace, spools)


def replay_on(
    opened: Repository, session: LedgerSession, marketplace: Marketplace, spools: Sequence[Path]
) -> CarriedReport:
    """Like `replay`, within a run that has begun."""
    read = [read_carried(path) for path in spools]
    receipts = [entry for entries, _ in read for entry in entries]
    if receipts and not opened.config.marketplace.query:
        raise Refused(
            "The marketplace may not be queried (`query: false`), so it confirms no order number. "
            "Nothing was recorded. Where you know a number from the marketplace's own pages:\n"
            "    satops resolve NAME --placed ORDER_NO --unchecked --because TEXT"
        )
    return take_carried(
        session,
        list(dict.fromkeys(receipts)),
        sum(others for _, others in read),
        marketplace=marketplace,
        config=opened.config,
        by=person(opened.environ),
    )
