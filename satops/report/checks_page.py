"""docs/checks.md, made from the catalogue: a test holds the two together."""

from collections.abc import Iterator

from satops.core.catalogue import CATALOGUE, Entry
from satops.core.order.modes import Modes
from satops.workflow.explain import number_text, numbers, severity_text

_HEAD = """# The checks

This page is made from the catalogue in `satops/core/catalogue`; `satops explain CODE` shows one
entry. A problem is an error, a warning or an info; only an error keeps an order from being bought.

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

_SECTIONS = {
    "G": "The shape of the area",
    "A": "Its place and size",
    "T": "Time",
    "S": "The sensor",
    "R": "Recurring orders",
    "X": "Other orders and the ledger",
    "V": "The fields of a document",
    "L": "Reading a file",
    "F": "Files that a spec refers to",
    "N": "Names and texts",
    "K": "Acknowledgements",
}


def checks_page(modes: Modes) -> str:
    """Return the page as Markdown."""
    return "\n".join([_HEAD, *_lines(modes)])


def _lines(modes: Modes) -> Iterator[str]:
    yield "| code | what | by default |"
    yield "|---|---|---|"
    for entry in CATALOGUE.values():
        yield f"| [{entry.code}](#{entry.code.lower()}) | {entry.title} | {entry.severity} |"
    yield ""
    section = ""
    for entry in CATALOGUE.values():
        if entry.code[0] != section:
            section = entry.code[0]
            yield f"## {_SECTIONS[section]}\n"
        yield from _entry(entry, modes)


def _entry(entry: Entry, modes: Modes) -> Iterator[str]:
    yield f"### {entry.code}\n"
    yield f"**{entry.title}.** {entry.meaning}\n"
    yield f"- What to do: {entry.remedy}"
    yield f"- Example: `{entry.example}`"
    yield f"- Severity: {severity_text(entry)}."
    yield f"- Source: {entry.source}."
    for number in numbers(entry, modes):
        yield f"- Number: {number_text(number)}."
    yield ""
