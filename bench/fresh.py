"""What a plan costs where plans run: a fresh clone on a fresh runner, with the ledger on a git ref.

A team's repository has all orders placed, and a branch with ten new ones.  Each run is in a clone
of its own; the clone is not measured, since every tool needs one.  The command is that of the
workflows which `satops init --ci` writes.
"""

import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from bench.measure import Command
from bench.orders import CONFIG, write_repository
from bench.placed import place_all

NAME = "fresh runner, 10 new"
NEW = 10
SIZES = (100, 1000, 10_000)
_STATE = "satops-state"
_FILE_STATE = "file:state/ledger.jsonl"
_PERSON = {
    f"GIT_{role}_{fact}": value
    for role in ("AUTHOR", "COMMITTER")
    for fact, value in (("NAME", "bench"), ("EMAIL", "bench@example.com"))
}
_NO_GC = ("-c", "gc.auto=0", "-c", "maintenance.auto=false")
"""Nothing of git goes on behind a measured run, nor in a folder that is removed."""


def fresh_commands(work: Path, orders: int, environment: Mapping[str, str]) -> list[Command]:
    """Make the team's repository, and return the plan in a fresh clone of it."""
    # In a process of its own: what this one holds would count as memory of all that it starts.
    call = [sys.executable, "-m", "bench.fresh", str(work), str(orders)]
    subprocess.run(call, check=True, env={**environment, **_PERSON})
    runner = work / "runner"
    plan = [sys.executable, "-m", "satops", "-C", str(runner), "plan", "--limits-from"]
    plan += ["origin/main", "--out", str(work / "plan.json"), "--format", "github"]
    plan += ["--also", f"markdown={work}/plan.md", "--also", f"geojson={work}/plan.geojson"]
    around = partial(_fresh_clone, work / "hub.git", runner, environment)
    return [Command(NAME, plan, around)]


@contextmanager
def _fresh_clone(hub: Path, runner: Path, environment: Mapping[str, str]) -> Iterator[None]:
    call = ["git", *_NO_GC, "clone", "-q", "-b", "change", f"file://{hub}", str(runner)]
    subprocess.run(call, check=True, env=environment)
    try:
        yield
    finally:
        shutil.rmtree(runner)


def prepare(work: Path, orders: int) -> None:
    """Make `hub.git`: `main` with all orders placed, `change` with ten more, and the ledger."""
    team, hub = work / "team", work / "hub.git"
    subprocess.run(["git", "init", "-q", "--bare", "-b", "main", str(hub)], check=True)
    _git(work, "init", "-q", "-b", "main", str(team))
    _git(team, "remote", "add", "origin", f"file://{hub}")
    write_repository(team, orders)
    place_all(team)
    copy = ["ledger", "copy", _FILE_STATE, f"git:{_STATE}"]
    call = [sys.executable, "-m", "satops", "-C", str(team), *copy]
    subprocess.run(call, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    shutil.rmtree(team / "state")
    _commit(team, "main")
    _git(team, "checkout", "-q", "-b", "change")
    write_repository(team, NEW, first=orders)
    _commit(team, "change")
    shutil.rmtree(team)


def _commit(team: Path, branch: str) -> None:
    (team / "satops.yaml").write_text(CONFIG.replace(_FILE_STATE, f"git:{_STATE}"))
    _git(team, "add", "-A")
    _git(team, "commit", "-q", "-m", branch)
    _git(team, "push", "-q", "origin", branch)


def _git(folder: Path, *words: str) -> None:
    subprocess.run(["git", *_NO_GC, *words], check=True, cwd=folder)


if __name__ == "__main__":
    prepare(Path(sys.argv[1]), int(sys.argv[2]))
