"""`python -m bench`: what satops costs, as ratios that were measured side by side.

How: repositories and ledgers are generated; commands run in turn (A B A B), each as a process of
its own; the medians of their costs are compared.  Absolute times of a shared machine mean little,
ratios within one run do.

Without --out the figures go into `bench/results.json`, the chart and the tables of the docs:
groups that are measured now replace those of the same name, and others stay.
"""

import argparse
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from bench import peers
from bench.buying import LATENCY_MS, OPTIONS, SENDERS, buying_commands, ideal, write_options
from bench.figures import Figure, merged, read, write
from bench.fresh import SIZES, fresh_commands
from bench.long_ledger import LONG
from bench.measure import Command, Cost, measure
from bench.orders import CONFIG, Layout
from bench.plans import FOLD, plan_commands, start_commands
from bench.report import RESULTS, ratios, table, write_docs
from satops import __version__

PEERS_UP_TO = LAYOUTS_UP_TO = 10_000
"""Orders: beyond, check-jsonschema takes many minutes, and a layout tells nothing new."""
BUYING_ROUNDS = 1
"""An apply of 1,000 orders, one at a time, takes a minute and varies little."""


def main(arguments: Sequence[str]) -> None:
    """Measure, print the ratios, and write the results."""
    asked = _parse(arguments)
    with tempfile.TemporaryDirectory(prefix="satops-bench-") as folder:
        bench = Bench(Path(folder), asked)
        bench.measure_all()
    print(ratios(bench.figures))
    if asked.out:
        write(asked.out, bench.figures, bench.versions)
        return
    before, versions = read(RESULTS)
    write(RESULTS, merged(before, bench.figures), {**versions, **bench.versions})
    write_docs(read(RESULTS)[0])


