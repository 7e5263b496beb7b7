"""Read the whole tree: every spec that is sound, and every problem of every file."""

import gc
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from satops.core.aoi import Aoi, AoiReader, pick, read_aoi
from satops.core.config import Config
from satops.core.document import CHECKS as LOADER_CHECKS
from satops.core.document import Document, load, shown
from satops.core.finding import Finding
from satops.core.kept import KeptSpec
from satops.core.problem import Problem, Severity, by_place
from satops.core.read_spec import GEOMETRY, Draft, geometry_file, read_spec
from satops.core.spec import Include, Source, Spec
from satops.ports import OrderFiles, SourceFile

if TYPE_CHECKING:
    from satops.core.geometry.shapes import Shapes
    from satops.core.schema import Schema

CHUNK = 512
"""Documents that are held at once: enough for arrays to pay, little enough for memory."""
_FILE_PROBLEMS = 1_000
"""After so many a file's further documents are not read: one mistake, made again and again."""
_AOIS_KEPT = 32
"""AOI files that stay read, for the specs that share them."""


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


@dataclass(frozen=True, slots=True)
class Chunk:
    """Some specs that were just read, while their documents are at hand."""

    specs: tuple[Spec, ...]
    documents: tuple[Document, ...]
    """One for each spec; they know the places of keys and values."""
    shapes: "Shapes"
    """One shapely polygon for each spec."""

    def only(self, wanted: Callable[[Spec], bool]) -> "Chunk":
        """Return the part of the chunk that is wanted."""
        indexes = [index for index, spec in enumerate(self.specs) if wanted(spec)]
        if len(indexes) == len(self.specs):
            return self
        return Chunk(
            tuple(self.specs[index] for index in indexes),
            tuple(self.documents[index] for index in indexes),
            self.shapes[indexes],
        )


ChunkCheck = Callable[[Chunk], Iterable[Problem]]
"""Further checks, of each spec alone."""
KnownSpecs = Callable[[SourceFile], Sequence[KeptSpec] | None]
"""The specs of a file that need not be read again, as its bytes are known; None to read it."""


Place = tuple[str, int, int]
"""File, line and column."""


class _Waiting(NamedTuple):
    draft: Draft
    document: Document


@dataclass(slots=True)
class _Reading:
    """What has been read so far, and what a reading needs."""

    files: OrderFiles
    config: Config
    schema: "Schema"
    check: ChunkCheck | None
    read_aoi: AoiReader
    specs: list[Spec] = field(default_factory=list)
    kept: list[KeptSpec] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    count: int = 0
    names: dict[str, list[Place]] = field(default_factory=dict)
    """Of every document that has a name, sound or not."""
    aois: dict[str, Aoi | Finding] = field(default_factory=dict)
    """By the SHA-256 of the content."""


def read_tree(
    files: OrderFiles,
    config: Config,
    schema: "Schema",
    *,
    check: ChunkCheck | None = None,
    known: KnownSpecs | None = None,
    aois: AoiReader = read_aoi,
) -> Tree:
    """Read every file under `orders/`, and never stop at a problem.

    `check` sees the sound specs of each chunk and may add problems; `aois` reads the bytes of the
    files that specs refer to.  Memory holds one chunk of documents, and the specs.
    """
    reading = _Reading(files, config, schema, check, aois)
    drafts = _drafts(reading, known)
    with _collector_at_rest():
        while chunk := list(islice(drafts, CHUNK)):
            _finish(reading, chunk)
    reading.problems += _same_names(reading.names)
    reading.specs.sort(key=lambda spec: (spec.source.file, spec.source.document))
    reading.problems.sort(key=by_place)
    return Tree(tuple(reading.specs), tuple(reading.problems), reading.count, tuple(reading.kept))


