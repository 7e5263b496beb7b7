"""Fail system calls under the real command line; the server's own database is the judge.

`strace` answers calls of the running process with an error: a disk that is full, broken or
read-only exactly at the Nth write.  Whatever fails, nothing is bought twice; what was not sent is
said to be so, and every number is on the screen, and in the ledger or the spool while one of the
two can be written.
"""

import os
import re
import resource
import shutil
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from satops.adapters.files.local_state import ledger_folder
from satops.adapters.files.spool import FileSpool
from satops.sandbox.store import Store
from tests.crash.arena import ENOUGH_S, Arena, Ended, forget_all, server
from tests.disk import fill, may_mount, same_disk, small_disk

ORDERS = 3
TIMES = "connectTimeoutS: 2, answerTimeoutS: 5, intentS: 13"
"""Long enough for a slow machine under strace: what is not sent in time would be no failure."""
LEDGER = "state/ledger.jsonl"
PLACED = re.compile(r"^(\S+): placed as (\S+)$", re.MULTILINE)
UNSPOOLED = re.compile(r"^Not even on this machine's disk.*?: (.*?)\. Note", re.MULTILINE)


@dataclass(frozen=True)
class Market:
    """The address and the database of one server, which every test finds empty."""

    url: str
    db: Path


@pytest.fixture(scope="module")
def market(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Market]:
    db = tmp_path_factory.mktemp("market") / "orders.sqlite"
    with server(db, control=True) as url:
        yield Market(url, db)


@pytest.fixture
def arena(market: Market, tmp_path: Path) -> Arena:
    forget_all(market.url)
    return Arena(
        tmp_path, market.url, market.db, orders=ORDERS, state=f"file:{LEDGER}", times=TIMES
    )


def under_strace(arena: Arena, calls: str, error: str, when: str, *paths: Path) -> list[str]:
    """Return an apply to which the system answers some calls, on some paths or on all, with an
    error.

    `when` is strace's: `2` is the second of these calls, `2+` every one from the second.
    """
    assert shutil.which("strace"), "strace is not installed: run .ci/servers"
    return [
        "strace", "-f", "-qqq", "--seccomp-bpf", "-o", os.devnull,
        *(part for path in paths for part in ("-P", str(path))),
        "-e", f"trace={calls}", "-e", f"inject={calls}:error={error}:when={when}",
        *arena.command("apply", "--yes"),
    ]  # fmt: skip


def failing(arena: Arena, calls: str, error: str, when: str, *paths: Path) -> Ended:
    """Apply to its end under `under_strace`."""
    done = subprocess.run(
        under_strace(arena, calls, error, when, *paths),
        env=arena.environment(),
        capture_output=True,
        text=True,
        timeout=ENOUGH_S,
        check=False,
    )
    assert "strace:" not in done.stderr, done.stderr
    return Ended(done.returncode, done.stdout, done.stderr)


def hold(arena: Arena, ended: Ended, *, spooled: bool = True) -> None:
    """Hold how a run ended against what was really bought.

    A number that the ledger lacks is in the spool, unless the run says that it is not.
    `spooled`: the spool could be written, so that each is there.
    """
    arena.judge()
    claimed = arena.ledger().claimed
    with Store(arena.db) as store:
        real = [order.order_no for order in store.orders()]
    names = {number: name for name, number in PLACED.findall(ended.stderr)}
    assert set(real) <= set(names), ended
    lost = [number for number in real if number not in claimed]
    unspooled = {name for told in UNSPOOLED.findall(ended.stdout) for name in told.split(", ")}
    if lost:
        assert ended.code == 7, ended
        assert all(f"--placed {number}" in ended.stdout for number in lost), ended
        kept = arena.spooled()
        assert all(number in kept or names[number] in unspooled for number in lost), ended
        assert not spooled or not unspooled, ended
    elif len(real) < ORDERS:
        assert ended.code in ((4, 7) if spooled else (4, 5, 7)), ended
    else:
        assert ended.code in (0, 7), ended


def heal(arena: Arena) -> None:
    """See that runs on a healthy machine end it well, and leave nothing behind."""
    if arena.run("apply", "--yes").ended.code != 0:
        arena.settle()
    arena.judge()
    with Store(arena.db) as store:
        assert {order.order_no for order in store.orders()} == set(arena.ledger().claimed)
    assert len(arena.ledger().claimed) == ORDERS
    assert not arena.spooled()


