"""The benchmark runs, at a small size; what it finds is for people to read, not for a test."""

import json
import subprocess
import sys
from pathlib import Path

from bench.__main__ import RATIOS


def test_a_small_run_measures_everything_but_the_peers(tmp_path: Path) -> None:
    results = tmp_path / "results.json"
    call = [sys.executable, "-m", "bench", "--orders", "20", "--rounds", "1", "--out", str(results)]
    done = subprocess.run(
        call, capture_output=True, text=True, check=True, cwd=Path(__file__).parents[2]
    )
    found = json.loads(results.read_text("utf-8"))
    own = [row for row in RATIOS if row[1] not in ("octodns-sync", "check-jsonschema")]
    assert [(row["of"], row["to"]) for row in found["ratios"]] == [row[:2] for row in own]
    assert "warm plan, nothing new ÷ floor" in done.stdout
    assert all(cost["cpu_s"] > 0 for cost in found["costs"].values())
