"""Run the sandbox: in this process, for tests and `url: sandbox`, or until a signal."""

import asyncio
import logging
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

import uvicorn
from msgspec import Struct

from satops.sandbox.app import Marketplace, marketplace_app
from satops.sandbox.faults import Faults
from satops.sandbox.options import Options
from satops.sandbox.store import SandboxClock, Store
from satops.sandbox.wire import ExposingProtocol

LOOPBACK = "127.0.0.1"
BANNER = """\
This is the satops sandbox, a local marketplace. Nothing real is ordered here.
Its address is {url}
Its orders are kept in {db}
Press Ctrl-C to stop it.
"""
"""Template with `url` and `db`, for stderr of `satops sandbox serve`."""

_KEEP_ALIVE_S = 75
"""Long, so that a client's idle connection is not closed just before its next order."""
_STOP_WITHIN_S = 5
_BACKLOG = 2048


class Sandbox(Struct, frozen=True):
    """A running sandbox and its controls."""

    url: str
    """Address with the base path, for `marketplace.url`."""
    address: str
    """Address without the base path; `/_sandbox/` is below it."""
    store: Store
    faults: Faults

    @property
    def clock(self) -> SandboxClock:
        """The clock of the statuses."""
        return self.store.clock


@contextmanager
def serve_in_thread(
    db: Path,
    *,
    token: str | None = None,
    faults: Faults | None = None,
    options: Options | None = None,
    clock: SandboxClock | None = None,
    host: str = LOOPBACK,
    port: int = 0,
    access_log: bool = False,
) -> Iterator[Sandbox]:
    """Serve until the block ends; no thread, socket or connection remains.

    `db` and its folder are created if needed.  Without a token any non-empty one is accepted.  Port
    0 chooses a free one.  At the end, requests in progress are answered, and answers held back by a
    fault are dropped.  Raises OSError if the port is taken.
    """
    db.parent.mkdir(parents=True, exist_ok=True)
    options, faults = options or Options(), faults or Faults()
    with (
        _listening_socket(host, port) as listener,
        Store(db, options=options, clock=clock) as store,
    ):
        stop = asyncio.Event()
        app = marketplace_app(Marketplace(store, faults, token or None, stop))
        server = _Server(
            uvicorn.Config(
                app,
                http=ExposingProtocol,
                ws="none",
                lifespan="off",
                loop="asyncio",
                log_config=None,
                access_log=access_log,
                proxy_headers=False,
                server_header=False,
                timeout_keep_alive=_KEEP_ALIVE_S,
                timeout_graceful_shutdown=_STOP_WITHIN_S,
                backlog=_BACKLOG,
            ),
            stop,
        )
        address = "http://{}:{}".format(*listener.getsockname()[:2])
        with server.running(listener):
            yield Sandbox(address + options.base_path, address, store, faults)


def serve(
    *,
    db: Path,
    announce: Callable[[Sandbox], None],
    host: str = LOOPBACK,
    port: int = 0,
    token: str | None = None,
    faults: Faults | None = None,
    options: Options | None = None,
    access_log: bool = False,
) -> None:
    """Serve until SIGINT or SIGTERM. Must be called from the main thread.

    `announce` is called once the server is ready.  Raises OSError if the port is taken.
    """
    if access_log:
        log = logging.getLogger("uvicorn.access")
        log.addHandler(logging.StreamHandler())
        log.setLevel(logging.INFO)
    with (
        _signalled() as signalled,
        serve_in_thread(
            db,
            token=token,
            faults=faults,
            options=options,
            host=host,
            port=port,
            access_log=access_log,
        ) as sandbox,
    ):
        announce(sandbox)
        signalled.wait()


class _Server(uvicorn.Server):
    """A uvicorn server in a thread, which reports that it listens, and can be stopped."""

    def __init__(self, config: uvicorn.Config, stop: asyncio.Event) -> None:
        super().__init__(config)
        self._stop = stop
        self._ready = threading.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._ready.set()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._stop.set()
        await super().shutdown(sockets)

    @contextmanager
    def running(self, listener: socket.socket) -> Iterator[None]:
        """Run in a thread during the block."""
        thread = threading.Thread(target=self._run, args=(listener,), name="sandbox", daemon=True)
        thread.start()
        self._ready.wait()
        try:
            if not self.started:
                raise RuntimeError("The sandbox did not start.")
            yield
        finally:
            self.should_exit = True
            thread.join()

    def _run(self, listener: socket.socket) -> None:
        try:
            self.run([listener])
        finally:
            self._ready.set()  # also after a failure, so that nobody waits forever


def _listening_socket(host: str, port: int) -> socket.socket:
    return socket.create_server((host, port), backlog=_BACKLOG)


@contextmanager
def _signalled() -> Iterator[threading.Event]:
    """Yield an event that the first SIGINT or SIGTERM sets; restores the handlers."""
    event = threading.Event()

    def note(_number: int, _frame: FrameType | None) -> None:
        event.set()

    before = {number: signal.signal(number, note) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield event
    finally:
        for number, action in before.items():
            signal.signal(number, action)
