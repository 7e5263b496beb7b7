"""Show: everything that tree and ledger hold of one name."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from itertools import islice

from satops.api.history import events_of, nobody_knows, sound, unchained
from satops.api.repository import FilePath, Repository, Say, open_repository
from satops.api.specs import spec_of
from satops.core.ledger.events import RunStarted
from satops.core.ledger.recorded import Recorded
from satops.core.ledger.state import LedgerState, OrderState
from satops.errors import LedgerCorrupt
from satops.ports import IndexedStore, LedgerStore
from satops.workflow.ledger_session import LedgerSession
from satops.workflow.show import Shown

_NEAR = 1000
"""Lines before an intent that are searched for its `RunStarted`."""


def show(
    repository: FilePath,
    name: str,
    *,
    say: Say = lambda _: None,
    environ: Mapping[str, str] | None = None,
) -> Shown:
    """Return all that the tree and the ledger know of one name.

    `say` hears of a ledger that is closed or older than what this machine appended; a store with an
    index is not read for that.  Raises `LedgerError`, and `UsageError` where nobody knows the name.
    """
    opened = open_repository(repository, environ=environ)
    store = opened.store()
    if isinstance(store, IndexedStore):
        events, runs, known = _by_index(store, name)
    else:
        events, runs, known = _by_reading(opened, store, name, say)
    spec = spec_of(opened, name)
    if known is None and spec is None:
        raise nobody_knows(name)
    started = None if known is None else runs.get(known.run)
    status = opened.offer.status(None if known is None else known.status)
    return Shown(name, known, status, spec, tuple(events), opened.now(), started)


_Found = tuple[list[Recorded], dict[str, RunStarted], OrderState | None]
"""The events of a name, the beginnings of runs that were read, and the name's state."""


def _by_reading(opened: Repository, store: LedgerStore, name: str, say: Say) -> _Found:
    events: list[Recorded] = []
    runs: dict[str, RunStarted] = {}

    def noted(found: Recorded) -> None:
        if found.name == name:
            events.append(found)
        elif isinstance(found.event, RunStarted):
            runs[found.run] = found.event

    session = LedgerSession(store, opened.clock, "", noted=noted)
    known = session.read().orders.get(name)
    opened.tell_doubt(session, say)
    return list(sound(events)), runs, known


def _by_index(store: LedgerStore, name: str) -> _Found:
    """Read the lines about a name, and those shortly before its intent, where its run began; what
    is damaged there is passed over.
    """
    events = events_of(store, name)
    state = LedgerState()
    for found in events:
        state.take(found)
    known = state.orders.get(name)
    if known is None:
        return events, {}, None
    before = islice(store.read(after=max(known.seq - _NEAR, 0)), _NEAR)
    near = sound(_readable(before))
    runs = {found.run: found.event for found in near if isinstance(found.event, RunStarted)}
    return events, runs, known


def _readable(lines: Iterable[bytes]) -> Iterator[Recorded]:
    for line in lines:
        with suppress(LedgerCorrupt):
            yield unchained(line)
