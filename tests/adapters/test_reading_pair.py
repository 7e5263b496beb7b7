"""Reading in two processes: the same tree, whatever becomes of the second one."""

import os
import signal
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Event

import pytest

from satops.adapters import reading_pair
from satops.adapters.files.schemas import order_schema
from satops.adapters.reading_pair import can_pair, read_paired
from satops.core.plan.config import Config
from satops.ports import SourceFile
from satops.workflow import validate
from satops.workflow.read_files import FileReader
from satops.workflow.validate import Tree, read_tree
from tests.trees import tree_of
from tests.workflow.test_validate import BOW_TIE, Files, spec

pytestmark = pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
"""Python 3.12 warns of a fork beside threads; those of the test runner do nothing meanwhile."""

FILES = Files(
    {
        f"orders/{number:03}.yaml": spec(f"o-{number}", geometry)
        for number in range(60)
        for geometry in [
            BOW_TIE if number % 7 == 0 else f"{{file: {number % 3}.wkt}}",
        ]
    },
    {f"{n}.wkt": f"POLYGON (({n} 0, {n + 1} 0, {n} 1, {n} 0))" for n in range(3)},
)
FILES.specs["orders/100.yaml"] = "{not yaml"
FILES.specs["orders/101.yaml"] = spec("o-1") + "---\n" + spec("last")


@dataclass
class Processes:
    """Opens readers, and lets the one of the second process do something at a batch."""

    first: int = field(default_factory=os.getpid)
    begun: list[int] = field(default_factory=list)
    fate: Callable[[int], None] = lambda _: None

    @contextmanager
    def open(self) -> Iterator[FileReader]:
        outer = self

        class Reader(FileReader):
            batches = 0

            def read(self, files: object) -> Iterator[object]:  # type: ignore[override]
                if os.getpid() != outer.first:
                    Reader.batches += 1
                    outer.fate(Reader.batches)
                return super().read(files)  # type: ignore[arg-type]

        yield Reader(FILES, Config(), order_schema())

    def tree(self) -> Tree:
        return read_tree(
            FILES, lambda batches: read_paired(batches, self.open, lambda: self.begun.append(1))
        )


@pytest.fixture(autouse=True)
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(validate, "FILES_AT_ONCE", 4)
    monkeypatch.setattr(reading_pair, "ALONE", 2)


def test_two_processes_read_the_tree_that_one_reads() -> None:
    processes = Processes()
    assert processes.tree() == tree_of(FILES)
    assert processes.begun == [1]


def killed(batch: int) -> None:
    if batch == 3:
        os.kill(os.getpid(), signal.SIGKILL)


def failing(batch: int) -> None:
    if batch == 2:
        raise MemoryError


@pytest.mark.parametrize("fate", [killed, failing])
def test_one_process_reads_on_when_the_other_ends(
    fate: Callable[[int], None], capfd: pytest.CaptureFixture[str]
) -> None:
    assert Processes(fate=fate).tree() == tree_of(FILES)
    assert capfd.readouterr().err == ""


def test_a_reader_that_stops_early_leaves_no_process(monkeypatch: pytest.MonkeyPatch) -> None:
    forked: list[int] = []

    def fork() -> int:
        forked.append(forking())
        return forked[-1]

    forking = os.fork
    monkeypatch.setattr(os, "fork", fork)
    found = [each for each in FILES.walk() if isinstance(each, SourceFile)]
    batches = [found[start : start + 4] for start in range(0, 40, 4)]
    reading = read_paired(batches, Processes().open, lambda: None)
    for _ in range(20):
        next(reading)
    reading.close()
    (pid,) = forked
    with pytest.raises(ChildProcessError):
        os.waitpid(pid, os.WNOHANG)


def test_few_files_are_read_by_one_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading_pair, "ALONE", 100)
    processes = Processes()
    assert processes.tree() == tree_of(FILES)
    assert processes.begun == []


def test_there_is_no_second_process_beside_other_threads() -> None:
    stop = Event()
    with ThreadPoolExecutor(1) as threads:
        threads.submit(stop.wait)
        assert not can_pair()
        stop.set()
