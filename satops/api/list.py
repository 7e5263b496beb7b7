"""List: the ledger as rows."""

from collections.abc import Mapping

from satops.api.repository import FilePath, Repository, Say, open_repository
from satops.api.specs import spec_tree
from satops.ports import LedgerStore, SourceFile
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
    store = opened.store()
    reading = read_ledger(opened, store, opened.now(), outlines=outlines)
    rows = reading.rows
    opened.tell_doubt(LedgerSession(store, opened.clock, "", reading.state), say)
    return rows if choice == EVERY else rows.chosen(choice.wants)


def read_ledger(
    opened: Repository, store: LedgerStore, now: str, *, outlines: bool = False
) -> Reading:
    """Fold a ledger; an order whose spec the tree holds has the labels that stand there now.

    Raises `LedgerError`.
    """
    tree = spec_tree(opened)
    has_specs = any(isinstance(found, SourceFile) for found in tree.files.walk())
    grace_h = opened.config.delivery.grace_h
    reading = Reading(opened.offer, now, grace_h=grace_h, outlines=outlines)
    reading.sources = has_specs
    reading.fold(store.read())
    if has_specs:
        reading.labels = tree.labels(reading.state)
    return reading
