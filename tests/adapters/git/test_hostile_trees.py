"""git in a tree that a pull request has filled: it runs nothing, and reads only the checkout."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from satops.adapters.files.config_file import load_config_at
from satops.adapters.files.rule_files import from_commit
from satops.adapters.provenance import run_started
from satops.adapters.stores.git import GitStore
from satops.adapters.stores.open import open_store, scratch_beside
from satops.core.ledger.chain import GENESIS
from satops.errors import SatopsError, StoreUnreachable, UsageError
from tests.adapters.git.forge import FIRST, HEAD, Forge, append, git, head_of
from tests.adapters.git.hostile import (
    RUNS_COMMANDS,
    SECRET,
    bare_with_hooks,
    looks_like_a_repository,
    program,
)

SubFolder = Callable[[str], Path]


@pytest.fixture
def team(forge: Forge) -> Path:
    """Return a clone whose orders are in a sub-folder, with limits that were merged."""
    clone = forge.clone("team")
    orders = clone / "orders-of-team"
    orders.mkdir()
    (orders / "satops.yaml").write_text("limits: {ordersPerApply: 5}\n")
    (orders / "areas.geojson").write_text("merged")
    git(clone, "add", ".")
    git(clone, "commit", "-q", "-m", "Limit orders")
    git(clone, "push", "-q", "origin", "main")
    GitStore(orders).append(FIRST, GENESIS)
    return orders


@pytest.mark.parametrize("config", RUNS_COMMANDS.values(), ids=RUNS_COMMANDS)
@pytest.mark.parametrize("place", [".", "..", "orders"])
def test_a_folder_that_looks_like_a_repository_is_a_folder(
    team: Path, tmp_path: Path, config: str, place: str
) -> None:
    run, ran = program(tmp_path)
    commit = git(team, "rev-parse", "HEAD")
    looks_like_a_repository(team / place, config, run)
    started = run_started("apply", team, {})
    assert (started.commit, started.branch) == (commit, "main")
    assert [limit.value for limit in load_config_at(team, "main")[0].limits] == [5]
    assert from_commit(team, "main")("areas.geojson") == b"merged"
    store = GitStore(team)
    assert list(store.read()) == FIRST
    append(store, "a")
    with scratch_beside("git:satops-state", team) as opened:
        opened().append(FIRST, GENESIS)
    assert not ran.exists()


def test_a_nested_repository_with_limits_of_its_own_is_not_read_for_the_base(
    team: Path, tmp_path: Path
) -> None:
    other = tmp_path / "other"
    other.mkdir()
    git(other, "init", "-q", "-b", "main")
    (other / "satops.yaml").write_text("limits: {ordersPerApply: 5000}\n")
    git(other, "add", ".")
    git(other, "commit", "-q", "-m", "No limit")
    for part in ("HEAD", "config", "objects", "refs"):
        (other / ".git" / part).rename(team / part)
    assert [limit.value for limit in load_config_at(team, "main")[0].limits] == [5]


@pytest.mark.parametrize(
    "remote",
    [
        "./orders-of-team/evil.git", "orders-of-team/evil.git/", "../team/orders-of-team/evil.git",
        "../team/orders-of-team/evil", "{team}/evil.git", "link/evil.git",
        "file://{team}/evil.git", "file://{team}/%65vil.git", "~/orders-of-team/evil.git",
        "/proc/self/cwd/orders-of-team/evil.git", "/proc/thread-self/cwd/orders-of-team/evil.git",
        "out/evil.git", "out/forge/code.git", "ORDERS-OF-TEAM/Evil.git",
        "orders-of-team/hidden.git",
    ],
)  # fmt: skip
def test_a_remote_that_a_commit_can_bring_is_refused_before_git_goes_there(
    team: Path, tmp_path: Path, remote: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    run, ran = program(tmp_path)
    bare_with_hooks(team / "evil.git", run)
    # A gitfile leads elsewhere; git takes it for the repository.
    (team / "hidden.git").write_text(f"gitdir: {team / 'evil.git'}\n")
    git(team, "add", "hidden.git")
    # A lazy fetch by the server's side: the one who reads is led to a program, too.
    git(team / "evil.git", "config", "remote.origin.promisor", "true")
    git(team / "evil.git", "config", "remote.origin.uploadpack", str(run))
    git(team / "evil.git", "config", "remote.origin.url", ".")
    (team.parent / "link").symlink_to(team)
    (team.parent / "out").symlink_to(tmp_path)
    git(team, "add", "--force", "evil.git", "../link", "../out")
    git(team, "commit", "-q", "-m", "More orders")
    (tmp_path / "evil.git").symlink_to(team / "evil.git")
    monkeypatch.setenv("HOME", str(team.parent))
    monkeypatch.chdir(tmp_path)
    address = f"git:{remote.format(team=team)}#satops-state"
    store = open_store(address, team)
    for use in (lambda: list(store.read()), lambda: store.append(FIRST, GENESIS)):
        with pytest.raises(UsageError, match="leads to files of the repository"):
            use()
    with (
        pytest.raises(UsageError, match="leads to files of the repository"),
        scratch_beside(address, team) as opened,
    ):
        opened().append(FIRST, GENESIS)
    assert not ran.exists()


def test_a_remote_on_the_same_disk_serves_where_no_commit_can_bring_it(
    team: Path, forge: Forge
) -> None:
    for address in (f"git:{forge.remote}#satops-state", "git:../forge/code.git#satops-state"):
        assert head_of(open_store(address, team)) == HEAD
    git(forge.folder, "clone", "-q", "--bare", str(forge.remote), str(team / "mine.git"))
    assert head_of(open_store("git:./orders-of-team/mine.git#satops-state", team)) == HEAD
    (team / "mine.git" / "more").write_text("x")
    git(team, "add", "mine.git/more")
    with pytest.raises(UsageError, match="leads to files of the repository"):
        list(open_store("git:./orders-of-team/mine.git#satops-state", team).read())


def test_a_folder_is_no_remote_because_its_name_is_one(team: Path, tmp_path: Path) -> None:
    run, ran = program(tmp_path)
    bare_with_hooks(team.parent / "upstream", run)
    store = open_store("git:upstream#satops-state", team)
    with pytest.raises(StoreUnreachable, match="git remote add upstream URL"):
        store.append(FIRST, GENESIS)
    assert not ran.exists()


def test_neither_git_nor_what_it_starts_has_a_variable_of_satops(
    team: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run, ran = program(tmp_path)
    helper, helped = program(tmp_path, "helper")
    monkeypatch.setenv("SATOPS_TOKEN", SECRET)
    monkeypatch.setenv("SATOPS_OTHER_TOKEN", SECRET)
    monkeypatch.setenv("SATOPS_TOKEN_FILE", f"/run/{SECRET}")
    monkeypatch.setenv("PUSH_TOKEN", "for the helper")
    monkeypatch.setenv("GIT_SSH_COMMAND", str(run))
    monkeypatch.setenv("GIT_ASKPASS", "")
    monkeypatch.setenv("GIT_CONFIG_COUNT", "1")
    monkeypatch.setenv("GIT_CONFIG_KEY_0", "credential.helper")
    monkeypatch.setenv("GIT_CONFIG_VALUE_0", f"!{helper}")
    git(team, "remote", "set-url", "origin", "ssh://forge.example/code.git")
    with pytest.raises(StoreUnreachable):
        list(GitStore(team).read())
    git(team, "config", "credential.helper", "")
    from tests.fakes.git_http import served

    with served(tmp_path) as server:
        server.rights = {"x": "write"}
        git(team, "remote", "set-url", "origin", f"{server.url}/code.git")
        with pytest.raises(StoreUnreachable):
            list(GitStore(team).read())
    # The caller's own ssh and helper were asked, with the caller's variables.
    assert "PUSH_TOKEN=for the helper" in ran.read_text()
    assert "PUSH_TOKEN=for the helper" in helped.read_text()
    for told in (ran, helped):
        assert SECRET not in told.read_text()
        assert "SATOPS_" not in told.read_text()


def test_a_hook_of_another_repository_does_not_choose_whose_limits_are_read(
    team: Path, forge: Forge, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = forge.clone("other")
    (other / "orders-of-team" / "satops.yaml").write_text("limits: {ordersPerApply: 5000}\n")
    (other / "satops.yaml").write_text("limits: {ordersPerApply: 6000}\n")
    git(other, "add", ".")
    git(other, "commit", "-q", "-m", "No limit")
    commit = git(team, "rev-parse", "HEAD")
    linked = team.parent.parent / "linked"
    git(team, "worktree", "add", "-q", str(linked), "-b", "work")
    for name, value in {
        "GIT_DIR": other / ".git",
        "GIT_WORK_TREE": other,
        "GIT_COMMON_DIR": other / ".git",
        "GIT_OBJECT_DIRECTORY": other / ".git" / "objects",
        "GIT_ALTERNATE_OBJECT_DIRECTORIES": other / ".git" / "objects",
        "GIT_INDEX_FILE": other / ".git" / "index",
        "GIT_PREFIX": "orders-of-team/",
        "GIT_NAMESPACE": "x",
        "GIT_CONFIG": other / ".git" / "config",
    }.items():
        monkeypatch.setenv(name, str(value))
    for root in (team, linked / "orders-of-team"):
        assert [limit.value for limit in load_config_at(root, "main")[0].limits] == [5]
        assert run_started("apply", root, {}).commit == commit


def test_hooks_and_monitor_of_the_checkout_are_not_run(team: Path, tmp_path: Path) -> None:
    run, ran = program(tmp_path)
    git(team, "config", "core.fsmonitor", str(run))
    git(team, "config", "core.hooksPath", "../hooks-of-the-tree")
    hooks = team.parent / "hooks-of-the-tree"
    hooks.mkdir()
    for name in ("pre-push", "reference-transaction", "post-index-change"):
        (hooks / name).write_text(f"#!/bin/sh\nexec {run}\n")
        (hooks / name).chmod(0o755)
    append(GitStore(team), "a")
    run_started("apply", team, {})
    assert not ran.exists()


def test_a_branch_that_is_not_utf_8_is_named_as_well_as_it_can_be(team: Path) -> None:
    name = os.fsdecode(b"caf\xe9")
    git(team, "checkout", "-q", "-b", name)
    assert run_started("apply", team, {}).branch == "caf\N{REPLACEMENT CHARACTER}"


def test_what_is_not_utf_8_in_the_ledgers_tree_stays_as_it_is(team: Path, forge: Forge) -> None:
    third = forge.third_party()
    (third / os.fsdecode(b"note-\xe9")).write_text("x")
    git(third, "add", "-A")
    git(third, "commit", "-q", "-m", "by hand")
    git(third, "push", "-q", "origin", "satops-state")
    append(GitStore(team), "a")
    names = git(forge.remote, "-c", "core.quotePath=true", "ls-tree", "--name-only", "satops-state")
    assert names.splitlines() == ["ledger", '"note-\\351"']


def test_messages_have_no_colour_whatever_git_is_told(team: Path, forge: Forge) -> None:
    for name in ("ui", "remote", "push", "transport", "advice"):
        git(team, "config", f"color.{name}", "always")
    forge.hook("echo 'error: only the release team may push'; exit 1")
    with pytest.raises(StoreUnreachable) as caught:
        append(GitStore(team), "a")
    assert "error: only the release team may push" in str(caught.value)
    assert "[31m" not in str(caught.value)
    assert "[1;31m" not in str(caught.value)


@pytest.mark.parametrize(("version", "fits"), [("2.37.9", False), ("1.9", False), ("3.0", True)])
def test_an_older_git_is_asked_for_nothing_but_its_version(
    team: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, version: str, fits: bool
) -> None:
    asked = tmp_path / "asked"
    programs = tmp_path / version
    programs.mkdir()
    (programs / "git").write_text(
        f'#!/bin/sh\necho "$@" >> {asked}\n'
        f'[ "$1" = --version ] && echo "git version {version} (Vendor 7)" && exit 0\nexit 1\n'
    )
    (programs / "git").chmod(0o755)
    monkeypatch.setenv("PATH", f"{programs}:/usr/bin:/bin")
    team = team.rename(team.with_name("moved"))
    assert run_started("apply", team, {}).commit is None
    with pytest.raises(SatopsError) as caught:
        list(GitStore(team).read())
    with pytest.raises(UsageError) as told:
        load_config_at(team, "main")
    for error in (caught, told):
        assert ("needs 2.38 or newer" in str(error.value)) is not fits
    assert (asked.read_text() == "--version\n") is not fits
