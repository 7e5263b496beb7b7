"""A snapshot of the ledger's fold: the same state, and nothing that can be forged or go stale."""

from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import pytest

from satops.adapters.files import snapshot
from satops.adapters.files.sealed import machine_key
from satops.adapters.files.snapshot import SnapshotFile
from satops.core.ledger.chain import Head
from satops.core.ledger.state import LedgerState
from satops.errors import LedgerCorrupt, LedgerMissing
from tests.chains import chain, intended, ledger_of
from tests.fakes.ledger_store import MemoryStore

KEY = b"k" * 32


@pytest.fixture
def store(monkeypatch: pytest.MonkeyPatch) -> MemoryStore:
    monkeypatch.setattr(snapshot, "_LINES_MIN", 1)
    made = MemoryStore()
    made.lines, _ = ledger_of(5)
    return made


def folded(store: MemoryStore) -> LedgerState:
    state = LedgerState()
    state.fold(store.read())
    return state


def read(kept: SnapshotFile, store: MemoryStore) -> LedgerState:
    state, digest, _ = kept.read(store)
    assert digest == sha256(b"".join(line + b"\n" for line in store.lines)).hexdigest()
    return state


def test_a_snapshot_gives_the_state_that_folding_gives(store: MemoryStore, tmp_path: Path) -> None:
    kept = SnapshotFile(tmp_path / "cache" / "s", KEY)
    assert read(kept, store) == folded(store)
    assert (tmp_path / "cache" / "s").exists()
    assert read(kept, store) == folded(store)


def test_lines_after_the_snapshot_are_folded(store: MemoryStore, tmp_path: Path) -> None:
    kept = SnapshotFile(tmp_path / "s", KEY)
    head = read(kept, store).head
    lines, _ = chain(intended("late", max_cloud=3), head=head)
    store.lines = [*store.lines, *lines]
    assert read(kept, store) == folded(store)
    assert read(kept, store).orders["late"].attempt == 1


def test_a_ledger_that_is_known_is_not_read_again(store: MemoryStore, tmp_path: Path) -> None:
    kept = SnapshotFile(tmp_path / "s", KEY)
    first = kept.read(store)
    assert first.bytes == sum(len(line) + 1 for line in store.lines)
    lines, store.lines = store.lines, []
    assert kept.read(store, first.sha256) == (first.state, first.sha256, 0)
    # Of a ledger that has grown since, the snapshot holds only a part.
    more, _ = chain(intended("late", max_cloud=3), head=first.state.head)
    store.lines = [*lines, *more]
    grown = sha256(b"".join(line + b"\n" for line in store.lines)).hexdigest()
    assert kept.read(store, grown).state == folded(store)


@pytest.mark.parametrize("number", [1, 3, 7, 11])
def test_a_changed_line_before_the_snapshot_is_seen(
    store: MemoryStore, tmp_path: Path, number: int
) -> None:
    kept = SnapshotFile(tmp_path / "s", KEY)
    read(kept, store)
    store.lines[number - 1] = store.lines[number - 1].replace(b"2031", b"2032", 1)
    with pytest.raises(LedgerCorrupt):
        read(kept, store)


def test_a_ledger_that_was_cut_is_read_as_it_is_now(store: MemoryStore, tmp_path: Path) -> None:
    kept = SnapshotFile(tmp_path / "s", KEY)
    read(kept, store)
    del store.lines[-3:]
    assert read(kept, store) == folded(store)


def test_a_missing_ledger_is_missing_whatever_the_snapshot_says(
    store: MemoryStore, tmp_path: Path
) -> None:
    kept = SnapshotFile(tmp_path / "s", KEY)
    read(kept, store)
    store.lines.clear()
    with pytest.raises(LedgerMissing):
        read(kept, store)


@pytest.mark.parametrize(
    "poison",
    [
        lambda content: content[:-1],
        lambda content: content + b" ",
        lambda content: b"",
        lambda content: content[:32],
        lambda content: content.replace(b"PROG_", b"FAKE_"),
        lambda content: content.replace(b'"placed"', b'"rejected"'),
        lambda content: b"\x00" * 32 + content[32:],
    ],
)
def test_a_poisoned_snapshot_changes_nothing(
    store: MemoryStore, tmp_path: Path, poison: Callable[[bytes], bytes]
) -> None:
    path = tmp_path / "s"
    kept = SnapshotFile(path, KEY)
    read(kept, store)
    path.write_bytes(poison(path.read_bytes()))
    assert read(kept, store) == folded(store)


def test_a_snapshot_of_another_machine_is_not_believed(store: MemoryStore, tmp_path: Path) -> None:
    path = tmp_path / "s"
    read(SnapshotFile(path, b"o" * 32), store)
    before = path.read_bytes()
    assert read(SnapshotFile(path, KEY), store) == folded(store)
    assert path.read_bytes() != before


def test_without_a_key_nothing_is_kept(store: MemoryStore, tmp_path: Path) -> None:
    assert read(SnapshotFile(tmp_path / "s", None), store).head == Head(12, store.head.digest)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_made_costs_only_time(store: MemoryStore, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way", "utf-8")
    kept = SnapshotFile(tmp_path / "file" / "s", KEY)
    assert read(kept, store) == folded(store)


def test_the_key_of_a_machine_stays_and_is_its_own(tmp_path: Path) -> None:
    here, there = {"HOME": str(tmp_path / "a")}, {"XDG_STATE_HOME": str(tmp_path / "b")}
    assert machine_key(here) == machine_key(here)
    assert machine_key(here) != machine_key(there)
    assert machine_key({}) is None
    key = tmp_path / "a" / ".local" / "state" / "satops" / "snapshot.key"
    assert key.stat().st_mode & 0o077 == 0
