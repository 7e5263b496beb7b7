"""The chain: one JSON event a line, each holding the SHA-256 of the line before it.

The head is the SHA-256 of the last line's bytes without its newline.  docs/ledger.md describes
the format; schema/ledger.schema.json is its schema.

A line of the newest format is read, an older one lifted, any other refused.  Within one format
fields may be added, and none changes its meaning. satops 0.1 wrote lines of
`satops.ledger/1` without later fields; such a field is None in the event, which means "not known".
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from hashlib import sha256
from typing import Any, Generic, TypeVar

from msgspec import Struct, ValidationError
from msgspec.json import Decoder

from satops.core import json_text
from satops.core.order.order import instant_text
from satops.errors import LedgerCorrupt

FORMAT = "satops.ledger/1"
"""The newest format, in which every line is written."""
_OURS = "satops.ledger/"
_TOOL = re.compile(r"satops ([0-9][0-9a-z.+-]{0,30})")

Fields = Mapping[str, Any]
"""The fields of a line."""
Lift = Callable[[Fields], Fields]
"""Returns the fields in the next format, `format` included."""
LIFTS: Mapping[str, Lift] = {}
"""The lift of each older format.  For a new format, add the lift of the previous one here, and a
ledger of the last release to tests/compatibility."""


class NotRead(ValueError):
    """This version of satops cannot read the line."""


def upcast(fields: Fields, lifts: Mapping[str, Lift] = LIFTS) -> Fields:
    """Return a line's fields in the newest format.  Raises `NotRead`.

    A line of the newest format is returned unchanged.
    """
    while (given := fields.get("format")) != FORMAT:
        lift = lifts.get(given) if isinstance(given, str) else None
        if lift is None:
            raise NotRead(
                f"has the format {given!r}; this version of satops reads {FORMAT!r}."
                + (f" {newer(fields.get('tool'))}" if str(given).startswith(_OURS) else "")
            )
        fields = lift(fields)
    return fields


def newer(tool: object) -> str:
    """Return which version can read a line that this one cannot; `tool` is the writing version.

    The first event of each run names its tool.  It is shown only if it is a version.
    """
    named = _TOOL.fullmatch(tool) if isinstance(tool, str) else None
    if named is None:
        return "A newer satops wrote it. Upgrade:\n    pip install --upgrade satops"
    return (
        f"satops {named[1]} wrote it. Upgrade to that version or a later one:\n"
        f"    pip install 'satops>={named[1]}'"
    )


GENESIS = "0" * 64
"""The head before the first event, and the `prev` of the first event."""
_CR_LF = (
    "Git (core.autocrlf) or an editor changed the ends of the lines, and the chain is over their "
    "bytes. No event holds a CR of its own, so the bytes come back without these. Check the result "
    "before you put it in the ledger's place, and keep `*.jsonl -text` in .gitattributes:\n"
    "    tr -d '\\r' < LEDGER > whole.jsonl && satops verify --ledger whole.jsonl"
)
_CONFLICT = (
    "Two ledgers were merged as text, and each of them may hold orders that the other lacks. Do "
    "not put lines together by hand: take the whole file of one side, and record each order that "
    "only the other side holds:\n"
    "    git show COMMIT:LEDGER > LEDGER\n"
    "    satops adopt NAME ORDER_NO --because TEXT"
)
_CONFLICT_MARKERS = (b"<<<<<<<", b"|||||||", b"=======", b">>>>>>>")


class Head(Struct, frozen=True, gc=False):
    """Where a ledger ends."""

    seq: int
    digest: str


EMPTY = Head(0, GENESIS)


def line_digest(line: bytes) -> str:
    """Return the SHA-256, in hex, of a line without its newline."""
    return sha256(line).hexdigest()


class Written(
    Struct, frozen=True, gc=False, kw_only=True, tag_field="kind", repr_omit_defaults=True
):
    """The fields of every line, in an event that was read; an event to be written lacks them."""

    format: str = ""
    seq: int = 0
    time: str = ""
    """Time of writing (UTC, canonical)."""
    run: str = ""
    prev: str = ""

    @property
    def kind(self) -> str:
        """Name of the event's class."""
        return type(self).__name__


class Envelope(Struct, frozen=True, gc=False):
    """The fields of every line, in one that may be no whole event."""

    format: Any = None
    seq: Any = None
    time: Any = None
    run: Any = None
    prev: Any = None
    kind: Any = None


Held = TypeVar("Held", bound=Written | Envelope)


