"""Read the whole tree: every spec that is sound, and every problem of every file."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

from satops.core.collector import collector_at_rest
from satops.core.ledger.kept import KeptSpec
from satops.core.problem import Problem, Severity, by_place
from satops.core.safe import shown
from satops.core.spec.spec import Spec
from satops.core.spec.text import NAME
from satops.ports import HashedFile, OrderFiles, SourceFile

FILES_AT_ONCE = 512
"""Files that are held at once while they wait to be read."""
_BYTES_AT_ONCE = 16 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Tree:
    """Everything under `orders/`."""

    specs: tuple[Spec, ...]
    """The sound ones, in the order of their places; of equal names, all."""
    problems: tuple[Problem, ...]
    """Sorted by place."""
    files: int
    kept: tuple[KeptSpec, ...] = ()
    """Specs whose files were not read again: the ledger holds their bytes as placed."""


class Name(NamedTuple):
    """A name as it stands in a file, whether its spec is sound or not."""

    name: str
    line: int
    column: int


@dataclass(slots=True)
class FileRead:
    """What one file holds."""

    path: str
    sha256: str
    specs: list[Spec] = field(default_factory=list)
    """The sound ones, in the order of their documents."""
    problems: list[Problem] = field(default_factory=list)
    names: list[Name] = field(default_factory=list)


Batch = list[SourceFile]
ReadFiles = Callable[[Iterable[Batch]], Iterable[FileRead]]
"""Reads batches of files; what it yields may come in any order."""
KnownSpecs = Callable[[SourceFile | HashedFile], Sequence[KeptSpec] | None]
"""The specs of a file that need not be read again, as its bytes are known; None to read it."""


class SpecMemory(Protocol):
    """What files held when they were read before; only of files without a problem."""

    def recall(self, found: SourceFile | HashedFile) -> FileRead | None:
        """Return what `ReadFiles` would yield for a file, or None where that is not known."""

    def keep(self, read: FileRead) -> None:
        """Take what was read anew."""

    def end(self, *, whole: bool) -> None:
        """Take note that everything was read, or that reading was given up."""


Place = tuple[str, int, int]
"""File, line and column."""


@dataclass(slots=True)
class _Reading:
    """What has been read so far."""

    specs: list[Spec] = field(default_factory=list)
    kept: list[KeptSpec] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    files: int = 0
    names: dict[str, list[Place]] = field(default_factory=dict)
    """Of every document that has a name, sound or not."""

    def take(self, read: FileRead) -> None:
        self.specs += read.specs
        self.problems += read.problems
        for name, line, column in read.names:
            self.note(name, (read.path, line, column))

    def note(self, name: str, place: Place) -> None:
        self.names.setdefault(name, []).append(place)


def read_tree(
    files: OrderFiles,
    read: ReadFiles,
    *,
    known: KnownSpecs | None = None,
    memory: SpecMemory | None = None,
) -> Tree:
    """Read every file under `orders/`, and never stop at a problem.

    `known` and `memory` tell of files that need not be read; `read` reads the others, a batch at
    a time.
    """
    reading = _Reading()
    whole = False
    try:
        with collector_at_rest():
            for each in read(_batches(_unknown(files, reading, known, memory))):
                reading.take(each)
                if memory is not None and not each.problems:
                    memory.keep(each)
        whole = True
    finally:
        if memory is not None:
            memory.end(whole=whole)
    reading.problems += _same_names(reading.names)
    reading.specs.sort(key=lambda spec: (spec.source.file, spec.source.document))
    reading.problems.sort(key=by_place)
    return Tree(tuple(reading.specs), tuple(reading.problems), reading.files, tuple(reading.kept))


def _unknown(
    files: OrderFiles, reading: _Reading, known: KnownSpecs | None, memory: SpecMemory | None
) -> Iterator[SourceFile]:
    """Yield the files that must be read; what is known of the others is taken."""
    for found in files.walk():
        if isinstance(found, Problem):
            reading.problems.append(found)
            continue
        reading.files += 1
        specs = known(found) if known is not None else None
        if specs is not None:
            reading.kept += specs
            for spec in specs:
                reading.note(spec.name, (found.path, spec.line, 1))
            continue
        recalled = memory.recall(found) if memory is not None else None
        if recalled is not None:
            reading.take(recalled)
            continue
        if isinstance(found, HashedFile):
            found = found.read(found.path)
        if isinstance(found, Problem):
            reading.problems.append(found)
        else:
            yield found


def _batches(files: Iterable[SourceFile]) -> Iterator[Batch]:
    batch: Batch = []
    size = 0
    for found in files:
        batch.append(found)
        size += len(found.content)
        if len(batch) >= FILES_AT_ONCE or size >= _BYTES_AT_ONCE:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def _same_names(names: Mapping[str, list[Place]]) -> Iterator[Problem]:
    """Yield an error at each place of a name that stands twice, and say where the other is."""
    for name, places in names.items():
        if len(places) == 1:
            continue
        places.sort()
        for index, (file, line, column) in enumerate(places):
            other = places[0] if index else places[1]
            more = f" ({len(places)} specs in all)" if len(places) > 2 else ""
            yield Problem(
                check="N01",
                severity=Severity.ERROR,
                file=file,
                line=line,
                column=column,
                path="name",
                summary="the name is used twice",
                order=name if NAME.fullmatch(name) else None,
                detail=f"{shown(name)} is also the name of the spec at {other[0]}:{other[1]}"
                f"{more}. The name is the identity of an order: give each spec a name of its own.",
            )
