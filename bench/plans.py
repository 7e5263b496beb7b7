"""What plans cost: repositories of several sizes and layouts, and the commands that read them."""

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from bench.measure import Command
from bench.orders import Layout

FLOOR = """
import os, sys
def walk(folder):
    for entry in os.scandir(folder):
        if entry.is_dir(): walk(entry.path)
        else:
            fd = os.open(entry.path, os.O_RDONLY)
            while len(os.read(fd, 16384)) == 16384: pass
            os.close(fd)
for folder in sys.argv[1:]: walk(folder)
"""
"""The least that a plan must do: walk the tree, and read every file."""
FOLD = """
import os
import sys
from pathlib import Path
from satops.adapters.stores.file import FileStore
from satops.core.ledger.state import LedgerState
state = LedgerState()
state.fold(FileStore(Path(sys.argv[1])).read())
os._exit(0)  # as the command line ends: nobody frees what is folded
"""


def start_commands(work: Path, environment: Mapping[str, str]) -> list[Command]:
    """Return the commands that read next to nothing."""
    prepare(work, 0, Layout.SINGLE, environment)
    python = sys.executable
    return [
        Command("python -c pass", [python, "-c", "pass"]),
        Command("--version", [*satops(work / "cold")[:3], "--version"]),
        Command("empty plan", [*satops(work / "cold"), "plan", "--json"]),
    ]


def plan_commands(
    work: Path, orders: int, layout: Layout, environment: Mapping[str, str]
) -> list[Command]:
    """Make the repositories, and return the commands on them."""
    prepare(work, orders, layout, environment)
    placed, new, cold = (work / name for name in ("placed", "new", "cold"))
    plan, python = ("plan", "--json"), sys.executable
    folders = [str(path) for path in (placed / "orders", placed / "aois") if path.exists()]
    return [
        Command("floor", [python, "-c", FLOOR, *folders]),
        Command("plan, nothing new", [*satops(placed), *plan]),
        Command("plan, 100 new", [*satops(new), *plan]),
        Command("cold plan", [*satops(cold), *plan]),
        Command("validate", [*satops(cold), "validate", "--json"]),
        Command("fold of the ledger", [python, "-c", FOLD, str(placed / "state" / "ledger.jsonl")]),
    ]


def satops(root: Path) -> list[str]:
    """Return how satops is called on a repository."""
    return [sys.executable, "-m", "satops", "-C", str(root)]


def prepare(work: Path, orders: int, layout: Layout, environment: Mapping[str, str]) -> None:
    """Make the repositories; see `bench.prepare`."""
    # In a process of its own: what this one holds would count as memory of all that it starts.
    call = [sys.executable, "-m", "bench.prepare", str(work), str(orders), layout.name]
    subprocess.run(call, check=True, env=environment)
