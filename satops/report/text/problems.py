"""Problems as text: one line each that editors can jump to, then the remedy."""

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from satops.core.problem import Problem, Severity, by_position
from satops.core.safe import safe, safe_lines
from satops.core.words import counted
from satops.report.grouped import grouped, problem_totals, where
from satops.report.layout import BLANK, Block, Line, Tone, command

if TYPE_CHECKING:
    from satops.workflow.validate import Tree

_TONES = {
    Severity.ERROR: Tone.ERROR,
    Severity.WARNING: Tone.WARNING,
    Severity.INFO: Tone.QUIET,
}


def problem_blocks(problems: Iterable[Problem]) -> Iterator[Block]:
    """Yield every problem in order, with a blank line between files.

    Equal problems of several orders are grouped.
    """
    file = None
    for group in grouped(problems):
        if file is not None and group.problem.file != file:
            yield BLANK
        file = group.problem.file
        yield from _one(group.problem)
        if group.also:
            yield Line(group.also, Tone.QUIET, indent=4)


def validate_blocks(tree: "Tree") -> Iterator[Block]:
    """Yield every problem, then the totals."""
    if tree.problems:
        yield from problem_blocks(tree.problems)
        yield BLANK
    if not tree.files and not any(problem.blocks for problem in tree.problems):
        yield Line("There are no order specs yet. To write one:")
        yield command("satops new --help")
        return
    blocked = any(problem.blocks for problem in tree.problems)
    seen = f"{counted(len(tree.specs), 'sound order spec')} in {counted(tree.files, 'file')}"
    yield Line(f"{seen}: {problem_totals(tree.problems)}.", Tone.ERROR if blocked else Tone.GOOD)
    codes = list(dict.fromkeys(p.check for p in tree.problems if p.blocks))
    if codes:
        yield Line("To read what a code means, and what to do:")
        yield command(f"satops explain {codes[0]}")


def error_blocks(message: str, problems: Sequence[Problem] = ()) -> Iterator[Block]:
    """Yield the problems, if any, then the message, since the last line is read first."""
    if problems:
        yield from problem_blocks(sorted(problems, key=by_position))
        yield BLANK
    for number, text in enumerate(safe_lines(message)):
        stripped = text.lstrip()
        head = "satops: " if number == 0 else ""
        indent = 4 if text != stripped else 0
        tone = Tone.COMMAND if indent else Tone.ERROR if number == 0 else Tone.PLAIN
        yield Line(head + stripped, tone, indent)


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
