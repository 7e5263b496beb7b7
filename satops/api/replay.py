"""A spool that was carried here from another machine: its order numbers, into the ledger."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from satops.adapters.files.carried_spool import read_carried
from satops.adapters.provenance import person
from satops.api.repository import FilePath, Repository, Say, open_repository
from satops.errors import Refused
from satops.ports import Marketplace
from satops.workflow.begin import begin, doubt_first
from satops.workflow.carried_spool import CarriedReport, take_carried
from satops.workflow.ledger_session import LedgerSession
from satops.workflow.reconcile import NOTHING_PLACED


def replay(
    repository: FilePath,
    spools: Sequence[Path],
    *,
    say: Say = lambda _: None,
    environ: Mapping[str, str] | None = None,
) -> CarriedReport:
    """Take the order numbers of carried spools into the ledger, where the marketplace shows them.

    `spools` are files or folders.  Raises `UsageError`, `Refused` where the marketplace may not be
    queried, `MarketplaceUnreachable` and `LedgerError`.
    """
    opened = open_repository(repository, environ=environ)
    session, local, started = opened.appending("ledger replay", say)
    with doubt_first(session):
        begin(session, local, started, must_hold=(opened.expected_head(),))
        with opened.marketplace(say, session.state.ledger) as marketplace:
            report = replay_on(opened, session, marketplace, spools)
        session.finish(NOTHING_PLACED)
    return report


def replay_on(
    opened: Repository, session: LedgerSession, marketplace: Marketplace, spools: Sequence[Path]
) -> CarriedReport:
    """Do what `replay` does, within a run that has begun."""
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
