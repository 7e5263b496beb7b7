"""Why a command could not go on, for people."""

from collections.abc import Iterator, Sequence

from satops.core.problem import Problem, by_place
from satops.core.safe import safe_lines
from satops.report.layout import BLANK, Block, Line, Tone
from satops.report.text.problems import problem_blocks


def error_blocks(message: str, problems: Sequence[Problem] = ()) -> Iterator[Block]:
    """Yield the problems, if any, and then the message: the last line is read first."""
    if problems:
        yield from problem_blocks(sorted(problems, key=by_place))
        yield BLANK
    for number, text in enumerate(safe_lines(message)):
        stripped = text.lstrip()
        head = "satops: " if number == 0 else ""
        indent = 4 if text != stripped else 0
        tone = Tone.COMMAND if indent else Tone.ERROR if number == 0 else Tone.PLAIN
        yield Line(head + stripped, tone, indent)
