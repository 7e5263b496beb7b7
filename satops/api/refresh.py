"""Refresh: record the marketplace's status of every placed order."""

from collections.abc import Mapping

from satops.api.repository import FilePath, Say, open_repository
from satops.api.run import run_of
from satops.workflow.refresh import RefreshReport
from satops.workflow.refresh import refresh as observe


def refresh(
    repository: FilePath,
    *,
    say: Say = lambda _: None,
    environ: Mapping[str, str] | None = None,
) -> RefreshReport:
    """Record the changed statuses of placed orders.

    Raises `MarketplaceUnreachable`, `LedgerError` and `UsageError`.
    """
    opened = open_repository(repository, environ=environ)
    with (
        run_of(opened, "refresh", say) as run,
        opened.marketplace(say, run.session.state.ledger) as marketplace,
    ):
        return observe(session=run.session, marketplace=marketplace, config=opened.config)
