"""apply as a process: signals that end it, and the question that it asks on a terminal."""

import os
import pty
import re
import select
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import IO

import pytest

from satops.errors import ExitCode
from tests.cli.conftest import Satops

SATOPS = (sys.executable, "-m", "satops")
PACKAGE = Path(__file__).parents[2]
ENOUGH_S = 300
"""Longer than anything takes here on the slowest machine."""


@contextmanager
def running(
    satops: Satops, *arguments: str, **options: object
) -> "Iterator[subprocess.Popen[bytes]]":
    """Start a command in the repository; it is ended with the block at the latest.

    SIGHUP ends it as on a terminal, also where the tests themselves run under nohup.
    """
    environ = {
        **{key: value for key, value in os.environ.items() if not key.startswith("SATOPS_")},
        "PYTHONPATH": str(PACKAGE),
        **satops.environ,
    }
    options.setdefault("preexec_fn", lambda: signal.signal(signal.SIGHUP, signal.SIG_DFL))
    process = subprocess.Popen(  # type: ignore[call-overload]
        [*SATOPS, *arguments], cwd=satops.root, env=environ, **options
    )
    with process:
        try:
            yield process
        finally:
            if process.poll() is None:
                process.kill()


def hold_back(satops: Satops, seconds: float, *, after: int = 0) -> None:
    """Let one answer to an order come late, the first or a later one; orders go one by one."""
    rule = {"kind": "slow", "seconds": seconds, "after": after, "count": 1}
    satops.environ.update(satops.faults(rule))
    with (satops.root / "satops.yaml").open("a") as config:
        config.write("apply: {concurrency: 1, batch: 1}\n")


def arrived(satops: Satops) -> bool:
    """Tell whether the sandbox has got an order: its intent alone may still wait to be sent."""
    for database in satops.local.glob("ledgers/*/sandbox.sqlite"):
        reading = sqlite3.connect(f"{database.as_uri()}?mode=ro", uri=True)
        with closing(reading), suppress(sqlite3.OperationalError):  # while it is being made
            return bool(reading.execute("select count(*) from orders").fetchone()[0])
    return False


def read_until_said(stream: IO[bytes], wanted: bytes) -> bytes:
    """Read lines until one says something; what was read is returned."""
    seen = b""
    while wanted not in seen:
        line = stream.readline()
        assert line, f"it ended, and never said {wanted!r}: {seen.decode()}"
        seen += line
    return seen


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_lets_what_is_on_the_wire_finish_and_begins_nothing_new(
    satops: Satops, number: int
) -> None:
    hold_back(satops, 6, after=1)
    with running(satops, "apply", "--yes", stderr=subprocess.PIPE) as process:
        assert process.stderr is not None
        seen = read_until_said(process.stderr, b": placed as")
        process.send_signal(number)
        seen += process.stderr.read()
    assert process.returncode == ExitCode.INTERRUPTED, seen.decode()
    assert b"satops: Stopping." in seen
    states = [order["state"] for order in satops("list", "--json").json["orders"]]
    assert "placed" in states
    assert set(states) <= {"placed", "not-sent"}
    assert len([state for state in states if state == "placed"]) < 3
    assert satops("verify").code == ExitCode.DONE


def test_a_second_signal_stops_at_once_and_leaves_the_doubt_in_the_ledger(satops: Satops) -> None:
    hold_back(satops, 3600)
    with running(satops, "apply", "--yes", stderr=subprocess.PIPE) as process:
        assert process.stderr is not None
        wait_until(lambda: arrived(satops))
        process.send_signal(signal.SIGINT)
        seen = read_until_said(process.stderr, b"satops: Stopping.")
        time.sleep(1.1)  # sooner it would be the same stop, heard twice
        process.send_signal(signal.SIGINT)
        seen += process.stderr.read()
    assert process.returncode == ExitCode.IN_DOUBT
    assert b"    satops reconcile" in seen
    states = [order["state"] for order in satops("list", "--json").json["orders"]]
    assert states == ["being-placed"]


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP"])
def test_a_stop_while_reconcile_waits_ends_with_6_at_once(satops: Satops, name: str) -> None:
    lose_the_answer(satops)
    with running(satops, "reconcile", "--wait", "3600", stderr=subprocess.PIPE) as process:
        assert process.stderr is not None
        seen = read_until_said(process.stderr, b"satops: Waiting for")
        process.send_signal(getattr(signal, name))
        seen += process.stderr.read()
    assert process.returncode == ExitCode.IN_DOUBT, seen.decode()
    assert b"    satops reconcile" in seen


