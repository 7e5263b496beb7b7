"""`python -m bench.prepare FOLDER ORDERS LAYOUT`: make the repositories that are measured."""

import shutil
import subprocess
import sys
from pathlib import Path

from bench.orders import Layout, write_repository
from bench.placed import place_all

NEW = 100


def prepare(work: Path, orders: int, layout: Layout) -> None:
    """Make `placed` (all placed), `new` (100 more), and `cold` (none placed)."""
    placed, new, cold = (work / name for name in ("placed", "new", "cold"))
    if orders:
        write_repository(placed, orders, layout=layout)
        place_all(placed)
        shutil.copytree(placed, new)
        write_repository(new, NEW, first=orders, layout=layout)
    write_repository(cold, orders, layout=layout)
    _satops(cold, "ledger", "start", "--yes")


def _satops(root: Path, *words: str) -> None:
    call = [sys.executable, "-m", "satops", "-C", str(root), *words]
    subprocess.run(call, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


if __name__ == "__main__":
    prepare(Path(sys.argv[1]), int(sys.argv[2]), Layout[sys.argv[3]])
