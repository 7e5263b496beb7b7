"""History: the events of the ledger, each held against its schema before it is shown."""

from collections.abc import Iterable, Iterator, Mapping

from satops.api.repository import FilePath, open_repository
from satops.api.specs import spec_of
from satops.core import json_text
from satops.core.ledger.chain import Head, line_digest
from satops.core.ledger.formats import Fields, NotRead, upcast
from satops.core.ledger.recorded import NotWhole, Recorded, read, recorded
from satops.errors import LedgerCorrupt, UsageError
from satops.ports import IndexedStore, LedgerStore


def history(
    repository: FilePath, name: str | None = None, *, environ: Mapping[str, str] | None = None
) -> list[Recorded]:
    """Return the events of the ledger, oldest first, or those of one order.

    Raises `UsageError` for a name that neither the tree nor the ledger knows, and `LedgerError`.
    Each event is checked, and so is the chain to its end, but for one order in a store that has an
    index: there nothing else is read.
    """
    opened = open_repository(repository, environ=environ)
    events = events_of(opened.store(), name)
    if name is not None and not events and spec_of(opened, name) is None:
        raise nobody_knows(name)
    return events


def nobody_knows(name: str) -> UsageError:
    """Return what to raise for a name that stands nowhere."""
    return UsageError(
        f"Neither the tree nor the ledger knows the name {name!r}. Look at `satops list` and "
        "`satops validate`: a spec with errors is not read."
    )


def events_of(store: LedgerStore, name: str | None) -> list[Recorded]:
    """Return the events of a ledger, or those about one name; an index spares reading the rest.

    Raises `LedgerError`.
    """
    if name is None or not isinstance(store, IndexedStore):
        events = sound(read(store.read()))
    else:
        events = sound(map(unchained, store.about(name)))
    return [found for found in events if name is None or found.name == name]


def unchained(line: bytes) -> Recorded:
    """Read a line whose neighbours are not known; which event it claims to be is its number."""
    try:
        fields = json_text.loads(line)
        head = Head(fields["seq"], line_digest(line))
    except (json_text.NotJson, KeyError, TypeError) as error:
        raise LedgerCorrupt(
            f"The ledger holds a line that is no event: {error}. To see which:\n    satops verify"
        ) from None
    try:
        return recorded(upcast(fields), head)
    except NotRead as error:
        raise LedgerCorrupt(
            f"Line {head.seq} of the ledger was changed after it was written, or is a newer one: "
            f"it {error}"
        ) from None
    except NotWhole as error:
        raise LedgerCorrupt(
            f"Line {head.seq} of the ledger was changed after it was written: {error}. To see all "
            "that is wrong:\n    satops verify"
        ) from None


def sound(events: Iterable[Recorded]) -> Iterator[Recorded]:
    """Yield events whose lines fit the schema; raises `LedgerCorrupt` where one does not."""
    for found in events:
        for breach in breaches(found.fields):
            raise LedgerCorrupt(
                f"Line {found.seq} of the ledger was changed after it was written. {breach} To see "
                "all that is wrong:\n    satops verify"
            )
        yield found


def breaches(fields: Fields) -> Iterator[str]:
    """Yield in what a line does not fit its schema."""
    from satops.adapters.files.schemas import ledger_schema

    if not ledger_schema().is_valid(fields):
        yield f"This {fields.get('kind')} does not fit schema/ledger.schema.json."
