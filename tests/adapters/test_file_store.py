"""The ledger in a file: torn tails, failing disks, and what is no file."""

import errno
import fcntl
import os
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path, PureWindowsPath
from typing import Any

import pytest

from satops.adapters.stores.file import FileStore
from satops.adapters.stores.lines import offset_after, tail
from satops.adapters.stores.open import open_store
from satops.core.ledger.chain import GENESIS, Head, decode
from satops.errors import HeadMoved, LedgerMissing, StoreUnreachable, UsageError
from tests.chains import altered, chain, ledger_of, placed, started

ROOT = Path(__file__).parents[2]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Return the path of a ledger that has begun."""
    path = tmp_path / "state" / "ledger.jsonl"
    FileStore(path).append(started()[0], GENESIS)
    return path


def _next(number: int = 1) -> tuple[list[bytes], Head]:
    return chain(placed(f"order-{number}"), head=started()[1])


def test_a_ledger_is_lines_with_a_newline_each(path: Path) -> None:
    assert path.read_bytes() == started()[0][0] + b"\n"
    assert [entry.name for entry in path.parent.iterdir()] == ["ledger.jsonl"]


@pytest.mark.parametrize("torn", [b"{", b'{"format":"satops.ledger/1","seq":2', b"\0" * 5000])
def test_readers_leave_an_unterminated_line_out_and_the_next_append_replaces_it(
    path: Path, torn: bytes
) -> None:
    whole = path.read_bytes()
    path.write_bytes(whole + torn)
    store = FileStore(path)
    assert list(store.read()) == started()[0]
    assert store.unterminated_bytes() == len(torn)
    lines, _ = _next()
    store.append(lines, started()[1].digest)
    assert path.read_bytes() == whole + lines[0] + b"\n"
    assert store.unterminated_bytes() == 0


@pytest.mark.parametrize("content", [b"", b"{", b'{"format":"satops.ledger/1","seq":1'])
def test_a_file_without_a_whole_line_is_a_missing_ledger(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "ledger.jsonl"
    path.write_bytes(content)
    store = FileStore(path)
    with pytest.raises(LedgerMissing, match="holds no event"):
        list(store.read())
    with pytest.raises(LedgerMissing, match="satops ledger start"):
        store.append(_next()[0], started()[1].digest)
    assert path.read_bytes() == content
    store.append(started()[0], GENESIS)
    assert list(store.read()) == started()[0]


def test_a_folder_that_has_vanished_is_a_missing_ledger(path: Path) -> None:
    path.unlink()
    path.parent.rmdir()
    with pytest.raises(LedgerMissing, match="every order would be bought again"):
        FileStore(path).append(_next()[0], started()[1].digest)
    assert not path.parent.exists()


def _folder(path: Path) -> None:
    path.mkdir()


def _fifo(path: Path) -> None:
    os.mkfifo(path)


def _link(path: Path) -> None:
    target = path.with_name("elsewhere.jsonl")
    FileStore(target).append(started()[0], GENESIS)
    path.symlink_to(target)


def _below_a_file(path: Path) -> None:
    path.parent.rmdir()
    path.parent.write_bytes(b"")


@pytest.mark.parametrize("make", [_folder, _fifo, _link, _below_a_file])
@pytest.mark.parametrize("head", [GENESIS, started()[1].digest])
def test_what_is_no_file_is_refused_without_waiting(
    tmp_path: Path, make: Callable[[Path], None], head: str
) -> None:
    path = tmp_path / "state" / "ledger.jsonl"
    path.parent.mkdir()
    make(path)
    store = FileStore(path)
    with pytest.raises(StoreUnreachable) as read:
        list(store.read())
    with pytest.raises(StoreUnreachable) as write:
        store.append(_next()[0], head)
    assert "ledger.jsonl" in str(read.value)
    assert "ledger.jsonl" in str(write.value)


def test_a_file_that_may_not_be_written_is_refused_and_can_still_be_read(path: Path) -> None:
    path.chmod(0o444)
    path.parent.chmod(0o555)
    script = (
        "import os\n"
        "from pathlib import Path\n"
        "from satops.adapters.stores.file import FileStore\n"
        "from satops.errors import StoreUnreachable\n"
        "if os.geteuid() == 0:\n"
        "    os.seteuid(65534)\n"
        "store = FileStore(Path('ledger.jsonl'))\n"
        "assert len(list(store.read())) == 1\n"
        "try:\n"
        f"    store.append({_next()[0]!r}, {started()[1].digest!r})\n"
        "except StoreUnreachable as error:\n"
        "    print(error)\n"
    )
    command = [sys.executable, "-c", script]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    ran = subprocess.run(
        command, capture_output=True, text=True, cwd=path.parent, env=environment, check=True
    )
    path.parent.chmod(0o755)
    assert ran.stdout == "The ledger at file:ledger.jsonl cannot be used: permission denied.\n"


def test_a_disk_that_is_full_in_the_middle_of_a_write_leaves_the_ledger_as_it_was(
    path: Path,
) -> None:
    before = path.read_bytes()
    lines, _ = chain(*(placed(f"order-{number}") for number in range(9)), head=started()[1])
    script = (
        "import resource, signal, sys\n"
        "from pathlib import Path\n"
        "from satops.adapters.stores.file import FileStore\n"
        "from satops.errors import StoreUnreachable\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        f"limit = ({len(before) + 700}, resource.RLIM_INFINITY)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, limit)\n"
        "try:\n"
        f"    FileStore(Path({str(path)!r})).append({lines!r}, {started()[1].digest!r})\n"
        "except StoreUnreachable as error:\n"
        "    sys.exit(str(error))\n"
    )
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert "could not be written: file too large. Nothing was added to it." in ran.stderr
    assert path.read_bytes() == before


def test_a_failed_fsync_is_no_success_and_its_bytes_are_taken_back(path: Path) -> None:
    answers = [OSError(errno.EIO, os.strerror(errno.EIO)), None]

    def flush(fd: int) -> None:
        answer = answers.pop(0)
        if answer is not None:
            raise answer

    before = path.read_bytes()
    store = FileStore(path, flush=flush)
    with pytest.raises(StoreUnreachable, match="input/output error"):
        store.append(_next()[0], started()[1].digest)
    assert answers == []
    assert path.read_bytes() == before
    assert list(store.read()) == started()[0]


def test_a_store_that_cannot_take_a_write_back_believes_its_file_no_more(path: Path) -> None:
    def flush(fd: int) -> None:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    store = FileStore(path, flush=flush)
    for _ in range(2):
        with pytest.raises(StoreUnreachable, match="may not be on the disk"):
            store.append(_next()[0], started()[1].digest)
    with pytest.raises(StoreUnreachable, match="may not be on the disk"):
        list(store.read())


@pytest.mark.parametrize("acknowledged", [1, 2, 7, 30, 31])
def test_a_writer_that_is_killed_loses_nothing_that_was_acknowledged(
    path: Path, acknowledged: int
) -> None:
    script = (
        "import sys\n"
        "from pathlib import Path\n"
        "from satops.adapters.stores.file import FileStore\n"
        "from tests.chains import chain, placed, started\n"
        "head, store = started()[1], FileStore(Path(sys.argv[1]))\n"
        "while True:\n"
        "    lines, made = chain(*[placed('a', order_no='x' * 5000)] * 40, head=head)\n"
        "    store.append(lines, head.digest)\n"
        "    head = made\n"
        "    print(head.digest, flush=True)\n"
    )
    command = [sys.executable, "-c", script, str(path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as writer:
        assert writer.stdout is not None
        heads = [writer.stdout.readline().strip() for _ in range(acknowledged)]
        writer.kill()
        heads += writer.stdout.read().split()
    digests = [line.digest for line in decode(FileStore(path).read())]
    assert digests[0] == started()[1].digest
    assert set(heads) <= set(digests)
    more, _ = chain(placed("later"), head=Head(len(digests), digests[-1]))
    FileStore(path).append(more, digests[-1])
    assert len(list(decode(FileStore(path).read()))) == len(digests) + 1


def test_a_lock_that_is_never_freed_is_waited_for_only_so_long_and_its_holder_is_named(
    path: Path,
) -> None:
    with path.open("rb") as holder:
        fcntl.flock(holder, fcntl.LOCK_EX)
        store = FileStore(path, lock_wait_s=0.05)
        with pytest.raises(StoreUnreachable, match="is locked: ") as write:
            store.append(_next()[0], started()[1].digest)
        with pytest.raises(StoreUnreachable, match="is locked: "):
            list(store.read())
    if Path("/proc/locks").exists():
        assert f"Process {os.getpid()} (" in str(write.value)
    store.append(_next()[0], started()[1].digest)


def test_readers_do_not_keep_each_other_waiting(path: Path) -> None:
    with path.open("rb") as other:
        fcntl.flock(other, fcntl.LOCK_SH)
        assert list(FileStore(path, lock_wait_s=0).read()) == started()[0]


def test_a_file_that_was_put_in_place_of_the_locked_one_is_the_one_that_is_written(
    path: Path,
) -> None:
    lines, made = _next()
    replaced = path.with_name("restored.jsonl")
    FileStore(replaced).append(started()[0] + lines, GENESIS)
    later, _ = chain(placed("later"), head=made)
    with path.open("rb") as holder:
        fcntl.flock(holder, fcntl.LOCK_EX)
        writer = threading.Thread(target=FileStore(path).append, args=(later, made.digest))
        writer.start()
        replaced.rename(path)
    writer.join()
    assert list(FileStore(path).read()) == [*started()[0], *lines, *later]


def test_an_append_reads_only_the_tail_however_long_the_ledger_is(tmp_path: Path) -> None:
    path = tmp_path / "ledger.jsonl"
    lines, head = ledger_of(2000)
    FileStore(path).append(lines, GENESIS)
    with path.open("r+b") as file:
        file.write(b"what stands here is of no interest to an append")
    more, _ = chain(placed("one more"), head=head)
    FileStore(path).append(more, head.digest)
    assert path.read_bytes().endswith(lines[-1] + b"\n" + more[0] + b"\n")


def test_the_line_after_a_number_is_found_among_lines_of_any_length(tmp_path: Path) -> None:
    lines, _ = chain(*(placed("a", order_no="x" * (n * 7919 % 200_000)) for n in range(40)))
    path = tmp_path / "ledger.jsonl"
    FileStore(path).append(lines, GENESIS)
    starts = [sum(len(line) + 1 for line in lines[:count]) for count in range(len(lines) + 1)]
    with path.open("rb") as file:
        fd, size = file.fileno(), path.stat().st_size
        assert [offset_after(fd, size, after) for after in range(len(lines) + 1)] == starts
        assert offset_after(fd, size, 1000) == size
        assert offset_after(fd, size, -1) == 0
        assert tail(fd, size).last == lines[-1]
        assert tail(fd, size - 1).last == lines[-2]


def test_where_a_line_has_lost_its_number_lines_are_counted(tmp_path: Path) -> None:
    lines, _ = ledger_of(600)
    for number in range(300, 900):
        lines = altered(lines, number, b'"seq":', b'"was":') if number % 2 else lines
    path = tmp_path / "ledger.jsonl"
    FileStore(path).append(lines, GENESIS)
    for after in (1, 299, 700, 901, 1201, 1202, 5000):
        assert list(FileStore(path).read(after=after)) == lines[after:]


def test_an_append_of_lines_that_were_edited_behind_its_back_finds_another_head(
    path: Path,
) -> None:
    path.write_bytes(path.read_bytes().replace(b"satops test", b"satops best"))
    with pytest.raises(HeadMoved):
        FileStore(path).append(_next()[0], started()[1].digest)


def test_an_address_opens_a_file_below_the_root(tmp_path: Path) -> None:
    store = open_store("file:state/ledger.jsonl", tmp_path)
    assert store.address == f"file:{tmp_path}/state/ledger.jsonl"


@pytest.mark.parametrize("address", ["state/ledger.jsonl", "ftp:x", "", "file:", "os:system"])
def test_an_address_outside_the_table_is_refused(tmp_path: Path, address: str) -> None:
    with pytest.raises(UsageError, match=r"satops\.yaml"):
        open_store(address, tmp_path)


def test_an_address_has_forward_slashes_on_every_system() -> None:
    windows: Any = PureWindowsPath(r"C:\orders\state\ledger.jsonl")
    assert FileStore(windows).address == "file:C:/orders/state/ledger.jsonl"
