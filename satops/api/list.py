"""List: the ledger as rows."""

from collections.abc import Mapping

from satops.api.repository import FilePath, Say, open_repository
from satops.workflow.choice import Choice
from satops.workflow.ledger_session import LedgerSession
from satops.workflow.rows import Reading, Rows

EVERY = Choice()


def list_orders(
    repository: FilePath,
    choice: Choice = EVERY,
    *,
    outlines: bool = False,
    say: Say = lambda _: None,
    environ: Mapping[str, str] | None = None,
) -> Rows:
    """Return the ledger's orders, or the chosen ones, by name.

    With `outlines` each has the polygon that was bought.  `say` hears of a ledger that is closed or
    older than what this machine appended.  Raises `UsageError` and `LedgerError`.
    """
    opened = open_repository(repository, environ=environ)
    reading = Reading(
        opened.offer, opened.now(), grace_h=opened.config.delivery.grace_h, outlines=outlines
    )
    store = opened.store()
    rows = reading.fold(store.read()).rows
    opened.tell_doubt(LedgerSession(store, opened.clock, "", reading.state), say)
    return rows if choice == EVERY else rows.chosen(choice.wants)
