"""Read spec files: their sound specs, their problems, and every order name.

The result for a file depends on its bytes, the files that it refers to, the configuration and the
check rules, but on no other file under `orders/`.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from msgspec import Struct, field

from satops.core.finding import Finding
from satops.core.geometry.aoi import Aoi, AoiReader, pick, read_aoi
from satops.core.geometry.checks import AOI_UNREADABLE
from satops.core.loading import CHECKS as LOADING
from satops.core.loading import Document, load
from satops.core.order.order import Rings
from satops.core.plan.config import Config
from satops.core.problem import Position, Problem, Severity
from satops.core.spec.read import GEOMETRY, Draft, Outline, geometry_file, read_spec
from satops.core.spec.spec import Include, Membership, Source, Spec
from satops.core.spec.text import name_of
from satops.offers import offer_of
from satops.ports import OrderFiles, SourceFile, ZoneRules

if TYPE_CHECKING:
    from satops.core.geometry.shapes import Shapes
    from satops.core.spec.schema import Schema
else:
    Shapes = object  # what `help` shows of the annotation, without an import

CHUNK = 512
"""Documents whose polygons shapely checks in one call."""
CHUNK_BYTES = 16 * 1024 * 1024
"""Bytes of files in a chunk; large files end it early."""
_FILE_PROBLEMS = 1_000
"""Problems in a file after which its other documents are not read: it is one mistake, repeated."""
_MEMBERS_REREAD = 500
"""A file with more members is not read again to find the cause of each problem, since that is
slow."""
_AOIS_KEPT = 32
"""Number of parsed AOI files to keep for the specs that share them."""


class Name(NamedTuple):
    """An order name and its position, whether its spec is sound or not."""

    name: str
    position: Position
    series: str | None = None
    """Its series, if it is a member of one."""


class FileRead(Struct):
    """The content of one file."""

    path: str
    content: bytes = b""
    specs: list[Spec] = field(default_factory=list)
    """The sound specs, in the order of their documents."""
    problems: list[Problem] = field(default_factory=list)
    names: list[Name] = field(default_factory=list)
    members: int = 0
    """Number of members of its series."""


class Chunk(Struct, frozen=True):
    """Some sound specs together with their documents and shapes."""

    specs: tuple[Spec, ...]
    documents: tuple[Document, ...]
    """One document for each spec, with the positions of keys and values."""
    shapes: "Shapes"
    """One shapely polygon for each spec."""

    def only(self, wanted: Callable[[Spec], bool]) -> "Chunk":
        """Return the chunk of the specs for which `wanted` is true."""
        indexes = [index for index, spec in enumerate(self.specs) if wanted(spec)]
        if len(indexes) == len(self.specs):
            return self
        return Chunk(
            tuple(self.specs[index] for index in indexes),
            tuple(self.documents[index] for index in indexes),
            self.shapes[indexes],
        )


ChunkCheck = Callable[[Chunk], Iterable[Problem]]
"""Checks each spec of a chunk by itself."""


class _Waiting(NamedTuple):
    read: FileRead
    draft: Draft
    document: Document
    membership: Membership | None


class FileReader:
    """Reads the files of one tree.  An AOI file that several specs use is parsed once."""

    def __init__(
        self,
        files: OrderFiles,
        config: Config,
        schema: "Schema",
        *,
        zones: ZoneRules,
        check: ChunkCheck | None = None,
        read_aoi: AoiReader = read_aoi,
    ) -> None:
        """`check` gets the sound specs of each chunk, `read_aoi` parses the bytes of an AOI file,
        and `zones` returns the time zones that series name.
        """
        self._files = files
        self._config = config
        self._offer = offer_of(config)
        self._schema = schema
        self._check = check
        self._read_aoi = read_aoi
        self._zones = zones
        self._aois: dict[str, Aoi | Finding] = {}
        """Parsed AOI files by the SHA-256 of their bytes."""

    def read(self, files: Iterable[SourceFile]) -> Iterator[FileRead]:
        """Yield the content of each file, in the order given.  Never stops at a problem."""
        reads: list[FileRead] = []
        waiting: list[_Waiting] = []
        size = 0
        for found in files:
            read = FileRead(found.path, found.content)
            reads.append(read)
            waiting += self._drafts(found, read)
            size += len(found.content)
            if len(waiting) >= CHUNK or size >= CHUNK_BYTES:
                self._finish(waiting)
                yield from reads
                reads, waiting, size = [], [], 0
        self._finish(waiting)
        yield from reads

    def _drafts(self, found: SourceFile, read: FileRead) -> list[_Waiting]:
        """Return the drafts of one file, and note its problems, grouped by cause."""
        waiting = list(self._documents(found, read))
        few = read.members <= _MEMBERS_REREAD
        if few and any(problem.severity is Severity.ERROR for problem in read.problems):
            from satops.core.loading.causes import with_causes

            def problems_of(content: bytes) -> list[Problem]:
                other = FileRead(found.path)
                for _ in self._documents(found._replace(content=content), other):
                    pass
                return other.problems

            read.problems = with_causes(found.content, read.problems, problems_of)
        return waiting

    def _documents(self, found: SourceFile, read: FileRead) -> Iterator[_Waiting]:
        """Yield the drafts of one file, document by document."""
        documents, problems = load(
            found.content, file=found.path, syntax="json" if _is_json(found.path) else "yaml"
        )
        read.problems += problems
        for document in documents:
            if len(read.problems) > _FILE_PROBLEMS:
                read.problems.append(_many_problems(found.path, document.line))
                break
            name = document.value.get("name") if isinstance(document.value, dict) else None
            if isinstance(name, str):
                read.names.append(Name(name, document.position(("name",))))
            if _is_series(document.value):
                yield from self._members(found, read, document, len(documents))
                continue
            draft, problems = self._draft(found, document, len(documents))
            read.problems += problems
            if draft is not None:
                yield _Waiting(read, draft, document, None)

    def _members(
        self, found: SourceFile, read: FileRead, document: Document, documents: int
    ) -> Iterator[_Waiting]:
        """Yield the drafts of a series' members; each problem is noted once.

        A series that the schema refuses yields none: its members are read for their problems alone.
        """
        from satops.core.spec.series import expand
        from satops.workflow.read_series import SeriesSources

        series = name_of(document.value)
        fits = self._schema.is_valid(document.value)
        if not fits and (wrong := self._schema.findings(document.value)):
            read.problems += [finding.problem_in(document, found.path, series) for finding in wrong]
            return
        noted = len(read.problems)
        sources = SeriesSources(found.path, self._aoi, self._config.timezone, self._zones)
        members, findings = expand(document, sources)
        read.problems += [finding.problem_in(document, found.path, series) for finding in findings]
        read.members += len(members)
        said: set[tuple[object, ...]] = set()
        outlines: dict[int, Outline] = {}
        at = document.position(("name",))
        for member in members:
            read.names.append(Name(member.name, at, series))
            included: object = None
            if member.included is not None:
                known = outlines.get(id(member.included))
                included = known or outlines.setdefault(
                    id(member.included), Outline.of(member.included)
                )
            draft, problems = self._draft(
                found, member.document, documents, included, member.includes
            )
            for problem in problems:
                about = (problem.check, problem.line, problem.column, problem.path, problem.detail)
                if problem.severity is not Severity.ERROR or about not in said:
                    read.problems.append(problem)
                said.add(about)
            if draft is not None and fits:
                yield _Waiting(read, draft, member.document, member.membership)
            if len(said) > _FILE_PROBLEMS:
                break
        if not fits and all(each.severity is not Severity.ERROR for each in read.problems[noted:]):
            refused = self._schema.refusal(document.value)
            read.problems.append(refused.problem_in(document, found.path, series))

    def _draft(
        self,
        found: SourceFile,
        document: Document,
        documents: int,
        included: object = None,
        includes: tuple[Include, ...] = (),
    ) -> tuple[Draft | None, list[Problem]]:
        """Read one document; `included` is the polygon from an axis of a series."""
        if included is None and (refers_to := geometry_file(document.value)) is not None:
            included, includes = self._included(found.path, *refers_to)
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
            schema=self._schema,
            offer=self._offer,
            zone=self._config.timezone,
            included=included,
        )

    def _included(
        self, spec_file: str, ref: str, feature: str | int | None
    ) -> tuple[object, tuple[Include, ...]]:
        """Return the polygon of an AOI file, or the finding, and the file's digest."""
        read = self._aoi(spec_file, ref)
        if isinstance(read, Finding):
            return read.at(("file",)), ()
        aoi, _, sha256 = read
        picked = pick(aoi, feature)
        if isinstance(picked, Finding):
            picked = picked.at(("file",) if feature is None else ("feature",))
        return picked, (Include(ref, sha256),)

    def _aoi(self, spec_file: str, ref: str) -> tuple[Aoi, bytes, str] | Finding:
        """Return a parsed AOI file, its bytes and their SHA-256; or the finding that explains its
        absence.
        """
        read = self._files.include(spec_file, ref)
        if isinstance(read, str):
            return AOI_UNREADABLE.finding((), read)
        content, sha256 = read
        aoi = self._aois.pop(sha256, None)
        if aoi is None:
            aoi = self._read_aoi(content)
            if len(self._aois) >= _AOIS_KEPT:
                del self._aois[next(iter(self._aois))]
        self._aois[sha256] = aoi
        return aoi if isinstance(aoi, Finding) else (aoi, content, sha256)

    def _finish(self, chunk: Sequence[_Waiting]) -> None:
        """Turn drafts into specs; all polygons of the chunk are checked in one call."""
        if not chunk:
            return
        from satops.core.geometry.shapes import find_crossings, footprints, shapes_of

        # Members of a series share outlines: check each once.
        slots, outlines = _each_once([waiting.draft.rings for waiting in chunk])
        drawn = shapes_of(outlines)
        crossing = dict(find_crossings(drawn))
        for (read, draft, document, _), slot in zip(chunk, slots, strict=True):
            if slot in crossing:
                finding = crossing[slot].at(GEOMETRY)
                read.problems.append(finding.problem_in(document, read.path, draft.name))
        sound = [slot for slot in range(len(outlines)) if slot not in crossing]
        measured = footprints([outlines[slot] for slot in sound], drawn[sound])
        seen = dict(zip(sound, measured, strict=True))
        pairs = [pair for pair in zip(chunk, slots, strict=True) if pair[1] in seen]
        chunk, shapes = [waiting for waiting, _ in pairs], drawn[[slot for _, slot in pairs]]
        specs = []
        for (read, draft, _, membership), slot in pairs:
            specs.append(draft.spec(seen[slot], membership))
            read.specs.append(specs[-1])
        if self._check is not None and specs:
            reads = {waiting.read.path: waiting.read for waiting in chunk}
            documents = tuple(waiting.document for waiting in chunk)
            for problem in self._check(Chunk(tuple(specs), documents, shapes)):
                reads[problem.file].problems.append(problem)


def _is_series(value: object) -> bool:
    return isinstance(value, dict) and "each" in value


def _each_once(polygons: Sequence[Rings]) -> tuple[list[int], list[Rings]]:
    """Return the distinct polygons, and for each given one its index among them."""
    places: dict[int, int] = {}
    each: list[Rings] = []
    slots = []
    for rings in polygons:
        slot = places.setdefault(id(rings), len(each))
        if slot == len(each):
            each.append(rings)
        slots.append(slot)
    return slots, each


def _many_problems(file: str, line: int) -> Problem:
    words = (
        f"This file has more than {_FILE_PROBLEMS:,} problems, and the documents from here on were "
        "not read. Mend the others first, and run the command again."
    )
    return LOADING["L12"].finding((), words).problem(file, (line, 1))


def _is_json(path: str) -> bool:
    return path.lower().endswith(".json")
