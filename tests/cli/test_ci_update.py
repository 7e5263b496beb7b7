"""`init --ci --update`: newer files of satops, beside what a team has changed in its own."""

import json
from pathlib import Path

import pytest

from satops import __version__
from satops.adapters.files.ci_files import Wheel, ci_templates
from satops.api import init_ci
from satops.errors import ExitCode
from satops.workflow.scaffold_ci import mark
from tests.cli.conftest import Satops

PLAN = ".github/workflows/satops-plan.yml"
NIGHTLY = ".github/workflows/satops-nightly.yml"
NOTE = ".github/satops/written.json"
UPDATE = ("init", "--ci", "github", "--update")


@pytest.fixture
def ci(satops: Satops) -> Satops:
    """A repository with the workflows of GitHub."""
    assert satops("init", "--ci", "github", "--branch", "trunk").code == ExitCode.DONE
    return satops


def newer(monkeypatch: pytest.MonkeyPatch, before: str, after: str) -> None:
    """Let satops ship other workflows than those that were written."""
    shipped = ci_templates

    def changed(forge: str) -> dict[str, str]:
        return {name: text.replace(before, after) for name, text in shipped(forge).items()}

    monkeypatch.setattr(init_ci, "ci_templates", changed)


def test_without_anything_new_nothing_is_written(ci: Satops) -> None:
    before = {path: path.read_bytes() for path in ci.root.rglob("*") if path.is_file()}
    updated = ci(*UPDATE)
    assert updated.out == "The workflows are up to date.\n"
    assert {path: path.read_bytes() for path in ci.root.rglob("*") if path.is_file()} == before


def test_a_file_that_nobody_has_changed_is_replaced_and_its_diff_is_shown(
    ci: Satops, monkeypatch: pytest.MonkeyPatch
) -> None:
    newer(monkeypatch, "timeout-minutes: 20", "timeout-minutes: 30")
    updated = ci(*UPDATE)
    assert updated.code == ExitCode.DONE
    assert f"Written: {PLAN}" in updated.out
    assert "    -    timeout-minutes: 20" in updated.out
    assert "    +    timeout-minutes: 30" in updated.out
    text = (ci.root / PLAN).read_text("utf-8")
    assert "timeout-minutes: 30" in text
    assert "trunk" in text  # the branch that the first call was given


def test_a_file_that_the_team_has_changed_is_kept_and_named(
    ci: Satops, monkeypatch: pytest.MonkeyPatch
) -> None:
    ci.edit(PLAN, "runs-on: ubuntu-latest", "runs-on: our-own-runner")
    mine = (ci.root / PLAN).read_bytes()
    newer(monkeypatch, "timeout-minutes: 20", "timeout-minutes: 30")
    updated = ci(*UPDATE, "--json")
    assert updated.json["kept"] == [PLAN]
    assert (ci.root / PLAN).read_bytes() == mine
    again = ci(*UPDATE)
    assert f"Kept: {PLAN}, which was changed here." in again.out
    assert "+    timeout-minutes: 30" in again.out
    assert (ci.root / PLAN).read_bytes() == mine


def test_a_file_that_the_team_has_removed_stays_away(ci: Satops) -> None:
    (ci.root / NIGHTLY).unlink()
    assert f"Kept: {NIGHTLY}" in ci(*UPDATE).out
    assert not (ci.root / NIGHTLY).exists()


def test_newer_pins_of_the_team_stay_and_older_ones_go(
    ci: Satops, monkeypatch: pytest.MonkeyPatch
) -> None:
    shipped = "actions/checkout@08c6903cd8c0fde910a37f88322edcfb5dd907a8 # v5.0.0"
    moved = f"actions/checkout@{'a' * 40} # v6.0.1"
    old = f"actions/upload-artifact@{'b' * 40} # v3.0.0"
    ci.edit(PLAN, shipped, moved)
    ci.edit(PLAN, "actions/upload-artifact@ea165f8d65b6e75b540449e92b4886f43607fa02 # v4.6.2", old)
    newer(monkeypatch, "timeout-minutes: 20", "timeout-minutes: 30")
    updated = ci(*UPDATE, "--json")
    assert updated.json["kept"] == []
    text = (ci.root / PLAN).read_text("utf-8")
    assert "timeout-minutes: 30" in text
    assert moved in text
    assert shipped not in text
    assert old not in text
    assert ci(*UPDATE).out == "The workflows are up to date.\n"


def test_the_wheel_of_before_goes_when_nothing_needs_it_any_more(
    ci: Satops, monkeypatch: pytest.MonkeyPatch
) -> None:
    wheel = Wheel("satops-9.9.9-py3-none-any.whl", b"another wheel")
    monkeypatch.setattr(init_ci, "own_wheel", lambda: wheel)
    updated = ci(*UPDATE)
    old = f".github/satops/satops-{__version__}-py3-none-any.whl"
    assert f"Removed: {old}" in updated.out
    assert not (ci.root / old).exists()
    assert (ci.root / ".github/satops" / wheel.name).read_bytes() == wheel.content


def test_the_wheel_of_before_stays_while_a_file_of_the_team_may_name_it(
    ci: Satops, monkeypatch: pytest.MonkeyPatch
) -> None:
    requirements = ci.root / ".github/satops/requirements.txt"
    requirements.write_text(requirements.read_text("utf-8") + "# ours\n", "utf-8")
    wheel = Wheel("satops-9.9.9-py3-none-any.whl", b"another wheel")
    monkeypatch.setattr(init_ci, "own_wheel", lambda: wheel)
    assert ci(*UPDATE).code == ExitCode.DONE
    assert (ci.root / f".github/satops/satops-{__version__}-py3-none-any.whl").exists()


@pytest.mark.parametrize("path", ["../victim", ".github/satops/../../victim", "satops.yaml"])
def test_a_note_that_a_stranger_wrote_removes_nothing_of_others(ci: Satops, path: str) -> None:
    victims = [ci.root / "victim", ci.root.parent / "victim"]
    for victim in victims:
        victim.write_text("precious")
    note = json.loads((ci.root / NOTE).read_bytes())
    for other in (ci.root / "victim", ci.root / "satops.yaml"):
        note["files"][path] = mark(other.read_bytes())
    (ci.root / NOTE).write_text(json.dumps(note))
    assert ci(*UPDATE).code == ExitCode.DONE
    assert all(victim.exists() for victim in victims)
    assert (ci.root / "satops.yaml").exists()


def test_nothing_is_written_through_a_link(ci: Satops, tmp_path: Path) -> None:
    outside = tmp_path.parent / f"{tmp_path.name}-outside"
    (ci.root / ".github/satops").rename(outside)
    (ci.root / ".github/satops").symlink_to(outside)
    (outside / "install.sh").unlink()
    (outside / "written.json").unlink()
    assert ci(*UPDATE).code == ExitCode.REFUSED
    assert not (outside / "install.sh").exists()


def test_dependabot_is_written_on_request_and_brought_up_to_date(satops: Satops) -> None:
    made = satops("init", "--ci", "github", "--dependabot", "--json")
    assert ".github/dependabot.yml" in made.json["written"]
    text = (satops.root / ".github/dependabot.yml").read_text("utf-8")
    assert "package-ecosystem: github-actions" in text
    assert satops(*UPDATE).out == "The workflows are up to date.\n"


def test_there_must_be_something_to_update(empty: Satops) -> None:
    assert empty(*UPDATE).code == ExitCode.USAGE
    assert list(empty.root.iterdir()) == []
