"""What `doctor` found, for people."""

from collections.abc import Iterator

from satops.core.safe import safe
from satops.report.layout import Block, Line, Tone
from satops.workflow.doctor import DoctorReport, Verdict

_TONES = {Verdict.GOOD: Tone.GOOD, Verdict.WARNING: Tone.WARNING, Verdict.WRONG: Tone.ERROR}


def doctor_blocks(report: DoctorReport) -> Iterator[Block]:
    """Yield each finding, and at the end whether an apply may be tried."""
    for finding in report.findings:
        lines = finding.detail.split("\n")
        yield Line(
            f"{finding.verdict.upper():8} {finding.subject}: {safe(lines[0])}",
            _TONES[finding.verdict],
        )
        yield from (Line(safe(line.strip()), Tone.COMMAND, indent=9) for line in lines[1:])
    wrong = [finding for finding in report.findings if finding.verdict is Verdict.WRONG]
    if wrong:
        subjects = ", ".join(dict.fromkeys(finding.subject for finding in wrong))
        yield Line(f"Not ready. First mend: {subjects}.", Tone.ERROR)
    else:
        yield Line("Ready.", Tone.GOOD)
