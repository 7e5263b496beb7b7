"""A finding about one value, made by a rule that does not know the value's position in a file."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from satops.core.problem import Position, Problem, Severity

if TYPE_CHECKING:
    from satops.core.loading import Document

_QUOTED = 40
"""Characters of the input that a message shows."""

Path = tuple[str | int, ...]
"""Keys and indexes from the root of a document, or of the value that is read."""
Place = tuple[Path, bool]
"""What a finding points at: the value at a path, or its key if the second part is true."""


class Finding(Struct, frozen=True):
    """A `Problem` with a path instead of a position."""

    check: str
    path: Path
    summary: str
    """A few fixed words, without user input."""
    detail: str
    """Whole sentences: what is wrong, why it matters, what to do."""
    severity: Severity = Severity.ERROR
    fix: str = ""
    """Options of `satops aoi FILE` that mend it, for a geometry in a file; `core.geometry.fixes`
    adds the command."""
    key: bool = False
    """Whether it points at the key of a field instead of the value."""

    @property
    def place(self) -> Place:
        """What it points at."""
        return self.path, self.key

    def under(self, path: Path) -> "Finding":
        """Return the same finding with `path` before its own path."""
        return replace(self, path=path + self.path)

    def at(self, path: Path) -> "Finding":
        """Return the same finding with another path, for example if the value came from a file."""
        return replace(self, path=path)

    def problem(
        self,
        file: str,
        position: Position | None,
        *,
        order: str | None = None,
        severity: Severity | None = None,
        acknowledged: str | None = None,
    ) -> Problem:
        """Return the finding as a problem at a position of a file; `order` is a name."""
        line, column = position or (None, None)
        return Problem(
            check=self.check,
            severity=severity or self.severity,
            file=file,
            line=line,
            column=column,
            path=dotted(self.path),
            summary=self.summary,
            detail=self.detail,
            order=order,
            acknowledged=acknowledged,
        )

    def problem_in(self, document: "Document", file: str, order: str | None) -> Problem:
        """Return the finding as a problem at its position in a document; `order` is a name."""
        return self.problem(file, document.position(self.path, key=self.key), order=order)


def dotted(path: Path) -> str:
    """Return a path as messages show it: `order.geometry.coordinates[0][3]`."""
    # Imported here, since readers of ledgers do not need the YAML parser.
    from satops.core import loading as document

    return document.dotted(path)


def quoted(text: str) -> str:
    """Return text of the input in quotes, shortened and with control characters escaped."""
    return repr(text) if len(text) <= _QUOTED else f"{text[:_QUOTED]!r}..."


def has_error(findings: Iterable[Finding]) -> bool:
    """Tell whether one of the findings is an error."""
    return any(finding.severity is Severity.ERROR for finding in findings)
