"""This machine's own folder: where it may lie, whose it must be, and what is believed of it."""

import os
import stat
import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from satops.adapters.files import local_state
from satops.adapters.files.local_state import (
    HeadFile,
    LocalFolder,
    LookFile,
    ledger_folder,
    local_base,
)
from satops.core import json_text
from satops.core.ledger.chain import Head
from satops.errors import UsageError
from satops.ports import Look
from tests import strange_files

ROOT = Path(__file__).parents[2]
INTENT, OTHER = "a" * 64, "b" * 64
HEAD = Head(7, "c" * 64)


@pytest.fixture
def base(tmp_path: Path) -> Path:
    return tmp_path / "state"


@pytest.fixture
def folder(base: Path) -> LocalFolder:
    return ledger_folder(base, "ledger-1")


# Where the base lies.


@pytest.mark.parametrize(
    ("environ", "found"),
    [
        ({"SATOPS_LOCAL": "/var/lib/x", "XDG_STATE_HOME": "/y", "HOME": "/z"}, "/var/lib/x"),
        ({"SATOPS_LOCAL": "", "XDG_STATE_HOME": "/y", "HOME": "/z"}, "/y/satops"),
        ({"XDG_STATE_HOME": "", "HOME": "/z"}, "/z/.local/state/satops"),
        ({"XDG_STATE_HOME": "relative/y", "HOME": "/z"}, "/z/.local/state/satops"),
        ({"HOME": "/z"}, "/z/.local/state/satops"),
    ],
)
def test_the_base_is_what_the_environment_names_first(
    environ: dict[str, str], found: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "platform", "linux")
    assert local_base(environ, tmp_path) == Path(found)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("platform", "environ", "found"),
    [
        ("darwin", {"HOME": "/Users/z"}, "/Users/z/Library/Application Support/satops"),
        ("win32", {"HOME": "/z", "LOCALAPPDATA": "/z/Local"}, "/z/Local/satops"),
        ("win32", {"USERPROFILE": "/z"}, "/z/AppData/Local/satops"),
    ],
)
def test_each_system_has_its_own_place(
    platform: str,
    environ: dict[str, str],
    found: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sys, "platform", platform)
    assert local_base(environ, tmp_path) == Path(found)


@pytest.mark.parametrize("given", [".", "state", "../state", "~/state", "./x"])
def test_a_base_that_depends_on_where_satops_runs_is_refused(given: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"SATOPS_LOCAL is .* absolute path"):
        local_base({"SATOPS_LOCAL": given, "HOME": "/z"}, tmp_path)


@pytest.mark.parametrize("environ", [{}, {"HOME": ""}, {"HOME": "home"}, {"XDG_STATE_HOME": "x"}])
def test_a_machine_without_a_home_is_told_which_variable_to_set(
    environ: dict[str, str], tmp_path: Path
) -> None:
    with pytest.raises(UsageError, match=r"no home folder.* Set SATOPS_LOCAL"):
        local_base(environ, tmp_path)


def _repository(folder: Path) -> Path:
    """Make a folder that git checks out; `.git` of a work tree or a submodule is a file."""
    (folder / ".git").mkdir(parents=True)
    return folder


def _refused(base: Path, root: Path) -> None:
    with pytest.raises(UsageError, match="lies in the repository"):
        local_base({"SATOPS_LOCAL": str(base)}, root)


@pytest.mark.parametrize("inside", [".", "state", "a/b/c", ".git", ".git/satops"])
def test_a_base_in_the_repository_is_refused(inside: str, tmp_path: Path) -> None:
    root = _repository(tmp_path / "repository")
    _refused(root / inside, root)
    _refused(root / "orders" / ".." / inside, root)


def test_a_base_in_the_repository_is_refused_although_satops_lies_deeper_in_it(
    tmp_path: Path,
) -> None:
    top = _repository(tmp_path / "repository")
    root = top / "imagery"
    root.mkdir()
    _refused(top / "state", root)
    assert local_base({"SATOPS_LOCAL": str(tmp_path / "state")}, root) == tmp_path / "state"