@contextmanager
def _collector_at_rest() -> Iterator[None]:
    """Keep the garbage collector from looking for cycles among values that have none.

    It would walk over every spec again and again: a fifth of the time of a large tree.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def _drafts(reading: _Reading, known: KnownSpecs | None) -> Iterator[_Waiting]:
    """Yield what can be read, document by document; problems are added to the reading."""
    for found in reading.files.walk():
        if isinstance(found, Problem):
            reading.problems.append(found)
            continue
        reading.count += 1
        specs = known(found) if known is not None else None
        if specs is not None:
            reading.kept += specs
            for spec in specs:
                _note_name(reading, spec.name, (found.path, spec.line, 1))
            continue
        documents, problems = load(
            found.content, file=found.path, syntax="json" if _is_json(found.path) else "yaml"
        )
        reading.problems += problems
        count = len(problems)
        for document in documents:
            if count > _FILE_PROBLEMS:
                reading.problems.append(_many_problems(found.path, document.line))
                break
            match document.value:
                case {"name": str(name)}:
                    _note_name(reading, name, (found.path, *document.place(("name",))))
            draft, problems = _draft(reading, found, document, len(documents))
            reading.problems += problems
            count += len(problems)
            if draft is not None:
                yield _Waiting(draft, document)


def _many_problems(file: str, line: int) -> Problem:
    return Problem(
        check="L12",
        severity=Severity.ERROR,
        file=file,
        line=line,
        column=1,
        path="",
        summary=LOADER_CHECKS["L12"],
        detail=f"This file has more than {_FILE_PROBLEMS:,} problems, and the documents from here "
        "on were not read. Mend the others first, and run the command again.",
    )


def _note_name(reading: _Reading, name: str, place: Place) -> None:
    reading.names.setdefault(name, []).append(place)


def _is_json(path: str) -> bool:
    return path.lower().endswith(".json")


def _draft(
    reading: _Reading, found: SourceFile, document: Document, documents: int
) -> tuple[Draft | None, list[Problem]]:
    refers_to = geometry_file(document.value)
    included: object = None
    includes: tuple[Include, ...] = ()
    if refers_to is not None:
        included, includes = _included(reading, found.path, *refers_to)
    source = Source(
        file=found.path,
        line=document.line,
        document=document.index,
        documents=documents,
        sha256=found.sha256,
        includes=includes,
    )
    return read_spec(
        document,
        source=source,
        schema=reading.schema,
        zone=reading.config.timezone,
        included=included,
    )


def _included(
    reading: _Reading, spec_file: str, ref: str, feature: str | int | None
) -> tuple[object, tuple[Include, ...]]:
    """Return the polygon that a file holds, or why it cannot be had, and the file's digest."""
    read = reading.files.include(spec_file, ref)
    if isinstance(read, str):
        return Finding("F01", ("file",), "the AOI file cannot be read", read), ()
    content, sha256 = read
    aoi = reading.aois.pop(sha256, None)
    if aoi is None:
        aoi = reading.read_aoi(content)
        if len(reading.aois) >= _AOIS_KEPT:
            del reading.aois[next(iter(reading.aois))]
    reading.aois[sha256] = aoi
    if isinstance(aoi, Finding):
        return aoi.at(("file",)), ()
    picked = pick(aoi, feature)
    if isinstance(picked, Finding):
        picked = picked.at(("file",) if feature is None else ("feature",))
    return picked, (Include(ref, sha256),)


def _finish(reading: _Reading, chunk: list[_Waiting]) -> None:
    """Turn drafts into specs, all polygons of a chunk at once."""
    from satops.core.geometry.shapes import find_crossings, footprints, shapes_of

    shapes = shapes_of([draft.rings for draft, _ in chunk])
    crossing = dict(find_crossings(shapes))
    for index, finding in crossing.items():
        draft, document = chunk[index]
        reading.problems.append(finding.at(GEOMETRY).problem(document, draft.source.file))
    if crossing:
        sound = [index for index in range(len(chunk)) if index not in crossing]
        chunk, shapes = [chunk[index] for index in sound], shapes[sound]
    measured = footprints([draft.rings for draft, _ in chunk], shapes)
    specs = [draft.spec(footprint) for (draft, _), footprint in zip(chunk, measured, strict=True)]
    reading.specs += specs
    if reading.check is not None and specs:
        documents = tuple(document for _, document in chunk)
        reading.problems += reading.check(Chunk(tuple(specs), documents, shapes))


def _same_names(names: Mapping[str, list[Place]]) -> Iterator[Problem]:
    """Yield an error at each place of a name that stands twice, and say where the other is."""
    for name, places in names.items():
        if len(places) == 1:
            continue
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
                detail=f"{shown(name)} is also the name of the spec at {other[0]}:{other[1]}"
                f"{more}. The name is the identity of an order: give each spec a name of its own.",
            )
