"""What init --ci writes, and the further files of a plan."""

import json
import re
import subprocess
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
import yaml

from satops import __version__
from satops.adapters.files.ci_files import own_wheel
from satops.errors import ExitCode
from tests.cli.conftest import Satops

WORKFLOWS = {f".github/workflows/satops-{name}.yml" for name in ("plan", "apply", "nightly")}
WHEEL = f".github/satops/satops-{__version__}-py3-none-any.whl"
REQUIREMENTS = ".github/satops/requirements.txt"
INSTALL = {REQUIREMENTS, WHEEL, ".github/satops/install.sh", ".github/satops/written.json"}
GITHUB = WORKFLOWS | INSTALL


def requirements(satops: Satops, path: str = REQUIREMENTS) -> str:
    return (satops.root / path).read_text("utf-8")


def test_init_with_ci_writes_workflows_and_the_wheel_that_they_install(empty: Satops) -> None:
    made = empty("init", "--ci", "github", "--json")
    assert made.code == ExitCode.DONE
    assert set(made.json["written"]) > GITHUB
    for path in WORKFLOWS:
        text = (empty.root / path).read_text("utf-8")
        assert 'sh .github/satops/install.sh "$VENV"' in text
        assert not re.search(r"@[A-Z /-]+@", text)
    digest = sha256((empty.root / WHEEL).read_bytes()).hexdigest()
    assert f"./{WHEEL} \\\n    --hash=sha256:{digest}\n" in requirements(empty)
    assert "satops==" not in requirements(empty)
    assert yaml.safe_load((empty.root / "satops.yaml").read_text())["state"] == "git:satops-state"


def test_the_sandbox_is_installed_for_the_sandbox_alone(empty: Satops) -> None:
    assert empty("init", "--ci", "github").code == ExitCode.DONE
    assert "\nuvicorn==" in requirements(empty)
    empty.edit("satops.yaml", "url: sandbox", "url: https://market.example.org/service")
    updated = empty("init", "--ci", "github", "--update")
    assert "uvicorn" in updated.out
    assert "\nuvicorn==" not in requirements(empty)
    assert "\nrequests==" in requirements(empty)


def test_what_the_tree_needs_is_installed(satops: Satops) -> None:
    satops.edit("satops.yaml", "state: file:state/ledger.jsonl", "state: postgresql://db/orders")
    assert satops("init", "--ci", "github").code == ExitCode.DONE
    for name in ("psycopg-binary", "uvicorn"):
        assert f"\n{name}==" in requirements(satops)
    assert "\nobstore==" not in requirements(satops)
    workflow = (satops.root / ".github/workflows/satops-apply.yml").read_text("utf-8")
    assert 'SATOPS_STATE: "postgresql://db/orders"' in workflow


def test_the_workflow_of_feasibility_is_written_where_the_account_has_simulations(
    empty: Satops,
) -> None:
    path = ".github/workflows/satops-feasibility.yml"
    assert empty("init", "--ci", "github").code == ExitCode.DONE
    assert not (empty.root / path).exists()
    empty.edit("satops.yaml", "url: sandbox", "simulation: true\n  url: sandbox")
    assert empty("init", "--ci", "github", "--update").code == ExitCode.DONE
    workflow = yaml.safe_load((empty.root / path).read_text("utf-8"))
    assert list(workflow[True]) == ["workflow_dispatch"]  # YAML 1.1 reads the key `on` as true
    empty.edit("satops.yaml", "simulation: true", "simulation: false")
    assert empty("init", "--ci", "github", "--update").code == ExitCode.DONE
    assert not (empty.root / path).exists()


def test_an_extra_is_installed_where_it_is_wanted_and_stays_with_an_update(empty: Satops) -> None:
    assert empty("init", "--ci", "github", "--extra", "cloud").code == ExitCode.DONE
    assert "\nobstore==" in requirements(empty)
    added = empty("init", "--ci", "github", "--update", "--extra", "postgresql")
    assert added.code == ExitCode.DONE
    assert "\nobstore==" in requirements(empty)
    assert "\npsycopg==" in requirements(empty)


def test_doctor_says_when_ci_would_lack_something(empty: Satops) -> None:
    assert empty("init", "--ci", "github").code == ExitCode.DONE
    good = "GOOD     install: CI installs what the tree needs, and every wheel has its hash."
    assert good in empty("doctor").out
    empty.edit("satops.yaml", "state: git:satops-state", "state: postgresql://127.0.0.1:9/orders")
    lacking = empty("doctor")
    assert lacking.code != ExitCode.DONE
    assert f"WRONG    install: {REQUIREMENTS} lacks postgresql" in lacking.out
    assert "satops init --ci github --update" in lacking.out
    assert empty("init", "--ci", "github", "--update").code == ExitCode.DONE
    assert good in empty("doctor").out


