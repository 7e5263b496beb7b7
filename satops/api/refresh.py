"""Refresh: the marketplace's status of every placed order."""

from collections.abc import Mapping

from satops.api.repository import FilePath, Say, open_repository
from satops.workflow.begin import begin, doubt_first
from satops.workflow.reconcile import NOTHING_PLACED
from satops.workflow.refresh import RefreshReport
from satops.workflow.refresh import refresh as observe


def refresh(
    repository: FilePath,
    *,
    say: Say = lambda _: None,
    environ: Mapping[str, str] | None = None,
) -> RefreshReport:
    """Record the marketplace's status of every placed order, where it changed.

    Raises `MarketplaceUnreachable`, `LedgerError` and `UsageError`.
    """
    opened = open_repository(repository, environ=environ)
    session, local, started = opened.appending("refresh", say)
    begin(session, local, started, must_hold=(opened.expected_head(),))
    with (
        doubt_first(session),
        opened.marketplace(say, session.state.ledger) as marketplace,
    ):
        report = observe(session=session, marketplace=marketplace, config=opened.config)
    session.finish(NOTHING_PLACED)
    return report
