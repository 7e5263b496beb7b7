"""The benchmark of stores runs, at a small size, and counts what the sandbox sold."""

import json
import subprocess
import sys
from pathlib import Path


def test_a_small_race_sells_each_order_once_and_tells_how_fast(tmp_path: Path) -> None:
    results = tmp_path / "results.json"
    call = [
        sys.executable, "-m", "bench.stores", "--runners", "1,2", "--orders", "10",
        "--latency-ms", "1", "--out", str(results),
    ]  # fmt: skip
    subprocess.run(call, check=True, cwd=Path(__file__).parents[2])
    found = json.loads(results.read_text("utf-8"))
    assert [(row["store"], row["runners"]) for row in found] == [("file", 1), ("file", 2)]
    assert all((row["orders"], row["twice"]) == (10, 0) for row in found)
    assert found[0]["ratio"] == 1
