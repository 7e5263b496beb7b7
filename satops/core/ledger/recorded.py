"""Read each line of the chain as one typed event.

A field that its class lacks, for example of a newer satops, is kept in `Recorded.fields` only.
"""

from collections.abc import Iterable, Iterator

from msgspec import Struct, ValidationError, convert

from satops.core.ledger.chain import EMPTY, Head, decode
from satops.core.ledger.events import KINDS, Event, LedgerStarted, RunStarted
from satops.core.ledger.formats import Fields, newer
from satops.errors import LedgerCorrupt


class Recorded(Struct, frozen=True, gc=False):
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
    made = KINDS.get(kind) if isinstance(kind, str) else None
    if made is None:
        raise NotKnown(f"the kind {kind!r} is not known to this version of satops")
    try:
        event: Event = convert(fields, made)
    except ValidationError as error:
        raise NotWhole(str(error)) from None
    time, run = fields.get("time"), fields.get("run")
    if not (isinstance(time, str) and isinstance(run, str)):
        raise NotWhole("its `time` or `run` is missing, or is another thing")
    return Recorded(event, head, time, run, fields)
