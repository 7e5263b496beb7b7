"""Folders and disks as people have them: deleted, closed, read-only, full."""

import subprocess
import sys
from pathlib import Path

import pytest

from satops.errors import ExitCode
from tests.cli.conftest import Satops


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


def test_no_link_of_a_commit_takes_a_file_out_of_its_folder(satops: Satops) -> None:
    away = satops.local / "away.html"
    (satops.root / "report.html").symlink_to(away)
    for call in (("report",), ("plan", "--out", "report.html")):
        refused = satops(*call)
        assert refused.code == ExitCode.USAGE
        assert "a link that leaves its folder" in refused.err
    assert not away.exists()


def test_no_linked_folder_of_a_commit_takes_a_file_out_of_the_repository(satops: Satops) -> None:
    (satops.root / ".git").mkdir()
    (satops.local / "away").mkdir(parents=True)
    (satops.root / "public").symlink_to(satops.local / "away")
    refused = satops("report", "--out", "public/report.html")
    assert refused.code == ExitCode.USAGE
    assert "a folder of this path is a link that leaves the repository" in refused.err
    assert not list((satops.local / "away").iterdir())
    (satops.root / "docs").mkdir()
    (satops.root / "site").symlink_to("docs")
    assert satops("report", "--out", "site/report.html").code == ExitCode.DONE


def test_a_full_disk_under_the_sandbox_is_said(satops: Satops) -> None:
    full = satops.root / "own" / "sandbox.sqlite"
    full.parent.mkdir()
    full.symlink_to("/dev/full")
    ran = satops("sandbox", "serve", "--data", "own")
    assert ran.code == ExitCode.USAGE
    assert ran.err == f"satops: The sandbox cannot be served. {full}: database or disk is full.\n"


@pytest.mark.parametrize("call", [("apply", "--yes"), ("sandbox", "serve")])
def test_orders_of_the_sandbox_are_never_kept_through_a_link(
    call: tuple[str, ...], satops: Satops
) -> None:
    ledger = satops("history", "--json").json["events"][0]["ledger"]
    for folder in (satops.local / "ledgers" / ledger, satops.local / "sandbox"):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        (folder / "sandbox.sqlite").symlink_to("/dev/full")
    ran = satops(*call)
    assert ran.code == ExitCode.USAGE
    assert "sandbox.sqlite is a link, or no file" in ran.err
    assert satops("list", "--json").json["orders"] == []


@pytest.mark.parametrize("given", [".", "../x"])
def test_a_sandbox_that_is_served_keeps_nothing_in_the_repository(
    given: str, satops: Satops
) -> None:
    ran = satops("sandbox", "serve", environ={"SATOPS_LOCAL": given})
    assert ran.code == ExitCode.USAGE
    ran = satops("sandbox", "serve", environ={"SATOPS_LOCAL": str(satops.root / "x")})
    assert ran.code == ExitCode.USAGE
    assert "lies in the repository" in ran.err
    assert not (satops.root / "x").exists()


def test_a_local_folder_that_cannot_be_made_is_named_with_its_variable(satops: Satops) -> None:
    ran = satops("apply", "--yes", environ={"SATOPS_LOCAL": "/dev/null/x"})
    assert ran.code == ExitCode.USAGE
    assert "/dev/null/x" in ran.err
    assert "name another folder for this machine in SATOPS_LOCAL." in ran.err


@pytest.mark.parametrize("folder", ["satops.yaml", "satops.yaml/x"])
def test_a_demo_that_gets_no_folder_says_why(satops: Satops, folder: str) -> None:
    ran = satops("demo", "--keep", folder)
    assert ran.code == ExitCode.USAGE
    assert ran.err.startswith("satops: The demo needs a folder. ")
