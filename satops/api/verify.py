"""Verify: check the whole ledger."""

from collections.abc import Mapping
from pathlib import Path

from satops.api.download import target_of
from satops.api.history import breaches
from satops.api.repository import FilePath, open_repository
from satops.api.specs import no_copy
from satops.errors import LedgerMissing
from satops.workflow.verify import DeliveriesReport, VerifyReport


def verify(
    repository: FilePath,
    *,
    head: str | None = None,
    ledger: Path | None = None,
    environ: Mapping[str, str] | None = None,
) -> VerifyReport:
    """Check the chain and the events of the whole ledger, or of a copy.

    `head` is a head noted elsewhere.  Raises `LedgerMissing` and `StoreUnreachable`.
    """
    from satops.adapters.stores.file import FileStore
    from satops.workflow.verify import verify as check

    if ledger is None:
        store = open_repository(repository, environ=environ).store()
    else:
        store = FileStore(ledger)
    try:
        return check(store, anchor=head, check=breaches)
    except LedgerMissing:
        if ledger is None:
            raise
        raise no_copy(ledger) from None


def verify_deliveries(
    repository: FilePath,
    *,
    to: FilePath | None = None,
    environ: Mapping[str, str] | None = None,
) -> DeliveriesReport:
    """Hash every product at a target, and compare it with the ledger.

    `to` is as for `download`.  Raises `LedgerError` and `UsageError`.
    """
    from satops.workflow.verify import verify_deliveries as hash_all

    opened = open_repository(repository, environ=environ)
    session = opened.session()
    return hash_all(session.state, target_of(opened, to, session.state.ledger))
