"""Read the whole tree: every sound spec, and every problem of every file."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Protocol

from msgspec import Struct, field
from msgspec.structs import replace

from satops.core.check import Check
from satops.core.ledger.kept import KeptSpec, KeptSpecs
from satops.core.ledger.state import SPENT, LedgerState, may_be_bought
from satops.core.plan.config import Config
from satops.core.problem import Position, Problem, by_position
from satops.core.safe import shown
from satops.core.spec.checks import NAME_TWICE
from satops.core.spec.series_checks import NAMES_MEET, like_a_member
from satops.core.spec.spec import Spec
from satops.core.spec.text import NAME
from satops.ports import AoiSource, MissingFiles, OrderFiles, RulesSource, SourceFile, ZoneRules
from satops.workflow.read_files import Chunk, ChunkCheck, FileRead, FileReader

if TYPE_CHECKING:
    from satops.core.spec.schema import Schema
else:
    Schema = object  # what `help` shows of the annotation, without an import


class Tree(Struct, frozen=True):
    """Everything under `orders/`."""

    specs: tuple[Spec, ...]
    """The sound specs, sorted by position.  Of equal names, all."""
    problems: tuple[Problem, ...]
    """Sorted by position."""
    files: int
    kept: tuple[KeptSpec, ...] = ()
    """Specs of files that were not parsed, since the ledger holds their bytes as placed."""
    unread: Mapping[str, bytes] = field(default_factory=dict)
    """Bytes of each file that has errors, by path."""
    partial: bool = False
    """Whether part of the tree is missing: then no order counts as retired."""

    def __repr__(self) -> str:
        """Return the number of specs and problems."""
        return f"<Tree {len(self.specs) + len(self.kept)} specs, {len(self.problems)} problems>"

    def lacking(self, missing: Sequence[Problem]) -> "Tree":
        """Return the tree with an error for each missing part."""
        if not missing:
            return self
        problems = sorted((*self.problems, *missing), key=by_position)
        return replace(self, problems=tuple(problems), partial=True)


class WholeTree(Protocol):
    """The specs for a plan: a `SpecTree`, or a tree read earlier."""

    @property
    def rules(self) -> RulesSource | None:
        """The rules for the checks of the specs to create."""

    def read_whole(self, state: LedgerState | None = None) -> Tree:
        """Return the specs and problems of the tree."""


class SpecTree(Struct, frozen=True):
    """The order specs of a repository, with the ports to read and check them."""

    files: OrderFiles
    aois: AoiSource
    missing: MissingFiles
    rules: RulesSource
    config: Config
    schema: "Schema"
    zones: ZoneRules
    strict: bool
    """Whether a spec that git has, and that is missing without a staged deletion, is an error."""

    def read(self, state: LedgerState | None = None) -> Tree:
        """Return every sound spec, and every problem of every file.

        With `state`, files whose specs are all placed are not parsed, and the checks cover only
        orders that may still be bought.  Raises `UsageError` for rules that cannot be read.
        """
        known = state if state is not None else LedgerState()

        def check(chunk: Chunk) -> Iterable[Problem]:
            open_to_buy = chunk.only(lambda spec: may_be_bought(known.orders.get(spec.name)))
            if not open_to_buy.specs:
                return ()
            from satops.workflow.checks import check_chunk  # brings shapely

            return check_chunk(open_to_buy, self.rules.rules())

        return self._read(known, check)

    def labels(self, state: LedgerState) -> dict[str, Mapping[str, str]]:
        """Return the labels in the sound specs whose file is not as it was bought, by name.

        A name that two specs have is left out.  The specs are not checked.
        """
        tree = self._read(state)
        names = Counter(spec.name for spec in tree.specs)
        names.update(spec.name for spec in tree.kept)
        return {spec.name: spec.labels or {} for spec in tree.specs if names[spec.name] == 1}

    def _read(self, state: LedgerState, check: ChunkCheck | None = None) -> Tree:
        zone = self.config.timezone
        with self.aois:
            reader = FileReader(
                self.files,
                self.config,
                self.schema,
                check=check,
                read_aoi=self.aois.read,
                zones=self.zones,
            )
            kept = KeptSpecs(state, None if zone is None else str(zone), lambda: self.zones.release)
            return read_tree(self.files, reader, kept)

    def read_whole(self, state: LedgerState | None = None) -> Tree:
        """Return the same, with an error for each part that git has and the work tree lacks."""
        tree = self.read(state)
        held = state is not None and any(known.standing in SPENT for known in state.orders.values())
        return tree.lacking(
            self.missing.problems(holds_orders=held, files=tree.files, strict=self.strict)
        )


class _Reading(Struct):
    """The result so far."""

    specs: list[Spec] = field(default_factory=list)
    kept: list[KeptSpec] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    files: int = 0
    names: dict[str, list[tuple[str, Position]]] = field(default_factory=dict)
    """File and position of each name, in sound documents and others."""
    series_of: dict[str, str] = field(default_factory=dict)
    """Series by member name."""

    unread: dict[str, bytes] = field(default_factory=dict)

    def take(self, read: FileRead) -> None:
        if any(problem.blocks for problem in read.problems):
            self.unread[read.path] = read.content
        self.specs += read.specs
        self.problems += read.problems
        for name, position, series in read.names:
            self.note(name, read.path, position, series)

    def keep(self, specs: list[KeptSpec]) -> None:
        self.kept += specs
        for name, file, line, series in specs:
            self.note(name, file, (line, 1), series)

    def note(self, name: str, file: str, position: Position, series: str | None) -> None:
        self.names.setdefault(name, []).append((file, position))
        if series is not None:
            self.series_of[name] = series


def read_tree(files: OrderFiles, reader: FileReader, kept: KeptSpecs | None = None) -> Tree:
    """Read every file under `orders/`.  Never stops at a problem.

    A file that `kept` knows is not parsed: the ledger holds its bytes as placed.
    """
    reading = _Reading()
    for read in reader.read(_to_parse(files, reading, kept)):
        reading.take(read)
    reading.problems += _same_names(reading.names, reading.series_of)
    reading.problems += _like_members(reading.names, reading.series_of)
    reading.specs.sort(key=lambda spec: (spec.source.file, spec.source.document))
    reading.problems.sort(key=by_position)
    return Tree(
        tuple(reading.specs),
        tuple(reading.problems),
        reading.files,
        tuple(reading.kept),
        reading.unread,
    )


def _to_parse(files: OrderFiles, reading: _Reading, kept: KeptSpecs | None) -> Iterator[SourceFile]:
    """Walk the tree; yield the files to parse, and add the others to `reading`."""
    for found in files.walk():
        if isinstance(found, Problem):
            reading.problems.append(found)
            continue
        reading.files += 1
        specs = None if kept is None else _kept_specs(found, files, kept)
        if specs is None:
            yield found
        else:
            reading.keep(specs)


def _kept_specs(found: SourceFile, files: OrderFiles, kept: KeptSpecs) -> list[KeptSpec] | None:
    """Return the specs of a file if it and all files that it refers to are placed; else None."""

    def included(ref: str) -> str | None:
        read = files.include(found.path, ref)
        return None if isinstance(read, str) else read[1]

    return kept.find(found.path, found.sha256, included)


def _same_names(
    names: Mapping[str, list[tuple[str, Position]]], series_of: Mapping[str, str]
) -> Iterator[Problem]:
    """Yield an error at each position of a duplicate name, with the other position.

    If two series have the same name, their members get no errors of their own.
    """
    for name, found in names.items():
        if len(found) == 1 or len(names.get(series_of.get(name, ""), ())) > 1:
            continue
        found.sort()
        for index, place in enumerate(found):
            other, (other_line, _) = found[0] if index else found[1]
            more = f" ({len(found)} specs in all)" if len(found) > 2 else ""
            detail = (
                f"{shown(name)} is also the name of the spec at {other}:{other_line}{more}. "
                "The name is the identity of an order: give each spec a name of its own."
            )
            yield _wrong_name(NAME_TWICE, name, place, detail)


def _like_members(
    names: Mapping[str, list[tuple[str, Position]]], series_of: Mapping[str, str]
) -> Iterator[Problem]:
    """Yield an error at each name that begins like the member names of another document."""
    every = set(series_of.values())
    for name, found in names.items():
        series = name.partition(".")[0]
        if series == name or series not in every or series_of.get(name) == series:
            continue
        for place in found:
            yield _wrong_name(NAMES_MEET, name, place, like_a_member(name, series, "of the tree"))


def _wrong_name(check: Check, name: str, place: tuple[str, Position], detail: str) -> Problem:
    file, position = place
    order = name if NAME.fullmatch(name) else None
    return check.finding(("name",), detail).problem(file, position, order=order)
