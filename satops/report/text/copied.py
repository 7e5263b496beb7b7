"""That a ledger was copied, for people."""

from collections.abc import Iterator

from satops.core.safe import safe
from satops.core.words import counted
from satops.report.layout import BLANK, Block, Line, Tone
from satops.workflow.copy_ledger import CopyReport


def copied_blocks(report: CopyReport) -> Iterator[Block]:
    """Yield what is in both places now, and what to do with the two."""
    yield Line(
        f"{safe(report.target)} holds the ledger: {counted(report.head.seq, 'event')}, "
        f"{report.copied} of them written now, all read back.",
        Tone.GOOD,
    )
    yield Line(f"Head: {report.head.digest}")
    yield BLANK
    yield Line(
        "Only one of the two may go on. Name it in `state` of satops.yaml, have that merged before "
        "the next apply, and then take from every run the right to write to "
        f"{safe(report.source)}: an apply there would buy what the other has bought."
    )
