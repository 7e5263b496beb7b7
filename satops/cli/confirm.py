"""Asking before something that cannot be undone."""

import sys

import click

from satops.errors import Refused


def confirm(question: str, *, yes: bool) -> None:
    """Ask `question [y/N]` on the terminal, unless `yes`.

    Raises `Refused` when the answer is not yes, and where there is no terminal to ask on: a
    question that nobody sees is never taken for a yes.
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
    """Raise `Refused` where nobody is there to ask and no reason says who wanted it.

    A line of a workflow that says `--yes` every night is nobody.
    """
    if because is None and not _has_terminal():
        raise Refused(
            "Nothing was done: a person decides this, and --yes alone is none. Run it on a "
            "terminal, or add --because TEXT, which the ledger keeps."
        )


def _has_terminal() -> bool:
    return bool(sys.stdin and sys.stdin.isatty() and sys.stderr.isatty())
