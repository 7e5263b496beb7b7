"""What the spool promises: what `keep` returned for is there, whatever happens next."""

import os
import stat
import subprocess
import sys
import zlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from msgspec import to_builtins as asdict

from satops.adapters.files.local_state import ledger_folder
from satops.adapters.files.spool import FileSpool
from satops.core import json_text
from satops.core.order.submission import InDoubt, NotSent, Outcome, Receipt, Rejection
from satops.ports import Spool, Spooled
from tests import strange_files
from tests.disk import fill, may_mount, small_disk

ROOT = Path(__file__).parents[2]
ROOM = 64
"""Outcomes for which the tests make room."""


@pytest.fixture
def base(tmp_path: Path) -> Path:
    return tmp_path / "state"


@pytest.fixture
def folder(base: Path) -> Path:
    return base / "ledgers" / "ledger-1" / "spool"


@pytest.fixture
def spool(base: Path) -> Spool:
    return _spool(base)


def _spool(base: Path) -> FileSpool:
    return FileSpool(ledger_folder(base, "ledger-1", "spool"))


def _entry(number: int = 1, *, run: str = "run-1", outcome: Outcome | None = None) -> Spooled:
    return Spooled(
        ledger="ledger-1",
        run=run,
        name=f"order-{number}",
        attempt=1,
        intent=f"{number:064x}",
        time=f"2031-05-06T07:08:{number % 60:02}Z",
        outcome=outcome or Receipt(f"PROG_{number}"),
    )


def _file(folder: Path) -> Path:
    (path,) = folder.glob("*.jsonl")
    return path


def _files(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir() if path.name not in ("lock", "room"))


@pytest.mark.parametrize(
    "outcome",
    [
        Receipt("PROG_Đà Nẵng\n🛰"),
        Rejection(400, "no", stops_run=True, retry_after_s=2.5),
        Rejection(429, "later"),
        NotSent("refused"),
        InDoubt("the answer was lost", "half an\x00 answer"),
        InDoubt("the number of another", "PROG_1 is order-2", claimed_no="PROG_1"),
    ],
)
def test_every_outcome_comes_back_as_it_was(base: Path, spool: Spool, outcome: Outcome) -> None:
    entry = _entry(outcome=outcome)
    spool.keep(entry)
    assert list(spool.entries()) == [entry]
    assert list(_spool(base).entries()) == [entry]


def test_text_that_utf_8_cannot_hold_does_not_lose_the_outcome(spool: Spool) -> None:
    spool.keep(_entry(outcome=InDoubt("cut", "caf\udce9")))
    (kept,) = spool.entries()
    assert kept.outcome == InDoubt("cut", "caf?")


def test_an_empty_spool_has_no_entries_and_makes_no_folder(base: Path, spool: Spool) -> None:
    assert list(spool.entries()) == []
    spool.forget([])
    spool.forget([_entry()])
    assert not base.exists()


def test_the_spools_of_two_ledgers_are_apart(base: Path, spool: Spool) -> None:
    other = FileSpool(ledger_folder(base, "ledger-2", "spool"))
    spool.keep(_entry(1))
    other.keep(_entry(2))
    assert list(spool.entries()) == [_entry(1)]
    spool.forget([_entry(1), _entry(2)])
    assert list(other.entries()) == [_entry(2)]


def test_the_oldest_entry_comes_first_whatever_its_run(spool: Spool) -> None:
    for number, run in ((3, "run-a"), (1, "run-b"), (2, "run-a")):
        spool.keep(_entry(number, run=run))
    assert [entry.name for entry in spool.entries()] == ["order-1", "order-2", "order-3"]


def test_files_are_for_their_owner_alone_and_go_when_all_of_them_is_in_the_ledger(
    base: Path, folder: Path, spool: Spool
) -> None:
    first, second = _entry(1), _entry(2)
    spool.prepare(1)
    spool.keep(first)
    spool.keep(second)
    path = _file(folder)
    assert {stat.S_IMODE(each.stat().st_mode) for each in folder.iterdir()} == {0o600}
    for above in (folder, folder.parent, folder.parent.parent, base):
        assert stat.S_IMODE(above.stat().st_mode) == 0o700
    spool.forget([first])
    assert path.exists()
    spool.forget([second])
    assert _files(folder) == []
    spool.forget([second])


def test_what_one_run_forgets_another_finds_again_until_the_file_is_gone(
    base: Path, spool: Spool
) -> None:
    first, second = _entry(1), _entry(2)
    spool.keep(first)
    spool.keep(second)
    spool.forget([first])
    other = _spool(base)
    assert list(other.entries()) == [first, second]
    other.forget(other.entries())
    assert list(spool.entries()) == []


