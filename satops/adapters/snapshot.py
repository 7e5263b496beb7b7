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
from typing import TYPE_CHECKING, Any

from satops import __version__
from satops.adapters.sealed import read_sealed, write_sealed
from satops.core import json_text
from satops.core.ledger import Head
from satops.core.state import LedgerState, OrderState, Standing
from satops.ports import LedgerStore

if TYPE_CHECKING:
    import hashlib

_FORMAT = "satops.snapshot/1"
_LINES_AT_ONCE = 1000
_LINES_MIN = 500
"""Lines that must be new before a snapshot is worth writing again."""
_FIELDS = tuple(field.name for field in fields(OrderState))
_ROW = attrgetter(*_FIELDS)
_STANDINGS = {standing.value: standing for standing in Standing}


class SnapshotFile:
    """The snapshots of one repository on one machine."""

    def __init__(self, path: Path, key: bytes | None) -> None:
        self._path = path
        self._key = key

    def read(self, store: LedgerStore) -> tuple[LedgerState, str]:
        """Return the fold of a store's ledger, as `Book.read` would, and the SHA-256 of its lines.

        Raises `LedgerMissing`, `LedgerCorrupt` and `StoreUnreachable`.
        """
        found = self._load(store.address)
        lines, hashed = store.read(), sha256()
        if found is None:
            state, known = LedgerState(), 0
        else:
            state, prefix, known = *found, found[0].head.seq
            first = islice(lines, known)
            while some := list(islice(first, _LINES_AT_ONCE)):
                hashed.update(b"\n".join(some) + b"\n")
            if hashed.hexdigest() != prefix:
                lines, hashed = store.read(), sha256()
                state, known = LedgerState(), 0
        state.fold(_watched(lines, hashed))
        digest = hashed.hexdigest()
        if state.head.seq - known >= _LINES_MIN:
            self._save(store.address, state, digest)
        return state, digest

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


def _watched(lines: Iterable[bytes], hashed: "hashlib._Hash") -> Iterator[bytes]:
    for line in lines:
        yield line
        hashed.update(line)
        hashed.update(b"\n")


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
