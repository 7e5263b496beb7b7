"""`satops download`, and its progress: bars with speed and remaining time on a terminal, else
lines.
"""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Lock
from typing import TextIO

import click

from satops.api import download as fetching
from satops.cli import options
from satops.cli.context import Call
from satops.cli.interrupts import Stopping
from satops.cli.output import finish_with, say
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


@click.command("download")
@click.argument("names", nargs=-1, metavar="[NAME]...")
@options.labels
@click.option(
    "--to", metavar="TARGET",
    help="A folder, or s3://, gs:// or az:// with bucket and prefix. Default: `delivery.to`.",
)  # fmt: skip
@click.option("--again", is_flag=True, help="Fetch existing products again.")
@click.option(
    "--no-record", is_flag=True,
    help="Write nothing to the ledger, for users who may only read it.",
)  # fmt: skip
@click.option("--dry-run", is_flag=True, help="Show which products would be fetched.")
@click.option("--keep-going", is_flag=True, help="Continue with other products after a failure.")
@options.as_json
@click.pass_obj
def command(
    call: Call,
    names: tuple[str, ...],
    labels: tuple[str, ...],
    to: str | None,
    again: bool,
    no_record: bool,
    dry_run: bool,
    keep_going: bool,
    as_json: bool,
) -> int:
    """Fetch the delivered products of all orders, or of some, that the target lacks.

    A product gets its name once it is complete. An interrupted fetch is resumed. The ledger
    records each product with its SHA-256.
    """
    from satops.report.json.run import download_json
    from satops.report.text.download import download_blocks

    target = to if to is None or "://" in to else str(call.path(to))
    with Stopping(), watching(quiet=call.quiet) as progress:  # never armed: parts stay as they are
        report = fetching.download(
            call.repository,
            names,
            labels=[options.label(text) for text in labels],
            to=target,
            again=again,
            record=not no_record,
            dry_run=dry_run,
            keep_going=keep_going,
            progress=progress,
            say=say,
            environ=call.environ,
        )
    return finish_with(
        report, download_json, download_blocks, as_json=as_json, code=report.exit_code
    )
