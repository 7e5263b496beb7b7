"""Trace a product's SHA-256 to its order, run and commit, from the ledger alone."""

from collections.abc import Mapping
from typing import Any, Final

from msgspec import Struct

from satops.core.ledger.fetched import Fetched
from satops.core.ledger.order_state import OrderState
from satops.core.ledger.recorded import read
from satops.core.ledger.state import LedgerState
from satops.ports import LedgerStore

_ORIGIN: Final = ("commit", "committed", "pull_request", "approvals")


class Traced(Struct, frozen=True):
    """One product and its provenance; a field is None if not recorded."""

    fetched: Fetched
    order: OrderState
    """The submission whose order number delivered the product, or else the name's state."""
    intent: Mapping[str, Any]
    """The event with the bought content; empty if none."""
    run: Mapping[str, Any]
    """The `RunStarted` of the run that bought it; empty if none."""

    @property
    def origin(self) -> dict[str, Any]:
        """Commit, whether the spec equalled it, pull request and approvals."""
        own = {key: self.intent.get(key) for key in _ORIGIN}
        for key in ("pull_request", "approvals", "commit"):
            if own[key] is None:
                own[key] = self.run.get(key)
        return own


class TraceReport(Struct, frozen=True):
    """The products with one SHA-256."""

    sha256: str
    ledger: str
    """Address of the ledger."""
    found: tuple[Traced, ...]
    """One entry for each order number that delivered these bytes; often one."""


def trace(store: LedgerStore, sha256: str) -> TraceReport:
    """Read the whole ledger and check its chain.  Raises `LedgerError`."""
    state = LedgerState()
    runs: dict[str, Mapping[str, Any]] = {}
    intents: dict[int, Mapping[str, Any]] = {}
    for recorded in read(store.read()):
        state.take(recorded)
        if recorded.kind == "RunStarted":
            runs[recorded.run] = recorded.fields
        elif "order_digest" in recorded.fields:
            intents[recorded.seq] = {**recorded.fields, "order": None}
    found = []
    for fetched in (it for listed in state.deliveries.values() for it in listed):
        if fetched.sha256 == sha256:
            order = _submission(state.orders[fetched.name], fetched.order_no)
            intent = intents.get(order.seq, {})
            found.append(Traced(fetched, order, intent, runs.get(order.run, {})))
    return TraceReport(sha256, store.address, tuple(found))


def _submission(order: OrderState, order_no: str) -> OrderState:
    every = (order, *order.others)
    return next((it for it in every if it.order_no == order_no), order)
