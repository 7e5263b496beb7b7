"""A server as a child process: started, waited for, and ended by its own id."""

import signal
import socket
import subprocess
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from time import monotonic, sleep

READY_S = 60.0
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
    """Run a server until the block ends; it has begun when `ready` no longer raises OSError.

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


def free_port() -> int:
    """Return a port of loopback that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


def _wait(server: subprocess.Popen[bytes], ready: Callable[[], object], log: Path) -> None:
    end = monotonic() + READY_S
    while server.poll() is None:
        try:
            ready()
        except OSError as error:
            if monotonic() > end:
                raise DidNotStart(f"{log.read_text()[-2000:]}\n{error}") from error
            sleep(_POLL_S)
        else:
            return
    raise DidNotStart(log.read_text()[-2000:])