@pytest.mark.parametrize("torn", [b'{"ledger":"ledger-1","run"', b'\n{"a":\n', b"\xff\xfe"])
def test_a_torn_line_is_left_out_and_hides_nothing(folder: Path, spool: Spool, torn: bytes) -> None:
    spool.keep(_entry(1))
    path = _file(folder)
    path.write_bytes(path.read_bytes() + torn)
    assert list(spool.entries()) == [_entry(1)]
    spool.keep(_entry(2))
    assert list(spool.entries()) == [_entry(1), _entry(2)]
    spool.forget(spool.entries())
    assert _files(folder) == []


def test_a_line_of_one_byte_less_is_a_torn_line(folder: Path, spool: Spool) -> None:
    spool.keep(_entry(1))
    path = _file(folder)
    path.write_bytes(path.read_bytes()[:-1])
    assert list(spool.entries()) == []


def _line(**changes: Any) -> bytes:
    """Return a line as `keep` writes it, but for some fields; `outcome` takes fields of its own."""
    fields = asdict(_entry())
    fields["outcome"] = {"kind": "Receipt", "order_no": "PROG_1"} | changes.pop("outcome", {})
    return json_text.dumps(fields | changes) + b"\n"


STRANGE = {
    "no object": b"[]\n",
    "a number": b"7\n",
    "no fields": b"{}\n",
    "a spool of 0.1, without an intent": json_text.dumps(
        {k: v for k, v in json_text.loads(_line()).items() if k != "intent"}
    )
    + b"\n",
    "a field of a later version": _line(extra=1),
    "an intent that is no digest": _line(intent="A" * 64),
    "an intent that is too long": _line(intent="a" * 65),
    "an intent that is a list": _line(intent=["a" * 64]),
    "a name that is a number": _line(name=7),
    "a name that is an object": _line(name={"a": 1}),
    "a time that is null": _line(time=None),
    "an attempt that is a text": _line(attempt="1"),
    "an attempt that is a truth": _line(attempt=True),
    "an unknown outcome": _line(outcome={"kind": "Refund"}),
    "an outcome that is a text": json_text.dumps(asdict(_entry()) | {"outcome": "x"}) + b"\n",
    "a number that is no text": _line(outcome={"order_no": 7}),
    "a number that is empty": _line(outcome={"order_no": " "}),
    "an outcome of another kind": _line(outcome={"kind": "NotSent"}),
    "a code that is a text": json_text.dumps(
        asdict(_entry()) | {"outcome": {"kind": "Rejection", "code": "400", "message": "no"}}
    )
    + b"\n",
    "a pause that is a list": json_text.dumps(
        asdict(_entry())
        | {"outcome": {"kind": "Rejection", "code": 1, "message": "", "retry_after_s": []}}
    )
    + b"\n",
    "a claim that is a number": json_text.dumps(
        asdict(_entry()) | {"outcome": {"kind": "InDoubt", "reason": "r", "claimed_no": 5}}
    )
    + b"\n",
}


@pytest.mark.parametrize("line", STRANGE.values(), ids=STRANGE)
def test_a_line_that_this_version_cannot_read_is_never_dropped(
    folder: Path, spool: Spool, line: bytes
) -> None:
    spool.keep(_entry(1))
    path = _file(folder)
    path.write_bytes(path.read_bytes() + line)
    with pytest.raises(OSError, match=r"run-1\.jsonl holds 1 lines that this version"):
        spool.entries()
    spool.forget([_entry(1)])
    assert path.exists()


def test_preparing_takes_room_once_and_harms_nothing(folder: Path, spool: Spool) -> None:
    spool.prepare(ROOM)
    size = (folder / "room").stat().st_size
    assert size >= ROOM * 4096
    spool.keep(_entry(1))
    spool.prepare(ROOM)
    spool.prepare(1)
    assert (folder / "room").stat().st_size == size
    spool.prepare(2 * ROOM)
    assert (folder / "room").stat().st_size == 2 * size
    assert list(spool.entries()) == [_entry(1)]


def test_the_room_is_on_the_disk_and_not_a_hole_or_a_run_of_zeros(
    folder: Path, spool: Spool
) -> None:
    spool.prepare(ROOM)
    content = (folder / "room").read_bytes()
    assert (folder / "room").stat().st_blocks * 512 >= len(content)
    assert len(zlib.compress(content)) >= len(content)


def test_a_run_of_any_name_stays_in_the_folder(folder: Path, spool: Spool) -> None:
    spool.keep(_entry(run="../../x/\n🛰"))
    assert len(_files(folder)) == 1
    assert len(spool.entries()) == 1


