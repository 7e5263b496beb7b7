"""Results go to stdout; everything else goes to stderr."""

import os
import sys
from collections.abc import Callable, Iterable
from itertools import islice
from typing import TextIO

from satops.errors import ExitCode
from satops.report.layout import Block, Line, plain

_LINES_PER_WRITE = 500


def finish(
    code: ExitCode,
    *,
    as_json: bool,
    json: Callable[[], Iterable[bytes]],
    text: Callable[[], Iterable[Block]],
) -> ExitCode:
    """Write a report in the form that was asked for, and return the exit code of the command.

    What was done is done: a report that nobody reads any more changes no exit code, and one that
    cannot be written never hides what the code has to say.
    """
    try:
        if as_json:
            write_json(json())
        else:
            write_report(text())
    except BrokenPipeError:
        _silence(sys.stdout)
    except OSError as error:
        _silence(sys.stdout)
        say(f"satops: The report could not be written to stdout: {error.strerror}.")
        return code or ExitCode.USAGE
    return code


def write_report(blocks: Iterable[Block]) -> None:
    """Write a report for people to stdout."""
    draw(blocks, sys.stdout)


def write_json(chunks: Iterable[bytes]) -> None:
    """Write a report for machines to stdout."""
    sys.stdout.flush()
    for chunk in chunks:
        sys.stdout.buffer.write(chunk)
    sys.stdout.flush()


def say(*lines: str | Block) -> None:
    """Write lines to stderr; a stderr that nobody reads any more is no reason to stop."""
    try:
        draw((Line(line) if isinstance(line, str) else line for line in lines), sys.stderr)
    except OSError:
        return


def draw(blocks: Iterable[Block], stream: TextIO) -> None:
    """Draw a report: with colours and the terminal's width on a terminal, else as plain text."""
    if stream.isatty():
        from satops.report import terminal

        terminal.draw(blocks, stream)
    else:
        lines = plain(blocks)
        while some := list(islice(lines, _LINES_PER_WRITE)):
            stream.write("\n".join(some) + "\n")
    stream.flush()


def _silence(stream: TextIO) -> None:
    """Let nothing fail later that is still in a stream's buffer when Python exits."""
    devnull = os.open(os.devnull, os.O_WRONLY)
    os.dup2(devnull, stream.fileno())
    os.close(devnull)
