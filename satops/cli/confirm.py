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
    if not (sys.stdin and sys.stdin.isatty() and sys.stderr.isatty()):
        raise Refused(
            "Nothing was done: this asks before it goes on, and there is no terminal to ask on. "
            "Add --yes to go on without the question."
        )
    if not click.confirm(question, err=True):
        raise Refused("Nothing was done: the answer was no.")
