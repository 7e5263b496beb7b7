"""The progress of apply: a bar on a terminal, else a line for each order."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TextIO

from satops.cli.interrupts import Stopping
from satops.cli.output import say
from satops.report.text.apply import OUTCOME_TONES, result_line
from satops.workflow.outcomes import OrderResult
from satops.workflow.submit import Progress


@contextmanager
def watching(stopping: Stopping, *, quiet: bool) -> Iterator[Progress]:
    """Yield the progress of a run; arm `stopping` when the first order may be sent."""
    if quiet or not sys.stderr.isatty():
        yield _Lines(stopping)
        return
    bar = _Bar(stopping, sys.stderr)
    try:
        yield bar
    finally:
        bar.stop()


class _Lines:
    """Writes each outcome to stderr at once, also with `--quiet`: no order number is lost."""

    def __init__(self, stopping: Stopping) -> None:
        self._stopping = stopping

    def started(self, expected: int) -> None:
        self._stopping.arm()

    def finished(self, result: OrderResult) -> None:
        say(result_line(result))


class _Bar:
    """Shows a bar, and above it a line for each outcome.

    After a lost terminal nothing more is shown, and the run goes on.
    """

    def __init__(self, stopping: Stopping, stream: TextIO) -> None:
        from rich import progress  # only needed on a terminal

        from satops.report.terminal import console_on

        self._stopping = stopping
        self._progress = progress.Progress(
            progress.TextColumn("Submitting"),
            progress.BarColumn(),
            progress.MofNCompleteColumn(),
            progress.TimeElapsedColumn(),
            console=console_on(stream),
            transient=True,
        )
        self._task: progress.TaskID | None = None

    def started(self, expected: int) -> None:
        self._stopping.arm()
        with suppress(OSError):
            self._task = self._progress.add_task("placing", total=expected)
            self._progress.start()

    def finished(self, result: OrderResult) -> None:
        from rich.text import Text

        from satops.report.terminal import STYLES

        with suppress(OSError):
            style = STYLES[OUTCOME_TONES[result.outcome]]
            self._progress.console.print(Text(result_line(result), style=style))
            if self._task is not None:
                self._progress.advance(self._task)

    def stop(self) -> None:
        with suppress(OSError):
            self._progress.stop()