def test_doctor_says_when_the_wheel_is_not_the_one_that_was_written(empty: Satops) -> None:
    assert empty("init", "--ci", "github").code == ExitCode.DONE
    wheel = bytearray((empty.root / WHEEL).read_bytes())
    wheel[1000] ^= 1
    (empty.root / WHEEL).write_bytes(wheel)
    said = " ".join(empty("doctor").out.split())
    assert f"install: {WHEEL} is not the wheel whose hash is in {REQUIREMENTS}" in said


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
    assert satops("init", "--ci", "github").code == ExitCode.DONE  # the same bytes are no obstacle
    assert (satops.root / "satops.yaml").read_text("utf-8") == before
    (satops.root / ".github/workflows/satops-plan.yml").write_text("mine")
    again = satops("init", "--ci", "github")
    assert again.code == ExitCode.REFUSED
    assert "    satops init --ci github --update" in again.err
    assert (satops.root / ".github/workflows/satops-plan.yml").read_text() == "mine"


def test_a_folder_of_a_repository_gets_workflows_at_its_root(empty: Satops) -> None:
    (empty.root / ".git").mkdir()
    for folder in ("imagery", "imagery/asia"):
        made = empty("init", folder, "--ci", "github")
        assert made.code == ExitCode.DONE
        dashed = folder.replace("/", "-")
        config = yaml.safe_load((empty.root / folder / "satops.yaml").read_text())
        assert config["state"] == f"git:satops-state-{dashed}"
        assert not (empty.root / folder / ".github").exists()
        plan = (empty.root / f".github/workflows/satops-plan-{dashed}.yml").read_text("utf-8")
        assert f'working-directory: "{folder}"' in plan
        assert f"sh .github/satops/{dashed}/install.sh" in plan
        text = requirements(empty, f".github/satops/{dashed}/requirements.txt")
        assert f"./.github/satops/{dashed}/satops-{__version__}" in text
        assert f"    cd {folder} && satops ledger start" in made.out


def test_a_folder_whose_name_is_more_than_text_is_refused(empty: Satops) -> None:
    (empty.root / ".git").mkdir()
    refused = empty("init", "a b", "--ci", "github")
    assert refused.code == ExitCode.USAGE
    assert "cannot be written into a workflow" in refused.err
    assert not (empty.root / "a b").exists()


def test_gitlab_is_told_to_include_the_pipeline_of_a_folder(empty: Satops) -> None:
    (empty.root / ".git").mkdir()
    made = empty("init", "imagery", "--ci", "gitlab")
    path = ".ci/satops/imagery/gitlab-ci.yml"
    assert f'include: [{{local: "{path}"}}]' in made.out
    assert "satops-plan-imagery:" in (empty.root / path).read_text("utf-8")


@pytest.mark.parametrize(
    "flags",
    [["--update"], ["--branch", "x"], ["--extra", "cloud"], ["--dependabot"], ["--from-index"]],
)
def test_what_goes_with_ci_is_refused_without_it(empty: Satops, flags: list[str]) -> None:
    assert empty("init", *flags).code == ExitCode.USAGE
    assert list(empty.root.iterdir()) == []


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


@pytest.fixture
def index(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """What pip takes for the package index: a folder, which is empty."""
    folder = tmp_path_factory.mktemp("index")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    return folder


def test_where_the_index_has_satops_it_is_taken_by_name_and_hash(
    empty: Satops, index: Path
) -> None:
    # The index has it compressed, as builders make it: the bytes differ, and the files do not.
    with (
        ZipFile(BytesIO(own_wheel().content)) as own,
        ZipFile(index / own_wheel().name, "w", ZIP_DEFLATED) as published,
    ):
        for name in own.namelist():
            published.writestr(name, own.read(name))
    digest = sha256((index / own_wheel().name).read_bytes()).hexdigest()
    made = empty("init", "--ci", "github", "--from-index")
    assert made.code == ExitCode.DONE, made.err
    assert f"satops=={__version__} \\\n    --hash=sha256:{digest}\n" in requirements(empty)
    assert not (empty.root / WHEEL).exists()
    assert empty("init", "--ci", "github", "--update").out == "The workflows are up to date.\n"
    assert "GOOD     install:" in empty("doctor").out


def test_pip_is_given_no_token(empty: Satops, index: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    given: list[dict[str, str]] = []
    real = subprocess.run

    def watched(command: list[str], **options: Any) -> Any:
        given.append(options["env"])
        return real(command, **options)

    monkeypatch.setattr(subprocess, "run", watched)
    monkeypatch.setenv("SATOPS_TOKEN", "mkt-secret")
    assert empty("init", "--ci", "github", "--from-index").code == ExitCode.USAGE
    (environ,) = given
    assert "PIP_FIND_LINKS" in environ
    assert "mkt-secret" not in environ.values()


def test_another_satops_of_the_same_version_at_the_index_is_refused(
    empty: Satops, index: Path
) -> None:
    with ZipFile(index / own_wheel().name, "w") as published:
        with ZipFile(BytesIO(own_wheel().content)) as own:
            for name in own.namelist():
                published.writestr(name, own.read(name))
        published.writestr("satops/more.py", "import os")
    refused = empty("init", "--ci", "github", "--from-index")
    assert refused.code == ExitCode.USAGE
    assert "is not the one that runs" in refused.err
    assert list(empty.root.iterdir()) == []


def test_an_index_without_satops_is_said_in_the_words_of_pip(empty: Satops, index: Path) -> None:
    refused = empty("init", "--ci", "github", "--from-index")
    assert refused.code == ExitCode.USAGE
    assert "No matching distribution found for satops" in refused.err
    assert list(empty.root.iterdir()) == []
