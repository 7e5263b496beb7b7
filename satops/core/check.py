"""What a check is: one declaration, beside the code that makes its findings.

The findings, `satops explain`, docs/checks.md, and which codes are found when all follow from it
(`core.checks.catalogue`).  A check that looks at specs is a function with a decorator:

    @check("A07", "smaller than the smallest bill", when=When.SPEC, at="order.geometry", ...)
    def check_least_bill(batch: Batch) -> Found: ...

Whoever finds something while reading declares a `Check` and makes findings with it.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

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
"""What checks are about, by the letter that their codes begin with; in the order of the docs."""


class When(StrEnum):
    """When a check looks, and so what can bring its finding or take it away."""

    READ = "read"
    """While files are read."""
    OUTLINE = "outline"
    """At the outline of each spec, and of an AOI file, whatever the sensor and the window."""
    SPEC = "spec"
    """At each spec by itself, whatever the time."""
    CLOCK = "clock"
    """At each spec that would be bought, against the clock: time alone brings such findings."""
    ACROSS = "across"
    """At the specs that would be bought, against each other and what the ledger holds."""
    LEDGER = "ledger"
    """At each spec, against what the ledger holds under its name or of its order."""


@dataclass(frozen=True, slots=True)
class Check:
    """What one code means."""

    code: str
    """A letter for the subject and two digits; it never changes."""
    title: str
    """The summary of its findings: a few fixed words."""
    when: When
    """When it is found first; `Run` knows of others."""
    meaning: str
    """What is looked at, and why it matters to a buyer."""
    source: str
    """Who says so; the numbers have sources of their own, in schema/modes.json."""
    remedy: str
    example: str
    """The smallest piece of a spec that shows it."""
    severity: Severity = Severity.ERROR
    """The worst that its findings are by default; a `Variant` may be milder."""
    acknowledgeable: bool = False
    """Whether a spec may accept it with a reason, and satops.yaml may lower it.  What the
    marketplace's documentation forbids, or what is impossible, cannot be accepted."""
    thresholds: tuple[str, ...] = ()
    """The fields of `core.order.modes.ModeRules` that it compares with."""

    @property
    def subject(self) -> str:
        """What it is about."""
        return SUBJECTS[self.code[0]]

    def finding(self, path: Path, detail: str, *, fix: str = "") -> Finding:
        """Make a finding in the words of the title; see `Finding` for `fix`."""
        return Finding(self.code, path, self.title, detail, self.severity, fix)

    def variant(self, summary: str = "", severity: Severity | None = None) -> "Variant":
        """Declare findings of this code that say more exactly what is wrong, or weigh less."""
        return Variant(self, summary or self.title, severity or self.severity)


@dataclass(frozen=True, slots=True)
class Variant:
    """Findings of a check with a summary, or a severity, of their own."""

    check: Check
    summary: str
    """A few fixed words, without user input."""
    severity: Severity

    def finding(self, path: Path, detail: str, *, fix: str = "") -> Finding:
        """Make a finding in the words of the variant; see `Finding` for `fix`."""
        return Finding(self.check.code, path, self.summary, detail, self.severity, fix)


Found = Iterator[tuple[int, str]]
"""The index of a spec among those that were looked at, and the detail."""
Look = Callable[..., Found]
"""Looks at many specs at once.  What it is given depends on when it runs: see `core.checks`."""


@dataclass(frozen=True, slots=True)
class Run:
    """A function that looks for what a check means, and when it does."""

    check: Check
    when: When
    path: Path
    """What its findings are about."""
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
    """Declare a check and the function that looks for it; see `Check` for the fields.

    Its findings are about the field `at`, as `order.geometry`.
    """
    declared = Check(
        code, title, when, meaning, source, remedy, example, severity, acknowledgeable, thresholds
    )
    return lambda look: Run(declared, when, tuple(at.split(".")), look)


def also(declared: Check | Run, *, when: When, at: str) -> Callable[[Look], Run]:
    """Name a further function that looks for a check, at another time."""
    known = declared.check if isinstance(declared, Run) else declared
    return lambda look: Run(known, when, tuple(at.split(".")), look)
