"""The catalogue of checks, for people."""

from collections.abc import Iterator, Sequence

from satops.core.catalogue.entry import Entry
from satops.report.layout import BLANK, Block, Line, Row, Table, Tone, command


def catalogue_blocks(entries: Sequence[Entry]) -> Iterator[Block]:
    """Yield every check on a line of its own."""
    yield Table(
        ("CODE", "SEVERITY", "WHAT"),
        entries,
        lambda entry: Row((entry.code, str(entry.severity), entry.title)),
    )
    yield BLANK
    yield Line("To read more about one:")
    yield command("satops explain CODE")


def explain_blocks(entry: Entry) -> Iterator[Block]:
    """Yield one check: what it looks for, why, an example, and what to do."""
    yield Line(f"{entry.code}: {entry.title}", Tone.HEADING)
    yield BLANK
    yield Line(entry.meaning)
    yield BLANK
    yield Line("For example:")
    for text in entry.example.split("\n"):
        yield Line(text, Tone.COMMAND, indent=4)
    yield BLANK
    yield Line(f"What to do: {entry.remedy}")
    yield Line(f"Severity: {entry.severity} by default. {_acceptance(entry)}")
    yield Line(f"Source: {entry.source}", Tone.QUIET)


def _acceptance(entry: Entry) -> str:
    if entry.acknowledgeable:
        return "A spec can accept it with `acknowledge`, and satops.yaml can change the severity."
    return "It cannot be acknowledged."
