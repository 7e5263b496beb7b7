"""The benchmark runs, at a small size; what it finds is for people to read, not for a test."""

import subprocess
import sys
from pathlib import Path

from bench.figures import GOALS, findings, read

PEERS = {
    "octodns-sync",
    "octodns-sync, all new",
    "octodns-sync, nothing new",
    "check-jsonschema",
    "Terraform",
}
SMALL = (
    "--fresh",
    "20",
    "--orders",
    "20",
    "--layouts",
    "SHARED",
    "--bought",
    "4",
    "--events",
    "200",
    "--once",
)


def test_a_small_run_measures_everything_but_the_peers(tmp_path: Path) -> None:
    results = tmp_path / "results.json"
    done = subprocess.run(
        [sys.executable, "-m", "bench", *SMALL, "--out", str(results)],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parents[2],
    )
    figures, versions = read(results)
    own = {(it.of, it.to) for it in GOALS if it.to not in PEERS and (it.to or it.orders == (0,))}
    assert {(found.goal.of, found.goal.to) for found in findings(figures)} == own
    assert "plan, nothing new ÷ floor" in done.stdout
    assert "fresh runner, 10 new" in {figure.name for figure in figures}
    assert all(figure.cost.wall_s > 0 for figure in figures)
    assert "python" in versions
