"""Verify: the whole ledger against its format and its meaning."""

from collections.abc import Mapping
from pathlib import Path

from satops.api.history import breaches
from satops.api.repository import FilePath, open_repository
from satops.api.specs import no_copy
from satops.errors import LedgerMissing
from satops.workflow.verify import VerifyReport


def verify(
    repository: FilePath,
    *,
    head: str | None = None,
    ledger: Path | None = None,
    environ: Mapping[str, str] | None = None,
) -> VerifyReport:
    """Hold the whole ledger, or a copy of it, against its format and its meaning.

    `head` is one that was noted elsewhere.  Raises `LedgerMissing` and `StoreUnreachable`.
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
