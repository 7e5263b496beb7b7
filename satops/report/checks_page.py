"""docs/checks.md, made from the declarations of checks: a test holds the two together."""

from collections.abc import Iterator

from satops.core.check import Check
from satops.core.checks.catalogue import CATALOGUE
from satops.core.order.modes import Modes
from satops.workflow.explain import number_text, numbers, severity_text

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
every: {leadTimeH: 48}
changguang:
  every: {minBillableKm2: {value: 100, source: "contract 12, page 4"}}
  very-high: {swathKm: 12, maxAreaKm2: 5000}
tianyi:
  stripmap: {maxLengthKm: null}   # no such limit
```
"""


def checks_page(modes: Modes) -> str:
    """Return the page as Markdown."""
    return "\n".join([_HEAD, *_lines(modes)])


def _lines(modes: Modes) -> Iterator[str]:
    yield "| code | what | by default |"
    yield "|---|---|---|"
    for check in CATALOGUE.values():
        yield f"| [{check.code}](#{check.code.lower()}) | {check.title} | {check.severity} |"
    yield ""
    subject = ""
    for check in CATALOGUE.values():
        if check.subject != subject:
            subject = check.subject
            yield f"## {subject}\n"
        yield from _section(check, modes)


def _section(check: Check, modes: Modes) -> Iterator[str]:
    yield f"### {check.code}\n"
    yield f"**{check.title}.** {check.meaning}\n"
    yield f"- What to do: {check.remedy}"
    yield f"- Example: `{check.example}`"
    yield f"- Severity: {severity_text(check)}."
    yield f"- Source: {check.source}."
    for number in numbers(check, modes):
        yield f"- Number: {number_text(number)}."
    yield ""
