"""Problems that are the same of several orders, told once."""

from collections.abc import Iterable
from dataclasses import dataclass

from satops.core.problem import Problem
from satops.core.safe import safe
from satops.core.words import counted

_NAMED_MAX = 8
"""Orders that are named beside the first."""


@dataclass(frozen=True, slots=True)
class Told:
    """A problem, and the others that are the same but for their place."""

    problem: Problem
    others: tuple[Problem, ...] = ()

    @property
    def also(self) -> str:
        """Whom else it concerns, as a sentence; empty where it is one alone."""
        if not self.others:
            return ""
        shown = self.others[:_NAMED_MAX]
        names = ", ".join(dict.fromkeys(each.order or safe(each.file) for each in shown))
        more = len(self.others) - len(shown)
        rest = f" and {more:,} more" if more else ""
        return f"The same of {counted(len(self.others), 'other order')}: {names}{rest}."


def told_once(problems: Iterable[Problem]) -> list[Told]:
    """Return the problems in their order, those together that stop nothing and say the same.

    What blocks is told each by itself: each has to be mended.  Members of one series have one
    document, and so what they say in the same words is one thing to mend.
    """
    groups: dict[object, list[Problem]] = {}
    for problem in problems:
        same: tuple[object, ...] = (
            problem.check, problem.severity, problem.detail, problem.acknowledged, problem.path,
        )  # fmt: skip
        if problem.blocks:
            same = (*same, problem.file, problem.line, problem.column)
        groups.setdefault(same, []).append(problem)
    return [Told(group[0], tuple(group[1:])) for group in groups.values()]
