"""Kill a download at any byte it writes, and at any rename or flush: what is in its place is whole.

The driver counts the bytes that satops writes, wherever they go: into parts, notes and the ledger.
"""

import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path
from random import Random

import pytest

from satops.core.ledger.chain import EMPTY, encode
from satops.core.ledger.events import LedgerStarted
from tests.adapters.marketplaces import SECRET
from tests.chains import AT, intended, placed
from tests.workflow.deliveries import Team, delivered

DRIVER = """
import os, signal, sys
from pathlib import Path
left = int(sys.argv[1])
write, rename, replace, fsync = os.write, Path.rename, Path.replace, os.fsync

def step(cost):
    global left
    left -= cost
    if left < 0:
        os.kill(os.getpid(), signal.SIGKILL)

def counted_write(fd, content):
    global left
    view = memoryview(content)
    if len(view) > left:
        write(fd, view[:max(left, 0)])
        os.kill(os.getpid(), signal.SIGKILL)
    left -= len(view)
    return write(fd, view)

def before(real, cost):
    def call(*args):
        step(cost)
        done = real(*args)
        step(cost)
        return done
    return call

os.write = counted_write
os.fsync = before(fsync, 3000)
Path.rename, Path.replace = before(rename, 3000), before(replace, 3000)
from satops.cli.main import main
sys.exit(main(sys.argv[2:]))
"""
ENOUGH_S = 300
ALL_BYTES = 260_000
"""About what a whole run writes, its flushes and renames counted."""
KILLS_IN_A_ROUND = 4


def repository(folder: Path, team: Team) -> Path:
    """Make a repository whose ledger holds the team's orders as placed."""
    root = folder / "repository"
    (root / "state").mkdir(parents=True)
    (root / "satops.yaml").write_text(
        f'marketplace: {{url: "{team.sandbox.url}"}}\ndelivery: {{to: to}}\ntimezone: UTC\n'
    )
    events = [LedgerStarted("kills", "satops test", marketplace="sandbox")]
    for cloud, (name, number) in enumerate(team.numbers.items()):
        events += [intended(name, max_cloud=cloud), placed(name, order_no=number)]  # type: ignore[list-item]
    lines, _ = encode(events, head=EMPTY, time=AT, run="r0")
    (root / "state/ledger.jsonl").write_bytes(b"".join(line + b"\n" for line in lines))
    return root


def download(root: Path, local: Path, most: int) -> subprocess.CompletedProcess[bytes]:
    """Run the command line, which is killed after so many bytes."""
    return subprocess.run(
        [sys.executable, "-c", DRIVER, str(most), "-C", str(root), "download", "--keep-going"],
        env={**os.environ, "SATOPS_TOKEN": SECRET, "SATOPS_LOCAL": str(local)},
        capture_output=True,
        timeout=ENOUGH_S,
        check=False,
    )


def judge(root: Path, team: Team, *, is_over: bool) -> None:
    """Hold the disk and the ledger against what the marketplace has."""
    sold = team.sold()
    for name, contents in sold.items():
        here = {
            path.read_bytes()
            for path in (root / "to" / name).glob("[!.]*")
            if not path.name.endswith(".stac.json")
        }
        assert here <= contents, "a file under a final name is not the server's"
        assert not is_over or here == contents
    lines = (root / "state/ledger.jsonl").read_bytes().split(b"\n")
    events = [json.loads(line) for line in lines[:-1] if b'"DeliveryFetched"' in line]
    counts = Counter((it["order_no"], it["product"], it["sha256"]) for it in events)
    assert all(count == 1 for count in counts.values())
    if is_over:
        assert len(counts) == sum(map(len, sold.values()))
        assert list((root / "to").glob("*/.*.part*")) == []


def test_a_download_that_is_killed_at_any_byte_ends_whole_and_recorded_once(
    tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    rounds = 50 if request.config.getoption("--soak") else 3
    random = Random(7)
    said, killed = [], 0
    with delivered(tmp_path, ("a", "b"), product_side=180, products=2) as team:
        for number in range(rounds):
            folder = tmp_path / f"round-{number}"
            root = repository(folder, team)
            for _ in range(KILLS_IN_A_ROUND):
                ran = download(root, folder / "local", random.randrange(ALL_BYTES))
                killed += ran.returncode == -9
                said.append(ran)
                judge(root, team, is_over=False)
            last = download(root, folder / "local", sys.maxsize)
            said.append(last)
            assert last.returncode == 0, last.stderr.decode()
            judge(root, team, is_over=True)
        assert killed >= rounds
        for path in tmp_path.rglob("round-*/**/*"):
            if path.is_file():
                content = path.read_bytes()
                assert SECRET.encode() not in content, path
                assert b"sign=" not in content, path
        for ran in said:
            assert SECRET.encode() not in ran.stdout + ran.stderr
            assert b"sign=" not in ran.stdout + ran.stderr
