"""A team at its forge: a repository of orders, pull requests, merges, and a marketplace."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from satops.adapters.stores.open import open_store
from satops.api.init import init
from satops.core.ledger.chain import decode
from satops.core.ledger.state import LedgerState
from satops.sandbox.server import Sandbox
from satops.workflow.scaffold_ci import Forge as ForgeName
from tests.adapters.git.forge import git
from tests.fakes.git_http import GitServer
from tests.gitops.github_api import GitHub
from tests.gitops.tools import Tools
from tests.in_process import satops

NAME = "team/orders"
TOKEN = "mkt-secret-0123456789abcdef"
READ, WRITE = "forge-read-token", "forge-write-token"
SLUGS = ("hanoi", "mekong-flood", "da-nang-port")
SCRIPTS = Path(sys.executable).parent
"""Where the command `satops` of the package under test is."""
TIMES = "connectTimeoutS: 60, answerTimeoutS: 60, intentS: 300"
QUICK = f"""\
apply: {{{TIMES}}}
reconcile: {{waitS: 1, looks: 2}}
"""
"""Added to satops.yaml, so that a doubt need not wait as long as in real life."""

_LOCAL = (
    "${{ runner.environment != 'self-hosted' && format('{0}/satops-local', runner.temp) || '' }}"
)

Edit = Callable[[Path], None]


@dataclass(frozen=True, slots=True)
class PullRequest:
    """A branch that should be merged, as its pipeline sees it."""

    number: int
    branch: str
    head: str
    fork: bool

    @property
    def merged_ref(self) -> str:
        """The forge's own try of the merge, which pipelines check out."""
        return f"refs/pull/{self.number}/merge"


