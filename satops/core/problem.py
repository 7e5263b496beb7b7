"""Findings about the input, as values."""

from dataclasses import dataclass
from enum import StrEnum

Position = tuple[int, int]
"""Line and column of a text, both from 1."""


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
    line: int | None
    """From 1; None when it is about no text: a folder, a flag, the repository."""
    column: int | None
    """From 1; None where the line is."""
    path: str
    """Where in the document, as `order.geometry`; empty for all of it."""
    summary: str
    """A few fixed words, without user input."""
    detail: str
    """Whole sentences: what is wrong, why it matters, what to do."""
    order: str | None = None
    """The name of the order that it is about; None where it is about no order, or about a document
    that has no right name or could not be read."""
    acknowledged: str | None = None
    """The reason a reviewer accepted it for, when it was acknowledged."""

    @property
    def blocks(self) -> bool:
        """Whether this problem keeps its order from being bought."""
        return self.severity is Severity.ERROR and self.acknowledged is None


def by_position(problem: Problem) -> tuple[str, int, int, str, str]:
    """Sort key: file, line, column, check, path; what is about all of a file comes first."""
    line, column = problem.line or 0, problem.column or 0
    return (problem.file, line, column, problem.check, problem.path)
