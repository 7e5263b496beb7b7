"""docs/commands.md, made from the commands themselves; a test holds the page and them together.

`python -m satops.cli.reference > docs/commands.md` writes it.
"""

import sys
from collections.abc import Iterator

import click

from satops.cli.commands import COMMANDS
from satops.cli.main import satops

_WIDTH = 88
_HEAD = """\
# Commands

Results go to stdout, everything else to stderr. Every command with a report takes `--json`; where
it cannot go on, stdout then holds one JSON object with the error (`schema/error.schema.json`).

| exit code | meaning |
|---|---|
| 0 | done, or nothing to do |
| 1 | a bug in satops; a traceback is on stderr |
| 2 | only `plan --detailed-exitcode`: there are orders to create |
| 3 | specs do not validate, conflict with what was placed, or are expired |
| 4 | refused: a limit, a stale plan, no confirmation; nothing was sent |
| 5 | an order was rejected or could not be sent, for certain |
| 6 | an order is in doubt: `satops reconcile`; never order it again by hand |
| 7 | the ledger is missing, corrupt or cannot be reached |
| 64 | the call or the configuration is wrong |
| 130 | interrupted, and nothing is in doubt |

If several hold, the first of 6, 7, 5, 4, 3 is given.
"""


def page() -> str:
    """Return the text of docs/commands.md."""
    parts = [_HEAD, _section("satops", satops, level=2)]
    context = click.Context(satops, info_name="satops")
    for name in COMMANDS:
        command = satops.get_command(context, name)
        assert command is not None, name
        parts += _sections(f"satops {name}", command, context)
    return "\n".join(parts)


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
