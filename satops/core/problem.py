"""Problems of the input, as values."""

from enum import StrEnum

from msgspec import Struct

Position = tuple[int, int]
"""Line and column, both from 1."""


class Severity(StrEnum):
    """Only an error stops anything."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


class Problem(Struct, frozen=True):
    """One problem of the input: what, where, why it matters, and what to do."""

    check: str
    """Code of the check, as in `satops explain CODE`."""
    severity: Severity
    file: str
    """Path from the repository's root, with forward slashes."""
    line: int | None
    """From 1; None for a problem without a text: a folder, an option, the repository."""
    column: int | None
    """From 1; None if the line is."""
    path: str
    """Path in the document, such as `order.geometry`; empty for the whole document."""
    summary: str
    """A few fixed words, without user input."""
    detail: str
    """Whole sentences: what is wrong, why it matters, what to do."""
    order: str | None = None
    """Name of its order; None if it concerns no order, or one without a valid name."""
    acknowledged: str | None = None
    """The reason of its acknowledgement, if it has one."""

    @property
    def blocks(self) -> bool:
        """Whether it stops the purchase of its order."""
        return self.severity is Severity.ERROR and self.acknowledged is None


def by_position(problem: Problem) -> tuple[str, int, int, str, str]:
    """Sort key: file, line, column, check, path; problems of a whole file come first."""
    line, column = problem.line or 0, problem.column or 0
    return (problem.file, line, column, problem.check, problem.path)
