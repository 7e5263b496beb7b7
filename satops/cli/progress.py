"""What is seen while orders are placed: a bar on a terminal, else a line for each order."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from satops.cli.interrupts import Stopping
from satops.cli.output import say
from satops.report.text.apply import result_line
from satops.workflow.outcomes import OrderResult
from satops.workflow.submit import Progress


class _Lines:
    """Writes each outcome to stderr as soon as it is known, also when everything else is quiet:
    an order number that was seen is never lost.
    """

    def __init__(self, stopping: Stopping) -> None:
        self._stopping = stopping

    def started(self, expected: int) -> None:
        self._stopping.arm()

    def finished(self, result: OrderResult) -> None:
        say(result_line(result))


class _Bar(_Lines):
    """The same, with a bar beneath the lines."""

    def __init__(self, stopping: Stopping, bar: Progress) -> None:
        super().__init__(stopping)
        self._bar = bar

    def started(self, expected: int) -> None:
        super().started(expected)
        self._bar.started(expected)

    def finished(self, result: OrderResult) -> None:
        self._bar.finished(result)


@contextmanager
def watching(stopping: Stopping, *, quiet: bool) -> Iterator[Progress]:
    """Give the progress of a run; `stopping` is armed when the first order may be sent."""
    if quiet or not sys.stderr.isatty():
        yield _Lines(stopping)
        return
    from satops.cli.bar import Bar

    with Bar(sys.stderr) as bar:
        yield _Bar(stopping, bar)