class Line(Struct, Generic[Held], frozen=True, gc=False):
    """One line whose place in the chain was checked."""

    event: Held
    seq: int
    """Number of the line, from 1."""
    digest: str
    """SHA-256 of the line; for an intent, the identity of the submission."""
    text: bytes
    """The line in the newest format."""

    @property
    def head(self) -> Head:
        """The head after the line."""
        return Head(self.seq, self.digest)

    @property
    def kind(self) -> str:
        """Kind of the event."""
        return self.event.kind

    @property
    def time(self) -> str:
        """Time of writing (UTC, canonical)."""
        return self.event.time

    @property
    def run(self) -> str:
        """The run that wrote the line."""
        return self.event.run

    @property
    def name(self) -> str | None:
        """Name of the event's order, or None."""
        return getattr(self.event, "name", None)

    @property
    def fields(self) -> Fields:
        """All fields of the line, also those of a newer satops."""
        read: Fields = json_text.loads(self.text)
        return read


_ENVELOPES = Decoder(Envelope)


def encode(
    events: Sequence[Written], *, head: Head, time: datetime, run: str
) -> tuple[list[bytes], Head]:
    """Return the lines that append `events` to `head`, and the head after the last line.

    A character that UTF-8 cannot encode (an environment variable may hold one) becomes a question
    mark, so that no event is lost.
    """
    lines = []
    seq, prev = head.seq, head.digest
    for event in events:
        seq += 1
        line = json_text.dumps_replacing(
            {
                "format": FORMAT,
                "seq": seq,
                "time": instant_text(time),
                "kind": type(event).__name__,
                "run": run,
                "prev": prev,
                **_fields(event),
            }
        )
        prev = line_digest(line)
        lines.append(line)
    return lines, Head(seq, prev)


def decode(
    lines: Iterable[bytes], *, after: Head = EMPTY, lifts: Mapping[str, Lift] = LIFTS
) -> Iterator[Line[Envelope]]:
    """Check format, `seq` and `prev` of each line, and yield it.

    `core.ledger.recorded.read` makes events of the lines.  Raises `LedgerCorrupt` with the number
    of the first bad line.
    """
    return follow(lines, _ENVELOPES, after=after, lifts=lifts)


def follow(
    lines: Iterable[bytes],
    reader: "Decoder[Any]",
    *,
    after: Head = EMPTY,
    lifts: Mapping[str, Lift] = LIFTS,
) -> Iterator[Line[Any]]:
    """Like `decode`, with what `reader` makes of each line.

    A line that it refuses is a link of the chain, and is yielded as an `Envelope`.
    """
    seq, prev = after.seq, after.digest
    for line in lines:
        seq += 1
        try:
            text, found = _read(line, reader, lifts)
        except NotRead as error:
            raise LedgerCorrupt(f"Line {seq} of the ledger {error}") from None
        except (ValueError, RecursionError) as error:
            raise LedgerCorrupt(f"Line {seq} of the ledger {_not_an_event(line, error)}") from None
        if found.seq != seq:
            raise LedgerCorrupt(
                f"Line {seq} of the ledger says that it is number {found.seq!r}: "
                "a line was removed, added or moved before it."
            )
        if found.prev != prev:
            raise LedgerCorrupt(
                f"Line {seq} of the ledger does not follow from the line before it: "
                f"its `prev` is {found.prev!r}, and that line's SHA-256 is {prev!r}. "
                f"Line {max(seq - 1, 1)} or line {seq} was changed after it was written."
            )
        prev = line_digest(line)
        yield Line(found, seq, prev, text)


def _read(line: bytes, reader: "Decoder[Any]", lifts: Mapping[str, Lift]) -> tuple[bytes, Any]:
    """Return a line in the newest format, and what it holds.  Raises ValueError."""
    if line.endswith(b"\r"):
        raise NotRead(f"ends with CR LF. {_CR_LF}")
    if not line.isascii():
        line.decode()  # the reader does not check the texts that it skips
    try:
        found = reader.decode(line)
    except ValidationError:
        found = _ENVELOPES.decode(line)
    if found.format == FORMAT:
        return line, found
    return _read(json_text.dumps(upcast(json_text.loads(line), lifts)), reader, lifts)


def _not_an_event(line: bytes, error: Exception) -> str:
    if line.startswith(_CONFLICT_MARKERS):
        return f"is a conflict marker of git, {line[:7].decode()}. {_CONFLICT}"
    if isinstance(error, ValidationError):
        return f"is not a JSON object: {error}."
    return f"is not JSON: {error}."


def _fields(event: Struct) -> dict[str, Any]:
    named = [(name, getattr(event, name)) for name in event.__struct_fields__]
    return {
        name: _fields(value) if isinstance(value, Struct) else value
        for name, value in named
        if value is not None and name not in Written.__struct_fields__
    }
