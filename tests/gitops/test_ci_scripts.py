"""What `make test` installs: said before it is done, and with the reason where it cannot."""

import os
import subprocess
from pathlib import Path

import pytest

from tests.gitops.tools import ROOT

SUDO = '[ "$1" = -n ] && shift\nexec "$@"\n'


@pytest.fixture
def programs(tmp_path: Path) -> Path:
    """A folder of programs that come first on the PATH."""
    folder = tmp_path / "bin"
    folder.mkdir()
    return folder


def put(programs: Path, name: str, script: str) -> None:
    (programs / name).write_text(f"#!/bin/sh\n{script}")
    (programs / name).chmod(0o755)


def run(programs: Path, *command: str, **environ: str) -> "subprocess.CompletedProcess[str]":
    env = {**os.environ, "PATH": f"{programs}:{os.environ['PATH']}", **environ}
    return subprocess.run(
        [str(ROOT / command[0]), *command[1:]], env=env, capture_output=True, text=True
    )


def test_what_goes_onto_the_system_is_said_before(programs: Path, tmp_path: Path) -> None:
    said = tmp_path / "said"
    put(programs, "sudo", SUDO)
    put(programs, "apt-get", f'echo "apt-get $*" >> {said}\n')
    ran = run(programs, ".ci/on-the-system", "make test", "postgresql", "strace")
    assert ran.returncode == 0
    assert "make test needs these packages" in ran.stdout
    assert ran.stdout.rstrip().endswith("postgresql strace")
    assert "install -y -qq --no-install-recommends postgresql strace" in said.read_text()


def test_nothing_is_said_or_done_where_all_is_there(programs: Path) -> None:
    put(programs, "apt-get", "exit 99\n")
    ran = run(programs, ".ci/on-the-system", "make test")
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, "", "")


def test_the_words_of_apt_get_are_shown_where_it_fails(programs: Path) -> None:
    put(programs, "sudo", SUDO)
    put(programs, "apt-get", 'echo "E: Unable to locate package strace" >&2\nexit 100\n')
    ran = run(programs, ".ci/on-the-system", "make test", "strace")
    assert ran.returncode != 0
    assert "E: Unable to locate package strace" in ran.stderr
    assert "Install them by hand, and start again: strace" in ran.stderr


def test_the_words_of_npm_are_shown_where_it_fails(programs: Path, tmp_path: Path) -> None:
    for there in ("initdb", "strace", "chromium"):
        put(programs, there, "")
    # A Python that makes an environment whose own Python does all that it is asked.
    fake = '[ "$2" = venv ] || exit 0\nmkdir -p "$3/bin"\ncp "$0" "$3/bin/python"\n'
    put(programs, "python3", fake)
    put(programs, "npm", 'echo "npm error 404 Not Found: azurite" >&2\nexit 1\n')
    ran = run(programs, ".ci/servers", SATOPS_SERVERS=str(tmp_path / "servers"))
    assert ran.returncode != 0
    assert "these cannot be had from npm: azurite@" in ran.stderr
    assert "npm error 404 Not Found: azurite" in ran.stderr


def test_the_quick_tests_are_there_and_start_no_server() -> None:
    lines = (ROOT / "tests/quick").read_text("utf-8").splitlines()
    paths = [line.removeprefix("--ignore=") for line in lines if line != "--quick"]
    assert len(paths) > 10
    assert all((ROOT / path).exists() for path in paths)
    started = ("tests/contracts", "tests/crash", "tests/gitops", "tests/simulation", "tests/stores")
    assert not any(path.startswith(started) for path in paths)
