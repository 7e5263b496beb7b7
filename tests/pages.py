"""The pages of docs/ that are made from the code; tests compare them.

Run `python -m tests.pages` to write them.
"""

from collections.abc import Iterator
from pathlib import Path

import click

from satops.cli.commands import COMMANDS
from satops.cli.main import satops
from satops.core.check import Check
from satops.core.checks.catalogue import catalogue_of
from satops.core.offer import Offer
from satops.core.order.modes import Modes
from satops.errors import WORST_FIRST, ExitCode
from satops.offers.eo_imagery import EO_IMAGERY
from satops.workflow.explain import number_text, numbers, severity_text
from tests.core.checks.making import modes as shipped_modes

DOCS = Path(__file__).parents[1] / "docs"
_WIDTH = 88
_ABOUT_ORDERS = range(ExitCode.INVALID, ExitCode.USAGE)
"""Codes of which several can apply at once."""
_COMMANDS_HEAD = """\
# Commands

Results go to stdout, everything else to stderr. Every command with a report takes `--json`; where
it cannot go on, stdout then holds one JSON object with the error (`schema/error.schema.json`).
"""


def commands_page() -> str:
    """Return the text of docs/commands.md."""
    parts = [_COMMANDS_HEAD, exit_table(), _help("satops", satops, level=2)]
    context = click.Context(satops, info_name="satops")
    for name in COMMANDS:
        command = satops.get_command(context, name)
        assert command is not None, name
        parts += _sections(f"satops {name}", command, context)
    return "\n".join(parts)


def exit_table() -> str:
    """Return the table of exit codes in Markdown, for docs/commands.md and README.md."""
    rows = [f"| {code.value} | {code.meaning} | {code.next_step} |" for code in ExitCode]
    ranked = ", ".join(str(code.value) for code in WORST_FIRST if code in _ABOUT_ORDERS)
    return "\n".join(
        [
            "| exit | meaning | next |",
            "|---|---|---|",
            *(row.replace("|  |", "| |") for row in rows),
            "",
            f"If several hold, the first of {ranked} is given.",
            "",
        ]
    )


def _sections(title: str, command: click.Command, parent: click.Context) -> Iterator[str]:
    yield _help(title, command, level=2)
    if isinstance(command, click.Group):
        for name, child in command.commands.items():
            yield _help(f"{title} {name}", child, level=3)


def _help(title: str, command: click.Command, *, level: int) -> str:
    context = click.Context(
        command, info_name=title, terminal_width=_WIDTH, help_option_names=["-h", "--help"]
    )
    return f"{'#' * level} {title}\n\n```\n{command.get_help(context)}\n```\n"


_CHECKS_HEAD = """# The checks

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
    return "\n".join(
        [_CHECKS_HEAD.replace("{example}", offer.thresholds_example), *_lines(modes, offer)]
    )


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
        yield from _declared(check, modes, offer)


def _declared(check: Check, modes: Modes, offer: Offer) -> Iterator[str]:
    yield f"### {check.code}\n"
    yield f"**{check.title}.** {check.meaning}\n"
    yield f"- What to do: {check.remedy}"
    yield f"- Example: `{check.example}`"
    yield f"- Severity: {severity_text(check)}."
    yield f"- Source: {check.source}."
    for number in numbers(check, modes, offer):
        yield f"- Number: {number_text(number)}."
    yield ""


def main() -> None:
    """Write the pages."""
    (DOCS / "commands.md").write_text(commands_page(), "utf-8")
    (DOCS / "checks.md").write_text(checks_page(shipped_modes(), EO_IMAGERY), "utf-8")


if __name__ == "__main__":
    main()
