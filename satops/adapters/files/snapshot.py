"""The fold of a ledger up to some line, kept so that a plan need not fold it again.

A plan takes a snapshot only when it carries this machine's seal (`adapters.sealed`) and every byte
of the ledger up to its line is what it was when the chain was checked.  Anything else about it, and
it is passed over; it is safe to delete.
"""

from collections.abc import Iterable, Iterator
from dataclasses import fields
from hashlib import sha256
from itertools import islice
from operator import attrgetter
from pathlib import Path
from typing import Any, NamedTuple

from satops import __version__
from satops.adapters.files.sealed import read_sealed, write_sealed
from satops.core import json_text
from satops.core.ledger.chain import Head
from satops.core.ledger.state import LedgerState, OrderState, Standing
from satops.ports import LedgerStore

_FORMAT = "satops.snapshot/1"
_LINES_AT_ONCE = 1000
_LINES_MIN = 500
"""Lines that must be new before a snapshot is worth writing again."""
_FIELDS = tuple(field.name for field in fields(OrderState))
_ROW = attrgetter(*_FIELDS)
_STANDINGS = {standing.value: standing for standing in Standing}


class Fold(NamedTuple):
    """A ledger that was read."""

    state: LedgerState
    sha256: str
    """Of all its lines, each with its newline."""
    bytes: int
    """That were read now, with the newlines."""


class SnapshotFile:
    """The snapshots of one repository on one machine."""

    def __init__(self, path: Path, key: bytes | None) -> None:
        self._path = path
        self._key = key

    def read(self, store: LedgerStore, known: str | None = None) -> Fold:
        """Return the fold of a store's ledger, as `LedgerSession.read` would make it.

        `known` is the SHA-256 of the ledger, where it is known: then nothing that was folded
        before is read.  Raises `LedgerMissing`, `LedgerCorrupt` and `StoreUnreachable`.
        """
        found = self._load(store.address)
        if found is not None and found[1] == known:
            return Fold(*found, 0)
        return self._folded(store, found)

    def _folded(self, store: LedgerStore, found: tuple[LedgerState, str] | None) -> Fold:
        lines, hashed = store.read(), _Hashed()
        if found is None:
            state, known = LedgerState(), 0
        else:
            state, prefix, known = *found, found[0].head.seq
            first = islice(lines, known)
            while some := list(islice(first, _LINES_AT_ONCE)):
                hashed.add(b"\n".join(some))
            if hashed.sha256.hexdigest() != prefix:
                lines, hashed = store.read(), _Hashed()
                state, known = LedgerState(), 0
        state.fold(hashed.watched(lines))
        digest = hashed.sha256.hexdigest()
        if state.head.seq - known >= _LINES_MIN:
            self._save(store.address, state, digest)
        return Fold(state, digest, hashed.bytes)

    def _load(self, address: str) -> tuple[LedgerState, str] | None:
        body = None if self._key is None else read_sealed(str(self._path), self._key)
        if body is None:
            return None
        kept = json_text.loads(body)
        if (kept["format"], kept["tool"], kept["address"]) != (_FORMAT, __version__, address):
            return None
        return _state(kept), kept["prefix"]

    def _save(self, address: str, state: LedgerState, prefix: str) -> None:
        if self._key is None:
            return
        body = json_text.dumps(
            {
                "format": _FORMAT,
                "tool": __version__,
                "address": address,
                "prefix": prefix,
                "seq": state.head.seq,
                "head": state.head.digest,
                "ledger": state.ledger,
                "plans_used": sorted(state.plans_used),
                "claimed": state.claimed,
                "holders": state.holders,
                "orders": [_ROW(order) for order in state.orders.values()],
            }
        )
        write_sealed(str(self._path), self._key, (body,))


class _Hashed:
    """The digest of the lines that were read so far."""

    def __init__(self) -> None:
        self.sha256 = sha256()
        self.bytes = 0

    def add(self, line: bytes) -> None:
        """Take a line, or several of them."""
        self.sha256.update(line)
        self.sha256.update(b"\n")
        self.bytes += len(line) + 1

    def watched(self, lines: Iterable[bytes]) -> Iterator[bytes]:
        """Yield lines, and take each when the next one is asked for."""
        for line in lines:
            yield line
            self.add(line)


def _state(kept: dict[str, Any]) -> LedgerState:
    state = LedgerState(Head(kept["seq"], kept["head"]), kept["ledger"])
    state.plans_used.update(kept["plans_used"])
    state.claimed, state.holders = kept["claimed"], kept["holders"]
    for row in kept["orders"]:
        order = OrderState(*row)
        order.standing = _STANDINGS[order.standing]
        order.further_order_nos = tuple(order.further_order_nos)
        if order.bounds is not None:
            west, south, east, north = order.bounds
            order.bounds = (west, south, east, north)
        state.orders[order.name] = order
    return state
