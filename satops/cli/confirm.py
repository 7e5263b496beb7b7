"""Ask for confirmation before something that cannot be undone."""

import sys

import click

from satops.errors import Refused


def confirm(question: str, *, yes: bool) -> None:
    """Ask `question [y/N]` on the terminal, unless `yes`.

    Raises `Refused` unless the answer is yes, and without a terminal.
    """
    if yes:
        return
    if not _has_terminal():
        raise Refused(
            "Nothing was done: this asks before it goes on, and there is no terminal to ask on. "
            "Add --yes to go on without the question."
        )
    if not click.confirm(question, err=True):
        raise Refused("Nothing was done: the answer was no.")


def require_person(because: str | None) -> None:
    """Raise `Refused` without a terminal and without a reason.

    `--yes` in a nightly workflow is not a person's decision.
    """
    if because is None and not _has_terminal():
        raise Refused(
            "Nothing was done: a person decides this, and --yes alone is none. Run it on a "
            "terminal, or add --because TEXT, which the ledger keeps."
        )


def _has_terminal() -> bool:
    return bool(sys.stdin and sys.stdin.isatty() and sys.stderr.isatty())
