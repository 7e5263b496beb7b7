"""A forge and a clone of it, for the tests of the git store."""

from pathlib import Path

import pytest

from satops.adapters.stores.git import GitStore
from satops.core.ledger.chain import GENESIS
from tests.adapters.git.forge import FIRST, Forge, git


@pytest.fixture(autouse=True)
def _own_configuration(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Keep the configuration of whoever runs the tests out of them."""
    settings = tmp_path / "gitconfig"
    settings.write_text(
        "[user]\n\tname = Ada\n\temail = ada@example.org\n[init]\n\tdefaultBranch = main\n"
    )
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(settings))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")


@pytest.fixture
def forge(tmp_path: Path) -> Forge:
    forge = Forge(tmp_path)
    forge.remote.mkdir(parents=True)
    git(forge.remote, "init", "-q", "--bare")
    git(forge.remote, "config", "uploadpack.allowFilter", "true")
    work = forge.clone("first-work")
    for number in range(3):
        (work / "code.txt").write_text(f"{number}\n")
        git(work, "add", "code.txt")
        git(work, "commit", "-q", "-m", f"code {number}")
    git(work, "push", "-q", "origin", "main")
    return forge


@pytest.fixture
def clone(forge: Forge) -> Path:
    """Return a clone through which a ledger has begun."""
    clone = forge.clone("clone")
    GitStore(clone).append(FIRST, GENESIS)
    return clone
