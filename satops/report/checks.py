"""Which problems belong to which order, and their codes in a few words."""

from collections import defaultdict
from collections.abc import Iterable

from satops.core.plan.plan import Action, Plan
from satops.core.problem import Problem, Severity


class Checks:
    """The problems of a plan, to be asked for by action."""

    def __init__(self, plan: Plan) -> None:
        self._found: defaultdict[str, list[Problem]] = defaultdict(list)
        for problem in plan.problems:
            if problem.order is not None and problem.severity is not Severity.INFO:
                self._found[problem.order].append(problem)

    def of(self, action: Action) -> list[Problem]:
        """Return the problems of the order of an action, remarks left out."""
        return self._found.get(action.name, [])


def check_words(problems: Iterable[Problem]) -> str:
    """Return `error G05, warning A09, A11 accepted`, each once; empty where there is none."""
    words = dict.fromkeys(
        f"{problem.check} accepted"
        if problem.acknowledged is not None
        else f"{problem.severity.value} {problem.check}"
        for problem in problems
    )
    return ", ".join(words)
