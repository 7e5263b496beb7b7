"""Which problems belong to which order: by the document that the spec was read from."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable

from satops.core.plan.plan import Action, Plan
from satops.core.problem import Problem, Severity


class Checks:
    """The problems of a plan, to be asked for by action."""

    def __init__(self, plan: Plan) -> None:
        starts: defaultdict[str, list[int]] = defaultdict(list)
        for action in plan.actions:
            if action.file:
                starts[action.file].append(action.line)
        for lines in starts.values():
            lines.sort()
        self._found: defaultdict[tuple[str, int], list[Problem]] = defaultdict(list)
        for problem in plan.problems:
            lines = starts.get(problem.file, [])
            if lines:
                # A problem of the file as a whole has the line 0, and goes to the first document.
                first = max(bisect_right(lines, problem.line) - 1, 0)
                self._found[problem.file, lines[first]].append(problem)

    def of(self, action: Action) -> list[Problem]:
        """Return the problems of the spec of an action, remarks left out."""
        found = self._found.get((action.file, action.line), [])
        return [problem for problem in found if problem.severity is not Severity.INFO]


def check_words(problems: Iterable[Problem]) -> str:
    """Return `error G05, warning A09, A11 accepted`, each once; empty where there is none."""
    words = dict.fromkeys(
        f"{problem.check} accepted"
        if problem.acknowledged is not None
        else f"{problem.severity.value} {problem.check}"
        for problem in problems
    )
    return ", ".join(words)
