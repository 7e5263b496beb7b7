"""A check is one declaration, beside the code that makes its findings.

Findings, `satops explain` and docs/checks.md are made from it (`core.checks.catalogue`).  A check
of specs is a function with a decorator:

    @check("A07", "smaller than the smallest bill", when=When.SPEC, at="order.geometry", ...)
    def check_least_bill(batch: Batch) -> Found: ...

Code that reads a file declares a `Check` and makes findings with it.
"""

from collections.abc import Callable, Iterator, Mapping
from enum import StrEnum
from types import MappingProxyType

from msgspec import Struct

from satops.core.finding import Finding, Path
from satops.core.problem import Severity

SUBJECTS: Mapping[str, str] = MappingProxyType(
    {
        "G": "The shape of the area",
        "A": "Its place and size",
        "T": "Time",
        "S": "The sensor",
        "R": "Recurring orders",
        "P": "Orders of a pass",
        "X": "Other orders and the ledger",
        "V": "The fields of a document",
        "L": "Reading a file",
        "F": "Files that a spec refers to",
        "N": "Names and texts",
        "M": "Series and their members",
        "K": "Acknowledgements",
    }
)
"""The subject of a check by the first letter of its code, in the order of the docs."""


class When(StrEnum):
    """When a check runs, and so what can cause or remove its finding."""

    READ = "read"
    """While files are read."""
    OUTLINE = "outline"
    """For the outline of each spec and AOI file, whatever the sensor and window."""
    SPEC = "spec"
    """For each spec by itself, whatever the time."""
    CLOCK = "clock"
    """For each spec to create, against the clock."""
    ACROSS = "across"
    """For the specs to create, against each other and the ledger."""
    LEDGER = "ledger"
    """For each spec, against the ledger's orders of the same name or content."""


class Check(Struct, frozen=True):
    """The declaration of one code."""

    code: str
    """A letter for the subject and two digits; never changes."""
    title: str
    """Summary of its findings: a few fixed words."""
    when: When
    """When it runs first; each `Run` has its own."""
    meaning: str
    """What is checked, and why it matters to a buyer."""
    source: str
    """The source of the rule; the sources of thresholds are in schema/modes.json."""
    remedy: str
    example: str
    """The smallest part of a spec that causes it."""
    severity: Severity = Severity.ERROR
    """The default severity; a `Variant` may be milder."""
    acknowledgeable: bool = False
    """Whether a spec may acknowledge it with a reason, and satops.yaml may lower it.  False for
    what is impossible or forbidden by the marketplace's documentation."""
    thresholds: tuple[str, ...] = ()
    """The fields of `core.order.modes.ModeRules` that it uses."""

    @property
    def subject(self) -> str:
        """The subject of the code."""
        return SUBJECTS[self.code[0]]

    def finding(self, path: Path, detail: str, *, fix: str = "", key: bool = False) -> Finding:
        """Make a finding with the check's title; see `Finding` for `fix` and `key`."""
        return Finding(self.code, path, self.title, detail, self.severity, fix, key)

    def variant(self, summary: str = "", severity: Severity | None = None) -> "Variant":
        """Declare a variant of this code with a summary or severity of its own."""
        return Variant(self, summary or self.title, severity or self.severity)


class Variant(Struct, frozen=True):
    """A variant of a check, with a summary or severity of its own."""

    check: Check
    summary: str
    """A few fixed words, without user input."""
    severity: Severity

    def finding(self, path: Path, detail: str, *, fix: str = "", key: bool = False) -> Finding:
        """Make a finding with the variant's summary; see `Finding` for `fix` and `key`."""
        return Finding(self.check.code, path, self.summary, detail, self.severity, fix, key)


Found = Iterator[tuple[int, str]]
"""Index of a spec among the checked ones, and the detail of the finding."""
Look = Callable[..., Found]
"""Checks many specs at once.  Its arguments depend on `When`; see `core.checks`."""


class Run(Struct, frozen=True):
    """A function that runs a check, and when."""

    check: Check
    when: When
    path: Path
    """Path of its findings."""
    look: Look


def check(
    code: str,
    title: str,
    *,
    when: When,
    at: str,
    meaning: str,
    source: str,
    remedy: str,
    example: str,
    severity: Severity = Severity.ERROR,
    acknowledgeable: bool = False,
    thresholds: tuple[str, ...] = (),
) -> Callable[[Look], Run]:
    """Declare a check and its function; see `Check` for the fields.

    Its findings are about the field `at`, such as `order.geometry`.
    """
    declared = Check(
        code, title, when, meaning, source, remedy, example, severity, acknowledgeable, thresholds
    )
    return lambda look: Run(declared, when, tuple(at.split(".")), look)


def also(declared: Check | Run, *, when: When, at: str) -> Callable[[Look], Run]:
    """Declare another function of a check, for another time."""
    known = declared.check if isinstance(declared, Run) else declared
    return lambda look: Run(known, when, tuple(at.split(".")), look)
