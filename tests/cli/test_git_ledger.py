"""Apply with a ledger on a git ref, in clones that git leads elsewhere."""

from pathlib import Path

import pytest

from satops.adapters.stores import git as git_store
from satops.errors import ExitCode
from tests.adapters.git.forge import git
from tests.cli.conftest import Satops


@pytest.fixture
def merged(satops: Satops, tmp_path_factory: pytest.TempPathFactory) -> tuple[Satops, Path, Path]:
    """A clone with three orders to buy, its forge, and a mirror of the forge."""
    forges = tmp_path_factory.mktemp("forges")
    forge, mirror = forges / "code.git", forges / "mirror.git"
    git(forges, "init", "-q", "--bare", str(forge))
    git(satops.root, "init", "-q", "-b", "main")
    git(satops.root, "config", "user.name", "Ada")
    git(satops.root, "config", "user.email", "ada@example.org")
    git(satops.root, "remote", "add", "origin", str(forge))
    satops.edit("satops.yaml", "state: file:state/ledger.jsonl", "state: git:satops-state")
    git(satops.root, "add", ".")
    git(satops.root, "commit", "-q", "-m", "Begin")
    git(satops.root, "push", "-q", "origin", "main")
    assert satops("ledger", "start", "--yes").code == ExitCode.DONE
    git(forges, "clone", "-q", "--mirror", str(forge), str(mirror))
    return satops, forge, mirror


def test_a_ledger_that_is_pushed_elsewhere_buys_nothing(
    merged: tuple[Satops, Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    satops, forge, mirror = merged
    monkeypatch.setattr(git_store, "_READ_BACK_PAUSES_S", (0, 0.05))
    git(satops.root, "config", "remote.origin.pushurl", str(mirror))
    before = git(forge, "rev-parse", "satops-state")
    ran = satops("apply", "--yes")
    assert ran.code == ExitCode.LEDGER
    assert "nobody else would see what was bought" in ran.err
    assert git(forge, "rev-parse", "satops-state") == before
    # Not even an intent has left, and the account is as empty as before.
    log = git(mirror, "log", "--format=%s", "satops-state").splitlines()
    assert log == ["Start the run", "Start the ledger"]
    git(satops.root, "config", "--unset", "remote.origin.pushurl")
    assert "3 of 3" in satops("apply", "--yes").out


def test_two_addresses_of_one_forge_buy_each_order_once(
    merged: tuple[Satops, Path, Path],
) -> None:
    satops, forge, _ = merged
    git(satops.root, "config", "remote.origin.pushurl", f"file://{forge}")
    assert satops("apply", "--yes").code == ExitCode.DONE
    log = git(forge, "log", "--reverse", "--format=%s", "satops-state").splitlines()
    assert log[:3] == ["Start the ledger", "Start the run", "Place 3 orders"]
    assert "there is no new order" in satops("apply", "--yes").out
