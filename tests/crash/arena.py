"""A real repository, the real command line, and a real server whose database is the judge."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

from satops.adapters.crash_points import VARIABLE
from satops.adapters.stores.open import open_store
from satops.core.json_text import loads
from satops.core.ledger.state import OPEN, SPENT, LedgerState
from satops.core.order.order import instant
from satops.sandbox.store import Store
from tests.in_process import satops

TOKEN = "a-token-for-tests"
ENOUGH_S = 600
"""Longer than any run takes on the slowest machine: whoever passes it hangs."""
PATIENT = "connectTimeoutS: 60, answerTimeoutS: 60, intentS: 300"
"""For runs that nobody kills: only an answer that never comes is late."""
HASTY = "connectTimeoutS: 1, answerTimeoutS: 2, intentS: 8"
"""For runs that are killed: what they leave behind must end while a test waits for it.  The five
seconds beyond the timeouts are for the way from an intent to its request on a busy machine."""
CONFIG = """\
marketplace: {{url: "{url}"}}
apply: {{concurrency: 4, {times}}}
reconcile: {{waitS: 1, looks: 2, skewS: 5}}
timezone: UTC
state: "{state}"
"""
TURNS_MAX = 30
"""Runs in which all must be settled.  A server that loses one answer in five needs about four."""
SPEC = """\
name: order-{number:03}
order:
  provider: changguang
  geometry: {{bbox: [{west}, 20, {east}, 20.1]}}
  startDate: {start:%Y-%m-%dT%H:%MZ}
  endDate: {end:%Y-%m-%dT%H:%MZ}
  maxCloud: 20
  resolutionType: very-high
"""


def add_order(root: Path, number: int = 1) -> None:
    """Write an order spec."""
    start = datetime.now(UTC) + timedelta(days=30)
    west = 100 + number / 5
    text = SPEC.format(
        number=number,
        west=round(west, 3),
        east=round(west + 0.1, 3),
        start=start,
        end=start + timedelta(days=14),
    )
    (root / "orders" / f"{number:03}.yaml").write_text(text, "utf-8")


@dataclass
class Ended:
    """How one run of the command line ended."""

    code: int
    stdout: str
    stderr: str


class Arena:
    """One repository with some orders to place, and the marketplace that counts them."""

    def __init__(
        self,
        folder: Path,
        url: str,
        db: Path,
        *,
        orders: int,
        state: str = "file:ledger.jsonl",
        times: str = PATIENT,
    ) -> None:
        self.root = folder / "repository"
        self.local = folder / "local"
        """What this machine keeps outside of the repository."""
        self.db = db
        self.orders = orders
        (self.root / "orders").mkdir(parents=True)
        config = CONFIG.format(url=url, times=times, state=state)
        (self.root / "satops.yaml").write_text(config, "utf-8")
        for number in range(orders):
            add_order(self.root, number)
        self.state = state
        self.run("ledger", "start", "--yes").check(0)

    def command(self, *arguments: str) -> list[str]:
        """Return the command line as a user would start it."""
        return [sys.executable, "-W", "error", "-m", "satops", "-C", str(self.root), *arguments]

    def environment(self, **more: str) -> dict[str, str]:
        """Return the environment of a run."""
        local = {"SATOPS_LOCAL": str(self.local)}
        return {**os.environ, "SATOPS_TOKEN": TOKEN, **local, **more}

    def run(self, *arguments: str) -> "Checked":
        """Run a command to its end, in this process: nothing is done to it."""
        done = satops(self.root, *arguments, environ=self.environment())
        return Checked(Ended(done.returncode, done.stdout, done.stderr))

    def killed_at(self, step: str) -> None:
        """Apply in a process that dies at a named step."""
        process = self.start("apply", "--yes", **{VARIABLE: step})
        stdout, stderr = process.communicate(timeout=ENOUGH_S)
        assert process.returncode == -signal.SIGKILL, (stdout, stderr)

    def start(self, *arguments: str, **environment: str) -> "subprocess.Popen[str]":
        """Start a command in a process group of its own."""
        return subprocess.Popen(
            self.command(*arguments),
            env=self.environment(**environment),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def kill_after(self, seconds: float, *arguments: str) -> Ended:
        """Start a command and kill it, unless it ended before."""
        process = self.start(*arguments)
        timer = threading.Timer(seconds, lambda: process.send_signal(signal.SIGKILL))
        timer.start()
        stdout, stderr = process.communicate(timeout=ENOUGH_S)
        timer.cancel()
        return Ended(process.returncode, stdout, stderr)

    def wait_for_an_order_on_the_wire(self, run: "subprocess.Popen[str]") -> None:
        """Wait until the server has read a create of a run."""
        with Store(self.db) as store:
            while not store.requests("programming/create"):
                assert run.poll() is None, run.communicate()
                time.sleep(0.02)

    @property
    def spool(self) -> Path:
        """The folder of outcomes that are not in the ledger yet."""
        return self.local / "ledgers" / self.ledger().ledger / "spool"

    def spooled(self) -> str:
        """Return what the spool holds, as it lies on the disk."""
        return "".join(path.read_text("utf-8") for path in sorted(self.spool.glob("*.jsonl")))

    def ledger(self) -> LedgerState:
        """Fold the ledger, which checks the chain."""
        state = LedgerState()
        state.fold(open_store(self.state, self.root).read())
        return state

    def judge(self) -> None:
        """Hold the ledger against what the server's own database says was bought."""
        with Store(self.db) as store:
            bought = store.bought()
            numbers = {order.order_no for order in store.orders()}
        twice = {body: count for body, count in bought.items() if count > 1}
        assert not twice, f"bought more than once: {twice}"
        state = self.ledger()
        requests = _requests(open_store(self.state, self.root).read())
        for body in bought:
            name = requests.get(body)
            assert name is not None, f"bought without an intent: {body!r}"
            assert state.orders[name].standing in SPENT, f"{name} is real: {state.orders[name]}"
        for order_no, name in state.claimed.items():
            assert order_no in numbers, f"{name} has the number {order_no}, which nobody gave"
        spent = sum(known.standing in SPENT for known in state.orders.values())
        assert spent >= sum(bought.values())

    def settle(self) -> None:
        """Let open intents end, look, and apply until each order is placed, which is once."""
        for _ in range(TURNS_MAX):
            if self._let_intents_end():
                self.run("reconcile", "--wait", "10")
            ended = self.run("apply", "--yes").ended
            self.judge()
            if ended.code == 0 and len(self.ledger().claimed) == self.orders:
                break
        plan = json.loads(self.run("plan", "--json").ended.stdout)
        assert plan["summary"]["keep"] == self.orders, plan["summary"]
        with Store(self.db) as store:
            assert sum(store.bought().values()) == self.orders

    def _let_intents_end(self) -> bool:
        """Wait for the last `until`; return whether anything is open."""
        ends = [known.until for known in self.ledger().orders.values() if known.standing in OPEN]
        if ends:
            left = instant(max(ends)) - datetime.now(UTC)
            time.sleep(max(0.0, left.total_seconds()))
        return bool(ends)


