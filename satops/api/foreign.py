"""Foreign: note an order of the account that is not ours."""

from collections.abc import Mapping

from satops.api.repository import FilePath, Say, open_repository
from satops.api.run import run_of
from satops.core.ledger.events import ForeignNoted
from satops.workflow.adopt import note_foreign


def foreign(
    repository: FilePath,
    order_no: str,
    *,
    because: str,
    say: Say = lambda _: None,
    environ: Mapping[str, str] | None = None,
) -> ForeignNoted:
    """Record that an order of the account is not ours, so that it holds no spec back.

    Raises `Refused`, `UsageError` and `LedgerError`.
    """
    opened = open_repository(repository, environ=environ)
    with run_of(opened, "foreign", say) as run:
        return note_foreign(session=run.session, order_no=order_no, by=run.by, because=because)
