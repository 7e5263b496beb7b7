"""History: the events of the ledger, checked against the schema."""

from collections.abc import Iterable, Iterator, Mapping

from satops.api.repository import FilePath, open_repository
from satops.api.specs import spec_of
from satops.core import json_text
from satops.core.ledger.chain import Fields, Head, decode
from satops.core.ledger.recorded import NotWhole, Recorded, read, recorded
from satops.errors import LedgerCorrupt, UsageError
from satops.ports import IndexedStore, LedgerStore


def history(
    repository: FilePath, name: str | None = None, *, environ: Mapping[str, str] | None = None
) -> list[Recorded]:
    """Return the events of the ledger, or those of one order, oldest first.

    Checks each event and the chain to its end; for one order in a store with an index, only that
    order's lines are read.  Raises `UsageError` for a name that neither tree nor ledger holds, and
    `LedgerError`.
    """
    opened = open_repository(repository, environ=environ)
    events = events_of(opened.store(), name)
    if name is not None and not events and spec_of(opened, name) is None:
        raise nobody_knows(name)
    return events


def nobody_knows(name: str) -> UsageError:
    """Return the exception for a name that neither tree nor ledger holds."""
    return UsageError(
        f"Neither the tree nor the ledger knows the name {name!r}. Look at `satops list` and "
        "`satops validate`: a spec with errors is not read."
    )


def events_of(store: LedgerStore, name: str | None) -> list[Recorded]:
    """Return the events of a ledger, or those of one name, by an index if there is one.

    Raises `LedgerError`.
    """
    if name is None or not isinstance(store, IndexedStore):
        events = sound(read(store.read()))
    else:
        events = sound(map(unchained, store.about(name)))
    return [found for found in events if name is None or found.name == name]


def unchained(line: bytes) -> Recorded:
    """Read a line without its neighbours; its number is the one that it claims."""
    try:
        fields = json_text.loads(line)
        before = Head(fields["seq"] - 1, fields.get("prev"))
        [found] = decode([line], after=before)
    except (json_text.NotJson, KeyError, TypeError) as error:
        raise LedgerCorrupt(
            f"The ledger holds a line that is no event: {error}. To see which:\n    satops verify"
        ) from None
    try:
        return recorded(found)
    except NotWhole as error:
        raise LedgerCorrupt(
            f"Line {found.seq} of the ledger was changed after it was written: {error}. To see all "
            "that is wrong:\n    satops verify"
        ) from None


def sound(events: Iterable[Recorded]) -> Iterator[Recorded]:
    """Yield the events.  Raises `LedgerCorrupt` if a line does not fit the schema."""
    for found in events:
        for breach in breaches(found.fields):
            raise LedgerCorrupt(
                f"Line {found.seq} of the ledger was changed after it was written. {breach} To see "
                "all that is wrong:\n    satops verify"
            )
        yield found


def breaches(fields: Fields) -> Iterator[str]:
    """Yield the schema errors of a line."""
    from satops.adapters.files.schemas import ledger_schema

    if not ledger_schema().is_valid(fields):
        yield f"This {fields.get('kind')} does not fit schema/ledger.schema.json."
