"""What only reads works where the modules and calls of POSIX are missing, as on Windows."""

import json
import os
import re
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from satops.adapters.gis.gis_files import LENGTH
from satops.errors import ExitCode
from tests import in_process
from tests.cli.conftest import Satops

ROOT = Path(__file__).parents[2]

HIDDEN = ("fcntl", "grp", "pwd", "resource", "termios", "tty", "pty")
"""Modules that Windows does not have."""
CALLS = (
    "O_CLOEXEC", "O_DIRECTORY", "O_NOFOLLOW", "O_NONBLOCK", "chown", "fchmod", "fork", "forkpty",
    "getegid", "geteuid", "getgid", "getuid", "killpg", "mkfifo", "mknod", "pread", "pwrite",
    "setsid", "statvfs",
)  # fmt: skip
"""Of `os`, what Windows does not have and the standard library does without on its own."""
SIGNALS = ("SIGALRM", "SIGHUP", "SIGUSR1", "alarm", "setitimer")
HIDE = f"""\
import os, signal, subprocess, sys, tempfile
for name in {HIDDEN!r}:
    sys.modules[name] = None
for name in {CALLS!r}:
    delattr(os, name)
for name in {SIGNALS!r}:
    delattr(signal, name)
"""
RUN = f"""{HIDE}
sys.argv[0] = "satops"
from satops.__main__ import run
run()
"""


def without_posix(
    folder: Path, *arguments: str, code: str = RUN
) -> "subprocess.CompletedProcess[str]":
    """Run the command line in a Python that lacks what Windows lacks."""
    return subprocess.run(
        [sys.executable, "-c", code, *arguments],
        cwd=folder, env={**os.environ, "NO_COLOR": "1", "PYTHONPATH": str(ROOT)},
        capture_output=True, text=True,
    )  # fmt: skip


@pytest.fixture
def bought(satops: Satops) -> Satops:
    """A repository with two placed orders, and one that is new."""
    late = satops.root / "orders/da-nang-port.yaml"
    text = late.read_text("utf-8")
    late.unlink()
    assert satops("apply", "--yes").code == ExitCode.DONE
    late.write_text(text, "utf-8")
    return satops


VERBS = (
    "--version", "--help", "validate", "plan", "plan --json", "plan --format markdown",
    "plan --format geojson", "list", "list --json", "history", "verify", "explain G05",
    "aoi aois/mekong.geojson",
)  # fmt: skip
RUN_ALL = f"""{HIDE}
import json
from pathlib import Path
from tests.in_process import satops
environ = {{**os.environ, "NO_COLOR": "1"}}
ran = [satops(Path(), *each.split(), environ=environ) for each in json.loads(sys.argv[1])]
print(json.dumps([[each.returncode, each.stdout, each.stderr] for each in ran]))
"""


def test_what_only_reads_says_the_same(bought: Satops) -> None:
    at = f" --at {datetime.now(UTC) + timedelta(minutes=1):%Y-%m-%dT%H:%MZ}"
    calls = [verb + at if verb.startswith("plan") else verb for verb in VERBS]
    before = sorted(path for path in bought.root.rglob("*"))
    ran = without_posix(bought.root, json.dumps(calls), code=RUN_ALL)
    assert ran.returncode == 0, ran.stderr
    environ = {**os.environ, "NO_COLOR": "1"}
    for call, (code, out, err) in zip(calls, json.loads(ran.stdout), strict=True):
        assert code == ExitCode.DONE, (call, err)
        usual = in_process.satops(bought.root, *call.split(), environ=environ)
        assert _without_moment(out) == _without_moment(usual.stdout), call
    assert sorted(path for path in bought.root.rglob("*")) == before


def test_an_order_is_shown(bought: Satops) -> None:
    name = bought("list", "--json").json["orders"][0]["name"]
    ran = without_posix(bought.root, "show", name)
    assert ran.returncode == ExitCode.DONE, ran.stderr
    assert name in ran.stdout


def test_the_process_that_reads_kml_works_too(tmp_path: Path) -> None:
    ring = "105.8,21.0 105.9,21.0 105.9,21.1 105.8,21.1 105.8,21.0"
    content = (
        "<kml xmlns='http://www.opengis.net/kml/2.2'><Placemark><name>delta</name><Polygon>"
        f"<outerBoundaryIs><LinearRing><coordinates>{ring}</coordinates></LinearRing>"
        "</outerBoundaryIs></Polygon></Placemark></kml>"
    ).encode()
    code = (
        HIDE
        + "import runpy\nrunpy.run_module('satops.adapters.gis.gis_files', run_name='__main__')\n"
    )
    asked = b"".join(LENGTH.pack(len(part)) + part for part in (b"{}", content))
    ran = subprocess.run(
        [sys.executable, "-c", code, "30"], cwd=tmp_path, input=asked, capture_output=True
    )
    assert ran.returncode == 0, ran.stderr
    assert b'"delta"' in ran.stdout


def test_a_link_is_not_followed_where_no_flag_refuses_it(satops: Satops) -> None:
    outside = satops.root.parent / f"{satops.root.name}.yaml"
    (satops.root / "orders/hanoi.yaml").rename(outside)
    (satops.root / "orders/hanoi.yaml").symlink_to(outside)
    ran = without_posix(satops.root, "validate", "--json")
    assert ran.returncode == ExitCode.INVALID
    assert '"L22"' in ran.stdout


def test_a_ledger_is_appended_to_by_one_writer_at_a_time(tmp_path: Path) -> None:
    racer = f"""\
import sys
for name in {HIDDEN!r}:
    sys.modules[name] = None
from pathlib import Path
from satops.adapters.stores.file import FileStore
from satops.core.ledger.chain import GENESIS, line_digest
from satops.errors import HeadMoved
store = FileStore(Path(sys.argv[1]))
won = 0
while won < 20:
    try:
        lines = list(store.read())
        head = line_digest(lines[-1])
    except Exception:
        lines, head = [], GENESIS
    try:
        store.append([b'{{"seq":%d}}' % (len(lines) + 1)], head)
        won += 1
    except HeadMoved:
        pass
"""
    ledger = tmp_path / "ledger.jsonl"
    racers = [subprocess.Popen([sys.executable, "-c", racer, str(ledger)]) for _ in range(3)]
    assert [process.wait() for process in racers] == [0, 0, 0]
    lines = ledger.read_bytes().splitlines()
    assert lines == [b'{"seq":%d}' % number for number in range(1, 61)]


def _without_moment(text: str) -> str:
    """Return a report without the second at which it was made."""
    return re.sub(r'"as_of":"[^"]+"', '"as_of":""', text)
