"""GitHub's workflows on this machine, by act, with the forge's own actions replaced by doubles."""

import json
import os
import re
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.adapters.git.forge import git
from tests.gitops.github_api import HOST
from tests.gitops.rehearsal import (
    NAME,
    READ,
    TOKEN,
    WRITE,
    PullRequest,
    Rehearsal,
    repository,
)
from tests.gitops.tools import RUNNER

DOUBLES = {
    "actions/cache@0057852bfaa89a56745cba8c7296529d2fc39830": "cache",
    "actions/checkout@08c6903cd8c0fde910a37f88322edcfb5dd907a8": "checkout",
    "actions/setup-python@e797f83bcb11b83ae66e0230d6156d7c80228e7c": "setup-python",
    "actions/attest-build-provenance@977bb373ede98d70efbf0b7b13af9c3d6651dc60": (
        "attest-build-provenance"
    ),
    "actions/download-artifact@d3f86a106a0bac45b974a628896c90dbdf5c8093": "download-artifact",
    "pypa/gh-action-pypi-publish@dc37677b2e1c63e2034f94d8a5b11f265b73ba33": (
        "gh-action-pypi-publish"
    ),
    "actions/upload-artifact@ea165f8d65b6e75b540449e92b4886f43607fa02": "upload-artifact",
}
"""The digests that the workflows pin, and who stands for each.  Another digest finds nobody."""
_ACTIONS = Path(__file__).parent / "actions"


@dataclass(frozen=True, slots=True)
class Ran:
    """How a run of a workflow ended."""

    ok: bool
    log: str
    """What act said, and after it all that the steps said: act itself loses some of that."""
    summary: str

    @property
    def words(self) -> str:
        """The log as running text, wherever its lines were broken."""
        return " ".join(re.sub(r"^\[satops [^]]*\] +\| ", "", self.log, flags=re.MULTILINE).split())


class Act:
    """Runs the workflows of a rehearsal's repository, as they stand in the commit of the event."""

    def __init__(self, rehearsal: Rehearsal, python: Path) -> None:
        self.rehearsal = rehearsal
        self.python = python
        self.actions = {ref: _ACTIONS / name for ref, name in DOUBLES.items()}
        """Who stands for each action that the workflows name."""
        self.runs = 0

    def plan(self, request: PullRequest, *, folder: str = "", **environ: str) -> Ran:
        """Run the workflow of a pull request.  A fork gets a token that can only read.

        `folder` is the one whose workflow it is, where it is not the root.
        """
        commit = self.rehearsal.try_merge(request)
        event = self.rehearsal.event(request)
        secrets = {"GITHUB_TOKEN": READ if request.fork else WRITE}
        return self._run(
            "pull_request", _of("satops-plan", folder), commit, event, secrets, environ
        )

    def apply(self, commit: str = "main", *, folder: str = "", **environ: str) -> Ran:
        """Run the workflow of a push to main, or run that of an older push again."""
        return self._on_main("push", _of("satops-apply", folder), commit, environ)

    def nightly(self, **environ: str) -> Ran:
        """Run the workflow of the night."""
        return self._on_main("workflow_dispatch", "satops-nightly", "main", environ)

    def feasibility(self, number: str) -> Ran:
        """Run the workflow that a person starts for a pull request."""
        return self._on_main(
            "workflow_dispatch", "satops-feasibility", "main", {}, pull_request=number
        )

    def _on_main(
        self, event: str, workflow: str, commit: str, environ: Mapping[str, str], **inputs: str
    ) -> Ran:
        about = {"ref": "refs/heads/main", "repository": repository(), "inputs": inputs}
        secrets = {"GITHUB_TOKEN": WRITE, "SATOPS_TOKEN": TOKEN}
        return self._run(event, workflow, commit, about, secrets, environ)

    def _run(
        self,
        event: str,
        workflow: str,
        commit: str,
        about: Mapping[str, Any],
        secrets: Mapping[str, str],
        environ: Mapping[str, str],
    ) -> Ran:
        self.runs += 1
        here = self.rehearsal
        home = here.folder / f"act-{self.runs}"
        home.mkdir()
        (home / "event.json").write_text(json.dumps(about))
        work = here.clone(f"act-{self.runs}", commit)
        git(work, "remote", "remove", "origin")
        said = home / "steps.log"
        said.touch()
        given = {**self._environment(), "STEPS_LOG": str(said), **environ}
        command = [
            str(here.tools.bin / "act"), event,
            "--workflows", f".github/workflows/{workflow}.yml",
            "--eventpath", str(home / "event.json"),
            "--platform", "ubuntu-latest=-self-hosted",
            "--action-offline-mode", "--no-skip-checkout",
            "--var", f"SATOPS_MARKETPLACE={given.pop('MARKETPLACE', here.market.url)}",
            *(f"--local-repository={ref}={folder}" for ref, folder in self.actions.items()),
            *(f"--secret={name}={value}" for name, value in secrets.items()),
            *(f"--env={name}={value}" for name, value in given.items()),
        ]  # fmt: skip
        ran = subprocess.run(
            command,
            cwd=work,
            env={**os.environ, "HOME": str(home), "XDG_CACHE_HOME": str(home / "cache"),
                 "PATH": given["PATH"]},
            capture_output=True,
            text=True,
        )  # fmt: skip
        log = ran.stdout + ran.stderr
        shutil.rmtree(home / "cache", ignore_errors=True)
        return Ran(ran.returncode == 0, log + said.read_text("utf-8"), _summary(log))

    def _environment(self) -> dict[str, str]:
        here = self.rehearsal
        return {
            "PATH": here.tools.path(RUNNER, self.python),
            "GITHUB_REPOSITORY": NAME,
            "GITHUB_SERVER_URL": here.server.url,
            "GIT_CONFIG_GLOBAL": os.environ["GIT_CONFIG_GLOBAL"],
            "ARTIFACTS": str(here.artifacts),
            "CACHES": str(here.folder / "caches"),
            "GH_HOST": HOST,
            "HTTP_PROXY": here.github.address,
            "http_proxy": here.github.address,
            "NO_PROXY": "127.0.0.1",
            "PYTHONPYCACHEPREFIX": os.environ["PYTHONPYCACHEPREFIX"],
            "INSTALLED": str(here.installed),
            "NO_COLOR": "1",
            **here.tools.wheels,
        }


def _of(workflow: str, folder: str) -> str:
    return f"{workflow}-{folder.replace('/', '-')}" if folder else workflow


def _summary(log: str) -> str:
    """Return what the job's steps wrote into its summary, as act repeats it."""
    lines: list[str] = []
    inside = False
    for line in log.splitlines():
        _, marker, first = line.partition("  ⚙  Summary - ")
        inside = bool(marker) or (inside and not line.startswith("[satops "))
        if inside:
            lines.append(first if marker else line)
    return "\n".join(lines)
