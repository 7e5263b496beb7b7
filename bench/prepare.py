"""`python -m bench.prepare FOLDER ORDERS LAYOUT`: make the repositories that are measured."""

import shutil
import subprocess
import sys
from pathlib import Path

from bench.orders import Layout, write_repository
from bench.placed import place_all

NEW = 100


def prepare(work: Path, orders: int, layout: Layout) -> None:
    """Make `warm` and `fresh` (all placed), `new` (100 more), and `cold` (none placed).

    `new/before-the-new` is what `.satops` held when all but the new orders were known.
    """
    warm, fresh, new, cold = (work / name for name in ("warm", "fresh", "new", "cold"))
    if orders:
        write_repository(warm, orders, layout=layout)
        place_all(warm)
        for copy in (fresh, new):
            shutil.copytree(warm, copy)
        _satops(new, "plan", "--json")
        (new / ".satops").mkdir(exist_ok=True)
        (new / ".satops").rename(new / "before-the-new")
        write_repository(new, NEW, first=orders, layout=layout)
    write_repository(cold, orders, layout=layout)
    _satops(cold, "ledger", "start", "--yes")


def _satops(root: Path, *words: str) -> None:
    call = [sys.executable, "-m", "satops", "-C", str(root), *words]
    subprocess.run(call, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


if __name__ == "__main__":
    prepare(Path(sys.argv[1]), int(sys.argv[2]), Layout[sys.argv[3]])
