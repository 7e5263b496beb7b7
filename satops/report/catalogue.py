"""The catalogue of checks, for the terminal."""

from collections.abc import Iterator, Sequence

from satops.core.check import Check
from satops.core.safe import safe
from satops.report.layout import BLANK, Block, Line, Row, Table, Tone, command
from satops.workflow.explain import Explanation, number_text, severity_text


def catalogue_blocks(checks: Sequence[Check]) -> Iterator[Block]:
    """Yield every check on a line of its own."""
    yield Table(
        ("CODE", "SEVERITY", "WHAT"),
        checks,
        lambda check: Row((check.code, str(check.severity), check.title)),
    )
    yield BLANK
    yield Line("To read more about one:")
    yield command("satops explain CODE")


def explain_blocks(found: Explanation) -> Iterator[Block]:
    """Yield one check: meaning, reason, example, thresholds and remedy."""
    check = found.check
    yield Line(f"{check.code}: {check.title}", Tone.HEADING)
    yield BLANK
    yield Line(check.meaning)
    yield BLANK
    yield Line("For example:")
    for text in check.example.split("\n"):
        yield Line(text, Tone.COMMAND, indent=4)
    yield BLANK
    yield Line(f"What to do: {check.remedy}")
    yield Line(f"Severity: {severity_text(check)}.")
    yield Line(f"Source: {check.source}.")
    if found.numbers:
        yield BLANK
        yield Line("The numbers that it compares with:")
        for number in found.numbers:
            yield Line(safe(number_text(number)), indent=4)
