"""What the spool promises: what `keep` returned for is there, whatever happens next."""

import os
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest

from satops.adapters.files.local_state import LocalFolder
from satops.adapters.files.spool import FileSpool
from satops.core.order.submission import InDoubt, NotSent, Outcome, Receipt, Rejection
from satops.ports import Spool, Spooled

ROOT = Path(__file__).parents[2]


def opened(folder: Path) -> FileSpool:
    """Open the spool in a folder."""
    return FileSpool(LocalFolder(folder.parent, folder.name))


def files(folder: Path) -> list[Path]:
    """Return the files with outcomes, and any room that was not given back."""
    return sorted(path for path in folder.iterdir() if path.name != "lock")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "state" / "spool"


@pytest.fixture
def spool(folder: Path) -> Spool:
    return opened(folder)


def _entry(
    number: int = 1,
    *,
    run: str = "run-1",
    ledger: str = "ledger-1",
    outcome: Outcome | None = None,
) -> Spooled:
    return Spooled(
        ledger=ledger,
        run=run,
        name=f"order-{number}",
        attempt=1,
        intent=sha256(f"{ledger} {run} {number}".encode()).hexdigest(),
        time=f"2031-05-06T07:08:{number % 60:02}Z",
        outcome=outcome or Receipt(f"PROG_{number}"),
    )


@pytest.mark.parametrize(
    "outcome",
    [
        Receipt("PROG_Đà Nẵng\n🛰"),
        Rejection(400, "no", stops_run=True, retry_after_s=2.5),
        Rejection(429, "later"),
        NotSent("refused"),
        InDoubt("the answer was lost", "half an\x00 answer"),
        InDoubt("the number of another order", "PROG_1", claimed_no="PROG_1"),
    ],
)
def test_every_outcome_comes_back_as_it_was(folder: Path, spool: Spool, outcome: Outcome) -> None:
    entry = _entry(outcome=outcome)
    spool.keep(entry)
    assert list(spool.entries()) == [entry]
    assert list(opened(folder).entries()) == [entry]


def test_text_that_utf_8_cannot_hold_does_not_lose_the_outcome(spool: Spool) -> None:
    spool.keep(_entry(outcome=InDoubt("cut", "caf\udce9")))
    (kept,) = spool.entries()
    assert kept.outcome == InDoubt("cut", "caf?")


def test_an_empty_spool_has_no_entries_and_makes_no_folder(folder: Path, spool: Spool) -> None:
    assert list(spool.entries()) == []
    spool.forget([])
    spool.forget([_entry()])
    assert not folder.exists()


def test_the_oldest_entry_comes_first_whatever_its_run(spool: Spool) -> None:
    for number, run in ((3, "run-a"), (1, "run-b"), (2, "run-a")):
        spool.keep(_entry(number, run=run))
    assert [entry.name for entry in spool.entries()] == ["order-1", "order-2", "order-3"]


def test_files_are_for_their_owner_alone_and_go_when_all_of_them_is_in_the_ledger(
    folder: Path, spool: Spool
) -> None:
    first, second = _entry(1), _entry(2)
    spool.keep(first)
    spool.keep(second)
    (path,) = files(folder)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    spool.forget([first])
    assert path.exists()
    spool.forget([second])
    assert files(folder) == []
    spool.forget([second])


def test_what_one_run_forgets_another_finds_again_until_the_file_is_gone(
    folder: Path, spool: Spool
) -> None:
    first, second = _entry(1), _entry(2)
    spool.keep(first)
    spool.keep(second)
    spool.forget([first])
    other = opened(folder)
    assert list(other.entries()) == [first, second]
    other.forget(other.entries())
    assert list(spool.entries()) == []


@pytest.mark.parametrize("torn", [b'{"ledger":"ledger-1","run"', b"\n[]\n{}\n7", b"\xff\xfe"])
def test_a_torn_line_is_left_out_and_hides_nothing(folder: Path, spool: Spool, torn: bytes) -> None:
    spool.keep(_entry(1))
    (path,) = files(folder)
    path.write_bytes(path.read_bytes() + torn)
    assert list(spool.entries()) == [_entry(1)]
    spool.keep(_entry(2))
    assert list(spool.entries()) == [_entry(1), _entry(2)]
    spool.forget(spool.entries())
    assert files(folder) == []


@pytest.mark.parametrize("intent", ["", "1", "g" * 64, "a" * 63])
def test_an_outcome_that_names_no_intent_is_no_outcome(
    folder: Path, spool: Spool, intent: str
) -> None:
    spool.keep(replace(_entry(1), intent=intent))
    assert list(spool.entries()) == []


