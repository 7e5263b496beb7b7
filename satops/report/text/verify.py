"""What `verify` found in the chain, for people."""

from collections.abc import Iterator

from satops.core.safe import safe
from satops.core.words import counted
from satops.report.layout import Block, Line, Tone
from satops.workflow.verify import VerifyReport


def verify_blocks(report: VerifyReport) -> Iterator[Block]:
    """Yield whether the ledger is whole, and where it breaks if it is not."""
    if report.broken is not None:
        yield Line(f"The chain breaks at line {report.broken.line}:", Tone.ERROR)
        yield Line(safe(report.broken.detail), indent=4)
    for problem in report.problems:
        where = f"Line {problem.line}: " if problem.line else ""
        yield Line(f"{where}{safe(problem.detail)}", Tone.ERROR)
    if report.unterminated_bytes:
        count = counted(report.unterminated_bytes, "byte")
        yield Line(
            f"After the last line stand {count} of a write that was cut off. It was never "
            "acknowledged; the next append replaces it."
        )
    if report.sound:
        where = "" if report.anchored_at is None else f" The anchor is event {report.anchored_at}."
        yield Line(
            f"The ledger at {safe(report.address)} is whole: "
            f"{counted(report.events, 'event')}.{where}",
            Tone.GOOD,
        )
        if report.anchored_at != report.events:
            yield Line(
                "No line after it holds the last one: a change in it, or lines cut off after it, "
                "show only against a head that was noted elsewhere:"
            )
            yield Line("satops verify --head DIGEST", indent=4)
    else:
        events = counted(report.events, "event")
        seen = f"{events} before the first break" if report.broken else f"{events} in all"
        yield Line(
            f"The ledger at {safe(report.address)} is NOT whole: {seen}. Do not edit it. Get it "
            "back from a copy.",
            Tone.ERROR,
        )
    yield Line(f"Head: {report.head.digest}")
