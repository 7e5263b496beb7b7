"""The ledger on a git ref: over ssh, over HTTP, and when the remote fails."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from satops.adapters.stores.git import GitStore
from satops.adapters.stores.open import open_store
from satops.core.ledger.chain import GENESIS
from satops.errors import HeadMoved, StoreUnreachable, UsageError
from tests.adapters.git.forge import FIRST, HEAD, REF, Forge, append, git, head_of
from tests.chains import chain, placed
from tests.fakes.git_http import GitServer, served


def test_a_ledger_over_ssh(forge: Forge, tmp_path: Path) -> None:
    # Stands for ssh: it takes options, a host and a command, and runs the command.
    ssh = tmp_path / "ssh"
    ssh.write_text('#!/bin/sh\nfor command; do :; done\nexec sh -c "$command"\n')
    ssh.chmod(0o755)
    clone = forge.clone("clone")
    git(clone, "config", "core.sshCommand", str(ssh))
    git(clone, "remote", "set-url", "origin", f"git@forge.example:{forge.remote}")
    store = GitStore(clone)
    store.append(FIRST, GENESIS)
    assert head_of(store) == HEAD
    assert forge.lines() == FIRST


@pytest.fixture
def server(forge: Forge) -> Iterator[GitServer]:
    with served(forge.remote.parent) as server:
        yield server


def test_a_ledger_over_http(forge: Forge, server: GitServer) -> None:
    clone = forge.clone("clone", url=f"{server.url}/code.git")
    store = GitStore(clone)
    store.append(FIRST, GENESIS)
    head = append(store, "a")
    other = GitStore(forge.clone("other", url=f"{server.url}/code.git"))
    assert head_of(other) == head
    late, _ = chain(placed("b"), head=HEAD)
    with pytest.raises(HeadMoved):
        other.append(late, HEAD.digest)


def test_a_push_whose_answer_was_lost_is_recognised(forge: Forge, server: GitServer) -> None:
    store = GitStore(forge.clone("clone", url=f"{server.url}/code.git"))
    server.lose_answers = 1
    store.append(FIRST, GENESIS)
    server.lose_answers = 1
    head = append(store, "a")
    assert server.lose_answers == 0
    assert head_of(store) == head
    assert len(forge.lines()) == 2


def test_a_push_that_ended_without_any_answer_is_not_known_to_be_written(
    forge: Forge, server: GitServer
) -> None:
    store = GitStore(forge.clone("clone", url=f"{server.url}/code.git"))
    store.append(FIRST, GENESIS)
    server.status = 503
    with pytest.raises(StoreUnreachable, match="It is not known whether") as caught:
        append(store, "a")
    assert "503" in str(caught.value)
    server.status = 0
    assert list(store.read()) == FIRST


def test_a_hook_that_refuses_is_told_in_its_own_words(forge: Forge, server: GitServer) -> None:
    store = GitStore(forge.clone("clone", url=f"{server.url}/code.git"))
    store.append(FIRST, GENESIS)
    hook = forge.hook("echo 'Only the release team may push here.'; exit 1")
    with pytest.raises(StoreUnreachable, match="was not written") as caught:
        append(store, "a")
    assert "[remote rejected] (pre-receive hook declined)" in str(caught.value)
    assert "Only the release team may push here." in str(caught.value)
    assert forge.lines() == FIRST
    hook.unlink()
    append(store, "a")
    assert len(forge.lines()) == 2


def test_credentials_in_an_address_are_in_no_message(
    forge: Forge, server: GitServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_TRACE", "1")
    monkeypatch.setenv("GIT_TRACE_CURL", "1")
    clone = forge.clone("clone")
    secret = f"http://ada:top@secret@127.0.0.1:{server.server_address[1]}/code.git"
    git(clone, "remote", "set-url", "origin", secret)
    server.status = 403
    for store in (GitStore(clone), GitStore(clone, secret)):
        with pytest.raises(StoreUnreachable) as caught:
            list(store.read())
        assert "secret" not in f"{caught.value}{store.address}{caught.value.__context__}"
    assert GitStore(clone, secret).address == f"git:{server.url}/code.git#satops-state"


def test_a_remote_that_never_answers_is_given_up(forge: Forge, tmp_path: Path) -> None:
    ssh = tmp_path / "ssh"
    ssh.write_text("#!/bin/sh\nsleep 600 & sleep 600\n")
    ssh.chmod(0o755)
    clone = forge.clone("clone")
    git(clone, "config", "core.sshCommand", str(ssh))
    git(clone, "remote", "set-url", "origin", "ssh://forge.example/code.git")
    with pytest.raises(StoreUnreachable, match=r"no end within 0\.3 seconds"):
        list(GitStore(clone, timeout_s=0.3).read())


def test_a_lock_that_the_server_keeps_is_told(forge: Forge, clone: Path) -> None:
    lock = forge.remote / f"{REF}.lock"
    lock.write_bytes(b"")
    with pytest.raises(StoreUnreachable, match="lock"):
        append(GitStore(clone), "a")
    lock.unlink()
    append(GitStore(clone), "a")


@pytest.mark.parametrize(
    ("address", "opened"),
    [
        ("git:", "git:origin#satops-state"),
        ("git:ledger", "git:origin#ledger"),
        ("git:upstream#ledger", "git:upstream#ledger"),
        ("git:../state.git#x/y", "git:../state.git#x/y"),
        ("git:git@forge.example:a/b.git#s", "git:git@forge.example:a/b.git#s"),
        ("git:https://ada:pw@forge.example/b.git#s", "git:https://forge.example/b.git#s"),
        ("git:origin#refs/satops/state", "git:origin#refs/satops/state"),
    ],
)
def test_an_address_names_remote_and_ref(tmp_path: Path, address: str, opened: str) -> None:
    assert open_store(address, tmp_path).address == opened


@pytest.mark.parametrize(
    "address",
    [
        "git:--upload-pack=x#s", "git:ext::sh -c x#s", "git:x#-d", "git:a..b", "git:a b",
        "git:s.lock", "git:../state.git", "git:s/", "git:https://forge.example/b.git",
        "git:x#+s", "git:x#a:b", "git:s@{1}",
    ],
)  # fmt: skip
def test_an_address_that_git_could_misread_is_refused(tmp_path: Path, address: str) -> None:
    with pytest.raises(UsageError, match="REMOTE#REF"):
        open_store(address, tmp_path)


PASSWORDS = ["hush/hush", "hush#hush", "hush hush", "hush@hush", "hush%2Fhush", "hu:sh?hush@/#"]


@pytest.mark.parametrize("password", PASSWORDS)
@pytest.mark.parametrize("variable", ["https_proxy", "HTTPS_PROXY", "ALL_PROXY"])
def test_the_password_of_a_proxy_is_in_no_message_of_git(
    forge: Forge, monkeypatch: pytest.MonkeyPatch, password: str, variable: str
) -> None:
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv(variable, f"http://ada:{password}@127.0.0.1:1")
    clone = forge.clone("clone")
    git(clone, "remote", "set-url", "origin", "https://forge.invalid/code.git")
    with pytest.raises(StoreUnreachable) as caught:
        list(GitStore(clone).read())
    assert "hush" not in str(caught.value)
    assert "hu:sh" not in str(caught.value)


@pytest.mark.parametrize("password", PASSWORDS)
def test_the_password_of_a_remote_is_in_no_message_whatever_it_holds(
    forge: Forge, password: str
) -> None:
    clone = forge.clone("clone")
    secret = f"http://ada:{password}@127.0.0.1:1/code.git"
    git(clone, "remote", "set-url", "origin", secret)
    for store in (GitStore(clone), GitStore(clone, secret)):
        with pytest.raises((StoreUnreachable, UsageError)) as caught:
            list(store.read())
        for shown in (str(caught.value), store.address):
            assert "hush" not in shown
            assert "hu:sh" not in shown
