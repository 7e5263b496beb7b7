"""`python -m bench`: what a plan costs, as ratios that were measured side by side.

How: repositories and ledgers are generated; commands run in turn (A B A B), each as a process of
its own; the medians of their CPU seconds are compared.  Absolute times of a shared machine mean
little, ratios within one run do.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from bench.measure import Command, Cost, measure

FLOOR = """
import os, sys
def walk(folder):
    for entry in os.scandir(folder):
        if entry.is_dir(): walk(entry.path)
        else:
            fd = os.open(entry.path, os.O_RDONLY); os.read(fd, 16384); os.close(fd)
walk(sys.argv[1])
"""
"""The least a plan must do: walk the tree, and read every file."""
FOLD = """
import sys
from pathlib import Path
from satops.adapters.stores.file import FileStore
from satops.core.state import LedgerState
LedgerState().fold(FileStore(Path(sys.argv[1])).read())
"""
RATIOS = (
    ("warm plan, nothing new", "floor", 2.5),
    ("warm plan, 100 new", "floor", 6.0),
    ("cold plan", "floor", None),
    ("validate", "floor", None),
    ("fold of the ledger", "floor", None),
    ("--version", "python -c pass", 3.0),
    ("empty plan", "python -c pass", None),
    ("cold plan", "octodns-sync", 0.4),
    ("cold plan", "check-jsonschema", 0.08),
)
"""What is divided by what, and the target where there is one."""


def main(arguments: Sequence[str]) -> None:
    """Measure, print the ratios, and write the results."""
    asked = _parse(arguments)
    with tempfile.TemporaryDirectory(prefix="satops-bench-") as folder:
        work = Path(folder)
        environment = {**os.environ, "HOME": str(work), "PYTHONDONTWRITEBYTECODE": ""}
        commands = _commands(work, asked.orders)
        if asked.peers:
            commands += _peers(work, asked.orders)
        costs = measure(commands, rounds=asked.rounds, environment=environment)
    rows = [row for row in RATIOS if row[0] in costs and row[1] in costs]
    print(_table(asked.orders, costs))
    print(_ratios(rows, costs))
    if asked.out:
        Path(asked.out).write_text(json.dumps(_results(asked.orders, rows, costs), indent=2) + "\n")


def _parse(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--orders", type=int, default=10_000, help="orders in the repository")
    parser.add_argument("--rounds", type=int, default=3, help="measured runs of each command")
    parser.add_argument("--peers", action="store_true", help="install and measure peers as well")
    parser.add_argument("--out", metavar="FILE", help="write the figures as JSON")
    return parser.parse_args(arguments)


def _commands(work: Path, orders: int) -> list[Command]:
    # In a process of its own: what this one holds would count as memory of all that it starts.
    subprocess.run([sys.executable, "-m", "bench.prepare", str(work), str(orders)], check=True)
    warm, new, cold, empty = (work / name for name in ("warm", "new", "cold", "empty"))
    python = sys.executable
    return [
        Command("python -c pass", [python, "-c", "pass"]),
        Command("--version", [python, "-m", "satops", "--version"]),
        Command("empty plan", [*_satops(empty), "plan", "--json"]),
        Command("floor", [python, "-c", FLOOR, str(warm / "orders")]),
        Command("warm plan, nothing new", [*_satops(warm), "plan", "--json"]),
        Command("warm plan, 100 new", [*_satops(new), "plan", "--json"]),
        Command("cold plan", [*_satops(cold), "plan", "--json"]),
        Command("validate", [*_satops(cold), "validate", "--json"]),
        Command("fold of the ledger", [python, "-c", FOLD, str(warm / "state" / "ledger.jsonl")]),
    ]


def _satops(root: Path) -> list[str]:
    return [sys.executable, "-m", "satops", "-C", str(root)]


def _peers(work: Path, orders: int) -> list[Command]:
    """Install octoDNS and check-jsonschema beside, and give them the same number of things."""
    venv = work / "peers"
    subprocess.run([sys.executable, "-m", "venv", str(venv)], check=True)
    subprocess.run(
        [venv / "bin" / "python", "-m", "pip", "install", "-q", "octodns", "check-jsonschema"],
        check=True,
    )
    zones = work / "zones"
    for side in ("source", "target"):
        (zones / side).mkdir(parents=True)
    records = "".join(
        f"r{number:06}:\n  ttl: 300\n  type: A\n"
        f"  value: 10.0.{number // 250 % 250}.{number % 250}\n"
        for number in range(orders)
    )
    (zones / "source" / "example.com.yaml").write_text("---\n" + records)
    (zones / "target" / "example.com.yaml").write_text("---\n{}\n")
    provider = "octodns.provider.yaml.YamlProvider"
    (zones / "config.yaml").write_text(
        "providers:\n"
        f"  source: {{class: {provider}, directory: {zones}/source}}\n"
        f"  target: {{class: {provider}, directory: {zones}/target}}\n"
        "zones:\n  example.com.: {sources: [source], targets: [target]}\n"
    )
    schema = Path(__file__).parents[1] / "schema" / "order.schema.json"
    files = [str(path) for path in sorted((work / "cold" / "orders").rglob("*.yaml"))]
    listed = work / "files"
    listed.write_text("\n".join(files))
    check = f"{venv}/bin/check-jsonschema --schemafile {schema}"
    check = f"xargs -a {listed} -s 1900000 -n 1000000 -x {check}"
    return [
        Command(
            "octodns-sync",
            [str(venv / "bin" / "octodns-sync"), "--config-file", str(zones / "config.yaml")],
        ),
        Command("check-jsonschema", ["sh", "-c", f"ulimit -s unlimited; {check}"]),
    ]


def _table(orders: int, costs: dict[str, Cost]) -> str:
    lines = [f"{orders:,} orders, medians", f"{'':26}{'CPU s':>9}{'wall s':>9}{'peak MiB':>10}"]
    lines += [
        f"{name:26}{cost.cpu_s:9.3f}{cost.wall_s:9.3f}{cost.peak_mib:10.0f}"
        for name, cost in costs.items()
    ]
    return "\n".join(lines) + "\n"


def _ratios(rows: Sequence[tuple[str, str, float | None]], costs: dict[str, Cost]) -> str:
    lines = [f"{'ratio of CPU seconds':48}{'found':>9}{'target':>9}"]
    for above, below, target in rows:
        found = costs[above].cpu_s / max(costs[below].cpu_s, 1e-3)
        lines.append(f"{f'{above} ÷ {below}':48}{found:9.2f}{'' if target is None else target:>9}")
    return "\n".join(lines)


def _results(
    orders: int, rows: Sequence[tuple[str, str, float | None]], costs: dict[str, Cost]
) -> dict[str, object]:
    return {
        "orders": orders,
        "costs": {name: asdict(cost) for name, cost in costs.items()},
        "ratios": [
            {
                "of": above,
                "to": below,
                "found": round(costs[above].cpu_s / max(costs[below].cpu_s, 1e-3), 3),
                "target": target,
            }
            for above, below, target in rows
        ],
    }


if __name__ == "__main__":
    main(sys.argv[1:])