def test_a_folder_that_cannot_be_made_is_an_os_error(base: Path, spool: Spool) -> None:
    base.write_bytes(b"")
    for call in (lambda: spool.prepare(1), lambda: spool.keep(_entry()), spool.entries):
        with pytest.raises(OSError, match=r"state"):
            call()


@pytest.mark.parametrize("kind", ["link", "FIFO", "folder", "device", "huge"])
def test_what_is_no_file_of_a_spool_is_an_os_error_and_is_not_waited_for(
    kind: str, folder: Path, spool: Spool, tmp_path: Path
) -> None:
    spool.keep(_entry(1))
    path = folder / "run-2.jsonl"
    strange_files.put(kind, path, tmp_path / "elsewhere", _file(folder).read_bytes())
    with pytest.raises(OSError, match=r"run-2\.jsonl"):
        spool.entries()


def test_an_outcome_is_never_written_through_a_link(
    folder: Path, spool: Spool, tmp_path: Path
) -> None:
    spool.prepare(1)
    (folder / "run-1.jsonl").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(OSError, match="symbolic links"):
        spool.keep(_entry(1))
    assert not (tmp_path / "elsewhere").exists()


def test_a_disk_that_is_full_is_an_os_error_and_what_was_kept_stays(
    base: Path, folder: Path, spool: Spool
) -> None:
    spool.keep(_entry(1))
    path = _file(folder)
    limit = path.stat().st_size + 20
    script = (
        "import resource, signal, sys\n"
        "from pathlib import Path\n"
        "from satops.adapters.files.local_state import ledger_folder\n"
        "from satops.adapters.files.spool import FileSpool\n"
        "from satops.core.order.submission import Receipt\n"
        "from satops.ports import Spooled\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        f"resource.setrlimit(resource.RLIMIT_FSIZE, ({limit}, resource.RLIM_INFINITY))\n"
        f"folder = ledger_folder(Path({str(base)!r}), 'ledger-1', 'spool')\n"
        f"FileSpool(folder).keep({_entry(2)!r})\n"
    )
    command = [sys.executable, "-c", script]
    ran = subprocess.run(command, capture_output=True, text=True, cwd=ROOT)
    assert ran.stderr.endswith("OSError: [Errno 27] File too large\n")
    assert path.stat().st_size == limit
    assert list(spool.entries()) == [_entry(1)]
    spool.keep(_entry(3))
    assert list(spool.entries()) == [_entry(1), _entry(3)]


class SmallDisk:
    """Counts the bytes that are written to files, and has no more than some.

    Files that are deleted give their bytes back.
    """

    def __init__(self, patch: pytest.MonkeyPatch, room: int) -> None:
        self.room = room
        self._write = os.write
        self._unlink = Path.unlink
        patch.setattr(os, "write", self.write)
        patch.setattr(Path, "unlink", lambda path, **kept: self.unlink(path, **kept))

    def write(self, fd: int, content: bytes) -> int:
        """Write what there is room for."""
        if self.room == 0:
            raise OSError(28, "No space left on device")
        written = self._write(fd, content[: self.room])
        self.room -= written
        return written

    def unlink(self, path: Path, *, missing_ok: bool = False) -> None:
        """Delete a file."""
        size = path.stat().st_size if path.exists() else 0
        self._unlink(path, missing_ok=missing_ok)
        self.room += size


def _on_a_disk_that_counts(
    base: Path, patch: pytest.MonkeyPatch
) -> tuple[FileSpool, Callable[[], None]]:
    disk = SmallDisk(patch, 3 * ROOM * 4096)

    def fill_it() -> None:
        disk.room = 0

    return _spool(base), fill_it


def _keep_on_a_full_disk(spool: Spool, fill_it: Callable[[], None]) -> list[Spooled]:
    spool.prepare(ROOM)
    spool.keep(_entry(0))
    fill_it()
    evidence = "x" * 3_000
    entries = [_entry(number, outcome=InDoubt("lost", evidence)) for number in range(1, ROOM + 1)]
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(spool.keep, entries))
    return [_entry(0), *entries]


