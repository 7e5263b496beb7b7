"""Write results to stdout, and everything else to stderr: also the question before something that
cannot be undone.
"""

import io
import os
import sys
from collections.abc import Callable, Iterable
from errno import EPIPE
from itertools import islice
from typing import TYPE_CHECKING, TextIO, TypeVar

import click

from satops.errors import ExitCode, Refused
from satops.report.layout import Block, Line, plain

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

Value = TypeVar("Value")

_LINES_PER_WRITE = 500
_STDERR = 2


class StdoutLost(OSError):
    """Stdout cannot be written: its reader has gone, or its disk is full."""


def prepare_streams() -> None:
    """Make every character writable, and mark errors of stdout.

    A closed stream is opened on the null device: otherwise the next opened file, perhaps the
    ledger, would get its number, and receive what a library writes to stderr.
    """
    while (descriptor := os.open(os.devnull, os.O_RDWR)) <= _STDERR:
        pass
    os.close(descriptor)
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: PTH123, SIM115
        elif hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    if sys.__stdout__ is not None and sys.stdout is sys.__stdout__:
        sys.stdout = _guarded(sys.__stdout__)


def finish(
    code: ExitCode,
    *,
    as_json: bool,
    json: Callable[[], Iterable[bytes]],
    text: Callable[[], Iterable[Block]],
) -> ExitCode:
    """Write a report in the requested format, and return the exit code of the command.

    The command is done, so a lost reader of stdout changes no exit code, and an unwritable report
    does not hide the code.
    """
    try:
        if as_json:
            write_json(json())
        else:
            write_report(text())
    except OSError as error:
        return report_lost(error, code)
    return code


def finish_with(
    value: Value,
    json: Callable[[Value], Iterable[bytes]],
    text: Callable[[Value], Iterable[Block]],
    *,
    as_json: bool,
    code: ExitCode = ExitCode.DONE,
) -> ExitCode:
    """Like `finish`, for a report that both formats make from one value."""
    return finish(code, as_json=as_json, json=lambda: json(value), text=lambda: text(value))


def report_lost(error: OSError, code: ExitCode) -> ExitCode:
    """Stop writing to stdout after an error, and return the exit code of the command.

    Prints the reason, unless the reader of stdout has gone.
    """
    _silence(sys.stdout)
    if error.errno == EPIPE:
        return code
    done = "" if code else " The command itself is done."
    say(f"satops: The report could not be written to stdout: {error.strerror}.{done}")
    return code or ExitCode.USAGE


def write_report(blocks: Iterable[Block]) -> None:
    """Write a report for people to stdout."""
    draw(blocks, sys.stdout)


def write_json(chunks: Iterable[bytes]) -> None:
    """Write a JSON report to stdout."""
    sys.stdout.flush()
    for chunk in chunks:
        sys.stdout.buffer.write(chunk)
    sys.stdout.flush()


def say(*lines: str | Block) -> None:
    """Write lines to stderr; a lost stderr stops nothing."""
    try:
        draw((Line(line) if isinstance(line, str) else line for line in lines), sys.stderr)
    except OSError:
        return


def draw(blocks: Iterable[Block], stream: TextIO) -> None:
    """Draw a report: with colours and wrapping on a terminal, else as plain text."""
    if stream.isatty():
        from satops.report import terminal

        terminal.draw(blocks, stream)
    else:
        lines = plain(blocks)
        while some := list(islice(lines, _LINES_PER_WRITE)):
            stream.write("\n".join(some) + "\n")
    stream.flush()


def _silence(stream: TextIO) -> None:
    """Discard what is left in a stream's buffer, so that Python's exit does not fail."""
    devnull = os.open(os.devnull, os.O_WRONLY)
    os.dup2(devnull, stream.fileno())
    os.close(devnull)


class _Stdout(io.FileIO):
    def write(self, data: "ReadableBuffer", /) -> int:
        try:
            return super().write(data)
        except OSError as error:
            raise StdoutLost(error.errno, error.strerror) from None


def _guarded(stream: "TextIO") -> "TextIO":
    """Return stdout with its errors marked as its own."""
    raw = _Stdout(stream.fileno(), "w", closefd=False)
    return io.TextIOWrapper(
        io.BufferedWriter(raw),
        encoding=stream.encoding,
        errors=stream.errors,
        line_buffering=stream.isatty(),
    )


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