def _parse(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("part", nargs="?", choices=["all", "fresh"], default="all",
                        help="fresh: only a plan on a fresh runner, beside its peers")  # fmt: skip
    parser.add_argument("--fresh", type=int, nargs="*", default=SIZES, metavar="N",
                        help="orders that a fresh runner finds placed")  # fmt: skip
    parser.add_argument("--orders", type=int, nargs="*", default=[1000, 10_000], metavar="N",
                        help="sizes of the repositories; default: 1000 10000")  # fmt: skip
    parser.add_argument("--bought", type=int, default=1000, metavar="N",
                        help="orders that apply buys; 0 leaves it out")  # fmt: skip
    parser.add_argument("--events", type=int, default=1_000_000, metavar="N",
                        help="length of the long ledger; 0 leaves it out")  # fmt: skip
    parser.add_argument("--rounds", type=int, default=3, help="measured runs of each command")
    parser.add_argument("--layouts", nargs="*", default=[layout.name for layout in Layout],
                        choices=[layout.name for layout in Layout],
                        help="how orders lie in files; default: all three")  # fmt: skip
    parser.add_argument("--once", action="store_true", help="one run of each, no warm-up: a trial")
    parser.add_argument("--peers", action="store_true", help="install and measure peers as well")
    parser.add_argument("--out", type=Path, metavar="FILE", help="write the figures only there")
    return parser.parse_args(arguments)


class Bench:
    """One run of the benchmark: a folder to work in, and the figures so far."""

    def __init__(self, work: Path, asked: argparse.Namespace) -> None:
        self._work = work
        self._asked = asked
        self._environment = _environment(work)
        self.figures: list[Figure] = []
        self.versions = {"satops": __version__, "python": platform.python_version()}

    def measure_all(self) -> None:
        """Measure what was asked for, group by group; where plans run comes first."""
        fresh_only = self._asked.part == "fresh"
        with_peers = self._asked.peers or fresh_only
        if with_peers:
            self.versions |= peers.install(self._work / "peers")
        if not shutil.which("terraform") and with_peers:
            print("Terraform is not on the path: it is left out.\n")
        for orders in self._asked.fresh:
            self._fresh(orders, with_peers=with_peers)
        if fresh_only:
            return
        with self._folder() as work:
            self._take("start", 0, start_commands(work, self._environment))
        for orders in self._asked.orders:
            for layout in Layout:
                usual = layout is Layout.SINGLE or orders <= LAYOUTS_UP_TO
                if usual and layout.name in self._asked.layouts:
                    self._plans(orders, layout)
        if self._asked.events:
            self._long_ledger(self._asked.events)
        if self._asked.bought:
            self._buying(self._asked.bought)

    def _fresh(self, orders: int, *, with_peers: bool) -> None:
        with self._folder() as work:
            commands = fresh_commands(work, orders, self._environment)
            if with_peers:
                venv = self._work / "peers"
                commands += peers.fresh_peers(venv, work, orders, self._environment)
            self._take(f"fresh runner, {orders:,} placed", orders, commands)

    def _plans(self, orders: int, layout: Layout) -> None:
        with self._folder() as work:
            commands = plan_commands(work, orders, layout, self._environment)
            if self._asked.peers and layout is Layout.SINGLE and orders <= PEERS_UP_TO:
                venv = self._work / "peers"
                commands += peers.peer_commands(venv, work, orders, self._environment)
            self._take(f"{orders:,} orders{layout.value}", orders, commands)

    def _buying(self, orders: int) -> None:
        with self._folder() as work:
            commands = buying_commands(work, orders, self._environment)
            group = f"apply of {orders:,} orders, {LATENCY_MS} ms latency"
            ideals = {f"ideal, {count} at a time": ideal(orders, count) for count in SENDERS}
            self._take(group, orders, commands, rounds=BUYING_ROUNDS, warm_up=False, known=ideals)

    def _long_ledger(self, events: int) -> None:
        with self._folder() as work:
            call = [sys.executable, "-m", "bench.long_ledger", str(work), str(events)]
            done = subprocess.run(call, check=True, stdout=subprocess.PIPE, text=True)
            found = {name: Cost(**cost) for name, cost in json.loads(done.stdout).items()}
            fold = Command("fold", [sys.executable, "-c", FOLD, str(work / LONG)])
            config = CONFIG.replace("file:state/ledger.jsonl", f"file:{LONG}")
            (work / "satops.yaml").write_text(config, "utf-8")
            rows = Command("list", [sys.executable, "-m", "satops", "-C", str(work), "list"])
            self._take(f"ledger of {events:,} events", 0, [fold, rows], known=found)

    def _take(
        self,
        group: str,
        orders: int,
        commands: Sequence[Command],
        *,
        rounds: int | None = None,
        warm_up: bool = True,
        known: Mapping[str, Cost] | None = None,
    ) -> None:
        rounds = 1 if self._asked.once else rounds or self._asked.rounds
        warm_up = warm_up and not self._asked.once
        costs = measure(commands, rounds=rounds, environment=self._environment, warm_up=warm_up)
        date = f"{datetime.now(UTC):%Y-%m-%d}"
        found = [
            Figure(group, orders, name, rounds, date, cost)
            for name, cost in {**costs, **(known or {})}.items()
        ]
        print(table(found), flush=True)
        self.figures += found

    @contextmanager
    def _folder(self) -> Iterator[Path]:
        with tempfile.TemporaryDirectory(dir=self._work) as folder:
            yield Path(folder)


def _environment(work: Path) -> dict[str, str]:
    """Return the environment of all that is measured: the user's own files play no part."""
    environment = {**os.environ, **peers.ENVIRONMENT, "HOME": str(work)}
    environment |= {"SATOPS_TOKEN": "bench", OPTIONS: str(write_options(work))}
    environment["SATOPS_LOCAL"] = str(work / "local")
    for name in ("XDG_STATE_HOME", "PYTHONDONTWRITEBYTECODE"):
        environment.pop(name, None)
    return environment


if __name__ == "__main__":
    main(sys.argv[1:])
