"""Problems for people: one line each that editors can jump to, then what to do."""

from collections.abc import Iterable, Iterator

from satops.core.problem import Problem, Severity
from satops.core.safe import safe, safe_lines
from satops.core.words import counted
from satops.report.layout import BLANK, Block, Line, Tone

_TONES = {
    Severity.ERROR: Tone.ERROR,
    Severity.WARNING: Tone.WARNING,
    Severity.INFO: Tone.QUIET,
}


def problem_blocks(problems: Iterable[Problem]) -> Iterator[Block]:
    """Yield every problem once, a blank line between files.  The order given is kept."""
    file = None
    for problem in problems:
        if file is not None and problem.file != file:
            yield BLANK
        file = problem.file
        yield from _one(problem)


def problem_totals(problems: Iterable[Problem]) -> str:
    """Return `2 errors, 1 warning`; acknowledged problems are counted apart, infos are not."""
    errors = warnings = acknowledged = 0
    for problem in problems:
        if problem.acknowledged is not None:
            acknowledged += 1
        elif problem.severity is Severity.ERROR:
            errors += 1
        elif problem.severity is Severity.WARNING:
            warnings += 1
    counts = [
        counted(errors, "error"),
        counted(warnings, "warning"),
        *([f"{acknowledged} acknowledged"] if acknowledged else []),
    ]
    return ", ".join(counts)


def where(problem: Problem) -> str:
    """Return `file:line:column`, or the file alone where the problem is about all of it."""
    file = safe(problem.file)
    return f"{file}:{problem.line}:{problem.column}" if problem.line else file


def _one(problem: Problem) -> Iterator[Block]:
    at = where(problem)
    head = f"{at}: " if at else ""
    if problem.severity is Severity.INFO:
        detail = " ".join(safe_lines(problem.detail or problem.summary))
        yield Line(f"{head}info {problem.check}: {detail}", Tone.QUIET)
        return
    accepted = problem.acknowledged is not None
    word = "acknowledged" if accepted else str(problem.severity)
    tone = Tone.QUIET if accepted else _TONES[problem.severity]
    yield Line(f"{head}{word} {problem.check}: {safe(problem.summary)}", tone)
    path = f"{safe(problem.path)}: " if problem.path else ""
    for number, line in enumerate(safe_lines(problem.detail)):
        yield Line(f"{path if number == 0 else ''}{line}", indent=4)
    if problem.acknowledged is not None:
        yield Line(f"Accepted because: {safe(problem.acknowledged)}", indent=4)
