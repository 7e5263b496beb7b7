"""Folders and disks as people have them: deleted, closed, read-only, full."""

import subprocess
import sys
from pathlib import Path

import pytest

from satops.errors import ExitCode
from tests.cli.conftest import Satops

_SERVE = ("sandbox", "serve", "--db", "own")


def test_a_current_folder_that_was_deleted_is_called_gone(tmp_path: Path) -> None:
    folder = tmp_path / "gone"
    folder.mkdir()
    for call in ("plan", "init", "aoi a.geojson", "explain A09"):
        script = f"cd {folder} && rmdir {folder} && {sys.executable} -m satops {call}"
        ran = subprocess.run(
            ["bash", "-c", script], capture_output=True, text=True, check=False,
            env={"PYTHONPATH": str(Path(__file__).parents[2])},
        )  # fmt: skip
        assert ran.returncode == ExitCode.USAGE
        assert ran.stderr.startswith("satops: The current folder is gone")
        folder.mkdir()


@pytest.mark.parametrize("target", ["satops.yaml/plan.json", "orders", "/dev/full", "/dev/fd/1"])
@pytest.mark.parametrize("option", ["--out {}", "--also markdown={}"])
def test_a_plan_that_cannot_be_written_says_where_and_why(
    satops: Satops, target: str, option: str
) -> None:
    at = target if target.startswith("/") else f"{satops.root}/{target}"
    ran = satops("plan", *option.format(target).split())
    assert ran.code == ExitCode.USAGE
    assert ran.err.startswith(f"satops: {option.split()[0]} {at}: ")
    assert not list(satops.root.glob("*.tmp"))


def test_a_saved_plan_goes_to_where_a_link_points(satops: Satops) -> None:
    (satops.root / "plans").mkdir()
    (satops.root / "plan.json").symlink_to("plans/today.json")
    assert satops("plan", "--out", "plan.json").code == ExitCode.DONE
    assert (satops.root / "plan.json").is_symlink()
    assert (satops.root / "plans/today.json").is_file()


def test_a_full_disk_under_the_sandbox_is_said(satops: Satops) -> None:
    ledger = satops("history", "--json").json["events"][0]["ledger"]
    database = satops.local / f"ledgers/{ledger}/sandbox.sqlite"
    database.parent.mkdir(mode=0o700, parents=True)
    for full, call in ((database, ("apply", "--yes")), (satops.root / "own", _SERVE)):
        full.symlink_to("/dev/full")
        ran = satops(*call)
        assert ran.code == ExitCode.USAGE
        assert ran.err.endswith(
            f"satops: The sandbox cannot be served. {full}: database or disk is full.\n"
        )
    assert satops("list", "--json").json == {"orders": []}


def test_a_local_folder_that_cannot_be_made_is_named_with_its_variable(satops: Satops) -> None:
    ran = satops("apply", "--yes", environ={"SATOPS_LOCAL": "/dev/null/x"})
    assert ran.code == ExitCode.USAGE
    assert "/dev/null/x/ledgers" in ran.err
    assert "Name another folder for this machine in SATOPS_LOCAL." in ran.err


@pytest.mark.parametrize("folder", ["satops.yaml", "satops.yaml/x"])
def test_a_demo_that_gets_no_folder_says_why(satops: Satops, folder: str) -> None:
    ran = satops("demo", "--keep", folder)
    assert ran.code == ExitCode.USAGE
    assert ran.err.startswith("satops: The demo needs a folder. ")
