"""Resolve: settle an order in doubt by hand."""

from collections.abc import Mapping

from satops.api.repository import FilePath, Say, open_repository
from satops.api.run import Run, run_of
from satops.core.ledger.events import DoubtCorrected, DoubtSettled
from satops.errors import Refused
from satops.ports import Marketplace
from satops.workflow import resolve as settling
from satops.workflow.account import AccountLook


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
    """Settle an order in doubt as placed, under `order_no` or the number of `same_as`, or else as
    not placed.

    `correct` takes back the last settlement (`workflow.resolve.correct`).  Unless `unchecked`, the
    marketplace must show the order, or a full look must show its absence.  Raises `Refused`,
    `UsageError`, `MarketplaceUnreachable` and `LedgerError`.
    """
    opened = open_repository(repository, environ=environ)
    settled: DoubtSettled | DoubtCorrected
    with (
        run_of(opened, "resolve", say) as run,
        run.witness(unchecked=unchecked) as marketplace,
    ):
        if correct:
            settled = settling.correct(
                session=run.session,
                name=name,
                order_no=order_no,
                by=run.by,
                because=because or "",
                config=opened.config,
                marketplace=marketplace,
            )
        elif same_as is not None:
            settled = settling.resolve_same_as(
                session=run.session,
                name=name,
                other=same_as,
                by=run.by,
                because=because,
                looks=run.local.looks,
            )
        elif order_no is not None:
            settled = settling.resolve_placed(
                session=run.session,
                name=name,
                order_no=order_no,
                by=run.by,
                because=because,
                config=opened.config,
                marketplace=marketplace,
            )
        else:
            settled = settling.resolve_not_placed(
                session=run.session,
                name=name,
                by=run.by,
                because=because or "",
                looks=run.local.looks,
                config=opened.config,
                look=None if unchecked else _look(run, marketplace),
            )
    return settled


def _look(run: Run, marketplace: Marketplace | None) -> AccountLook:
    if marketplace is None:
        raise Refused(
            "The marketplace may not be queried (`query: false`), so nothing shows that the order "
            "was not placed. Where you know it from the marketplace's own pages, add --unchecked."
        )
    return run.look(marketplace)
