"""One entry of the catalogue of checks."""

from dataclasses import dataclass

from satops.core.problem import Severity


@dataclass(frozen=True, slots=True)
class Entry:
    """What one check code means, for findings, `satops explain` and docs/checks.md."""

    code: str
    title: str
    """The summary of its findings: a few fixed words."""
    meaning: str
    """What is looked at, and why it matters to a buyer."""
    source: str
    """Who says so; the numbers have sources of their own, in schema/modes.json."""
    remedy: str
    example: str
    """The smallest piece of a spec that shows it."""
    severity: Severity = Severity.ERROR
    """The worst that a finding of this check is by default; some codes also have milder ones."""
    acknowledgeable: bool = False
    """Whether a spec may accept it with a reason, and satops.yaml may lower it.  What the
    marketplace's documentation forbids, or what is impossible, cannot be accepted."""
    thresholds: tuple[str, ...] = ()
    """The fields of `core.modes.ModeRules` that it compares with."""
    clock: bool = False
    """Whether it looks at the clock, so that the passing of time alone can bring it."""
