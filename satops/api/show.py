"""Show: everything that tree and ledger hold of one name."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from itertools import islice

from satops.api.history import events_of, nobody_knows, sound, unchained
from satops.api.repository import FilePath, open_repository
from satops.api.specs import spec_of
from satops.core.ledger.events import RunStarted
from satops.core.ledger.recorded import Recorded, read
from satops.core.ledger.state import LedgerState, OrderState
from satops.errors import LedgerCorrupt
from satops.ports import IndexedStore, LedgerStore
from satops.workflow.show import Shown

_NEAR = 1000
"""Lines before an intent that are searched for its `RunStarted`."""


def show(repository: FilePath, name: str, *, environ: Mapping[str, str] | None = None) -> Shown:
    """Return everything that tree and ledger hold of one name.

    Raises `UsageError` if neither holds it, and `LedgerError`.
    """
    opened = open_repository(repository, environ=environ)
    store = opened.store()
    events = events_of(store, name)
    spec = spec_of(opened, name)
    state = LedgerState()
    for found in events:
        state.take(found)
    known = state.orders.get(name)
    if known is None and spec is None:
        raise nobody_knows(name)
    started = None if known is None else _started(store, known)
    status = opened.offer.status(None if known is None else known.status)
    return Shown(name, known, status, spec, tuple(events), opened.now(), started)


def _started(store: LedgerStore, known: OrderState) -> RunStarted | None:
    """Return the `RunStarted` of an order's run.  In a store with an index only lines shortly
    before the intent are read, and damaged ones are skipped.
    """
    if isinstance(store, IndexedStore):
        before = islice(store.read(after=max(known.seq - _NEAR, 0)), _NEAR)
        events = sound(_readable(before))
    else:
        events = sound(read(store.read()))
    for found in events:
        if isinstance(found.event, RunStarted) and found.run == known.run:
            return found.event
    return None


def _readable(lines: Iterable[bytes]) -> Iterator[Recorded]:
    for line in lines:
        with suppress(LedgerCorrupt):
            yield unchained(line)
