from pathlib import Path

import pytest

from satops.adapters.files.new_files import add_line, write_new
from satops.errors import Refused, UsageError


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


@pytest.mark.parametrize("before", [None, "", "build/\n", "build/", ".satops/\n"])
def test_a_line_is_added_once(tmp_path: Path, before: str | None) -> None:
    path = tmp_path / ".gitignore"
    if before is not None:
        path.write_text(before)
    for _ in range(2):
        add_line(path, ".satops/")
    lines = path.read_text().splitlines()
    assert lines.count(".satops/") == 1
    assert before is None or set(before.split()) <= set(lines)