@dataclass
class Rehearsal:
    """Everything that a scenario needs, on this machine's disk and loopback."""

    folder: Path
    shared: Path
    """Of the whole session: what is made once for all rehearsals."""
    server: GitServer
    market: Sandbox
    tools: Tools
    github: GitHub
    ci: ForgeName = "github"
    pull_requests: list[PullRequest] = field(default_factory=list)

    @property
    def remote(self) -> Path:
        return self.folder / "forge" / f"{NAME}.git"

    @property
    def url(self) -> str:
        return f"{self.server.url}/{NAME}.git"

    @property
    def installed(self) -> Path:
        """Where runners keep what install.sh has installed."""
        return self.shared / "installed"

    @property
    def artifacts(self) -> Path:
        return self.folder / "artifacts"

    def create(self) -> None:
        """Create an empty repository at the forge."""
        self.remote.mkdir(parents=True)
        git(self.remote, "init", "-q", "--bare", "-b", "main")
        git(self.remote, "config", "uploadpack.allowAnySHA1InWant", "true")
        git(self.remote, "config", "uploadpack.allowFilter", "true")
        git(self.remote, "config", "http.receivepack", "true")

    def begin(self) -> None:
        """Set the repository up as docs/gitops.md says: init --ci, push, begin the ledger."""
        self.create()
        work = self.folder / "work"
        init(work, ci=self.ci)
        for slug in SLUGS:
            (work / f"orders/{slug}.yaml").rename(self.folder / f"{slug}.yaml")
        config = (work / "satops.yaml").read_text("utf-8")
        config = config.replace("url: sandbox ", f"url: {self.market.url} ")
        (work / "satops.yaml").write_text(f"{config}{QUICK}", "utf-8")
        git(work, "init", "-q", "-b", "main")
        git(work, "remote", "add", "origin", f"file://{self.remote}")
        self.commit(work, "Begin orders as code")
        git(work, "push", "-q", "origin", "main")
        ran = self.satops(work, "ledger", "start", "--yes")
        assert ran.returncode == 0, ran.stderr

    def order(self, *slugs: str) -> Edit:
        """Return the edit that adds sample orders."""

        def add(work: Path) -> None:
            (work / "orders").mkdir(exist_ok=True)
            for slug in slugs:
                shutil.copy(self.folder / f"{slug}.yaml", work / "orders" / f"{slug}.yaml")

        return add

    def second_root(self, folder: str) -> Edit:
        """Return the edit that makes a folder a repository of satops too, with its samples."""

        def add(work: Path) -> None:
            init(work / folder, ci=self.ci)
            config = work / folder / "satops.yaml"
            text = config.read_text("utf-8").replace("url: sandbox ", f"url: {self.market.url} ")
            config.write_text(f"{text}{QUICK}", "utf-8")

        return add

    def open(self, *edits: Edit, fork: bool = False) -> PullRequest:
        """Open a pull request with these edits of main."""
        number = len(self.pull_requests) + 1
        work = self.clone(f"branch-{number}")
        for edit in edits:
            edit(work)
        self.commit(work, f"Pull request {number}")
        head, branch = git(work, "rev-parse", "HEAD"), f"change-{number}"
        # A fork's commits reach the forge as the pull request's own ref, and as no branch.
        git(work, "push", "-q", "origin", f"HEAD:refs/pull/{number}/head")
        if not fork:
            git(work, "push", "-q", "origin", f"HEAD:refs/heads/{branch}")
        return self._opened(PullRequest(number, branch, head, fork))

    def open_branch(self, branch: str) -> PullRequest:
        """Open a pull request of a branch that is at the forge."""
        number, head = len(self.pull_requests) + 1, git(self.remote, "rev-parse", branch)
        git(self.remote, "update-ref", f"refs/pull/{number}/head", head)
        return self._opened(PullRequest(number, branch, head, fork=False))

    def _opened(self, request: PullRequest) -> PullRequest:
        self.pull_requests.append(request)
        self.try_merge(request)
        return request

    def try_merge(self, request: PullRequest) -> str:
        """Put the merge of a pull request with main of now at its ref, and return the commit."""
        work = self.clone(f"merge-{request.number}")
        git(work, "fetch", "-q", "origin", f"refs/pull/{request.number}/head")
        title = f"Merge pull request {request.number}"
        git(work, "merge", "-q", "--no-ff", "-m", title, "FETCH_HEAD")
        git(work, "push", "-q", "-f", "origin", f"HEAD:{request.merged_ref}")
        return git(work, "rev-parse", "HEAD")

    def merge(self, request: PullRequest) -> str:
        """Merge a pull request, and return main's new commit."""
        commit = self.try_merge(request)
        git(self.remote, "update-ref", "refs/heads/main", commit)
        return commit

    def clone(self, name: str, commit: str = "main") -> Path:
        """Return a fresh clone at a commit."""
        folder = self.folder / "clones" / name
        shutil.rmtree(folder, ignore_errors=True)
        folder.parent.mkdir(exist_ok=True)
        git(self.folder, "clone", "-q", "--shared", "--no-checkout", str(self.remote), str(folder))
        git(folder, "remote", "set-url", "origin", f"file://{self.remote}")
        git(folder, "fetch", "-q", "origin", "+refs/pull/*:refs/remotes/pull/*")
        git(folder, "checkout", "-q", commit)
        return folder

    def commit(self, work: Path, title: str) -> None:
        git(work, "add", "-A")
        git(work, "commit", "-q", "-m", title)

    def satops(
        self, folder: Path, *arguments: str, environ: Mapping[str, str] | None = None
    ) -> "subprocess.CompletedProcess[str]":
        """Run the command line, without a process, as somebody who may push, with the token."""
        given = {**os.environ, "SATOPS_TOKEN": TOKEN, **(environ or {})}
        return satops(folder, *arguments, environ=given)

    def start_step(
        self, name: str, folder: Path, *, workflow: str = "", **filled: str
    ) -> "subprocess.Popen[str]":
        """Start the step Plan or Apply, as it stands in the workflow of a clone.

        `filled` replaces settings of the forge, as MARKETPLACE and TOKEN.
        """
        file = folder / f".github/workflows/satops-{workflow or name.lower()}.yml"
        jobs = yaml.safe_load(file.read_text("utf-8"))["jobs"].values()
        (step,) = [step for job in jobs for step in job["steps"] if step.get("name") == name]
        values = {
            "${{ secrets.SATOPS_TOKEN }}": TOKEN,
            "${{ vars.SATOPS_MARKETPLACE }}": filled.get("MARKETPLACE", self.market.url),
            "${{ runner.temp }}": str(folder / ".git"),
            "${{ github.token }}": filled.get("TOKEN", WRITE),
            "${{ github.server_url }}": self.server.url,
            "${{ github.base_ref || 'main' }}": "main",
            "${{ github.event.before }}": filled.get("BEFORE", ""),
            "${{ needs.plan.outputs.digest }}": filled.get("DIGEST", ""),
            "${{ inputs.only }}": filled.get("ONLY", ""),
            "${{ inputs.unseen }}": filled.get("UNSEEN", ""),
            _LOCAL: os.environ.get("SATOPS_LOCAL", ""),
        }
        given = {key: _fill(str(value), values) for key, value in step["env"].items()}
        git(folder, "remote", "set-url", "origin", self.url)
        path = {"PATH": self.tools.path(SCRIPTS), "GITHUB_OUTPUT": str(folder / ".git/output")}
        return subprocess.Popen(
            ["bash", "-e", "-c", step["run"]],
            cwd=folder,
            env={**os.environ, **path, **given},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def approve(
        self, folder: Path, **filled: str
    ) -> "subprocess.CompletedProcess[str] | dict[str, str]":
        """Plan what was merged, as the workflow does in a clone of main.

        Returns what the step Apply needs filled in; or the plan's own end, where the job that buys
        is skipped.
        """
        (folder / ".git/output").unlink(missing_ok=True)
        ran = self._step("Plan", folder, {**filled, "workflow": "apply"})
        if ran.returncode != 0 or not (folder / ".git/output").exists():
            return ran
        lines = (folder / ".git/output").read_text().splitlines()
        said = dict(line.split("=") for line in lines)
        if said["orders"] == "0":
            return ran
        (folder / ".git/satops-plan").rename(folder / ".git/satops-merged")
        return {**filled, "DIGEST": said["digest"]}

    def apply(self, **filled: str) -> "subprocess.CompletedProcess[str]":
        """Buy as the workflow does, in a fresh clone of main, and wait for the end."""
        folder = self.clone("runner")
        approved = self.approve(folder, **filled)
        if isinstance(approved, subprocess.CompletedProcess):
            return approved
        return self._step("Apply", folder, approved)

    def plan(self, request: PullRequest) -> "subprocess.CompletedProcess[str]":
        """Plan as the workflow does, in a fresh clone of the merge; stdout is the Markdown."""
        folder = self.clone("runner", self.try_merge(request))
        ran = self._step("Plan", folder, {"TOKEN": READ if request.fork else WRITE})
        ran.stdout = (folder / ".git/satops-plan/plan.md").read_text("utf-8")
        return ran

    def _step(
        self, name: str, folder: Path, filled: Mapping[str, str]
    ) -> "subprocess.CompletedProcess[str]":
        with self.start_step(name, folder, **filled) as running:
            out, err = running.communicate()
        return subprocess.CompletedProcess(running.args, running.returncode, out, err)

    def state(self) -> LedgerState:
        """Return what the ledger at the forge says, read in a fresh clone."""
        state = LedgerState()
        state.fold(open_store("git:satops-state", self.clone("reader")).read())
        return state

    def standings(self) -> dict[str, str]:
        """Return slug and standing of every order of the ledger."""
        orders = self.state().orders.values()
        return {order.name.rpartition("-20")[0]: order.standing.value for order in orders}

    def kinds(self) -> list[str]:
        """Return the kinds of all events at the forge."""
        lines = open_store("git:satops-state", self.clone("reader")).read()
        return [line.kind for line in decode(lines)]

    def state_commit(self) -> str:
        """Return where the ledger's branch is."""
        return git(self.remote, "rev-parse", "refs/heads/satops-state")

    def bought(self) -> list[int]:
        """Return how often each order was bought, by the marketplace's own books."""
        return list(self.market.store.bought().values())

    def event(self, request: PullRequest) -> dict[str, Any]:
        """Return the event of a pull request, as far as workflows look at it."""
        owner, name = NAME.split("/")
        where = "stranger/orders" if request.fork else NAME
        return {
            "action": "synchronize",
            "number": request.number,
            "repository": repository(),
            "pull_request": {
                "number": request.number,
                "base": {"ref": "main", "repo": repository()},
                "head": {
                    "ref": request.branch,
                    "sha": request.head,
                    "repo": {"full_name": where, "name": name, "owner": {"login": owner}},
                },
            },
        }


def _fill(text: str, values: Mapping[str, str]) -> str:
    """Put values in place of the expressions that a forge would evaluate."""
    for expression, value in values.items():
        text = text.replace(expression, value)
    assert "${{" not in text, text
    return text


def repository() -> dict[str, Any]:
    """Return what events say of the repository."""
    owner, name = NAME.split("/")
    return {
        "name": name,
        "full_name": NAME,
        "default_branch": "main",
        "owner": {"login": owner},
    }