@dataclass
class Checked:
    """A run that the test can hold to an exit code."""

    ended: Ended

    def check(self, *codes: int) -> Ended:
        """Return how the run ended, which must be with one of the codes."""
        assert self.ended.code in codes, self.ended
        return self.ended


def _requests(lines: Iterator[bytes]) -> dict[bytes, str]:
    """Return the name that each request on record was made for."""
    events: Iterator[dict[str, Any]] = map(loads, lines)
    return {e["request"].encode(): e["name"] for e in events if e["kind"] == "SubmissionIntended"}


@contextmanager
def server(
    db: Path, *, faults: Sequence[Mapping[str, object]] = (), **options: object
) -> Iterator[str]:
    """Run the sandbox as a process of its own; give its address."""
    (db.parent / "token").write_text(TOKEN, "utf-8")
    (db.parent / "faults.json").write_text(json.dumps({"seed": 7, "rules": list(faults)}), "utf-8")
    (db.parent / "options.json").write_text(json.dumps(options), "utf-8")
    process = subprocess.Popen(
        [
            sys.executable, "-m", "satops.sandbox", "--db", str(db),
            "--token-file", str(db.parent / "token"),
            "--faults", str(db.parent / "faults.json"),
            "--options", str(db.parent / "options.json"),
        ],
        stdout=subprocess.PIPE,
        text=True,
    )  # fmt: skip
    try:
        assert process.stdout is not None
        yield json.loads(process.stdout.readline())["url"]
    finally:
        process.terminate()
        process.communicate(timeout=ENOUGH_S)


def forget_all(url: str) -> None:
    """Have a server with `control` forget its orders, requests and faults."""
    parts = urlsplit(url)
    address = f"{parts.scheme}://{parts.netloc}/_sandbox/reset"
    with urlopen(Request(address, data=b"{}", method="POST")) as answer:
        assert answer.status == 200


def counts(arena: Arena) -> Counter[str]:
    """Count the orders of the ledger by what is known of them."""
    return Counter(str(known.standing) for known in arena.ledger().orders.values())


def random_moments(seed: int, count: int, longest_s: float) -> list[float]:
    """Return moments at which to kill."""
    chance = Random(seed)
    return [chance.uniform(0.3, longest_s) for _ in range(count)]
