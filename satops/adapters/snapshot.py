"""The fold of a ledger up to some line, kept so that a plan need not fold it again.

A snapshot is a convenience and never evidence: `apply` does not use it.  A plan takes it only when
it carries this machine's seal and every byte of the ledger up to its line is what it was when the
chain was checked.  Anything else about it, and it is passed over; it is safe to delete.
"""

import hmac
import os
import secrets
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import fields
from hashlib import sha256
from itertools import islice
from operator import attrgetter
from pathlib import Path
from typing import TYPE_CHECKING, Any

from satops import __version__
from satops.core import json_text
from satops.core.ledger import Head
from satops.core.state import LedgerState, OrderState, Standing
from satops.ports import LedgerStore

if TYPE_CHECKING:
    import hashlib
    from collections.abc import Mapping

_FORMAT = "satops.snapshot/1"
_LINES_MIN = 500
"""Lines that must be new before a snapshot is worth writing again."""
_SEAL_BYTES = 32
_FIELDS = tuple(field.name for field in fields(OrderState))
_ROW = attrgetter(*_FIELDS)
_STANDINGS = {standing.value: standing for standing in Standing}


class SnapshotFile:
    """The snapshots of one repository on one machine."""

    def __init__(self, path: Path, key: bytes | None) -> None:
        self._path = path
        self._key = key

    def read(self, store: LedgerStore) -> LedgerState:
        """Return the fold of a store's ledger, as `Book.read` would.

        Raises `LedgerMissing`, `LedgerCorrupt` and `StoreUnreachable`.
        """
        if self._key is None:
            return _folded(store.read())
        found = self._load(store.address)
        lines, hashed = store.read(), sha256()
        if found is None:
            state, known = LedgerState(), 0
        else:
            state, prefix, known = *found, found[0].head.seq
            for line in islice(lines, known):
                hashed.update(line)
                hashed.update(b"\n")
            if hashed.hexdigest() != prefix:
                lines, hashed = store.read(), sha256()
                state, known = LedgerState(), 0
        state.fold(_watched(lines, hashed))
        if state.head.seq - known >= _LINES_MIN:
            self._save(store.address, state, hashed.hexdigest())
        return state

    def _load(self, address: str) -> tuple[LedgerState, str] | None:
        try:
            content = self._path.read_bytes()
        except OSError:
            return None
        seal, body = content[:_SEAL_BYTES], content[_SEAL_BYTES:]
        if not hmac.compare_digest(seal, self._seal(body)):
            return None
        kept = json_text.loads(body)
        if (kept["format"], kept["tool"], kept["address"]) != (_FORMAT, __version__, address):
            return None
        return _state(kept), kept["prefix"]

    def _save(self, address: str, state: LedgerState, prefix: str) -> None:
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
        # A folder that cannot be written, or a full disk, costs a plan only time.
        with suppress(OSError):
            self._path.parent.mkdir(parents=True, exist_ok=True)
            descriptor, temporary = tempfile.mkstemp(dir=self._path.parent, prefix="snapshot-")
            with os.fdopen(descriptor, "wb") as file:
                file.write(self._seal(body))
                file.write(body)
            Path(temporary).replace(self._path)

    def _seal(self, body: bytes) -> bytes:
        assert self._key is not None
        return hmac.digest(self._key, body, "sha256")


def machine_key(environ: "Mapping[str, str]") -> bytes | None:
    """Return the key that seals this user's snapshots on this machine, made at the first use.

    It lies outside every repository, so that nobody's pull request or shared cache can make a
    snapshot that is believed.  None where there is no home to keep it in.
    """
    home = environ.get("XDG_STATE_HOME") or (
        f"{environ['HOME']}/.local/state" if environ.get("HOME") else ""
    )
    if not home:
        return None
    path = Path(home) / "satops" / "snapshot.key"
    try:
        if not path.exists():
            _make_key(path)
        key = path.read_bytes()
    except OSError:
        return None
    return key if len(key) == _SEAL_BYTES else None


def _make_key(path: Path) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor, temporary = tempfile.mkstemp(dir=path.parent)
    with os.fdopen(descriptor, "wb") as file:
        file.write(secrets.token_bytes(_SEAL_BYTES))
    # Of two first uses at once, the first link stays.
    with suppress(FileExistsError):
        os.link(temporary, path)
    Path(temporary).unlink()


def _watched(lines: Iterable[bytes], hashed: "hashlib._Hash") -> Iterator[bytes]:
    for line in lines:
        yield line
        hashed.update(line)
        hashed.update(b"\n")


def _folded(lines: Iterable[bytes]) -> LedgerState:
    state = LedgerState()
    state.fold(lines)
    return state


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
