"""The catalogue of checks, for the terminal and as the page docs/checks.md."""

from collections.abc import Iterator, Sequence

from satops.core.check import Check
from satops.core.checks.catalogue import catalogue_of
from satops.core.offer import Offer
from satops.core.order.modes import Modes
from satops.core.safe import safe
from satops.report.layout import BLANK, Block, Line, Row, Table, Tone, command
from satops.workflow.explain import Explanation, number_text, numbers, severity_text

_HEAD = """# The checks

This page is made from what each check declares beside its code; `satops explain CODE` shows one. A
problem is an error, a warning or an info; only an error keeps an order from being bought.

- `satops.yaml` changes how much a check weighs: `checks: {A09: error}`.
- A spec accepts a check with a reason: `acknowledge: [{check: A09, reason: "two dates will do"}]`.
  The plan shows it with the reason. What the marketplace's documentation forbids, or what is
  impossible, cannot be accepted or lowered.
- The numbers stand in `schema/modes.json`. The marketplace publishes none of them: they come from
  elsewhere, and say so. A team replaces them with a file of the same shape, named by `modes:` in
  `satops.yaml`:

```yaml
{example}```
"""


def checks_page(modes: Modes, offer: Offer) -> str:
    """Return the page as Markdown."""
    return "\n".join([_HEAD.replace("{example}", offer.thresholds_example), *_lines(modes, offer)])


def _lines(modes: Modes, offer: Offer) -> Iterator[str]:
    checks = catalogue_of(offer).checks.values()
    yield "| code | what | by default |"
    yield "|---|---|---|"
    for check in checks:
        yield f"| [{check.code}](#{check.code.lower()}) | {check.title} | {check.severity} |"
    yield ""
    subject = ""
    for check in checks:
        if check.subject != subject:
            subject = check.subject
            yield f"## {subject}\n"
        yield from _section(check, modes, offer)


def _section(check: Check, modes: Modes, offer: Offer) -> Iterator[str]:
    yield f"### {check.code}\n"
    yield f"**{check.title}.** {check.meaning}\n"
    yield f"- What to do: {check.remedy}"
    yield f"- Example: `{check.example}`"
    yield f"- Severity: {severity_text(check)}."
    yield f"- Source: {check.source}."
    for number in numbers(check, modes, offer):
        yield f"- Number: {number_text(number)}."
    yield ""


def catalogue_blocks(checks: Sequence[Check]) -> Iterator[Block]:
    """Yield every check on a line of its own."""
    yield Table(
        ("CODE", "SEVERITY", "WHAT"),
        checks,
        lambda check: Row((check.code, str(check.severity), check.title)),
    )
    yield BLANK
    yield Line("To read more about one:")
    yield command("satops explain CODE")


def explain_blocks(found: Explanation) -> Iterator[Block]:
    """Yield one check: meaning, reason, example, thresholds and remedy."""
    check = found.check
    yield Line(f"{check.code}: {check.title}", Tone.HEADING)
    yield BLANK
    yield Line(check.meaning)
    yield BLANK
    yield Line("For example:")
    for text in check.example.split("\n"):
        yield Line(text, Tone.COMMAND, indent=4)
    yield BLANK
    yield Line(f"What to do: {check.remedy}")
    yield Line(f"Severity: {severity_text(check)}.")
    yield Line(f"Source: {check.source}.")
    if found.numbers:
        yield BLANK
        yield Line("The numbers that it compares with:")
        for number in found.numbers:
            yield Line(safe(number_text(number)), indent=4)
