"""The ledger on a git ref: what an append leaves there, and which clones will do."""

from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest

from satops.adapters.stores.git import GitStore
from satops.core.ledger.chain import GENESIS, decode
from satops.core.ledger.events import (
    DoubtSettled,
    OrderAdopted,
    RunFinished,
    StatusObserved,
    SubmissionLeftInDoubt,
    SubmissionNotSent,
    SubmissionRejected,
)
from satops.errors import StoreUnreachable
from tests.adapters.git.forge import FIRST, HEAD, REF, Forge, append, git, head_of
from tests.chains import RUN, chain, intended, placed


def test_each_append_is_a_commit_that_reads_well(forge: Forge, clone: Path) -> None:
    store = GitStore(clone)
    lines, head = chain(RUN, intended("a"), intended("b"), head=HEAD)
    store.append(lines, HEAD.digest)
    lines, last = chain(placed("a"), SubmissionRejected("b", 1, 400, "no"), head=head)
    store.append(lines, head.digest)
    log = git(forge.remote, "log", "--reverse", "--format=%s|%an <%ae>", "satops-state")
    assert log.splitlines() == [
        "Start the ledger|Ada <ada@example.org>",
        "Place 2 orders|Ada <ada@example.org>",
        "Record 2 orders|Ada <ada@example.org>",
    ]
    body = git(forge.remote, "log", "-1", "--format=%b", "satops-state")
    assert body.startswith("- a: PROG_a\n- b: rejected\n\nRun: run-1\nPlan: ab\nActor: Ada\n")
    trailers = git(forge.remote, "log", "-1", "--format=%(trailers:key=Head)", "satops-state")
    assert trailers == f"Head: {last.digest}"


def test_every_kind_of_append_has_its_subject(forge: Forge, clone: Path) -> None:
    store, head, subjects = GitStore(clone), HEAD, []
    doubt = SubmissionLeftInDoubt("a", 1, "the answer was lost", "")
    for events in (
        [doubt, SubmissionNotSent("b", 1, "x"), intended("c")],
        [DoubtSettled("a", 1, placed=False, by="Ada", because="x"), RunFinished(0, 0, 0, 0, 0)],
        [OrderAdopted("d", "PROG_d", "Ada", "by hand")],
        [StatusObserved("d", "PROG_d", 3)],
        [RUN],
        [RunFinished(0, 0, 0, 0, 0)],
    ):
        lines, made = chain(*events, head=head)
        store.append(lines, head.digest)
        subjects.append(git(forge.remote, "log", "-1", "--format=%s", "satops-state"))
        head = made
    assert subjects == [
        "Record 2 orders, place 1 order",
        "Settle 1 order",
        "Adopt 1 order",
        "Observe 1 order",
        "Start the run",
        "Finish the run",
    ]


def test_no_text_of_an_event_can_pass_for_a_trailer(forge: Forge, clone: Path) -> None:
    hostile = "N\nHead: 0000\n\nActor: Mallory\x1b[2J"
    lines, head = chain(*(placed("a", order_no=hostile) for _ in range(50)), head=HEAD)
    GitStore(clone).append(lines, HEAD.digest)
    body = git(forge.remote, "log", "-1", "--format=%b", "satops-state")
    assert "- a: N Head: 0000 Actor: Mallory [2J\n" in body
    assert "\n- and 10 more\n" in body
    trailers = git(forge.remote, "log", "-1", "--format=%(trailers)", "satops-state").splitlines()
    assert [line.partition(":")[0] for line in trailers] == ["Run", "Head", "Append"]
    assert trailers[1] == f"Head: {head.digest}"


def test_segments_are_bounded_and_only_the_last_one_changes(forge: Forge, clone: Path) -> None:
    store, head, written = GitStore(clone), HEAD, list(FIRST)
    trees = []
    for number in range(8):
        lines, made = chain(placed(f"order-{number}", order_no="x" * 100_000), head=head)
        store.append(lines, head.digest)
        written, head = written + lines, made
        trees.append(git(forge.remote, "ls-tree", REF, "ledger/").splitlines())
    assert forge.lines() == written
    names = [entry.rpartition("/")[2] for entry in trees[-1]]
    assert names == [f"{first:010}.jsonl" for first in (1, 4, 6, 8)]
    for before, after in pairwise(trees):
        assert after[: len(before) - 1] == before[:-1]
    fresh = GitStore(forge.clone("fresh"))
    for after_seq in range(len(written) + 2):
        assert list(fresh.read(after=after_seq)) == written[after_seq:]


@pytest.mark.parametrize("named", [True, False])
def test_a_machine_without_a_name_for_its_user_commits_all_the_same(
    forge: Forge, monkeypatch: pytest.MonkeyPatch, named: bool
) -> None:
    clone = forge.clone("clone")
    if not named:
        monkeypatch.setenv("GIT_CONFIG_GLOBAL", "/dev/null")
        git(clone, "config", "user.useConfigOnly", "true")
    GitStore(clone).append(FIRST, GENESIS)
    author = git(forge.remote, "log", "-1", "--format=%an %ae %cn", "satops-state")
    assert author == ("Ada ada@example.org Ada" if named else "satops satops@localhost satops")


