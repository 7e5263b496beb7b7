"""The ledger on a git ref: what others do to it, and the pages beside it."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from satops.adapters.stores.git import GitStore
from satops.core.ledger.chain import GENESIS, decode
from satops.core.ledger.events import (
    LedgerStarted,
)
from satops.errors import HeadMoved, LedgerCorrupt, LedgerMissing
from tests.adapters.git.forge import FIRST, HEAD, REF, Forge, append, git, head_of
from tests.chains import chain, placed


def _commit_to_ledger(folder: Path) -> None:
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "-m", "by hand")
    git(folder, "push", "-q", "origin", "satops-state")


def test_two_clones_that_race_have_one_winner_each_round(forge: Forge, clone: Path) -> None:
    stores = [GitStore(clone), GitStore(forge.clone("second"))]
    head = HEAD
    with ThreadPoolExecutor(2) as threads:
        for number in range(5):
            lines, made = chain(placed(f"round-{number}"), head=head)

            def race(
                store: GitStore, lines: Sequence[bytes] = lines, digest: str = head.digest
            ) -> bool:
                try:
                    store.append(lines, digest)
                except HeadMoved:
                    return False
                return True

            assert sorted(threads.map(race, stores)) == [False, True]
            head = made
    assert head_of(stores[0]) == head_of(stores[1]) == head


def test_a_commit_that_does_not_touch_the_ledger_is_tolerated_and_kept(
    forge: Forge, clone: Path
) -> None:
    store = GitStore(clone)
    assert list(store.read()) == FIRST
    other = forge.third_party()
    (other / "NOTES.md").write_text("by hand\n")
    (other / "ledger" / "notes.txt").write_text("not a segment\n")
    _commit_to_ledger(other)
    head = append(store, "a")
    assert head_of(GitStore(forge.clone("fresh"))) == head
    names = git(forge.remote, "ls-tree", "-r", "--name-only", REF).splitlines()
    assert names == ["NOTES.md", "ledger/0000000001.jsonl", "ledger/notes.txt"]


def test_a_commit_that_changes_earlier_lines_is_corrupt(forge: Forge, clone: Path) -> None:
    store = GitStore(clone)
    head = append(store, "b", head=append(store, "a"))
    other = forge.third_party()
    segment = other / "ledger" / "0000000001.jsonl"
    segment.write_bytes(segment.read_bytes().replace(b"PROG_a", b"PROG_x"))
    _commit_to_ledger(other)
    with pytest.raises(LedgerCorrupt, match="has changed or lost events"):
        list(store.read())
    with pytest.raises(LedgerCorrupt, match="has changed or lost events"):
        append(store, "c", head=head)
    fresh = GitStore(forge.clone("fresh"))
    with pytest.raises(LedgerCorrupt, match="Line 3 of the ledger does not follow"):
        list(decode(fresh.read()))


def test_a_commit_that_removes_the_last_events_is_corrupt_to_who_has_seen_them(
    forge: Forge, clone: Path
) -> None:
    store = GitStore(clone)
    append(store, "a")
    other = forge.third_party()
    (other / "ledger" / "0000000001.jsonl").write_bytes(FIRST[0] + b"\n")
    _commit_to_ledger(other)
    with pytest.raises(LedgerCorrupt, match="was rewritten"):
        list(store.read())


def test_a_segment_that_was_cut_in_the_middle_of_a_line_is_corrupt(
    forge: Forge, clone: Path
) -> None:
    other = forge.third_party()
    (other / "ledger" / "0000000001.jsonl").write_bytes(FIRST[0][:-5])
    _commit_to_ledger(other)
    with pytest.raises(LedgerCorrupt, match="does not end with a whole line"):
        list(GitStore(forge.clone("fresh")).read())


def test_a_ref_that_was_rewritten_by_force_is_detected_until_it_is_accepted(
    forge: Forge, clone: Path
) -> None:
    other = forge.clone("other")
    append(GitStore(clone), "a")
    lines, _ = chain(LedgerStarted("another", "t"))
    git(forge.remote, "update-ref", "-d", REF)
    GitStore(other).append(lines, GENESIS)
    with pytest.raises(LedgerCorrupt, match="does not have the commit"):
        list(GitStore(clone).read())
    with pytest.raises(LedgerCorrupt, match="does not have the commit") as caught:
        list(GitStore(clone).read())
    command = str(caught.value).splitlines()[-1].split()
    git(clone, *command[1:])
    assert list(GitStore(clone).read()) == lines


def test_a_ref_that_is_gone_is_a_missing_ledger_and_can_be_put_back(
    forge: Forge, clone: Path
) -> None:
    git(forge.remote, "update-ref", "-d", REF)
    with pytest.raises(LedgerMissing, match="is gone; this clone saw it") as caught:
        list(GitStore(clone).read())
    with pytest.raises(LedgerMissing, match="is gone"):
        GitStore(clone).append(FIRST, GENESIS)
    command = str(caught.value).splitlines()[-1].split()
    git(clone, *command[1:])
    assert list(GitStore(clone).read()) == FIRST


def test_a_ledger_never_begins_on_a_ref_that_holds_something_else(forge: Forge) -> None:
    store = GitStore(forge.clone("clone"), ref="main")
    before = git(forge.remote, "rev-parse", "main")
    with pytest.raises(LedgerMissing, match="exists and holds no ledger"):
        list(store.read())
    with pytest.raises(LedgerMissing, match="a ref of its own"):
        store.append(FIRST, GENESIS)
    assert git(forge.remote, "rev-parse", "main") == before


def test_pages_are_made_from_the_whole_ledger_and_never_read_back(
    forge: Forge, clone: Path
) -> None:
    def pages(
        new: Sequence[bytes], whole: Callable[[], Iterator[bytes]]
    ) -> Mapping[str, bytes] | None:
        lines = list(whole())
        if b"keep" in new[0]:
            return None
        size = 1024 * 1024 + (b"large" in new[0])
        return {"README.md": b"%d events" % len(lines), "orders.geojson": b"x" * size}

    store, head = GitStore(clone, pages=pages), HEAD
    seen = []
    for name in ("a", "large", "keep", "b"):
        head = append(store, name, head=head)
        names = git(forge.remote, "ls-tree", "--name-only", REF).split()
        seen.append((git(forge.remote, "cat-file", "blob", f"{REF}:README.md"), len(names)))
    assert seen == [("2 events", 3), ("3 events", 2), ("3 events", 2), ("5 events", 3)]
    assert head_of(store) == head


def test_pages_that_fail_never_cost_the_record_of_an_order(forge: Forge, clone: Path) -> None:
    def pages(
        new: Sequence[bytes], whole: Callable[[], Iterator[bytes]]
    ) -> Mapping[str, bytes] | None:
        raise KeyError("a bug")

    head = append(GitStore(clone, pages=pages), "a")
    assert head_of(GitStore(clone)) == head
    note = git(forge.remote, "log", "-1", "--format=%(trailers:key=Note)", "satops-state")
    assert note == "Note: the pages were not renewed, KeyError"
