"""Read each line of the chain as one typed event.

A field that its class lacks, for example of a newer satops, is kept in `Recorded.fields` only.
"""

from collections.abc import Iterable, Iterator
from typing import Any

from msgspec import ValidationError
from msgspec.json import Decoder

from satops.core.ledger.chain import EMPTY, Envelope, Head, Line, follow, newer
from satops.core.ledger.events import KINDS, Event, LedgerStarted, RunStarted
from satops.errors import LedgerCorrupt

Recorded = Line[Event]
"""One event with its line."""
_EVENTS: Decoder[Event] = Decoder(Event)


class NotWhole(ValueError):
    """A field of the event is missing or has a wrong type."""


class NotKnown(NotWhole):
    """This version of satops does not know the kind of the event."""


def read(lines: Iterable[bytes], *, after: Head = EMPTY) -> Iterator[Recorded]:
    """Yield the events of a chain after the head `after`.

    Raises `LedgerCorrupt` with the number of the first bad line.
    """
    tool = None
    for line in follow(lines, _EVENTS, after=after):
        event = line.event
        kind = type(event)  # `isinstance` asks the metaclass of a Struct, which takes long
        if kind is RunStarted or kind is LedgerStarted:
            tool = event.tool
        if kind is Envelope or not (event.time and event.run):
            try:
                recorded(line)
            except NotWhole as error:
                way_on = f" {newer(tool)}" if isinstance(error, NotKnown) else ""
                raise LedgerCorrupt(
                    f"Line {line.seq} of the ledger is not a whole {line.kind}: {error}.{way_on}"
                ) from None
        yield line


def recorded(line: Line[Any]) -> Recorded:
    """Return a line with its event.  Raises `NotWhole`."""
    if str(line.kind) not in KINDS:
        raise NotKnown(f"the kind {line.kind!r} is not known to this version of satops")
    try:
        event = _EVENTS.decode(line.text)
    except ValidationError as error:
        raise NotWhole(str(error)) from None
    if not (event.time and event.run):
        raise NotWhole("its `time` or `run` is missing")
    return Recorded(event, line.seq, line.digest, line.text)
