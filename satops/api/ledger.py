"""Reading the ledger, and beginning one."""

import os
import secrets
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from satops import __version__
from satops.api.doctor import prove_at_start
from satops.api.plan import no_copy, read_specs
from satops.api.repository import Repository, open_repository
from satops.core import json_text
from satops.core.ledger.chain import EMPTY, GENESIS, Head, decode, encode, line_digest
from satops.core.ledger.events import LedgerStarted
from satops.core.ledger.state import LedgerState, OrderState
from satops.core.spec.spec import Spec
from satops.errors import HeadMoved, LedgerCorrupt, LedgerMissing, Refused, UsageError
from satops.ports import IndexedStore, LedgerStore, MigratedStore
from satops.workflow.verify import VerifyReport


@dataclass(frozen=True, slots=True)
class Shown:
    """All that is known of one order name."""

    name: str
    known: OrderState | None
    spec: Spec | None
    events: tuple[dict[str, Any], ...]
    now: str


@dataclass(frozen=True, slots=True)
class Begun:
    """A ledger that was just begun."""

    ledger: str
    """Its id."""
    address: str


def list_orders(
    repository: Path, *, environ: Mapping[str, str] = os.environ
) -> tuple[LedgerState, str]:
    """Return what the ledger knows, and the moment it is seen from.  Raises `LedgerError`."""
    opened = open_repository(repository, environ=environ)
    return opened.session().state, opened.now()


def show(repository: Path, name: str, *, environ: Mapping[str, str] = os.environ) -> Shown:
    """Return all that the tree and the ledger know of one name.

    Raises `UsageError` where neither knows it, and `LedgerError`.
    """
    opened = open_repository(repository, environ=environ)
    events = _history(opened.store(), name)
    spec = _spec(opened, name)
    known = _folded(events).orders.get(name)
    if known is None and spec is None:
        raise _nobody_knows(name)
    return Shown(name, known, spec, tuple(event for event, _ in events), opened.now())


def history(
    repository: Path, name: str | None = None, *, environ: Mapping[str, str] = os.environ
) -> list[dict[str, Any]]:
    """Return the events of the ledger, oldest first, or those of one order.

    Raises `UsageError` for a name that neither the tree nor the ledger knows, and `LedgerError`.
    Each event is checked, and so is the chain to its end, but for one order in a store that has an
    index: there nothing else is read.
    """
    opened = open_repository(repository, environ=environ)
    events = _history(opened.store(), name)
    if name is not None and not events and _spec(opened, name) is None:
        raise _nobody_knows(name)
    return [event for event, _ in events]


def _spec(opened: Repository, name: str) -> Spec | None:
    return next((spec for spec in read_specs(opened).specs if spec.name == name), None)


def _nobody_knows(name: str) -> UsageError:
    return UsageError(
        f"Neither the tree nor the ledger knows the name {name!r}. Look at `satops list` and "
        "`satops validate`: a spec with errors is not read."
    )


def _history(store: LedgerStore, name: str | None) -> "list[tuple[dict[str, Any], Head]]":
    if name is None or not isinstance(store, IndexedStore):
        events = _sound(decode(store.read()))
    else:
        events = _sound(map(_unchained, store.about(name)))
    return [found for found in events if name is None or found[0].get("name") == name]


def _unchained(line: bytes) -> tuple[dict[str, Any], Head]:
    """Read a line whose neighbours are not known; which event it claims to be is its number."""
    try:
        event = json_text.loads(line)
        return event, Head(event["seq"], line_digest(line))
    except (json_text.NotJson, KeyError, TypeError) as error:
        raise LedgerCorrupt(
            f"The ledger holds a line that is no event: {error}. To see which:\n    satops verify"
        ) from None


def _folded(events: Iterable[tuple[dict[str, Any], Head]]) -> LedgerState:
    state = LedgerState()
    for event, head in events:
        state.take(event, head.digest)
    return state


def _sound(
    events: Iterable[tuple[dict[str, Any], Head]],
) -> Iterator[tuple[dict[str, Any], Head]]:
    """Yield events that fit the schema: whoever shows them need not look for what is missing."""
    for event, head in events:
        for breach in _breaches(event):
            raise LedgerCorrupt(
                f"Line {head.seq} of the ledger was changed after it was written. {breach} To see "
                "all that is wrong:\n    satops verify"
            )
        yield event, head


def verify(
    repository: Path,
    *,
    head: str | None = None,
    ledger: Path | None = None,
    environ: Mapping[str, str] = os.environ,
) -> VerifyReport:
    """Hold the whole ledger, or a copy of it, against its format and its meaning.

    `head` is one that was noted elsewhere.  Raises `LedgerMissing` and `StoreUnreachable`.
    """
    from satops.adapters.stores.file import FileStore
    from satops.workflow.verify import verify as check

    if ledger is None:
        store = open_repository(repository, environ=environ).store()
    else:
        store = FileStore(ledger)
    try:
        return check(store, anchor=head, check=_breaches)
    except LedgerMissing:
        if ledger is None:
            raise
        raise no_copy(ledger) from None


def _breaches(event: dict[str, Any]) -> Iterator[str]:
    from satops.adapters.files.schemas import ledger_schema

    if not ledger_schema().is_valid(event):
        yield f"This {event.get('kind')} does not fit schema/ledger.schema.json."


def ledger_address(repository: Path, *, environ: Mapping[str, str] = os.environ) -> str:
    """Return where the ledger is, or would be; raises `UsageError` where there is no repository."""
    return open_repository(repository, environ=environ).store().address


def start_ledger(repository: Path, *, environ: Mapping[str, str] = os.environ) -> Begun:
    """Begin an empty ledger where there is none; a store of an older form is brought forward.

    Raises `Refused` where there is one, and `StoreUnreachable`.
    """
    opened = open_repository(repository, environ=environ)
    store = opened.store()
    begun = Begun(secrets.token_hex(16), store.address)
    event = LedgerStarted(ledger=begun.ledger, tool=f"satops {__version__}")
    lines, _ = encode([event], head=EMPTY, time=opened.clock.now(), run=opened.new_run())
    if isinstance(store, MigratedStore):
        store.migrate()
    prove_at_start(opened)
    try:
        store.append(lines, GENESIS)
    except HeadMoved as error:
        raise Refused(
            f"There is a ledger at {store.address}; it is kept. To check it:\n    satops verify"
        ) from error
    return begun
