"""`satops explain`."""

import click

from satops.cli import options
from satops.cli.output import finish
from satops.core.catalogue import CATALOGUE
from satops.core.catalogue.entry import Entry
from satops.errors import ExitCode, UsageError


@click.command("explain")
@click.argument("code", required=False)
@options.as_json
def command(code: str | None, as_json: bool) -> int:
    """Say what a check looks for, why, and what to do; without CODE, list every check."""
    from satops.report.json import document
    from satops.report.text.explain import catalogue_blocks, explain_blocks

    entries = list(CATALOGUE.values()) if code is None else [_entry(code)]
    return finish(
        ExitCode.DONE,
        as_json=as_json,
        json=lambda: document({}, checks=map(_item, entries)),
        text=lambda: catalogue_blocks(entries) if code is None else explain_blocks(entries[0]),
    )


def _entry(code: str) -> Entry:
    entry: Entry | None = CATALOGUE.get(code.upper())
    if entry is None:
        raise UsageError(f"There is no check {code!r}. To list them all:\n    satops explain")
    return entry


def _item(entry: Entry) -> dict[str, object]:
    return {
        "code": entry.code,
        "title": entry.title,
        "severity": entry.severity.value,
        "acknowledgeable": entry.acknowledgeable,
        "meaning": entry.meaning,
        "remedy": entry.remedy,
        "source": entry.source,
        "example": entry.example,
    }
