from pathlib import Path

import pytest

from satops.adapters.files.new_files import with_line, write_new, write_plain
from satops.errors import Refused, UsageError
from tests import strange_files


def test_files_are_written_with_their_folders(tmp_path: Path) -> None:
    write_new(tmp_path / "new", {"a.txt": "one\n", "b/c.txt": "two\n"})
    assert (tmp_path / "new/b/c.txt").read_text() == "two\n"


def test_one_file_in_the_way_keeps_all_from_being_written(tmp_path: Path) -> None:
    (tmp_path / "b.txt").write_text("mine")
    with pytest.raises(Refused, match=r"b\.txt"):
        write_new(tmp_path, {"a.txt": "one", "b.txt": "two"})
    assert not (tmp_path / "a.txt").exists()
    assert (tmp_path / "b.txt").read_text() == "mine"


def test_a_file_that_is_there_already_with_the_same_bytes_is_no_obstacle(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("one")
    write_new(tmp_path, {"a.txt": "one", "b.txt": "two"})
    assert (tmp_path / "b.txt").read_text() == "two"


def test_a_link_is_never_written_through(tmp_path: Path) -> None:
    (tmp_path / "a.txt").symlink_to(tmp_path / "elsewhere.txt")
    with pytest.raises(Refused):
        write_new(tmp_path, {"a.txt": "one"})
    assert not (tmp_path / "elsewhere.txt").exists()


def test_a_folder_that_cannot_be_made_is_the_users_to_mend(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UsageError):
        write_new(tmp_path / "file", {"a.txt": "one"})


@pytest.mark.parametrize(
    "before", [None, b"", b"*.png binary\n", b"*.png binary", b"# \xe9\n", b"*.jsonl -text\n"]
)
def test_a_line_is_added_once(tmp_path: Path, before: bytes | None) -> None:
    path = tmp_path / ".gitattributes"
    if before is not None:
        path.write_bytes(before)
    for _ in range(2):
        write_plain(path, with_line(path, "*.jsonl -text"))
    lines = path.read_bytes().splitlines()
    assert lines.count(b"*.jsonl -text") == 1
    assert before is None or set(before.splitlines()) <= set(lines)


@pytest.mark.parametrize("kind", ["link", "dangling", "device", "FIFO", "folder", "huge"])
def test_no_line_is_added_to_what_is_no_file(tmp_path: Path, kind: str) -> None:
    path, elsewhere = tmp_path / ".gitattributes", tmp_path / "elsewhere"
    strange_files.put(kind, path, elsewhere, b"theirs")
    with pytest.raises(Refused, match=r"Nothing was written: .*\.gitattributes: It "):
        with_line(path, "*.jsonl -text")
    if kind in ("link", "dangling"):
        with pytest.raises(UsageError):
            write_plain(path, b"x")
    assert not elsewhere.exists() or elsewhere.read_bytes() == b"theirs"
