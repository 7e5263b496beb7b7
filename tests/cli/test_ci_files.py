"""What init --ci writes, and the further files of a plan."""

import json

import pytest
import yaml

from satops import __version__
from satops.errors import ExitCode
from tests.cli.conftest import Satops

GITHUB = {f".github/workflows/satops-{name}.yml" for name in ("plan", "apply", "nightly")}


def test_init_with_ci_writes_workflows_that_install_this_very_version(empty: Satops) -> None:
    made = empty("init", "--ci", "github", "--json")
    assert made.code == ExitCode.DONE
    assert set(made.json["written"]) > GITHUB
    for path in GITHUB:
        text = (empty.root / path).read_text("utf-8")
        assert f'"satops=={__version__}"' in text
        assert "@VERSION@" not in text
        assert "@BRANCH@" not in text
    assert yaml.safe_load((empty.root / "satops.yaml").read_text())["state"] == "git:satops-state"


def test_init_with_ci_begins_no_ledger_and_says_how(empty: Satops) -> None:
    made = empty("init", "--ci", "gitlab")
    assert made.code == ExitCode.DONE
    assert "    satops ledger start" in made.out
    assert (empty.root / ".gitlab-ci.yml").exists()
    assert not (empty.root / "state").exists()


def test_the_workflows_buy_from_the_branch_that_is_named(empty: Satops) -> None:
    assert empty("init", "--ci", "github", "--branch", "trunk/orders").code == ExitCode.DONE
    workflow = (empty.root / ".github/workflows/satops-apply.yml").read_text("utf-8")
    assert 'branches: ["trunk/orders"]' in workflow
    assert "github.ref == 'refs/heads/trunk/orders'" in workflow


@pytest.mark.parametrize("branch", ["", "a b", "main'\n", '"', "${{ x }}", "../x", "-x", "a..b"])
def test_a_branch_that_would_be_more_than_a_name_is_refused(empty: Satops, branch: str) -> None:
    assert empty("init", "--ci", "github", f"--branch={branch}").code == ExitCode.USAGE
    assert list(empty.root.iterdir()) == []


def test_a_repository_that_is_there_gets_the_workflows_alone(satops: Satops) -> None:
    before = (satops.root / "satops.yaml").read_text("utf-8")
    made = satops("init", "--ci", "github", "--json")
    assert made.code == ExitCode.DONE
    assert set(made.json["written"]) == GITHUB
    assert (satops.root / "satops.yaml").read_text("utf-8") == before
    (satops.root / ".github/workflows/satops-plan.yml").write_text("mine")
    again = satops("init", "--ci", "github")
    assert again.code == ExitCode.REFUSED
    assert (satops.root / ".github/workflows/satops-plan.yml").read_text() == "mine"


def test_workflows_are_not_written_where_a_forge_would_not_look(empty: Satops) -> None:
    (empty.root / ".git").mkdir()
    refused = empty("init", "imagery", "--ci", "github")
    assert refused.code == ExitCode.USAGE
    assert "from the root of a git repository" in refused.err
    assert not (empty.root / "imagery").exists()


def test_one_plan_is_written_in_several_formats_at_once(satops: Satops) -> None:
    further = ("--also", "markdown=b.md", "--also", "geojson=c.geojson")
    planned = satops("plan", "--json", "--out", "a.json", *further)
    assert planned.code == ExitCode.DONE
    digest = planned.json["plan_digest"]
    assert json.loads((satops.root / "a.json").read_bytes())["plan_digest"] == digest
    assert digest in (satops.root / "b.md").read_text("utf-8")
    assert json.loads((satops.root / "c.geojson").read_bytes())["plan_digest"] == digest


@pytest.mark.parametrize("also", ["", "markdown", "markdown=", "pdf=x.pdf", "text=x.txt"])
def test_a_further_format_that_is_none_is_a_wrong_call(satops: Satops, also: str) -> None:
    assert satops("plan", "--also", also).code == ExitCode.USAGE
