"""A clone that pushes elsewhere than it reads: what was pushed must be where it is read."""

from pathlib import Path

import pytest

from satops.adapters.stores import git as git_store
from satops.adapters.stores.git import GitStore
from satops.core.ledger.chain import GENESIS
from satops.errors import StoreUnreachable
from tests.adapters.git.forge import FIRST, Forge, append, git, head_of


@pytest.fixture(autouse=True)
def _patience(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(git_store, "_READ_BACK_PAUSES_S", (0, 0.05))


@pytest.fixture
def elsewhere(forge: Forge) -> Path:
    copy = forge.folder / "forge" / "copy.git"
    git(forge.folder, "clone", "-q", "--mirror", str(forge.remote), str(copy))
    return copy


def _push_url(clone: Path, elsewhere: Path) -> None:
    git(clone, "config", "remote.origin.pushurl", f"file://{elsewhere}")


def _push_instead_of(clone: Path, elsewhere: Path) -> None:
    there = git(clone, "config", "remote.origin.url")
    git(clone, "config", f"url.file://{elsewhere}.pushInsteadOf", there)


@pytest.mark.parametrize("part", [_push_url, _push_instead_of])
def test_a_push_that_goes_elsewhere_is_no_append(
    forge: Forge, clone: Path, elsewhere: Path, part: object
) -> None:
    assert callable(part)
    part(clone, elsewhere)
    with pytest.raises(StoreUnreachable, match="nobody else would see what was bought"):
        append(GitStore(clone), "a")
    assert forge.lines() == FIRST
    new = forge.clone("new")
    part(new, elsewhere)
    with pytest.raises(StoreUnreachable, match="git remote -v"):
        GitStore(new, ref="another").append(FIRST, GENESIS)


def test_an_address_that_is_no_remote_can_be_pushed_elsewhere_too(
    forge: Forge, clone: Path, elsewhere: Path
) -> None:
    _push_instead_of(clone, elsewhere)
    store = GitStore(clone, f"file://{forge.remote}")
    assert store.is_written_elsewhere()
    with pytest.raises(StoreUnreachable, match="nobody else"):
        append(store, "a")


def test_two_addresses_of_one_repository_serve(forge: Forge, clone: Path) -> None:
    git(clone, "config", "remote.origin.pushurl", str(forge.remote))
    store = GitStore(clone)
    assert store.is_written_elsewhere()
    head = append(store, "a")
    assert head_of(GitStore(clone)) == head
    assert len(forge.lines()) == 2


def test_a_remote_that_is_pushed_to_several_places_must_show_it_where_it_is_read(
    forge: Forge, clone: Path, elsewhere: Path
) -> None:
    git(clone, "config", "remote.origin.pushurl", f"file://{elsewhere}")
    git(clone, "config", "--add", "remote.origin.pushurl", f"file://{forge.remote}")
    append(GitStore(clone), "a")
    assert len(forge.lines()) == 2


def test_an_ordinary_clone_reads_and_writes_at_one_address(clone: Path) -> None:
    assert not GitStore(clone).is_written_elsewhere()
