"""Make docs/commands.md from the commands; a test compares them.

Run `python -m satops.cli.reference > docs/commands.md`.
"""

import sys
from collections.abc import Iterator

import click

from satops.cli.commands import COMMANDS
from satops.cli.main import satops
from satops.errors import WORST_FIRST, ExitCode

_WIDTH = 88
_ABOUT_ORDERS = range(ExitCode.INVALID, ExitCode.USAGE)
"""Codes of which several can apply at once."""
_HEAD = """\
# Commands

Results go to stdout, everything else to stderr. Every command with a report takes `--json`; where
it cannot go on, stdout then holds one JSON object with the error (`schema/error.schema.json`).
"""


def page() -> str:
    """Return the text of docs/commands.md."""
    parts = [_HEAD, exit_table(), _section("satops", satops, level=2)]
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
    yield _section(title, command, level=2)
    if isinstance(command, click.Group):
        for name, child in command.commands.items():
            yield _section(f"{title} {name}", child, level=3)


def _section(title: str, command: click.Command, *, level: int) -> str:
    context = click.Context(
        command, info_name=title, terminal_width=_WIDTH, help_option_names=["-h", "--help"]
    )
    return f"{'#' * level} {title}\n\n```\n{command.get_help(context)}\n```\n"


if __name__ == "__main__":
    sys.stdout.write(page())