def test_a_line_of_one_byte_less_is_a_torn_line(folder: Path, spool: Spool) -> None:
    spool.keep(_entry(1))
    (path,) = files(folder)
    path.write_bytes(path.read_bytes()[:-1])
    assert list(spool.entries()) == []


def test_the_room_of_a_run_is_taken_before_it_begins_and_given_back(
    folder: Path, spool: Spool
) -> None:
    spool.prepare("run-1")
    (room,) = files(folder)
    assert room.stat().st_size >= 256 * 1024
    assert list(spool.entries()) == []
    spool.keep(_entry(1))
    spool.end("run-1")
    assert not room.exists()
    assert list(spool.entries()) == [_entry(1)]


def test_each_outcome_is_flushed_to_the_disk_before_keep_returns(
    spool: Spool, monkeypatch: pytest.MonkeyPatch
) -> None:
    flushed: list[int] = []
    flush = os.fsync

    def counted(fd: int) -> None:
        status = os.fstat(fd)
        if stat.S_ISREG(status.st_mode):
            flushed.append(status.st_size)
        flush(fd)

    monkeypatch.setattr(os, "fsync", counted)
    spool.keep(_entry(1))
    spool.keep(_entry(2))
    assert len(flushed) == 2
    assert 0 < flushed[0] < flushed[1]


def test_a_run_of_any_name_stays_in_the_folder(folder: Path, spool: Spool) -> None:
    spool.keep(_entry(run="../../x/\n🛰"))
    assert len(files(folder)) == 1
    assert len(spool.entries()) == 1


def test_a_folder_that_cannot_be_made_is_an_os_error(tmp_path: Path) -> None:
    (tmp_path / "state").write_bytes(b"")
    spool = opened(tmp_path / "state" / "spool")
    with pytest.raises(OSError, match=r"[Nn]ot a directory|File exists|no folder"):
        spool.prepare("run-1")
    with pytest.raises(OSError, match=r"[Nn]ot a directory|File exists|no folder"):
        spool.keep(_entry())


def test_a_disk_that_is_full_is_an_os_error_and_what_was_kept_stays(
    folder: Path, spool: Spool
) -> None:
    spool.keep(_entry(1))
    (path,) = files(folder)
    limit = path.stat().st_size + 20
    script = (
        "import resource, signal, sys\n"
        "from pathlib import Path\n"
        "from satops.adapters.files.local_state import LocalFolder\n"
        "from satops.adapters.files.spool import FileSpool\n"
        "from satops.core.order.submission import Receipt\n"
        "from satops.ports import Spooled\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        f"resource.setrlimit(resource.RLIMIT_FSIZE, ({limit}, resource.RLIM_INFINITY))\n"
        f"FileSpool(LocalFolder(Path({str(folder)!r}))).keep({_entry(2)!r})\n"
    )
    command = [sys.executable, "-c", script]
    ran = subprocess.run(command, capture_output=True, text=True, cwd=ROOT)
    assert ran.stderr.endswith("OSError: [Errno 27] File too large\n")
    assert path.stat().st_size == limit
    assert list(spool.entries()) == [_entry(1)]
    spool.keep(_entry(3))
    assert list(spool.entries()) == [_entry(1), _entry(3)]


def test_the_folder_is_flushed_with_the_first_outcome_and_again_only_when_that_failed(
    spool: Spool, monkeypatch: pytest.MonkeyPatch
) -> None:
    spool.prepare("run-1")
    flush = os.fsync
    failed = OSError(5, "Input/output error")
    answers = iter([failed, failed, None])  # each outcome is tried twice

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
    assert files(folder) == []


def test_a_run_that_reads_the_file_of_a_live_one_makes_it_lose_nothing(folder: Path) -> None:
    script = (
        "import sys\n"
        "from pathlib import Path\n"
        "from satops.adapters.files.local_state import LocalFolder\n"
        "from satops.adapters.files.spool import FileSpool\n"
        "spool = FileSpool(LocalFolder(Path(sys.argv[1])))\n"
        "while line := sys.stdin.readline():\n"
        "    seen = spool.entries()\n"
        "    spool.forget(seen)\n"
        "    sys.stdout.write(''.join(entry.name + ' ' for entry in seen) + '\\n')\n"
        "    sys.stdout.flush()\n"
    )
    command = [sys.executable, "-c", script, str(folder)]
    spool = opened(folder)
    seen: list[str] = []
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT
    ) as other:
        assert other.stdin is not None
        assert other.stdout is not None
        for number in range(40):
            other.stdin.write("look\n")
            other.stdin.flush()
            spool.keep(_entry(number))
            seen += other.stdout.readline().split()
        other.stdin.close()
    left = [entry.name for entry in spool.entries()]
    assert set(seen + left) == {f"order-{number}" for number in range(40)}
