"""What apply costs beside the marketplace's own time, at several numbers of senders."""

import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from bench.measure import Command, Cost
from bench.orders import CONFIG, Layout
from bench.plans import prepare, satops

LATENCY_MS = 50
SENDERS = (1, 4, 16)
OPTIONS = "SATOPS_SANDBOX_OPTIONS"
"""The variable that names the file of `write_options`, for the sandbox within a run."""


def write_options(folder: Path) -> Path:
    """Write how the sandbox answers, and return the file's path."""
    path = folder / "sandbox-options.json"
    path.write_text(json.dumps({"latency_ms": LATENCY_MS}))
    return path


def ideal(orders: int, senders: int) -> Cost:
    """Return what the marketplace alone takes."""
    return Cost(cpu_s=0.0, wall_s=orders * LATENCY_MS / 1000 / senders)


def buying_commands(work: Path, orders: int, environment: Mapping[str, str]) -> list[Command]:
    """Make a repository, and return applies of all of it.

    The sandbox is a process of its own, as a marketplace is; the last one has it within, as
    `url: sandbox` does, where it takes its share of the same interpreter.
    """
    prepare(work, orders, Layout.SINGLE, environment)
    options = environment[OPTIONS]
    commands = [
        _apply(work, f"apply, {senders} at a time", _beside(work, senders, options))
        for senders in SENDERS
    ]
    most = max(SENDERS)
    within = _apply(work, f"apply, {most} at a time, sandbox within", _within(work, most))
    return [*commands, within]


def _apply(work: Path, name: str, around: Callable[[], AbstractContextManager[object]]) -> Command:
    return Command(name, [*satops(work / "buying"), "apply", "--yes", "--json"], around)


def _beside(work: Path, senders: int, options: str) -> Callable[[], AbstractContextManager[None]]:
    @contextmanager
    def around() -> Iterator[None]:
        database = work / "market" / "orders.sqlite"
        shutil.rmtree(database.parent, ignore_errors=True)
        call = [sys.executable, "-m", "satops.sandbox", "--db", str(database)]
        with subprocess.Popen(
            [*call, "--options", options], stdout=subprocess.PIPE, text=True
        ) as server:
            try:
                assert server.stdout is not None
                url = json.loads(server.stdout.readline())["url"]
                _fresh(work, json.dumps(url), senders)
                yield
            finally:
                server.terminate()

    return around


def _within(work: Path, senders: int) -> Callable[[], AbstractContextManager[None]]:
    @contextmanager
    def around() -> Iterator[None]:
        _fresh(work, "sandbox", senders)
        yield

    return around


def _fresh(work: Path, url: str, senders: int) -> None:
    root = work / "buying"
    shutil.rmtree(root, ignore_errors=True)
    shutil.rmtree(work.parent / "local", ignore_errors=True)  # a machine that appended nothing
    shutil.copytree(work / "cold", root)
    config = CONFIG.replace("{url: sandbox}", f"{{url: {url}}}")
    (root / "satops.yaml").write_text(f"{config}apply: {{concurrency: {senders}}}\n")
