"""Read each line of the chain as one typed event.

A field that its class lacks, for example of a newer satops, is kept in `Recorded.fields` only.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import MISSING, Field
from dataclasses import fields as dataclass_fields
from types import NoneType, UnionType
from typing import Any, NamedTuple, get_args

from satops.core.json_text import Raw
from satops.core.ledger.chain import EMPTY, Head, decode
from satops.core.ledger.events import KINDS, Event, LedgerStarted, RunStarted
from satops.core.ledger.formats import Fields, newer
from satops.errors import LedgerCorrupt

Lists = tuple[tuple[str, Callable[[Any], Any]], ...]
"""Fields that are lists in a line and tuples in the event, with their conversions."""


class Recorded(NamedTuple):
    """One event, with the other fields of its line."""

    event: Event
    head: Head
    """The head after the line."""
    time: str
    """Time of writing (UTC, canonical)."""
    run: str
    fields: Fields
    """All fields of the line."""

    @property
    def seq(self) -> int:
        """Number of the line, from 1."""
        return self.head.seq

    @property
    def digest(self) -> str:
        """SHA-256 of the line; for an intent, the identity of the submission."""
        return self.head.digest

    @property
    def kind(self) -> str:
        """Name of the event's class."""
        return type(self.event).__name__

    @property
    def name(self) -> str | None:
        """Name of the event's order, or None."""
        return getattr(self.event, "name", None)


_NAMING_TOOLS = (RunStarted, LedgerStarted)


class NotWhole(ValueError):
    """A field of the event is missing or has a wrong type."""


class NotKnown(NotWhole):
    """This version of satops does not know the kind of the event."""


def read(lines: Iterable[bytes], *, after: Head = EMPTY) -> Iterator[Recorded]:
    """Yield the events of a chain after the head `after`.

    Raises `LedgerCorrupt` with the number of the first bad line.
    """
    tool = None
    for fields, head in decode(lines, after=after):
        try:
            found = recorded(fields, head)
        except NotWhole as error:
            way_on = f" {newer(tool)}" if isinstance(error, NotKnown) else ""
            raise LedgerCorrupt(
                f"Line {head.seq} of the ledger is not a whole {fields.get('kind')}: {error}."
                f"{way_on}"
            ) from None
        if isinstance(found.event, _NAMING_TOOLS):
            tool = found.event.tool
        yield found


def recorded(fields: Fields, head: Head) -> Recorded:
    """Return the event of one line; `head` is the head after it.  Raises `NotWhole`."""
    kind = fields.get("kind")
    if not isinstance(kind, str) or kind not in KINDS:
        raise NotKnown(f"the kind {kind!r} is not known to this version of satops")
    # Most lines of a kind have the same fields and types: check each combination once.
    shape = (kind, *fields, *map(type, fields.values()))
    known = _SHAPES.get(shape)
    if known is None:
        known = _READS[kind].kind, *_checked(fields, _READS[kind])
        if len(_SHAPES) < _SHAPES_MAX:
            _SHAPES[shape] = known
    made, names, lists = known
    values = {name: fields[name] for name in names}
    for name, convert in lists:
        values[name] = convert(values[name])
    # Faster than the constructor, which sets each of an intent's 22 fields.
    event = object.__new__(made)
    object.__setattr__(event, "__dict__", values)
    return Recorded(event, head, fields["time"], fields["run"], fields)


def _checked(fields: Fields, reads: "_Reads") -> tuple[tuple[str, ...], Lists]:
    """Return the event's fields, and the conversions of those that become tuples.  Raises
    `NotWhole`.
    """
    for name, types in reads.types.items():
        if name in fields and fields[name].__class__ not in types:
            raise _not_whole(fields, name)
    if not reads.needed <= fields.keys():
        raise _not_whole(fields, min(reads.needed - fields.keys()))
    if not (isinstance(fields.get("time"), str) and isinstance(fields.get("run"), str)):
        raise NotWhole("its `time` or `run` is missing, or is another thing")
    lists = tuple((name, convert) for name, convert in reads.lists if name in fields)
    return tuple(name for name in fields if name in reads.types), lists


def _not_whole(fields: Fields, name: str) -> NotWhole:
    return NotWhole(
        f"its `{name}` is {fields[name]!r:.40}" if name in fields else f"it has no `{name}`"
    )


def _tuple(value: list[Any] | None) -> tuple[Any, ...] | None:
    return None if value is None else tuple(value)


def _pairs(value: list[Any] | None) -> tuple[Any, ...] | None:
    """Return pairs as tuples; other values stay, for the schema to refuse."""
    if value is None:
        return None
    return tuple(tuple(each) if isinstance(each, list) else each for each in value)


_TYPES: Mapping[object, frozenset[type]] = {
    Raw: frozenset(),
    NoneType: frozenset({NoneType}),
    str: frozenset({str}),
    int: frozenset({int}),
    bool: frozenset({bool}),
    float: frozenset({float, int}),
    Mapping[str, Any]: frozenset({dict}),
    Mapping[str, str]: frozenset({dict}),
    tuple[str, ...]: frozenset({list}),
    tuple[Mapping[str, Any], ...]: frozenset({list}),
    tuple[tuple[str, str], ...]: frozenset({list}),
}
"""Allowed types in a line, by the annotation of a field in `core.ledger.events`."""


class _Reads(NamedTuple):
    """How to read the lines of one kind."""

    kind: type[Event]
    types: Mapping[str, frozenset[type]]
    """Allowed JSON types of each field; a float may be written as an integer."""
    lists: Lists
    needed: frozenset[str]
    """Required fields."""


def _reads(kind: type[Event]) -> _Reads:
    options = {field.name: _options(field) for field in dataclass_fields(kind)}
    types = {
        name: frozenset().union(*(_TYPES[each] for each in some)) for name, some in options.items()
    }
    pairs = tuple[tuple[str, str], ...]
    return _Reads(
        kind,
        types,
        tuple(
            (name, _pairs if pairs in some else _tuple)
            for name, some in options.items()
            if list in types[name]
        ),
        frozenset(field.name for field in dataclass_fields(kind) if field.default is MISSING),
    )


def _options(field: "Field[Any]") -> tuple[Any, ...]:
    return get_args(field.type) if isinstance(field.type, UnionType) else (field.type,)


_READS: Mapping[str, _Reads] = {name: _reads(kind) for name, kind in KINDS.items()}
_SHAPES: dict[tuple[object, ...], tuple[type[Event], tuple[str, ...], Lists]] = {}
"""Checked combinations of kind, fields and types; at most `_SHAPES_MAX`."""
_SHAPES_MAX = 4096
