"""Problems as every report shows them: counted, placed, and equal ones of several orders once."""

from collections.abc import Iterable

from msgspec import Struct

from satops.core.problem import Problem, Severity
from satops.core.safe import safe
from satops.core.words import counted

_NAMED_MAX = 8
"""Orders to name besides the first."""


class ProblemGroup(Struct, frozen=True):
    """A problem, and the equal problems of other orders."""

    problem: Problem
    others: tuple[Problem, ...] = ()

    @property
    def also(self) -> str:
        """The other orders as a sentence; empty if there are none."""
        if not self.others:
            return ""
        shown = self.others[:_NAMED_MAX]
        names = ", ".join(dict.fromkeys(each.order or safe(each.file) for each in shown))
        more = len(self.others) - len(shown)
        rest = f" and {more:,} more" if more else ""
        return f"The same of {counted(len(self.others), 'other order')}: {names}{rest}."


def grouped(problems: Iterable[Problem]) -> list[ProblemGroup]:
    """Return the problems in order, with equal ones grouped.

    A blocking problem is grouped only with others at the same position, since each position must be
    mended.  Members of a series share a document, and so a position.
    """
    groups: dict[object, list[Problem]] = {}
    for problem in problems:
        same: tuple[object, ...] = (
            problem.check, problem.severity, problem.detail, problem.acknowledged, problem.path,
        )  # fmt: skip
        if problem.blocks:
            same = (*same, problem.file, problem.line, problem.column)
        groups.setdefault(same, []).append(problem)
    return [ProblemGroup(group[0], tuple(group[1:])) for group in groups.values()]


def problem_totals(problems: Iterable[Problem]) -> str:
    """Return `2 errors, 1 warning`; acknowledged problems count apart, infos do not count."""
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
    """Return `file:line:column`, or the file for a problem of a whole file."""
    file = safe(problem.file)
    return f"{file}:{problem.line}:{problem.column}" if problem.line else file
