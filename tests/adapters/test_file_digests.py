"""Files that are not hashed again: only those that are what they were, in every respect."""

import os
import time
from hashlib import sha256
from pathlib import Path

import pytest

from satops.adapters.files import file_digests
from satops.adapters.files.file_digests import PLACE, FileDigests
from satops.adapters.files.order_files import OrderTree
from satops.core.problem import Problem
from satops.ports import HashedFile, SourceFile

KEY = b"k" * 32
SPEC = "orders/a.yaml"
TEXT = b"name: a\n"
_TICK_S = 0.1
"""Twice of what a file must be older than."""


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a repository of one file, which was hashed and noted."""
    monkeypatch.setattr(file_digests, "_FEW", 1)
    (tmp_path / "orders").mkdir()
    (tmp_path / SPEC).write_bytes(TEXT)
    time.sleep(_TICK_S)
    assert walked(tmp_path) == SourceFile(SPEC, TEXT, digest(TEXT))
    assert isinstance(walked(tmp_path), HashedFile)
    return tmp_path


def digest(content: bytes) -> str:
    return sha256(content).hexdigest()


def walked(root: Path, key: bytes | None = KEY) -> SourceFile | HashedFile | Problem:
    """Walk the tree once, as a plan does."""
    with FileDigests(str(root), key) as digests:
        (found,) = OrderTree(root, "orders/", digests).walk()
    return found


def test_a_file_that_is_what_it_was_is_known_by_its_digest(root: Path) -> None:
    found = walked(root)
    assert isinstance(found, HashedFile)
    assert (found.path, found.sha256) == (SPEC, digest(TEXT))
    assert found.read(SPEC) == SourceFile(SPEC, TEXT, digest(TEXT))


def test_an_edit_of_the_same_size_shows_though_its_time_is_set_back(root: Path) -> None:
    before = (root / SPEC).stat()
    (root / SPEC).write_bytes(b"name: b\n")
    os.utime(root / SPEC, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert walked(root) == SourceFile(SPEC, b"name: b\n", digest(b"name: b\n"))


def test_another_file_with_the_same_times_and_size_shows(root: Path) -> None:
    before = (root / SPEC).stat()
    (root / "orders" / "b").write_bytes(b"name: c\n")
    os.utime(root / "orders" / "b", ns=(before.st_atime_ns, before.st_mtime_ns))
    (root / "orders" / "b").replace(root / SPEC)
    assert walked(root) == SourceFile(SPEC, b"name: c\n", digest(b"name: c\n"))


def test_what_was_changed_just_now_is_read_again_next_time(root: Path) -> None:
    # It could be changed once more within the same tick of the file system's clock.
    (root / SPEC).write_bytes(b"name: d\n")
    assert isinstance(walked(root), SourceFile)
    assert isinstance(walked(root), SourceFile)


def test_a_file_whose_times_count_seconds_has_to_be_older(root: Path) -> None:
    status = (root / SPEC).stat()
    whole = (status.st_mode, 0, 0, 1, 0, 0, 8, 0, 0, 0)
    second = time.time_ns() // 1_000_000_000
    young = os.stat_result(whole, {"st_mtime_ns": 0, "st_ctime_ns": (second - 1) * 1_000_000_000})
    old = os.stat_result(whole, {"st_mtime_ns": 0, "st_ctime_ns": (second - 9) * 1_000_000_000})
    with FileDigests(str(root), KEY) as digests:
        digests.note("young", young, digest(TEXT))
        digests.note("old", old, digest(TEXT))
    again = FileDigests(str(root), KEY)
    assert again.known("young", young) is None
    assert again.known("old", old) == digest(TEXT)


def test_a_link_is_followed_anew_each_time(root: Path) -> None:
    (root / "b.yaml").write_bytes(b"name: e\n")
    (root / SPEC).unlink()
    (root / SPEC).symlink_to("../b.yaml")
    time.sleep(_TICK_S)
    assert isinstance(walked(root), SourceFile)
    (root / "b.yaml").write_bytes(b"name: f\n")
    assert walked(root) == SourceFile(SPEC, b"name: f\n", digest(b"name: f\n"))


@pytest.mark.parametrize("key", [b"x" * 32, None])
def test_what_another_machine_has_noted_is_not_believed(root: Path, key: bytes | None) -> None:
    assert isinstance(walked(root, key), SourceFile)


def test_a_forged_or_torn_note_is_not_believed(root: Path) -> None:
    content = (root / PLACE).read_bytes()
    (root / PLACE).write_bytes(content.replace(digest(TEXT).encode(), b"0" * 64))
    assert isinstance(walked(root), SourceFile)
    (root / PLACE).write_bytes(content[:-70])
    assert isinstance(walked(root), SourceFile)


def test_a_change_between_looking_and_reading_is_told(root: Path) -> None:
    digests = FileDigests(str(root), KEY)
    (found,) = OrderTree(root, "orders/", digests).walk()
    assert isinstance(found, HashedFile)
    assert isinstance(found.read(SPEC), SourceFile)
    assert not digests.outdated
    (root / SPEC).write_bytes(b"name: g\n")
    assert found.read(SPEC) == SourceFile(SPEC, b"name: g\n", digest(b"name: g\n"))
    assert digests.outdated


def test_a_few_files_are_not_worth_a_note(tmp_path: Path) -> None:
    (tmp_path / "orders").mkdir()
    for number in range(70):
        (tmp_path / f"orders/{number}.yaml").write_bytes(TEXT)
    time.sleep(_TICK_S)
    with FileDigests(str(tmp_path), KEY) as digests:
        assert len(list(OrderTree(tmp_path, "orders/", digests).walk())) == 70
    first = (tmp_path / PLACE).read_bytes()
    (tmp_path / "orders/0.yaml").write_bytes(b"name: b\n")
    time.sleep(_TICK_S)
    with FileDigests(str(tmp_path), KEY) as digests:
        found = list(OrderTree(tmp_path, "orders/", digests).walk())
    assert sum(isinstance(each, HashedFile) for each in found) == 69
    assert (tmp_path / PLACE).read_bytes() == first
    assert [path.name for path in (tmp_path / PLACE).parent.iterdir()] == ["files"]


def test_what_was_not_met_to_its_end_is_not_kept(root: Path) -> None:
    before = (root / PLACE).read_bytes()
    (root / "orders/b.yaml").write_bytes(TEXT)
    time.sleep(_TICK_S)

    def interrupted() -> None:
        with FileDigests(str(root), KEY) as digests:
            assert len(list(OrderTree(root, "orders/", digests).walk())) == 2
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert (root / PLACE).read_bytes() == before
    assert [path.name for path in (root / PLACE).parent.iterdir()] == ["files"]
