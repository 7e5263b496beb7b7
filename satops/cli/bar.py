"""The progress bar of `apply`, on a terminal."""

from contextlib import suppress
from typing import Self, TextIO

from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
)
from rich.text import Text

from satops.report.terminal import STYLES, console_on
from satops.report.text.apply import OUTCOME_TONES, result_line
from satops.workflow.outcomes import OrderResult


class Bar:
    """The port `Progress` as a bar, with a line above it for each outcome.

    A terminal that goes away stops nothing: from then on nothing is shown.
    """

    def __init__(self, stream: TextIO) -> None:
        self._console = console_on(stream)
        self._progress = Progress(
            TextColumn("Submitting"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            console=self._console,
            transient=True,
        )
        self._task: TaskID | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        with suppress(OSError):
            self._progress.stop()

    def started(self, expected: int) -> None:
        """Show the bar."""
        with suppress(OSError):
            self._task = self._progress.add_task("placing", total=expected)
            self._progress.start()

    def finished(self, result: OrderResult) -> None:
        """Write the outcome above the bar, and let it grow."""
        with suppress(OSError):
            style = STYLES[OUTCOME_TONES[result.outcome]]
            self._console.print(Text(result_line(result), style=style))
            if self._task is not None:
                self._progress.advance(self._task)
