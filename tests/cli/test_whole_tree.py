"""A tree that is not whole is an error with a way on; its orders never look retired."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from satops.errors import ExitCode
from tests.cli.conftest import Satops

POINTER = (
    "version https://git-lfs.github.com/spec/v1\n"
    f"oid sha256:{'0' * 64}\n"
    "size 12345\n"
)  # fmt: skip
SAFE = {
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_AUTHOR_NAME": "A",
    "GIT_AUTHOR_EMAIL": "a@example.com",
    "GIT_COMMITTER_NAME": "A",
    "GIT_COMMITTER_EMAIL": "a@example.com",
}


def git(folder: Path, *arguments: str) -> None:
    env = {**os.environ, **SAFE}
    subprocess.run(["git", *arguments], cwd=folder, check=True, capture_output=True, env=env)


@pytest.fixture
def bought(satops: Satops) -> Satops:
    """A git repository whose three orders are placed."""
    git(satops.root, "init", "-q", "-b", "main")
    git(satops.root, "add", ".")
    git(satops.root, "commit", "-q", "-m", "Begin")
    assert satops("apply", "--yes").code == ExitCode.DONE
    git(satops.root, "add", ".")
    git(satops.root, "commit", "-q", "-m", "Buy")
    return satops


def is_refused(
    satops: Satops, check: str, *words: str, environ: dict[str, str] | None = None
) -> None:
    """Hold plan and apply to an error with a code, and to a plan in which nothing is retired."""
    planned = satops("plan", "--json", environ=environ)
    assert planned.code == ExitCode.INVALID
    assert planned.json["summary"]["retired"] == 0
    found = [it for it in planned.json["problems"] if it["check"] == check]
    assert found, planned.json["problems"]
    assert {it["severity"] for it in found} == {"error"}
    text = satops("plan", environ=environ).out
    for word in words:
        assert word in text.replace("\n", " "), text
    applied = satops("apply", "--yes")
    assert applied.code == ExitCode.INVALID
    assert check in applied.err + applied.out


def test_specs_that_a_sparse_checkout_leaves_out_are_an_error(bought: Satops) -> None:
    git(bought.root, "sparse-checkout", "set", "aois", "state")
    assert not (bought.root / "orders").exists()
    is_refused(bought, "L26", "git sparse-checkout", "one of 3 specs")


def test_an_aoi_that_a_sparse_checkout_leaves_out_is_named_as_that(bought: Satops) -> None:
    git(bought.root, "sparse-checkout", "set", "orders", "state")
    said = bought("plan").out
    assert "sparse checkout" in " ".join(said.split())
    assert bought("plan").code == ExitCode.INVALID


@pytest.mark.parametrize("orders", ["orders", "orders/team"])
def test_a_submodule_that_is_not_checked_out_is_an_error(
    bought: Satops, orders: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    other = tmp_path_factory.mktemp("other")
    git(other, "init", "-q", "-b", "main")
    shutil.copy(bought.root / "orders/hanoi.yaml", other / "hanoi.yaml")
    git(other, "add", ".")
    git(other, "commit", "-q", "-m", "One")
    if orders == "orders":
        git(bought.root, "rm", "-q", "-r", "orders")
    allowed = ("-c", "protocol.file.allow=always")
    git(bought.root, *allowed, "submodule", "add", "-q", str(other), orders)
    git(bought.root, "submodule", "deinit", "-f", orders)
    is_refused(bought, "L28", "git submodule update")


def test_a_spec_that_is_a_pointer_of_git_lfs_is_an_error(bought: Satops) -> None:
    (bought.root / "orders/hanoi.yaml").write_text(POINTER)
    is_refused(bought, "L27", "git lfs pull")


def test_an_aoi_that_is_a_pointer_of_git_lfs_is_an_error(bought: Satops) -> None:
    (bought.root / "aois/mekong.geojson").write_text(POINTER)
    planned = bought("plan")
    assert planned.code == ExitCode.INVALID
    assert "git lfs pull" in planned.out


@pytest.mark.parametrize("wrong", ["pointer", "missing"])
@pytest.mark.parametrize("command", ["plan", "validate", "apply --yes"])
def test_a_guard_that_was_not_fetched_is_an_error_though_nothing_is_new(
    bought: Satops, wrong: str, command: str
) -> None:
    with (bought.root / "satops.yaml").open("a") as file:
        file.write("areas: {allowed: aois/contract.geojson}\n")
    if wrong == "pointer":
        (bought.root / "aois/contract.geojson").write_text(POINTER)
    ran = bought(*command.split())
    assert ran.code == ExitCode.USAGE
    assert "aois/contract.geojson" in ran.err
    assert wrong == "missing" or "git lfs pull" in ran.err


def test_a_folder_of_orders_that_is_misspelt_is_an_error_once_orders_are_bought(
    bought: Satops,
) -> None:
    bought.edit("satops.yaml", "orders: orders/", "orders: ordres/")
    is_refused(bought, "L31", "orders")


def test_a_folder_without_specs_is_an_error_unless_a_tracked_file_lies_in_it(
    bought: Satops,
) -> None:
    git(bought.root, "rm", "-q", "-r", "orders")
    (bought.root / "orders").mkdir(exist_ok=True)
    (bought.root / "orders/.gitkeep").touch()
    is_refused(bought, "L31")
    git(bought.root, "add", "orders/.gitkeep")
    planned = bought("plan", "--json")
    assert planned.code == ExitCode.DONE
    assert planned.json["summary"]["retired"] == 3


def test_outside_of_git_a_folder_without_any_file_is_an_error(satops: Satops) -> None:
    assert satops("apply", "--yes").code == ExitCode.DONE
    for spec in (satops.root / "orders").iterdir():
        spec.unlink()
    is_refused(satops, "L31")
    (satops.root / "orders/.gitkeep").touch()
    assert satops("plan").code == ExitCode.DONE


def test_a_new_repository_may_have_no_orders_yet(satops: Satops) -> None:
    shutil.rmtree(satops.root / "orders")
    assert satops("plan").code == ExitCode.DONE


def test_a_spec_that_is_missing_and_not_staged_is_a_warning_only_at_a_persons_own_machine(
    bought: Satops,
) -> None:
    (bought.root / "orders/hanoi.yaml").unlink()
    planned = bought("plan", "--json")
    assert planned.code == ExitCode.DONE
    assert planned.json["summary"]["retired"] == 0
    (problem,) = planned.json["problems"]
    assert (problem["check"], problem["severity"]) == ("L29", "warning")
    assert "git rm orders/hanoi.yaml" in problem["detail"]
    is_refused(bought, "L29", environ={"CI": "true"})
    git(bought.root, "rm", "-q", "--cached", "orders/hanoi.yaml")
    planned = bought("plan", "--json", environ={"CI": "true"})
    assert planned.code == ExitCode.DONE
    assert planned.json["summary"]["retired"] == 1


def test_a_repository_below_the_top_of_the_work_tree_is_looked_at_as_well(bought: Satops) -> None:
    team = bought.root / "team"
    team.mkdir()
    for name in ("orders", "aois", "state", "satops.yaml", "schema"):
        if (bought.root / name).exists():
            git(bought.root, "mv", name, f"team/{name}")
    git(bought.root, "commit", "-q", "-m", "Move")
    (team / "orders/hanoi.yaml").unlink()
    inner = Satops(team, bought.capture, bought.environ)
    (problem,) = inner("plan", "--json").json["problems"]
    assert (problem["check"], problem["file"]) == ("L29", "orders/hanoi.yaml")


def test_where_git_cannot_be_asked_apply_refuses(
    bought: Satops, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path_factory.mktemp("nothing")))
    assert bought("plan").code == ExitCode.DONE
    assert "L32" in bought("plan").out
    is_refused(bought, "L32", environ={"CI": "true"})