def test_what_was_prepared_for_is_kept_on_a_disk_that_is_full_since_and_no_more_is_promised(
    base: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spool, fill_it = _on_a_disk_that_counts(base, monkeypatch)
    kept = _keep_on_a_full_disk(spool, fill_it)
    assert set(_spool(base).entries()) == set(kept)
    with pytest.raises(OSError, match="No space left"):
        spool.prepare(ROOM)
    assert set(_spool(base).entries()) == set(kept)


if may_mount():

    def test_what_was_prepared_for_is_kept_on_a_real_disk_that_is_full_since(
        tmp_path: Path,
    ) -> None:
        with small_disk(tmp_path / "disk", 400) as disk:
            spool = _spool(disk / "state")
            kept = _keep_on_a_full_disk(spool, lambda: fill(disk / "ballast"))
            assert set(_spool(disk / "state").entries()) == set(kept)
            with pytest.raises(OSError, match="No space left"):
                spool.prepare(ROOM)
            (disk / "ballast").unlink()
            spool.forget(kept)
            spool.prepare(ROOM)
            assert spool.entries() == []

    def test_a_disk_too_small_for_the_room_is_left_as_it_was(tmp_path: Path) -> None:
        with small_disk(tmp_path / "disk", 100) as disk:
            spool = _spool(disk / "state")
            with pytest.raises(OSError, match="No space left"):
                spool.prepare(ROOM)
            spool.keep(_entry(1))
            assert list(spool.entries()) == [_entry(1)]


def test_each_outcome_is_flushed_to_the_disk_before_keep_returns(
    spool: Spool, monkeypatch: pytest.MonkeyPatch
) -> None:
    flush, flushed = os.fsync, []

    def noted(fd: int) -> None:
        flushed.append(stat.S_ISREG(os.fstat(fd).st_mode))
        flush(fd)

    monkeypatch.setattr(os, "fsync", noted)
    for number in range(3):
        spool.keep(_entry(number))
        assert sum(flushed) == number + 1


def test_an_outcome_whose_flush_failed_is_written_again_and_counts_once(
    spool: Spool, monkeypatch: pytest.MonkeyPatch
) -> None:
    spool.prepare(1)
    flush = os.fsync
    answers = iter([OSError(28, "No space left on device"), None, None])

    def flush_unless_it_is_the_first(fd: int) -> None:
        if (error := next(answers)) is not None:
            raise error
        flush(fd)

    monkeypatch.setattr(os, "fsync", flush_unless_it_is_the_first)
    spool.keep(_entry(1))
    assert next(answers, "none left") == "none left"
    assert list(spool.entries()) == [_entry(1)]


def test_the_folder_is_flushed_with_the_first_outcome_and_again_only_when_that_failed(
    spool: Spool, monkeypatch: pytest.MonkeyPatch
) -> None:
    spool.prepare(1)
    flush = os.fsync
    failed = OSError(5, "Input/output error")
    answers = iter([failed, failed, None])

    def flush_unless_it_is_the_first_folder(fd: int) -> None:
        error = next(answers) if stat.S_ISDIR(os.fstat(fd).st_mode) else None
        if error is not None:
            raise error
        flush(fd)

    monkeypatch.setattr(os, "fsync", flush_unless_it_is_the_first_folder)
    with pytest.raises(OSError, match="Input/output error"):
        spool.keep(_entry(1))
    for number in (2, 3, 4):
        spool.keep(_entry(number))
    assert next(answers, "none left") == "none left"
    assert len(spool.entries()) == 4


def test_threads_that_keep_and_forget_lose_nothing(folder: Path, spool: Spool) -> None:
    def keep(number: int) -> Spooled:
        entry = _entry(number)
        spool.keep(entry)
        if number % 3 == 0:
            spool.forget([entry])
        return entry

    with ThreadPoolExecutor(8) as threads:
        kept = list(threads.map(keep, range(60)))
    there = set(spool.entries())
    assert {entry for number, entry in enumerate(kept) if number % 3} <= there
    spool.forget(kept)
    assert _files(folder) == []


def test_a_run_that_reads_the_file_of_a_live_one_makes_it_lose_nothing(base: Path) -> None:
    script = (
        "import sys\n"
        "from pathlib import Path\n"
        "from satops.adapters.files.local_state import ledger_folder\n"
        "from satops.adapters.files.spool import FileSpool\n"
        "spool = FileSpool(ledger_folder(Path(sys.argv[1]), 'ledger-1', 'spool'))\n"
        "while line := sys.stdin.readline():\n"
        "    seen = spool.entries()\n"
        "    spool.forget(seen)\n"
        "    sys.stdout.write(''.join(entry.name + ' ' for entry in seen) + '\\n')\n"
        "    sys.stdout.flush()\n"
    )
    command = [sys.executable, "-c", script, str(base)]
    spool = _spool(base)
    seen: list[str] = []
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT
    ) as other:
        assert other.stdin is not None
        assert other.stdout is not None
        for number in range(100):
            other.stdin.write("look\n")
            other.stdin.flush()
            spool.keep(_entry(number))
            seen += other.stdout.readline().split()
        other.stdin.close()
    left = [entry.name for entry in spool.entries()]
    assert set(seen + left) == {f"order-{number}" for number in range(100)}