def test_nohup_keeps_a_run_alive_when_its_terminal_closes(satops: Satops) -> None:
    lose_the_answer(satops)

    def nohup() -> None:
        signal.signal(signal.SIGHUP, signal.SIG_IGN)

    streams = {"stderr": subprocess.PIPE, "preexec_fn": nohup}
    with running(satops, "reconcile", "--wait", "3600", **streams) as process:
        assert process.stderr is not None
        read_until_said(process.stderr, b"satops: Waiting for")
        process.send_signal(signal.SIGHUP)
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(1)
        process.send_signal(signal.SIGTERM)
        process.stderr.read()
    assert process.returncode == ExitCode.IN_DOUBT


def test_a_stop_that_is_heard_twice_within_a_second_is_one_stop(satops: Satops) -> None:
    hold_back(satops, 6)
    with running(satops, "apply", "--yes", stderr=subprocess.PIPE) as process:
        assert process.stderr is not None
        wait_until(lambda: arrived(satops))
        process.send_signal(signal.SIGINT)
        seen = read_until_said(process.stderr, b"satops: Stopping.")
        process.send_signal(signal.SIGTERM)
        seen += process.stderr.read()
    assert process.returncode == ExitCode.INTERRUPTED, seen.decode()
    assert b"Stopped at once" not in seen


def test_a_stop_while_apply_waits_for_another_run_ends_with_6(satops: Satops) -> None:
    hold_back(satops, 3600)
    with running(satops, "apply", "--yes") as first:
        wait_until(lambda: arrived(satops))
        first.kill()
    with running(satops, "apply", "--yes", stderr=subprocess.PIPE) as process:
        assert process.stderr is not None
        seen = read_until_said(process.stderr, b"Waiting for its outcome")
        process.send_signal(signal.SIGTERM)
        seen += process.stderr.read()
    assert process.returncode == ExitCode.IN_DOUBT, seen.decode()


def lose_the_answer(satops: Satops) -> None:
    """Apply once; nothing is stored, and nobody says so."""
    satops.environ.update(satops.faults({"kind": "status", "status": 500, "on": "create"}))
    assert satops("apply", "--yes").code == ExitCode.IN_DOUBT
    del satops.environ["SATOPS_SANDBOX_FAULTS"]


@pytest.mark.parametrize(("answer", "code", "placed"), [("y", 0, 3), ("n", 4, 0), ("", 4, 0)])
def test_on_a_terminal_apply_shows_the_plan_and_asks(
    satops: Satops, answer: str, code: int, placed: int
) -> None:
    satops.edit("satops.yaml", "limits:", "prices: {currency: USD, perKm2: 2}\nlimits:")
    ours, theirs = pty.openpty()
    streams = {"stdin": theirs, "stderr": theirs, "stdout": subprocess.PIPE}
    with running(satops, "apply", **streams) as process:
        os.close(theirs)
        shown = read_until(ours, b"[y/N]")
        os.write(ours, answer.encode() + b"\n")
        process.communicate(timeout=ENOUGH_S)
    os.close(ours)
    assert b"To create: 3 orders" in shown
    asked = b" ".join(shown.partition(b"Buy ")[2].split())
    bought = rb"3 orders, 3 captures, [\d,.]+ km\xc2\xb2, about [\d,.]+ USD\?"
    assert re.match(bought + rb" This cannot be undone\.", asked)
    assert process.returncode == code
    states = [order["state"] for order in satops("list", "--json").json["orders"]]
    assert states == ["placed"] * placed


def read_until(descriptor: int, wanted: bytes) -> bytes:
    """Read from a terminal until it shows something."""
    seen = b""
    while wanted not in seen:
        ready, _, _ = select.select([descriptor], [], [], ENOUGH_S)
        assert ready, f"the terminal shows nothing more: {seen.decode()}"
        seen += os.read(descriptor, 4096)
    return seen


def wait_until(holds: "object") -> None:
    """Look again and again until something holds."""
    assert callable(holds)
    give_up = time.monotonic() + ENOUGH_S
    while not holds():
        assert time.monotonic() < give_up, "it never came to hold"
        time.sleep(0.02)


def test_no_module_of_the_repository_is_imported(satops: Satops) -> None:
    names = (
        "yaml", "orjson", "signal", "click", "json", "requests", "urllib3", "rich", "shapely",
        "numpy", "pyogrio", "site", "sitecustomize", "subprocess", "pathlib", "typing", "uvicorn",
    )  # fmt: skip
    for name in names:
        (satops.root / f"{name}.py").write_text("open('imported', 'a').write(__name__ + '\\n')\n")
    package = satops.root / "satops" / "adapters"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text("open('imported', 'a').write('satops.adapters')\n")
    for command in (["validate"], ["plan", "--json"], ["apply", "--yes"], ["aoi", "aois/x.kml"]):
        with running(satops, *command, stdout=subprocess.DEVNULL) as process:
            assert process.wait(ENOUGH_S) in (ExitCode.DONE, ExitCode.USAGE)
    imported = satops.root / "imported"
    assert not imported.exists(), imported.read_text()
