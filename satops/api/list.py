"""List: the ledger as rows."""

from collections.abc import Mapping

from satops.api.repository import FilePath, open_repository
from satops.workflow.choice import Choice
from satops.workflow.rows import Reading, Rows

EVERY = Choice()


def list_orders(
    repository: FilePath,
    choice: Choice = EVERY,
    *,
    outlines: bool = False,
    environ: Mapping[str, str] | None = None,
) -> Rows:
    """Return the ledger's orders, or the chosen ones, by name.

    `outlines` adds the bought polygons.  Raises `UsageError` and `LedgerError`.
    """
    opened = open_repository(repository, environ=environ)
    reading = Reading(
        opened.offer, opened.now(), grace_h=opened.config.delivery.grace_h, outlines=outlines
    )
    rows = reading.fold(opened.store().read()).rows
    return rows if choice == EVERY else rows.chosen(choice.wants)
