"""Reads files of specs in two processes, where there are tens of thousands and the machine has
two processors.

The second process is a fork, so that it need not be told how to read; batches go to it and rows of
specs come back, one at a time each way, so that neither side ever waits for a full pipe.  If it
ends for any reason, this process reads on alone.
"""

import os
import signal
import threading
from collections.abc import Callable, Generator, Iterable
from contextlib import AbstractContextManager, suppress
from multiprocessing import Pipe
from multiprocessing.connection import Connection

from satops.core.spec_row import row_of, spec_of
from satops.workflow.read_files import FileReader
from satops.workflow.validate import Batch, FileRead

ALONE = 20
"""Batches, some ten thousand files, that one process reads before a second one starts.  With 10,000
a second one saved an eighth of the time and cost a sixth more processor; with more it pays."""

OpenReader = Callable[[], AbstractContextManager[FileReader]]
_LOST = (EOFError, OSError)
"""How a pipe says that the other side has ended."""


def can_pair() -> bool:
    """Tell whether there is a second processor that this process may use.

    Never beside other threads, such as those that send orders: a fork copies their locks as they
    stand, and nobody is there to free them.
    """
    return (
        hasattr(os, "fork")
        and threading.active_count() == 1
        and hasattr(os, "sched_getaffinity")
        and len(os.sched_getaffinity(0)) > 1
    )


def read_paired(
    batches: Iterable[Batch], open_reader: OpenReader, started: Callable[[], None]
) -> Generator[FileRead, None, None]:
    """Yield what every file holds; calls `started` where a second process begins.

    A reader holds pipes to processes of its own, so each side opens one for itself.
    """
    waiting = iter(batches)
    with open_reader() as reader:
        for _, batch in zip(range(ALONE), waiting, strict=False):
            yield from reader.read(batch)
        first = next(waiting, None)
        if first is None:
            return
        started()
        with _second(open_reader) as second:
            theirs: Batch | None = first
            while theirs is not None:
                sent = second.send(theirs)
                ours = next(waiting, None)
                if ours is not None:
                    yield from reader.read(ours)
                reads = second.receive() if sent else None
                yield from reader.read(theirs) if reads is None else reads
                theirs = next(waiting, None)


class _second:  # noqa: N801 - it is used as a context manager, like a function
    """The other process, for as long as the block lasts."""

    def __init__(self, open_reader: OpenReader) -> None:
        self._pipe, theirs = Pipe()
        self._pid = os.fork()
        if self._pid == 0:
            self._pipe.close()
            _serve(theirs, open_reader)
        theirs.close()

    def __enter__(self) -> "_second":
        return self

    def __exit__(self, *_: object) -> None:
        self._pipe.close()
        os.waitpid(self._pid, 0)

    def send(self, batch: Batch) -> bool:
        """Give it a batch; False where it has ended."""
        try:
            self._pipe.send(batch)
        except _LOST:
            return False
        return True

    def receive(self) -> list[FileRead] | None:
        """Return what it has read; None where it has ended."""
        try:
            rows = self._pipe.recv()
        except _LOST:
            return None
        return [
            FileRead(path, digest, [spec_of(row, path, digest) for row in specs], problems, names)
            for path, digest, specs, problems, names in rows
        ]


def _serve(pipe: Connection, open_reader: OpenReader) -> None:
    """Read batch after batch until the other side closes the pipe; never returns."""
    code = 1
    try:
        # An interrupt is for the first process, which then closes the pipe.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        with suppress(*_LOST), open_reader() as reader:
            while True:
                reads = reader.read(pipe.recv())
                pipe.send(
                    [
                        (each.path, each.sha256, [row_of(spec) for spec in each.specs],
                         each.problems, each.names)
                        for each in reads
                    ]
                )  # fmt: skip
        code = 0
    finally:
        os._exit(code)
