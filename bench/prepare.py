"""`python -m bench.prepare FOLDER ORDERS`: make the repositories that are measured."""

import shutil
import subprocess
import sys
from pathlib import Path

from bench.orders import write_repository
from bench.placed import place_all


def prepare(work: Path, orders: int) -> None:
    """Make `warm` (all placed), `new` (100 more), `cold` (none placed) and `empty`."""
    warm, new, cold, empty = (work / name for name in ("warm", "new", "cold", "empty"))
    write_repository(warm, orders)
    place_all(warm)
    shutil.copytree(warm, new)
    write_repository(new, 100, first=orders)
    for root, count in ((cold, orders), (empty, 0)):
        write_repository(root, count)
        start = [sys.executable, "-m", "satops", "-C", str(root), "ledger", "start", "--yes"]
        subprocess.run(start, check=True, stdout=subprocess.DEVNULL)


if __name__ == "__main__":
    prepare(Path(sys.argv[1]), int(sys.argv[2]))
