"""History: the events of the ledger, each held against its schema before it is shown."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from satops.api.repository import FilePath, open_repository
from satops.api.specs import spec_of
from satops.core import json_text
from satops.core.ledger.chain import Head, decode, line_digest
from satops.errors import LedgerCorrupt, UsageError
from satops.ports import IndexedStore, LedgerStore


def history(
    repository: FilePath, name: str | None = None, *, environ: Mapping[str, str] | None = None
) -> list[dict[str, Any]]:
    """Return the events of the ledger, oldest first, or those of one order.

    Raises `UsageError` for a name that neither the tree nor the ledger knows, and `LedgerError`.
    Each event is checked, and so is the chain to its end, but for one order in a store that has an
    index: there nothing else is read.
    """
    opened = open_repository(repository, environ=environ)
    events = events_of(opened.store(), name)
    if name is not None and not events and spec_of(opened, name) is None:
        raise nobody_knows(name)
    return [event for event, _ in events]


def nobody_knows(name: str) -> UsageError:
    """Return what to raise for a name that stands nowhere."""
    return UsageError(
        f"Neither the tree nor the ledger knows the name {name!r}. Look at `satops list` and "
        "`satops validate`: a spec with errors is not read."
    )


def events_of(store: LedgerStore, name: str | None) -> list[tuple[dict[str, Any], Head]]:
    """Return the events of a ledger, or those about one name; an index spares reading the rest.

    Raises `LedgerError`.
    """
    if name is None or not isinstance(store, IndexedStore):
        events = sound(decode(store.read()))
    else:
        events = sound(map(unchained, store.about(name)))
    return [found for found in events if name is None or found[0].get("name") == name]


def unchained(line: bytes) -> tuple[dict[str, Any], Head]:
    """Read a line whose neighbours are not known; which event it claims to be is its number."""
    try:
        event = json_text.loads(line)
        return event, Head(event["seq"], line_digest(line))
    except (json_text.NotJson, KeyError, TypeError) as error:
        raise LedgerCorrupt(
            f"The ledger holds a line that is no event: {error}. To see which:\n    satops verify"
        ) from None


def sound(
    events: Iterable[tuple[dict[str, Any], Head]],
) -> Iterator[tuple[dict[str, Any], Head]]:
    """Yield events that fit the schema: whoever shows them need not look for what is missing."""
    for event, head in events:
        for breach in breaches(event):
            raise LedgerCorrupt(
                f"Line {head.seq} of the ledger was changed after it was written. {breach} To see "
                "all that is wrong:\n    satops verify"
            )
        yield event, head


def breaches(event: dict[str, Any]) -> Iterator[str]:
    """Yield in what an event does not fit its schema."""
    from satops.adapters.files.schemas import ledger_schema

    if not ledger_schema().is_valid(event):
        yield f"This {event.get('kind')} does not fit schema/ledger.schema.json."
