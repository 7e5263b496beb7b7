"""Report: the ledger as one HTML page."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from satops.api.repository import FilePath, open_repository
from satops.api.specs import moment
from satops.core.redaction import shown_address
from satops.workflow.list import by_of, month_of
from satops.workflow.rows import Reading

if TYPE_CHECKING:
    from satops.report.html.subject import Subject


def write_report(
    repository: FilePath,
    out: FilePath,
    *,
    at: str | None = None,
    month: str | None = None,
    by: Sequence[str] = (),
    environ: Mapping[str, str] | None = None,
) -> Path:
    """Write the report of a ledger to a file, or replace an older report.

    `at` is the time of the report, `month` (`2026-12`) selects a month's orders, and `by` groups
    the sums like `list --by`.  Returns the path.  Raises `UsageError` and `LedgerError`.
    """
    from satops.adapters.files.new_files import write_whole
    from satops.report.html.page import render

    path = Path(out)
    made = subject(repository, at=at, month=month, by=by, environ=environ)
    write_whole(path, render(made), option="--out", kind="report")
    return path


def subject(
    repository: FilePath,
    *,
    at: str | None = None,
    month: str | None = None,
    by: Sequence[str] = (),
    environ: Mapping[str, str] | None = None,
) -> "Subject":
    """Return the values of a report.  Raises `UsageError` and `LedgerError`."""
    from satops.adapters.files.rule_files import land
    from satops.core.geometry.coast import Coast
    from satops.report.html.subject import Subject

    groups = tuple(by_of(text) for text in by)
    wanted = "" if month is None else month_of(month, "--month")
    opened = open_repository(repository, environ=environ)
    now = opened.now() if at is None else moment(at)
    reading = Reading(opened.offer, now, grace_h=opened.config.delivery.grace_h, outlines=True)
    rows = reading.fold(opened.store().read()).rows
    return Subject(
        rows=rows,
        shown=rows.of_month(wanted) if wanted else rows,
        by=groups,
        month=wanted,
        address=shown_address(opened.config.state),
        coast=Coast(land()),
    )
