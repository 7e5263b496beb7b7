"""A look at one page through Chromium, with no network but a proxy that notes who asks it."""

import json
import socket
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.servers.programs import module, on_path, one_of

_LOOK = Path(__file__).with_name("look.mjs")
_CHROMIUM = ("chromium-headless-shell", "chromium", "google-chrome")


@dataclass
class Seen:
    """What one look found."""

    console: list[str]
    requests: list[str]
    """Addresses that the page wanted, also those that its policy refused."""
    value: Any = None
    violations: list[dict[str, str]] = field(default_factory=list)


def look(page: Path, *looks: dict[str, Any]) -> list[Seen]:
    """Open a page once for each look.  Fails where anything asked the proxy for anything.

    A look may name `width`, `scheme` (`light`, `dark`), `script` (false: switched off), `print`,
    `evaluate` (JavaScript), `axe` and `picture` (a path).
    """
    with _refusing() as (proxy, asked):
        wanted = {
            "modules": str(module("puppeteer-core").parent.parent),
            "chromium": str(one_of(*_CHROMIUM)),
            "proxy": proxy,
            "url": page.as_uri(),
            "looks": looks,
        }
        done = subprocess.run(
            [on_path("node"), _LOOK], input=json.dumps(wanted), capture_output=True, text=True
        )
    assert done.returncode == 0, done.stderr
    assert asked == [], "the page, or the browser, asked for something of the network"
    return [Seen(**each) for each in json.loads(done.stdout)]


@contextmanager
def _refusing() -> Iterator[tuple[str, list[bytes]]]:
    """Run a proxy that answers nobody; yields its address, and the first line of each request."""
    asked: list[bytes] = []
    server = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            try:
                connection, _ = server.accept()
            except OSError:
                return
            with connection:
                asked.append(connection.recv(200).split(b"\r\n")[0])

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield f"127.0.0.1:{server.getsockname()[1]}", asked
    finally:
        server.shutdown(socket.SHUT_RDWR)
        server.close()
        thread.join()
