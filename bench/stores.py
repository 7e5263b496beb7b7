"""`python -m bench.stores`: how fast several runners buy over one ledger, and that each buys once.

How: every runner is a clone of one repository and runs the real command line; the sandbox answers
each order after some milliseconds, and its database says when each order came and that none came
twice.  With `--kills`, runners are killed again and again, and others settle what they left.
"""

import argparse
import json
import os
import secrets
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random

from bench.orders import write_repository
from satops.sandbox.store import Store

TURNS_MAX = 500
"""Runs of one runner: what it leaves in doubt is settled after its intents have ended."""


@dataclass(frozen=True, slots=True)
class Bought:
    """What the sandbox's database says of one race."""

    orders: int
    twice: int
    seconds: float
    """From the first order to the last: what starting and planning take is left out."""

    @property
    def orders_per_s(self) -> float:
        """The throughput of all runners together."""
        return (self.orders - 1) / max(self.seconds, 0.001)


def main(arguments: Sequence[str]) -> None:
    """Let runners race over each store, and print what the sandbox sold."""
    asked = _parse(arguments)
    found = []
    for address in asked.state or ["file:{}.jsonl"]:
        alone = None
        for runners in asked.runners:
            with tempfile.TemporaryDirectory(prefix="satops-bench-") as folder:
                bought = race(Path(folder), address, runners, asked)
            alone = alone or bought.orders_per_s
            row = {
                "store": address.partition(":")[0],
                "runners": runners,
                "orders": bought.orders,
                "twice": bought.twice,
                "orders_per_s": round(bought.orders_per_s, 1),
                "ratio": round(bought.orders_per_s / alone, 2),
            }
            found.append(row)
            print("  ".join(f"{key} {value}" for key, value in row.items()), flush=True)
    if asked.out:
        asked.out.write_text(json.dumps(found, indent=2) + "\n")


def _parse(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.stores", description=__doc__)
    parser.add_argument(
        "--state", action="append", help="a store's address, {} for a ledger's name"
    )
    parser.add_argument("--runners", type=lambda text: list(map(int, text.split(","))), default=[1])
    parser.add_argument("--orders", type=int, default=400)
    parser.add_argument("--latency-ms", type=int, default=50, help="of an answer of the sandbox")
    parser.add_argument("--concurrency", type=int, default=4, help="requests of a runner at once")
    parser.add_argument("--kills", type=int, default=0, help="how many runs are killed")
    parser.add_argument("--out", type=Path, help="write the figures as JSON")
    return parser.parse_args(arguments)


def race(folder: Path, address: str, runners: int, asked: argparse.Namespace) -> Bought:
    """Have several runners buy the orders of one repository, until every one is bought."""
    root, db = folder / "repository", folder / "orders.sqlite"
    write_repository(root, asked.orders)
    with _sandbox(folder, db, asked.latency_ms) as url:
        state = address.format(f"{folder.name.lower()}-{secrets.token_hex(3)}")
        if state.startswith("file:"):
            state = f"file:../{state.removeprefix('file:')}"
        (root / "satops.yaml").write_text(_config(url, state, asked))
        subprocess.run(["git", "init", "-q", str(root)], check=True)
        if code := _satops(root, "ledger", "start", "--yes").wait():
            raise RuntimeError(f"no ledger began at {state}: exit code {code}")
        clones = [shutil.copytree(root, folder / f"runner-{number}") for number in range(runners)]
        kills = Kills(asked.kills)
        with ThreadPoolExecutor(runners) as threads:
            for _ in range(TURNS_MAX):
                list(threads.map(lambda clone: _buy(clone, kills), clones))
                if (bought := _bought(db)).orders - bought.twice == asked.orders:
                    return bought
                # A killed run is still taken for one that is placing its last orders.
                time.sleep(1)
    raise RuntimeError(f"{asked.orders} orders came to no end over {state}")


def _bought(db: Path) -> Bought:
    with Store(db) as store:
        times = [order.ctime_ms for order in store.orders()]
        different = len(store.bought())
    return Bought(len(times), len(times) - different, (max(times) - min(times)) / 1000)


class Kills:
    """How many runs still are to be killed, shared by all runners."""

    def __init__(self, left: int) -> None:
        self.left = left
        self._random = Random(1)
        self._lock = threading.Lock()

    def take(self) -> float | None:
        """Return after how many seconds the next run is killed; None where it may live."""
        with self._lock:
            if not self.left:
                return None
            self.left -= 1
            return self._random.uniform(1.0, 4.0)


def _buy(root: Path, kills: Kills) -> None:
    """Apply, and settle what others or killed runs left in doubt, until nothing is left to do."""
    for _ in range(TURNS_MAX):
        run, moment = _satops(root, "apply", "--yes"), kills.take()
        try:
            code = run.wait(timeout=moment)
        except subprocess.TimeoutExpired:
            run.kill()
            code = run.wait()
        if code == 0:
            return
        if moment is None:
            _satops(root, "reconcile", "--wait", "10").wait()
    raise RuntimeError(f"apply came to no end in {root}")


def _satops(root: Path, *arguments: str) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(
        [sys.executable, "-m", "satops", "-C", str(root), *arguments],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "SATOPS_TOKEN": "any-token"},
    )


def _config(url: str, state: str, asked: argparse.Namespace) -> str:
    # Intents that end soon, where runs are killed: what they leave can be settled then.
    times = {"answerTimeoutS": 20, "intentS": 60}
    if asked.kills:
        times = {"connectTimeoutS": 2, "answerTimeoutS": 5, "intentS": 15}
    config = {
        "marketplace": {"url": url},
        "apply": {"concurrency": asked.concurrency, **times},
        "reconcile": {"waitS": 5, "looks": 2, "skewS": 5},
        "timezone": "UTC",
        "state": state,
        "orders": "orders/",
        "limits": {"ordersPerApply": 10**6, "areaKm2PerOrder": 10**5, "areaKm2PerApply": 10**9},
    }
    return json.dumps(config)


@contextmanager
def _sandbox(folder: Path, db: Path, latency_ms: int) -> Iterator[str]:
    options = folder / "options.json"
    options.write_text(json.dumps({"latency_ms": latency_ms}))
    call = [sys.executable, "-m", "satops.sandbox", "--db", str(db), "--options", str(options)]
    with subprocess.Popen(call, stdout=subprocess.PIPE) as process:
        try:
            assert process.stdout is not None
            yield json.loads(process.stdout.readline())["url"]
        finally:
            process.terminate()


if __name__ == "__main__":
    main(sys.argv[1:])
