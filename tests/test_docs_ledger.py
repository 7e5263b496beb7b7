"""docs/ledger.md, held against the code."""

import re
import subprocess
from pathlib import Path
from typing import get_args

import pytest
from msgspec.structs import fields

from satops.adapters.stores.file import FileStore
from satops.adapters.stores.git import GitStore
from satops.core.ledger import events
from satops.core.ledger.chain import FORMAT, GENESIS, Written, line_digest
from tests.chains import altered, ledger_of

PAGE = Path(__file__).parents[1].joinpath("docs/ledger.md").read_text("utf-8")


@pytest.fixture
def script() -> str:
    """Return the shell script of the page."""
    (script,) = re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL)
    assert isinstance(script, str)
    return script


def test_the_script_finds_a_real_ledger_whole_and_tells_its_head(
    tmp_path: Path, script: str
) -> None:
    lines, head = ledger_of(4)
    path = tmp_path / "state" / "ledger.jsonl"
    FileStore(path).append(lines, GENESIS)
    path.write_bytes(path.read_bytes() + b'{"torn":')
    ran = subprocess.run(["sh", "-c", script], cwd=tmp_path, capture_output=True, text=True)
    assert (ran.returncode, ran.stdout) == (0, f"10 events, head {head.digest}\n")


def test_the_script_names_the_first_line_that_does_not_follow(tmp_path: Path, script: str) -> None:
    lines, _ = ledger_of(4)
    changed = altered(lines, 4, b"PROG_", b"PR0G_")
    for spoiled, bad in ((changed, 5), (lines[:2] + lines[3:], 3), (lines[1:], 1)):
        path = tmp_path / "state" / "ledger.jsonl"
        path.unlink(missing_ok=True)
        FileStore(path).append(spoiled, GENESIS)
        ran = subprocess.run(["sh", "-c", script], cwd=tmp_path, capture_output=True, text=True)
        assert ran.returncode == 1
        assert ran.stdout == f"line {bad} does not follow from the line before it\n"


def test_the_page_names_every_kind_with_exactly_its_fields() -> None:
    rows = dict(re.findall(r"^\| `([A-Z]\w+)` \| .+? \| (.+) \|$", PAGE, re.MULTILINE))
    assert list(rows) == [kind.__name__ for kind in get_args(events.Event)]
    for kind in get_args(events.Event):
        described = re.findall(r"\[`(\w+)`\]|`(\w+)`", rows[kind.__name__])
        assert described == [
            ("", field.name) if field.required else (field.name, "")
            for field in fields(kind)
            if field.name not in Written.__struct_fields__
        ]


def test_the_page_tells_how_to_get_the_ledger_from_a_git_ref(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", "/dev/null")
    clone = tmp_path / "clone"
    remote = str(tmp_path / "remote.git")
    subprocess.run(["git", "init", "-q", "--bare", remote], check=True)
    subprocess.run(["git", "clone", "-q", remote, str(clone)], check=True, capture_output=True)
    lines, head = ledger_of(1200)
    store, digest = GitStore(clone), GENESIS
    for part in (lines[:600], lines[600:1800], lines[1800:]):
        store.append(part, digest)
        digest = line_digest(part[-1])
    (script,) = re.findall(r"```sh git\n(.*?)```", PAGE, re.DOTALL)
    subprocess.run(["sh", "-c", script], cwd=clone, check=True)
    assert (clone / "ledger.jsonl").read_bytes().splitlines() == lines
    assert digest == head.digest


def test_the_page_names_the_format_of_today() -> None:
    assert f"| `format` | `{FORMAT}` |" in PAGE