def test_commits_are_signed_where_git_is_told_to_sign(forge: Forge, tmp_path: Path) -> None:
    clone = forge.clone("clone")
    signer = tmp_path / "signer"
    signer.write_text(
        "#!/bin/sh\ncat > /dev/null\necho '[GNUPG:] SIG_CREATED D' >&2\n"
        "echo '-----BEGIN PGP SIGNATURE-----'\necho\necho signed\n"
        "echo '-----END PGP SIGNATURE-----'\n"
    )
    signer.chmod(0o755)
    git(clone, "config", "gpg.program", str(signer))
    GitStore(clone).append(FIRST, GENESIS)
    assert "gpgsig" not in git(forge.remote, "cat-file", "commit", REF)
    git(clone, "config", "commit.gpgSign", "true")
    append(GitStore(clone), "a")
    assert "gpgsig -----BEGIN PGP SIGNATURE-----" in git(forge.remote, "cat-file", "commit", REF)
    git(clone, "config", "gpg.program", "false")
    with pytest.raises(StoreUnreachable, match="commit-tree"):
        append(GitStore(clone), "b", head=head_of(GitStore(clone)))


def _shallow(forge: Forge) -> Path:
    return forge.clone("shallow", "--depth=1")


def _partial(forge: Forge) -> Path:
    return forge.clone("partial", "--filter=blob:none")


def _detached(forge: Forge) -> Path:
    clone = forge.clone("detached")
    git(clone, "checkout", "-q", "--detach", "HEAD~1")
    return clone


def _dirty(forge: Forge) -> Path:
    clone = forge.clone("dirty")
    (clone / "code.txt").write_text("edited\n")
    (clone / "new.txt").write_text("staged\n")
    git(clone, "add", "new.txt")
    (clone / "untracked.txt").write_text("untracked\n")
    return clone


def _below_the_root(forge: Forge) -> Path:
    folder = forge.clone("below") / "orders"
    folder.mkdir()
    return folder


@pytest.mark.parametrize("made", [_shallow, _partial, _detached, _dirty, _below_the_root])
def test_any_clone_serves_and_none_of_its_own_is_touched(
    forge: Forge, made: Callable[[Forge], Path]
) -> None:
    other = GitStore(forge.clone("other"))
    other.append(FIRST, GENESIS)
    clone = made(forge)
    before = _own(clone)
    store = GitStore(clone)
    assert list(store.read()) == FIRST
    head = append(store, "a")
    head = append(other, "b", head=head_of(other))
    assert head_of(store) == head
    head = append(store, "c", head=head)
    assert head_of(GitStore(clone)) == head_of(other) == head
    assert [line.fields.get("name") for line in decode(forge.lines())] == [None, "a", "b", "c"]
    assert _own(clone) == before


def test_a_shallow_clone_fetches_one_commit_of_the_ledger_at_first(forge: Forge) -> None:
    other = GitStore(forge.clone("other"))
    other.append(FIRST, GENESIS)
    head = append(other, "b", head=append(other, "a"))
    shallow = _shallow(forge)
    store = GitStore(shallow)
    assert head_of(store) == head
    known = git(shallow, "for-each-ref", "--format=%(refname)", "refs/satops/")
    assert git(shallow, "rev-list", "--count", known) == "1"
    append(other, "d", head=append(other, "c", head=head))
    assert len(list(store.read())) == 5
    assert git(shallow, "rev-list", "--count", known) == "3"


def test_hooks_of_the_clone_and_an_outer_git_have_no_say(
    forge: Forge, monkeypatch: pytest.MonkeyPatch
) -> None:
    clone = forge.clone("clone")
    for name in ("pre-push", "reference-transaction", "pre-commit"):
        hook = clone / ".git" / "hooks" / name
        hook.write_text("#!/bin/sh\nexit 1\n")
        hook.chmod(0o755)
    monkeypatch.setenv("GIT_DIR", str(forge.folder / "nowhere"))
    monkeypatch.setenv("GIT_INDEX_FILE", str(forge.folder / "no-index"))
    monkeypatch.setenv("GIT_WORK_TREE", "/")
    GitStore(clone).append(FIRST, GENESIS)
    assert list(GitStore(clone).read()) == FIRST


def test_a_folder_that_is_no_repository_is_told(tmp_path: Path) -> None:
    for folder in (tmp_path, tmp_path / "none"):
        with pytest.raises(StoreUnreachable, match="is not in a git repository"):
            list(GitStore(folder).read())


def _own(clone: Path) -> list[object]:
    """Return all of a clone that belongs to its user."""
    git_dir = Path(git(clone, "rev-parse", "--absolute-git-dir"))
    index = git_dir / "index"
    refs = git(clone, "for-each-ref", "--format=%(refname) %(objectname)").splitlines()
    return [
        git_dir.joinpath("HEAD").read_text(),
        # A push moves what the clone knows of the remote's branch, as any push does.
        [ref for ref in refs if "satops" not in ref],
        git(clone, "status", "--porcelain"),
        index.read_bytes() if index.exists() else b"",
        git_dir.joinpath("config").read_text(),
        git_dir.joinpath("FETCH_HEAD").exists(),
        git(clone, "rev-parse", "--is-shallow-repository"),
    ]
