"""Findings about the input, as values."""

from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """How much a problem weighs; only an error stops anything."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


@dataclass(frozen=True, slots=True)
class Problem:
    """One finding: what, where, why it matters, and what to do."""

    check: str
    """The code of the check, as in `satops explain CODE`."""
    severity: Severity
    file: str
    """The path from the repository's root, with forward slashes."""
    line: int
    """From 1; 0 when it is about no text: a folder, a flag, the repository."""
    column: int
    """From 1; 0 when it is about no text: a folder, a flag, the repository."""
    path: str
    """Where in the document, as `order.geometry`; empty for all of it."""
    summary: str
    """A few fixed words, without user input."""
    detail: str
    """Whole sentences: what is wrong, why it matters, what to do."""
    acknowledged: str | None = None
    """The reason a reviewer accepted it for, when it was acknowledged."""

    @property
    def blocks(self) -> bool:
        """Whether this problem keeps its order from being bought."""
        return self.severity is Severity.ERROR and self.acknowledged is None


def by_place(problem: Problem) -> tuple[str, int, int, str, str]:
    """Sort key: file, line, column, check, path."""
    return (problem.file, problem.line, problem.column, problem.check, problem.path)
