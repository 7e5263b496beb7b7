"""Trace: from a product file to its order and pull request."""

import re
from collections.abc import Mapping
from pathlib import Path

from satops.adapters.deliveries.part import digest_of_file
from satops.api.repository import FilePath, open_repository
from satops.errors import UsageError
from satops.workflow.trace import TraceReport
from satops.workflow.trace import trace as look_up

_DIGEST = re.compile(r"[0-9A-Fa-f]{64}")


def trace(
    repository: FilePath, what: FilePath, *, environ: Mapping[str, str] | None = None
) -> TraceReport:
    """Return the ledger's facts about a file, or a SHA-256 in hex.

    Raises `UsageError` for an unreadable file and for bytes that the ledger does not hold, and
    `LedgerError`.
    """
    opened = open_repository(repository, environ=environ)
    given = str(what)
    if _DIGEST.fullmatch(given) and not Path(given).exists():
        digest = given.lower()
    else:
        try:
            digest = digest_of_file(Path(what))
        except OSError as error:
            raise UsageError(f"{given} cannot be read: {error.strerror}.") from None
    report = look_up(opened.store(), digest)
    if not report.found:
        raise UsageError(
            f"The ledger at {report.ledger} records no product with the SHA-256 {digest}. Either "
            "the file was changed, or it was fetched with --no-record, or by another ledger."
        )
    return report
