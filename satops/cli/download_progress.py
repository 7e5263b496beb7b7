"""The progress of a download: bars with speed and remaining time on a terminal, else lines."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Lock
from typing import TextIO

from satops.cli.output import say
from satops.report.text.download import failure_line, product_line
from satops.workflow.download_report import Failure, Product, Progress
from satops.workflow.fetch import Watch


@contextmanager
def watching(*, quiet: bool) -> Iterator[Progress]:
    """Yield the progress of a run, on stderr."""
    if quiet or not sys.stderr.isatty():
        yield _Lines(quiet=quiet)
        return
    bars = _Bars(sys.stderr)
    try:
        yield bars
    finally:
        bars.stop()


class _Lines:
    """Writes a line for each fetched or failed product."""

    def __init__(self, *, quiet: bool) -> None:
        self._quiet = quiet
        self._begun: dict[tuple[str, str], float] = {}

    def wanted(self, count: int) -> None:
        pass

    def began(self, name: str, product: str) -> Watch:
        self._begun[name, product] = time.monotonic()
        return _Silent()

    def ended(self, result: Product | Failure) -> None:
        if isinstance(result, Failure):
            say(f"satops: {failure_line(result)}")
        elif not self._quiet:
            begun = self._begun.get((result.name, result.product))
            seconds = None if begun is None else time.monotonic() - begun
            say(f"satops: {product_line(result, seconds)}")


class _Silent:
    def grew(self, here: int, total: int | None) -> None:
        pass


class _Bars:
    """A bar for each running fetch; a lost terminal stops nothing."""

    def __init__(self, stream: TextIO) -> None:
        from rich import progress  # only needed on a terminal

        from satops.report.terminal import console_on

        self._lock = Lock()
        self._bars: dict[tuple[str, str], progress.TaskID] = {}
        self._progress = progress.Progress(
            progress.TextColumn("{task.description}", markup=False),
            progress.BarColumn(),
            progress.DownloadColumn(binary_units=False),
            progress.TransferSpeedColumn(),
            progress.TimeRemainingColumn(),
            console=console_on(stream),
            transient=True,
        )

    def wanted(self, count: int) -> None:
        if count:
            with suppress(OSError):
                self._progress.start()

    def began(self, name: str, product: str) -> Watch:
        bar = self._progress.add_task(f"{name} {product}", total=None)
        with self._lock:
            self._bars[name, product] = bar
        return _Bar(self, bar)

    def grew(self, bar: int, here: int, total: int | None) -> None:
        from rich.progress import TaskID

        with suppress(OSError):
            self._progress.update(TaskID(bar), completed=here, total=total)

    def ended(self, result: Product | Failure) -> None:
        from rich.text import Text

        failed = isinstance(result, Failure)
        line = failure_line(result) if isinstance(result, Failure) else product_line(result, None)
        with self._lock:
            bar = self._bars.pop((result.name, result.product), None)
        with suppress(OSError):
            self._progress.console.print(Text(line, style="red" if failed else "green"))
            if bar is not None:
                self._progress.remove_task(bar)

    def stop(self) -> None:
        with suppress(OSError):
            self._progress.stop()


class _Bar:
    def __init__(self, bars: _Bars, bar: int) -> None:
        self._bars, self._bar = bars, bar

    def grew(self, here: int, total: int | None) -> None:
        self._bars.grew(self._bar, here, total)
