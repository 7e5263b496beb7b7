"""Runs the sandbox: within this process for tests and `url: sandbox`, or until a signal."""

import asyncio
import logging
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

import uvicorn

from satops.sandbox.app import Marketplace, marketplace_app
from satops.sandbox.clock import SandboxClock
from satops.sandbox.faults import Faults
from satops.sandbox.options import Options
from satops.sandbox.store import Store
from satops.sandbox.wire import ExposingProtocol

LOOPBACK = "127.0.0.1"
BANNER = """\
This is the satops sandbox, a local marketplace. Nothing real is ordered here.
Its address is {url}
Its orders are kept in {db}
Press Ctrl-C to stop it.
"""
"""Filled with `url` and `db`; for the standard error of `satops sandbox serve`."""

_KEEP_ALIVE_S = 75
"""Long, so that a client's idle connection is not closed under its next order by chance."""
_STOP_WITHIN_S = 5
_BACKLOG = 2048


@dataclass(frozen=True, slots=True)
class Sandbox:
    """A running sandbox and its levers."""

    url: str
    """With the base path: what `marketplace.url` would say."""
    address: str
    """Without the base path; `/_sandbox/` is beneath it."""
    store: Store
    faults: Faults

    @property
    def clock(self) -> SandboxClock:
        """The clock that statuses follow."""
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
    """Serve until the block ends; then no thread, socket or connection is left.

    `db` is made where it is missing, with its folder.  Without a token any non-empty one opens.
    Port 0 takes a free one.  Requests that are being answered when the block ends are answered,
    and answers that a fault holds back are dropped.  Raises OSError when the port is taken.
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
    """Serve until SIGINT or SIGTERM, then return.  Call it from the main thread.

    `announce` is called once, when requests are answered.  Raises OSError when the port is taken.
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
    """uvicorn's server, run in a thread, telling when it listens and waking held answers."""

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
        """Run in a thread for as long as the block lasts."""
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
            self._ready.set()  # also when it failed: nobody may wait for ever


def _listening_socket(host: str, port: int) -> socket.socket:
    return socket.create_server((host, port), backlog=_BACKLOG)


@contextmanager
def _signalled() -> Iterator[threading.Event]:
    """Give an event that the first SIGINT or SIGTERM sets, in place of what they did before."""
    event = threading.Event()

    def note(_number: int, _frame: FrameType | None) -> None:
        event.set()

    before = {number: signal.signal(number, note) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield event
    finally:
        for number, action in before.items():
            signal.signal(number, action)