OF_THE_LEDGER = [
    # call, error, which of these calls: an apply opens the ledger to read, and then writes intents,
    # outcomes and its end, each by ftruncate, pwrite64 and fsync.
    ("pwrite64", "ENOSPC", "1"),
    ("pwrite64", "ENOSPC", "2"),
    ("pwrite64", "ENOSPC", "3"),
    ("pwrite64", "ENOSPC", "1+"),
    ("pwrite64", "ENOSPC", "2+"),
    ("fsync", "EIO", "1"),
    ("fsync", "EIO", "2"),
    ("fsync", "EIO", "2+"),
    ("ftruncate,pwrite64,fsync", "EIO", "2+"),
    ("ftruncate,pwrite64,fsync", "EIO", "3+"),
    ("ftruncate,pwrite64,fsync", "EIO", "5+"),
    ("ftruncate,pwrite64,fsync", "EIO", "6+"),
    ("openat", "EACCES", "1"),
    ("openat", "EROFS", "2+"),
    ("openat", "ENOENT", "3+"),
    ("openat", "EMFILE", "3"),
    ("flock", "ENOLCK", "2+"),
]
OF_THE_SPOOL = [
    # An apply makes the folders, takes room in a file, and with the first outcome flushes the
    # folder; each time it opens and locks the file `lock`.
    ("mkdir", "ENOSPC", "1+"),
    ("mkdir", "EROFS", "3+"),
    ("openat", "ENOSPC", "1"),
    ("openat", "EROFS", "4+"),
    ("openat", "EMFILE", "9+"),
    ("openat", "EMFILE", "14+"),
    ("write", "ENOSPC", "1"),
    ("write", "ENOSPC", "2+"),
    ("fsync", "EIO", "1"),
    ("fsync", "EIO", "4+"),
    ("fsync", "EIO", "8+"),
    ("flock", "ENOLCK", "1+"),
    ("flock", "ENOLCK", "4+"),
    ("flock", "ENOSYS", "1+"),
]
OF_ALL = [
    ("fsync", "EIO", "5+"),
    ("fsync", "EIO", "6+"),
    ("fsync", "EIO", "7+"),
    ("fsync", "EIO", "8+"),
    ("pwrite64,fsync", "ENOSPC", "13+"),
    ("pwrite64,fsync", "ENOSPC", "15+"),
    ("unlink", "EIO", "1"),
    ("unlink", "EIO", "3+"),
    ("rename", "EIO", "1+"),
]
EVERY_CALL = [
    (calls, error, f"{number}{from_then_on}")
    for calls, error in (("fsync", "EIO"), ("pwrite64", "ENOSPC"), ("ftruncate,pwrite64", "EIO"))
    for number in range(1, 25)
    for from_then_on in ("", "+")
]
"""For `--soak`: an apply of three orders makes fewer of each."""


def test_a_ledger_that_fails_at_any_call_costs_no_order(
    calls: str, error: str, when: str, arena: Arena
) -> None:
    hold(arena, failing(arena, calls, error, when, arena.root / LEDGER))
    heal(arena)


