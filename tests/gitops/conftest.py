"""A forge, a marketplace and GitHub's API on loopback, and a repository that `init --ci` made."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from fcntl import LOCK_EX, flock
from pathlib import Path

import pytest

from satops.sandbox.server import serve_in_thread
from satops.workflow.scaffold_ci import Forge as ForgeName
from tests.fakes.git_http import served
from tests.gitops.act import Act
from tests.gitops.github_api import GitHub, github
from tests.gitops.rehearsal import READ, TOKEN, WRITE, Rehearsal
from tests.gitops.tools import Tools, find_tools


@pytest.fixture(scope="session")
def tools() -> Tools:
    return find_tools()


@pytest.fixture(scope="session")
def github_server(tools: Tools, tmp_path_factory: pytest.TempPathFactory) -> Iterator[GitHub]:
    with github(tools, tmp_path_factory.mktemp("github")) as api:
        yield api


@pytest.fixture
def api(github_server: GitHub) -> Iterator[GitHub]:
    """GitHub's API without any comments; what did not fit its description fails the test."""
    github_server.comments.clear()
    github_server.pulls.clear()
    github_server.broken = False
    github_server.rights = {READ: "read", WRITE: "write"}
    yield github_server
    assert github_server.refused == []


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of the whole session, whichever worker a test runs in."""
    base = tmp_path_factory.getbasetemp()
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "gitops"
    (folder / "installed").mkdir(parents=True, exist_ok=True)
    return folder


@pytest.fixture(autouse=True)
def _own_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, shared: Path) -> None:
    """Keep the configuration of whoever runs the tests out of them."""
    settings = tmp_path / "gitconfig"
    settings.write_text(
        "[user]\n\tname = Ada\n\temail = ada@example.org\n"
        "[gc]\n\tauto = 0\n[maintenance]\n\tauto = false\n"  # nothing goes on behind a test
        "[core]\n\tcompression = 0\n"
    )
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(settings))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    monkeypatch.setenv("PYTHONPYCACHEPREFIX", str(shared / "compiled"))
    monkeypatch.delenv("PYTHONDONTWRITEBYTECODE", raising=False)


@pytest.fixture
def rehearsal(tmp_path: Path, shared: Path, tools: Tools, api: GitHub) -> Iterator[Rehearsal]:
    """A team's private repository, set up for GitHub, with an empty ledger."""
    with _rehearsed(tmp_path, shared, tools, "github", api) as made:
        yield made


@pytest.fixture
def gitlab_rehearsal(tmp_path: Path, shared: Path, tools: Tools) -> Iterator[Rehearsal]:
    """A team's private repository, set up for GitLab, with an empty ledger."""
    with _rehearsed(tmp_path, shared, tools, "gitlab") as made:
        yield made


@contextmanager
def _rehearsed(
    folder: Path, shared: Path, tools: Tools, ci: ForgeName, api: GitHub | None = None
) -> Iterator[Rehearsal]:
    (folder / "forge").mkdir()
    with (
        served(folder / "forge") as server,
        serve_in_thread(folder / "market.db", token=TOKEN) as market,
    ):
        server.rights = {READ: "read", WRITE: "write"}
        made = Rehearsal(folder, shared, server, market, tools, api or GitHub(""), ci)
        made.begin()
        yield made


@pytest.fixture(scope="session")
def python(tools: Tools, shared: Path) -> Path:
    """The programs of a runner's own Python, with pip."""
    with (shared / "python.lock").open("w") as lock:
        flock(lock, LOCK_EX)
        venv = shared / "python"
        return venv / "bin" if venv.exists() else tools.runner_python(venv)


@pytest.fixture
def act(rehearsal: Rehearsal, python: Path) -> Act:
    return Act(rehearsal, python)
