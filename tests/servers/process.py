"""A server as a child process: started, waited for, and ended by its own id."""

import signal
import subprocess
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from http.client import HTTPException
from pathlib import Path
from time import monotonic, sleep

READY_S = 120.0
"""Longer than any start takes on a busy machine: whoever passes it hangs."""
_POLL_S = 0.05


class DidNotStart(Exception):
    """The server ended, or was not ready in time."""


@contextmanager
def running(
    command: Sequence[str | Path],
    *,
    ready: Callable[[], object],
    log: Path,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    stop: signal.Signals = signal.SIGKILL,
) -> Iterator[None]:
    """Run a server until the block ends; it has begun when `ready` can speak to it.

    Nothing that it holds is needed any more, so most need no time to end in good order.
    """
    with log.open("wb") as output:
        server = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, env=env, cwd=cwd
        )
    try:
        _wait(server, ready, log)
        yield
    finally:
        server.send_signal(stop)
        server.wait(timeout=READY_S)


def _wait(server: subprocess.Popen[bytes], ready: Callable[[], object], log: Path) -> None:
    end = monotonic() + READY_S
    while server.poll() is None:
        try:
            ready()
        except (OSError, HTTPException) as error:
            if monotonic() > end:
                raise DidNotStart(f"{log.read_text()[-2000:]}\n{error}") from error
            sleep(_POLL_S)
        else:
            return
    raise DidNotStart(log.read_text()[-2000:])