def test_a_spool_that_fails_refuses_or_is_done_without(
    calls: str, error: str, when: str, arena: Arena
) -> None:
    spool = arena.spool
    paths = [spool, spool / "room", spool / "lock", *spool.parents[:3]]
    hold(arena, failing(arena, calls, error, when, *paths), spooled=False)
    heal(arena)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Take every second case, and with `--soak` all of them and each call in turn."""
    every: dict[object, list[Any]] = {
        test_a_ledger_that_fails_at_any_call_costs_no_order: OF_THE_LEDGER,
        test_a_spool_that_fails_refuses_or_is_done_without: OF_THE_SPOOL,
        test_a_disk_that_fails_as_a_whole_still_shows_every_number: OF_ALL,
        test_a_disk_that_fills_up_costs_no_order: SMALL_DISKS,
    }
    cases = every.get(metafunc.function)
    if cases is None:
        return
    if not metafunc.config.getoption("--soak"):
        cases = cases[::2]
    elif cases is OF_ALL:
        cases = OF_ALL + EVERY_CALL
    names = ("apply", "room") if "room" in metafunc.fixturenames else ("calls", "error", "when")
    metafunc.parametrize(names, cases)


def test_a_disk_that_fails_as_a_whole_still_shows_every_number(
    calls: str, error: str, when: str, arena: Arena
) -> None:
    hold(arena, failing(arena, calls, error, when), spooled=False)
    heal(arena)


def take_room(arena: Arena) -> None:
    """Have the proof of the store and the room for outcomes on the disk, as after a run."""
    arena.run("doctor").check(0)
    FileSpool(ledger_folder(arena.local, arena.ledger().ledger, "spool")).prepare(64)


def on_files_of_limited_size(arena: Arena, room: int) -> None:
    """Let the ledger grow by `room` bytes: the disk fills up within a write."""
    take_room(arena)
    size = (arena.root / LEDGER).stat().st_size + room
    done = subprocess.run(
        arena.command("apply", "--yes"),
        env=arena.environment(),
        capture_output=True,
        text=True,
        timeout=ENOUGH_S,
        check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (size, size)),
    )
    hold(arena, Ended(done.returncode, done.stdout, done.stderr))
    heal(arena)


def on_a_small_disk(arena: Arena, room: int) -> None:
    """Keep ledger and local state on one disk, of which `room` bytes are free after the room for
    outcomes was taken.
    """
    ledger = (arena.root / LEDGER).read_bytes()
    with small_disk(arena.root / "state", 512) as disk:
        (arena.root / LEDGER).write_bytes(ledger)
        with same_disk(disk, arena.local):
            take_room(arena)
            fill(disk / "ballast", room)
            hold(arena, arena.run("apply", "--yes").ended)
            (disk / "ballast").unlink()
            heal(arena)


def without_room(arena: Arena, room: int) -> None:
    """Keep the local state on a disk of which `room` bytes are free: too few to begin with."""
    with small_disk(arena.local, 64) as disk:
        fill(disk / "ballast", room)
        ended = arena.run("apply", "--yes").check(4)
        assert "No space left" in ended.stderr
        with Store(arena.db) as store:
            assert store.orders() == ()
        (disk / "ballast").unlink()
        heal(arena)


SMALL_DISKS = [(on_files_of_limited_size, room) for room in (1000, 3900, 4200, 4600, 5000)]
if may_mount():
    SMALL_DISKS += [(on_a_small_disk, pages * 4096) for pages in range(5)]
    SMALL_DISKS += [(without_room, pages * 4096) for pages in range(4)]


def test_a_disk_that_fills_up_costs_no_order(
    apply: Callable[[Arena, int], None], room: int, arena: Arena
) -> None:
    apply(arena, room)


if may_mount():

    def test_outcomes_are_kept_on_a_full_disk_while_the_ledger_cannot_be_written(
        arena: Arena,
    ) -> None:
        with small_disk(arena.local, 512) as disk:
            take_room(arena)
            fill(disk / "ballast")
            ended = failing(arena, "pwrite64", "EIO", "2+", arena.root / LEDGER)
            assert ended.code == 7, ended
            assert "3 outcomes are on this machine's disk" in ended.stdout, ended
            hold(arena, ended)
            assert len(arena.ledger().claimed) == 0
            (disk / "ballast").unlink()
            heal(arena)

    def test_outcomes_that_a_disk_could_not_take_are_named_and_never_said_to_be_on_it(
        tmp_path: Path,
    ) -> None:
        """Somebody else takes the room while the orders are on the wire."""
        db = tmp_path / "orders.sqlite"
        with server(db, latency_ms=1500) as url:
            arena = Arena(tmp_path, url, db, orders=ORDERS, state=f"file:{LEDGER}", times=TIMES)
            with small_disk(arena.local, 512) as disk:
                run = subprocess.Popen(
                    under_strace(arena, "pwrite64", "EIO", "2+", arena.root / LEDGER),
                    env=arena.environment(),
                    stdout=subprocess.PIPE,
                    stderr=subprocess.PIPE,
                    text=True,
                )
                arena.wait_for_an_order_on_the_wire(run)
                (arena.spool / "room").unlink()
                fill(disk / "ballast")
                stdout, stderr = run.communicate(timeout=ENOUGH_S)
                ended = Ended(run.returncode, stdout, stderr)
                assert ended.code == 7, ended
                assert "Not even on this machine's disk" in ended.stdout, ended
                assert "are on this machine's disk" not in ended.stdout, ended
                assert arena.spooled() == ""
                hold(arena, ended, spooled=False)
                (disk / "ballast").unlink()
                for name, number in PLACED.findall(ended.stderr):
                    arena.run("resolve", name, "--placed", number, "--because", "answered", "--yes")
                arena.judge()
                heal(arena)


def test_a_ledger_whose_folder_vanished_is_not_an_empty_one(arena: Arena) -> None:
    (arena.root / "state").rename(arena.root / "elsewhere")
    ended = arena.run("apply", "--yes").check(7)
    assert "get it back" in ended.stderr
    (arena.root / "elsewhere").rename(arena.root / "state")
    hold(arena, ended)
    heal(arena)


def test_a_folder_in_the_place_of_the_ledger_refuses(arena: Arena) -> None:
    (arena.root / LEDGER).rename(arena.root / "elsewhere")
    (arena.root / LEDGER).mkdir()
    ended = arena.run("apply", "--yes").check(7)
    (arena.root / LEDGER).rmdir()
    (arena.root / "elsewhere").rename(arena.root / LEDGER)
    hold(arena, ended)
    heal(arena)


@pytest.mark.parametrize("name", ["stdout", "stderr"])
def test_output_that_cannot_be_written_loses_no_number(name: str, arena: Arena) -> None:
    with Path("/dev/full").open("w") as full:
        streams = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, name: full}
        done = subprocess.run(
            arena.command("apply", "--yes"), env=arena.environment(), timeout=ENOUGH_S, check=False,
            **streams,  # type: ignore[call-overload]
        )  # fmt: skip
    assert done.returncode == {"stdout": 64, "stderr": 0}[name], done
    arena.judge()
    assert len(arena.ledger().claimed) == ORDERS
    assert not arena.spooled()
