"""The chain: one JSON event a line, each holding the SHA-256 of the line before it.

The head is the SHA-256 of the last line's bytes without its newline.  docs/ledger.md describes
the format; schema/ledger.schema.json is its schema.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from satops.core import json_text
from satops.core.ledger.formats import FORMAT, LIFTS, Fields, Lift, NotRead, upcast
from satops.core.order.order import instant_text
from satops.errors import LedgerCorrupt

if TYPE_CHECKING:
    from satops.core.ledger.events import Event

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


def encode(
    events: "Sequence[Event]", *, head: Head, time: datetime, run: str
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
) -> Iterator[tuple[Fields, Head]]:
    """Check format, `seq` and `prev` of each line; yield its fields with the head after it.

    The fields are lifted to the newest format; `core.ledger.recorded.read` makes events of them.
    Raises `LedgerCorrupt` with the number of the first bad line.
    """
    seq, prev = after.seq, after.digest
    for line in lines:
        seq += 1
        if line.endswith(b"\r"):
            raise LedgerCorrupt(f"Line {seq} of the ledger ends with CR LF. {_CR_LF}")
        try:
            event = json_text.loads(line)
        except json_text.NotJson as error:
            if line.startswith(_CONFLICT_MARKERS):
                marker = line[:7].decode()
                raise LedgerCorrupt(
                    f"Line {seq} of the ledger is a conflict marker of git, {marker}. {_CONFLICT}"
                ) from None
            raise LedgerCorrupt(f"Line {seq} of the ledger is not JSON: {error}.") from None
        if not isinstance(event, dict):
            raise LedgerCorrupt(f"Line {seq} of the ledger is not a JSON object.")
        fields = event if event.get("format") == FORMAT else _lifted(event, seq, lifts)
        if fields.get("seq") != seq:
            raise LedgerCorrupt(
                f"Line {seq} of the ledger says that it is number {fields.get('seq')!r}: "
                "a line was removed, added or moved before it."
            )
        if fields.get("prev") != prev:
            raise LedgerCorrupt(
                f"Line {seq} of the ledger does not follow from the line before it: "
                f"its `prev` is {fields.get('prev')!r}, and that line's SHA-256 is {prev!r}. "
                f"Line {max(seq - 1, 1)} or line {seq} was changed after it was written."
            )
        prev = line_digest(line)
        yield fields, Head(seq, prev)


def _lifted(fields: Fields, seq: int, lifts: Mapping[str, Lift]) -> Fields:
    try:
        return upcast(fields, lifts)
    except NotRead as error:
        raise LedgerCorrupt(f"Line {seq} of the ledger {error}") from None


def _fields(event: "Event") -> dict[str, Any]:
    named = ((name, getattr(event, name)) for name in event.__struct_fields__)
    return {name: value for name, value in named if value is not None}
