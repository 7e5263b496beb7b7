"""What `validate` found, for people."""

from collections.abc import Iterator

from satops.core.words import counted
from satops.report.layout import BLANK, Block, Line, Tone, command
from satops.report.text.problems import problem_blocks, problem_totals
from satops.workflow.validate import Tree


def validate_blocks(tree: Tree) -> Iterator[Block]:
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