def test_a_base_in_the_repository_around_a_submodule_or_a_work_tree_is_refused(
    tmp_path: Path,
) -> None:
    top = _repository(tmp_path / "outer")
    root = top / "inner"
    root.mkdir()
    (root / ".git").write_text("gitdir: ../.git/modules/inner\n", "utf-8")
    _refused(root / "state", root)
    _refused(top / "state", root)


def test_a_home_that_is_itself_a_repository_can_hold_the_state_of_another_one(
    tmp_path: Path,
) -> None:
    _repository(tmp_path)
    root = _repository(tmp_path / "work" / "imagery")
    base = tmp_path / ".local" / "state" / "satops"
    assert local_base({"HOME": str(tmp_path)}, root) == base


def test_a_base_that_a_link_leads_into_the_repository_is_refused(tmp_path: Path) -> None:
    root = _repository(tmp_path / "repository")
    (tmp_path / "outside").symlink_to(root)
    _refused(tmp_path / "outside" / "state", root)
    _refused(tmp_path / "outside", root)
    _refused(root / "state", tmp_path / "outside")


def test_a_base_in_the_repository_by_another_name_is_known_by_its_inode(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on a disk that does not tell upper from lower case, or where a folder is mounted twice."""
    root = _repository(tmp_path / "repository")
    other = tmp_path / "REPOSITORY"
    known = Path.stat

    def stat_as_if_mounted_twice(path: Path, **kept: bool) -> os.stat_result:
        return known(root if path == other else path, **kept)

    monkeypatch.setattr(Path, "stat", stat_as_if_mounted_twice)
    _refused(other / "state", root)


def test_a_link_above_the_base_is_followed_once(tmp_path: Path) -> None:
    """As /home is one to /usr/home, or /var to /private/var."""
    (tmp_path / "real").mkdir()
    (tmp_path / "home").symlink_to(tmp_path / "real")
    root = _repository(tmp_path / "repository")
    base = local_base({"SATOPS_LOCAL": str(tmp_path / "home" / "state")}, root)
    assert base == tmp_path / "real" / "state"
    ledger_folder(base, "ledger-1").make()
    assert (tmp_path / "real" / "state" / "ledgers" / "ledger-1").is_dir()


@pytest.mark.parametrize(
    "ledger", ["", ".", "..", "../x", "a/b", "/etc", "x" * 65, "a\0b", "é", "-x", "a\n", "CON "]
)
def test_a_strange_id_of_a_ledger_stays_in_its_place(ledger: str, base: Path) -> None:
    folder = ledger_folder(base, ledger)
    folder.make()
    assert folder.path.parent == base / "ledgers"
    assert len(folder.path.name) == 64
    assert folder.path != ledger_folder(base, ledger + "x").path


# Whose the folders are.


def _link_in_the_place_of(path: Path) -> None:
    elsewhere = path.parent.parent / "elsewhere"
    elsewhere.mkdir()
    path.symlink_to(elsewhere)


def _file_in_the_place_of(path: Path) -> None:
    path.write_bytes(b"")


def _fifo_in_the_place_of(path: Path) -> None:
    os.mkfifo(path)


def _open_to_all_in_the_place_of(path: Path) -> None:
    path.mkdir()
    path.chmod(0o777)


USES: list[Callable[[LocalFolder], object]] = [
    LocalFolder.make,
    lambda folder: folder.exists,
    lambda folder: folder.read("head.json"),
    lambda folder: folder.replace("head.json", b""),
    lambda folder: folder.locked().__enter__(),
    lambda folder: folder.place("sandbox.sqlite"),
]


@pytest.mark.parametrize("use", USES)
@pytest.mark.parametrize("below", ["ledgers", "ledgers/ledger-1"])
@pytest.mark.parametrize(
    "put",
    [
        _link_in_the_place_of,
        _file_in_the_place_of,
        _fifo_in_the_place_of,
        _open_to_all_in_the_place_of,
    ],
)
def test_no_use_of_the_folder_follows_what_others_may_change(
    put: Callable[[Path], None],
    below: str,
    use: Callable[[LocalFolder], object],
    base: Path,
    folder: LocalFolder,
) -> None:
    (base / below).parent.mkdir(parents=True)
    put(base / below)
    with pytest.raises(OSError, match=r"no folder, or a link|written by everybody|exists"):
        use(folder)
    assert [path for path in base.parent.rglob("*") if path.name == "head.json"] == []


@pytest.mark.parametrize("use", USES)
def test_no_use_of_the_folder_takes_one_of_another_user(
    use: Callable[[LocalFolder], object],
    base: Path,
    folder: LocalFolder,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    folder.make()
    monkeypatch.setattr(os, "geteuid", lambda: base.stat().st_uid + 1)
    with pytest.raises(PermissionError, match="belongs to another user"):
        use(folder)


def test_a_folder_that_all_may_write_to_is_taken_where_they_cannot_rename(base: Path) -> None:
    base.mkdir()
    base.chmod(0o1777)
    folder = ledger_folder(base, "ledger-1")
    folder.make()
    assert stat.S_IMODE(folder.path.stat().st_mode) == 0o700


@pytest.mark.parametrize("name", ["lock", "sandbox.sqlite"])
@pytest.mark.parametrize("kind", ["link", "dangling", "folder", "FIFO"])
def test_what_a_library_opens_by_name_is_a_file_or_nothing(
    name: str, kind: str, folder: LocalFolder, tmp_path: Path
) -> None:
    folder.make()
    path = folder.path / name
    elsewhere = tmp_path / "elsewhere"
    strange_files.put(kind, path, elsewhere)
    with pytest.raises(OSError, match="is a link, or no file"):
        folder.place(name)
    if name == "lock":
        with pytest.raises(OSError, match="is a link, or no file"), folder.locked():
            pass
    assert kind == "link" or not elsewhere.exists()


# What is written.


def test_a_file_is_replaced_whole_and_is_its_owners_alone(folder: LocalFolder) -> None:
    folder.replace("head.json", b"x" * 100_000)
    folder.replace("head.json", b"y")
    assert folder.read("head.json") == b"y"
    assert [path.name for path in folder.path.iterdir()] == ["head.json"]
    assert stat.S_IMODE((folder.path / "head.json").stat().st_mode) == 0o600


def test_what_a_run_left_that_was_killed_in_a_replacement_is_in_nobodys_way(
    folder: LocalFolder, tmp_path: Path
) -> None:
    folder.replace("head.json", b"old")
    (tmp_path / "elsewhere").write_bytes(b"theirs")
    (folder.path / "head.json.new").symlink_to(tmp_path / "elsewhere")
    folder.replace("head.json", b"new")
    assert folder.read("head.json") == b"new"
    assert (tmp_path / "elsewhere").read_bytes() == b"theirs"


@pytest.mark.parametrize("call", ["write", "fsync", "replace"])
def test_a_replacement_that_fails_leaves_the_old_file(
    call: str, folder: LocalFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder.replace("head.json", b"old")

    def full(*_: object, **__: object) -> object:
        raise OSError(28, "No space left on device")

    match call:
        case "write":
            monkeypatch.setattr(os, "fdopen", full)
        case "fsync":
            monkeypatch.setattr(os, "fsync", full)
        case _:
            monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(OSError, match="No space left"):
        folder.replace("head.json", b"new")
    monkeypatch.undo()
    assert folder.read("head.json") == b"old"
    assert [path.name for path in folder.path.iterdir()] == ["head.json"]


def test_new_folders_are_on_the_disk_with_all_that_lie_above_them(
    base: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    flushed: list[Path] = []
    monkeypatch.setattr(local_state, "flush_folder", flushed.append)
    ledger_folder(base / "x" / "y", "ledger-1").make()
    made = [base, base / "x", base / "x" / "y", base / "x" / "y" / "ledgers"]
    assert flushed == [base.parent, *made]


def test_a_lock_that_the_disk_does_not_have_is_an_os_error(
    folder: LocalFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    import fcntl

    for number, words in ((38, "Function not implemented"), (37, "No locks available")):

        def fail(fd: int, kind: int, number: int = number, words: str = words) -> None:
            raise OSError(number, words)

        monkeypatch.setattr(fcntl, "flock", fail)
        with pytest.raises(OSError, match=words), folder.locked():
            pass


def test_a_lock_is_not_waited_for_without_end(
    base: Path, folder: LocalFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(local_state, "LOCK_WAIT_S", 0.1)
    with folder.locked(), folder.locked(), ThreadPoolExecutor(1) as other:

        def lock() -> None:
            with ledger_folder(base, "ledger-1").locked():
                raise AssertionError("two hold one lock")

        with pytest.raises(OSError, match=r"another process has held .* 0\.1 seconds"):
            other.submit(lock).result()


COUNT = """
import sys
from pathlib import Path
from satops.adapters.files.local_state import HeadFile, LookFile, ledger_folder
from satops.core.ledger.chain import Head
from satops.ports import Look

base, own, count = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
folder = ledger_folder(base, "ledger-1")
looks, mark = LookFile(folder), HeadFile(folder)
for number in range(count):
    looks.note(f"{own:x}{number:063x}", Look(1.0, number, "boot"))
    mark.note(Head(2 * number + own, f"{own}"))
"""


def test_two_processes_lose_no_look_and_never_lower_the_head(base: Path) -> None:
    count = 60
    running = [
        subprocess.Popen([sys.executable, "-c", COUNT, str(base), str(own), str(count)], cwd=ROOT)
        for own in (1, 2)
    ]
    assert [process.wait() for process in running] == [0, 0]
    folder = ledger_folder(base, "ledger-1")
    looks = LookFile(folder)
    for own in (1, 2):
        for number in range(count):
            assert looks.look(f"{own:x}{number:063x}", "boot") == Look(1.0, number, "boot")
    assert HeadFile(folder).noted() == Head(2 * count, "2")


# Looks.


def test_a_look_comes_back_in_its_own_epoch_alone(folder: LocalFolder) -> None:
    looks = LookFile(folder)
    assert looks.look(INTENT, "boot-1") is None
    looks.note(INTENT, Look(12.5, 2, "boot-1"))
    looks.note(OTHER, Look(0.0, 0, "boot-1"))
    looks.note(INTENT, Look(3.0, 1, "boot-2"))
    again = LookFile(folder)
    assert again.look(INTENT, "boot-1") == Look(12.5, 2, "boot-1")
    assert again.look(OTHER, "boot-1") == Look(0.0, 0, "boot-1")
    assert again.look(INTENT, "boot-2") == Look(3.0, 1, "boot-2")
    assert again.look(INTENT, "boot-3") is None
    assert again.look(OTHER, "boot-2") is None


def _look_file(folder: LocalFolder) -> Path:
    LookFile(folder).note(OTHER, Look(1.0, 1, "boot"))
    (path,) = folder.path.glob("looks-*.json")
    return path


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"null",
        b"[]",
        b'"x"',
        b"\xff",
        b"{",
        b"[" * 100_000,
        b'{"INTENT": null}',
        b'{"INTENT": []}',
        b'{"INTENT": "x"}',
        b'{"INTENT": {}}',
        b'{"INTENT": {"first": 1.0}}',
        b'{"INTENT": {"first": NaN, "count": 9}}',
        b'{"INTENT": {"first": Infinity, "count": 9}}',
        b'{"INTENT": {"first": 1e999, "count": 9}}',
        b'{"INTENT": {"first": -1e999, "count": 9}}',
        b'{"INTENT": {"first": -1.0, "count": 9}}',
        b'{"INTENT": {"first": 1, "count": 9}}',
        b'{"INTENT": {"first": true, "count": 9}}',
        b'{"INTENT": {"first": "1.0", "count": 9}}',
        b'{"INTENT": {"first": 1.0, "count": -1}}',
        b'{"INTENT": {"first": 1.0, "count": true}}',
        b'{"INTENT": {"first": 1.0, "count": 2.0}}',
        b'{"INTENT": {"first": 1.0, "count": "9"}}',
    ],
)
def test_a_look_that_cannot_be_one_was_never_taken(content: bytes, folder: LocalFolder) -> None:
    path = _look_file(folder)
    path.write_bytes(content.replace(b"INTENT", INTENT.encode()))
    looks = LookFile(folder)
    assert looks.look(INTENT, "boot") is None
    looks.note(INTENT, Look(2.0, 1, "boot"))
    assert looks.look(INTENT, "boot") == Look(2.0, 1, "boot")


@pytest.mark.parametrize("kind", ["link", "device", "FIFO", "huge"])
def test_looks_that_are_no_file_were_never_taken(
    kind: str, folder: LocalFolder, tmp_path: Path
) -> None:
    path = _look_file(folder)
    told = path.read_bytes()
    path.unlink()
    strange_files.put(kind, path, tmp_path / "elsewhere", told)
    assert LookFile(folder).look(OTHER, "boot") is None
    LookFile(folder).note(OTHER, Look(2.0, 1, "boot"))
    assert LookFile(folder).look(OTHER, "boot") == Look(2.0, 1, "boot")
    assert kind != "link" or (tmp_path / "elsewhere").read_bytes() == told


# The head.


def test_the_head_is_only_ever_raised_unless_a_person_accepts_a_loss(folder: LocalFolder) -> None:
    mark = HeadFile(folder)
    assert mark.noted() is None
    mark.note(HEAD)
    mark.note(Head(6, "d" * 64))
    mark.note(Head(7, "e" * 64))
    assert HeadFile(folder).noted() == HEAD
    mark.note(Head(6, "d" * 64), accepted=True)
    assert HeadFile(folder).noted() == Head(6, "d" * 64)
    mark.note(HEAD)
    assert HeadFile(folder).noted() == HEAD


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"null",
        b"[7]",
        b"{}",
        b'{"seq": 7}',
        b'{"seq": 0, "digest": "c"}',
        b'{"seq": -7, "digest": "c"}',
        b'{"seq": 7.0, "digest": "c"}',
        b'{"seq": true, "digest": "c"}',
        b'{"seq": "7", "digest": "c"}',
        b'{"seq": NaN, "digest": "c"}',
        b'{"seq": 7, "digest": 7}',
        b'{"seq": 7, "digest": null}',
        b"\xff\xfe",
    ],
)
def test_a_head_that_cannot_be_one_is_never_taken_for_none(
    content: bytes, folder: LocalFolder
) -> None:
    folder.replace("head.json", content)
    mark = HeadFile(folder)
    with pytest.raises(OSError, match=r"head\.json tells no head"):
        mark.noted()
    with pytest.raises(OSError, match=r"head\.json tells no head"):
        mark.note(HEAD)
    assert folder.read("head.json") == content


@pytest.mark.parametrize("kind", ["link", "device", "FIFO", "folder"])
def test_a_head_that_is_no_file_is_never_taken_for_none(
    kind: str, folder: LocalFolder, tmp_path: Path
) -> None:
    folder.make()
    path = folder.path / "head.json"
    strange_files.put(kind, path, tmp_path / "elsewhere")
    with pytest.raises(OSError, match=r"head\.json"):
        HeadFile(folder).noted()


def test_threads_that_share_a_folder_hold_its_lock_one_at_a_time(folder: LocalFolder) -> None:
    inside, most = 0, 0
    gate = threading.Barrier(8)

    def hold() -> None:
        nonlocal inside, most
        gate.wait()
        with folder.locked():
            inside += 1
            most = max(most, inside)
            folder.replace_object("x.json", {"inside": inside})
            inside -= 1

    with ThreadPoolExecutor(8) as threads:
        for waited in [threads.submit(hold) for _ in range(8)]:
            waited.result()
    assert most == 1
    assert json_text.loads(folder.read("x.json") or b"") == {"inside": 1}
