"""A release, rehearsed up to the upload: built twice, tried and handed on, or refused."""

import json
import os
import re
import runpy
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from satops import __version__
from tests.adapters.git.forge import git
from tests.fakes.git_http import served
from tests.gitops.act import DOUBLES
from tests.gitops.tools import ROOT, Tools

ACTIONS = Path(__file__).parent / "actions"
TAG = f"v{__version__}"
WORKFLOW = ROOT / ".github/workflows/release.yml"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """This repository as its next commit would be, with a tag, at a forge on the disk."""
    work = tmp_path / "forge/satops/satops"
    listed = git(ROOT, "ls-files", "--cached", "--others", "--exclude-standard").splitlines()
    for name in (name for name in listed if (ROOT / name).is_file()):
        (work / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, work / name)
    git(work, "init", "-q", "-b", "main")
    commit(work)
    git(work, "tag", TAG)
    (work.parent / "satops.git").symlink_to(work / ".git")
    return work


def commit(work: Path) -> None:
    git(work, "add", "-A")
    git(work, "commit", "-q", "--allow-empty", "-m", "Release")


def build(work: Path, tools: Tools, *tag: str) -> "subprocess.CompletedProcess[str]":
    """Build as the workflow does, without the workflow."""
    return subprocess.run(
        [tools.bin / "python", ".ci/release", "build", str(work.parent / "out"), *tag],
        cwd=work, capture_output=True, text=True,
    )  # fmt: skip


def test_a_tag_builds_tries_and_hands_on_what_is_published(
    project: Path, tools: Tools, python: Path, tmp_path: Path
) -> None:
    event = tmp_path / "event.json"
    event.write_text(json.dumps({"ref": f"refs/tags/{TAG}"}))
    artifacts, home = tmp_path / "artifacts", tmp_path / "home"
    home.mkdir()
    artifacts.mkdir()
    with served(tmp_path / "forge") as server:
        given = {
            "GITHUB_REPOSITORY": "satops/satops",
            "GITHUB_SERVER_URL": server.url,
            "GITHUB_REF": f"refs/tags/{TAG}",
            "GITHUB_REF_NAME": TAG,
            "GIT_CONFIG_GLOBAL": os.environ["GIT_CONFIG_GLOBAL"],
            "ARTIFACTS": str(artifacts),
            "PATH": tools.path(python),
            **tools.wheels,
        }
        ran = subprocess.run(
            [
                tools.bin / "act", "push", "--workflows", ".github/workflows/release.yml",
                "--job", "publish", "--eventpath", event, "--action-offline-mode",
                "--no-skip-checkout", "--platform", "ubuntu-latest=-self-hosted",
                *(f"--local-repository={ref}={ACTIONS / name}" for ref, name in DOUBLES.items()),
                *(f"--env={name}={value}" for name, value in given.items()),
                "--secret=GITHUB_TOKEN=none",
            ],
            cwd=project, capture_output=True, text=True,
            env={**os.environ, "HOME": str(home), "XDG_CACHE_HOME": str(home),
                 "PATH": given["PATH"]},
        )  # fmt: skip
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "The wheel runs in a bare environment." in ran.stdout
    assert "The wheel runs in a root with Python and nothing else." in ran.stdout
    names = {f"satops-{__version__}-py3-none-any.whl", f"satops-{__version__}.tar.gz"}
    assert {path.name for path in (artifacts / "published").iterdir()} == names
    release = artifacts / "release"
    for path in (*(release / "dist").iterdir(), release / f"satops-{__version__}.cdx.json"):
        shutil.copy(path, artifacts)
    subprocess.run(
        ["sha256sum", "--check", "--strict", "--quiet", release / "SHA256SUMS"],
        cwd=artifacts, check=True,
    )  # fmt: skip
    bill = json.loads((artifacts / f"satops-{__version__}.cdx.json").read_bytes())
    listed = {component["name"] for component in bill["components"]}
    assert {"requests", "shapely", "starlette"} < listed
    assert all(component["hashes"] for component in bill["components"])
    assert (release / "notes.md").read_text("utf-8").strip()


def test_only_the_tag_of_the_version_with_notes_and_one_build_of_what_is_in_git_is_released(
    project: Path, tools: Tools, tmp_path: Path
) -> None:
    ran = build(project, tools, "v9.9.9")
    assert ran.returncode != 0
    assert f"The tag is v9.9.9, and satops/__init__.py says {__version__}." in ran.stderr

    changes = project / "CHANGELOG.md"
    text = changes.read_text("utf-8")
    changes.write_text(text.replace(f"## {__version__}", "## 0.0.9"), "utf-8")
    ran = build(project, tools, TAG)
    assert ran.returncode != 0
    assert f"CHANGELOG.md says nothing of {__version__}." in ran.stderr
    changes.write_text(text, "utf-8")

    (project / "satops/secret.txt").write_text("mine")
    committed = runpy.run_path(str(project / ".ci/release"))["committed"](tmp_path / "tree")
    assert (committed / "satops/errors.py").exists()
    assert not (committed / "satops/secret.txt").exists()

    (project / "hatch_build.py").write_text(
        "import time, pathlib\n"
        "from hatchling.builders.hooks.plugin.interface import BuildHookInterface\n"
        "class Stamp(BuildHookInterface):\n"
        "    def initialize(self, version, data):\n"
        "        stamp = pathlib.Path(self.root, 'satops/stamp.txt')\n"
        "        stamp.write_text(str(time.time_ns()))\n"
    )
    with (project / "pyproject.toml").open("a") as file:
        file.write("\n[tool.hatch.build.hooks.custom]\n")
    commit(project)
    ran = build(project, tools, TAG)
    assert ran.returncode != 0
    assert "Two builds of the wheel differ" in ran.stderr
    assert not (project.parent / "out").exists()


def test_only_the_job_that_uploads_can_prove_to_pypi_who_it_is() -> None:
    jobs = yaml.safe_load(WORKFLOW.read_text("utf-8"))["jobs"]
    assert jobs["build"]["permissions"] == {"contents": "read"}
    assert jobs["publish"]["permissions"] == {"id-token": "write"}
    assert [name for name, job in jobs.items() if job.get("environment") == "pypi"] == ["publish"]
    assert not any("run" in step for step in jobs["publish"]["steps"])
    assert jobs["publish"]["needs"] == "build"
    assert jobs["release"]["needs"] == "publish"


def test_the_newest_section_of_the_changes_is_for_what_comes_next() -> None:
    titles = re.findall(r"^## (.*)$", (ROOT / "CHANGELOG.md").read_text("utf-8"), re.MULTILINE)
    assert titles[0] == "Unreleased"
    assert __version__ in titles
