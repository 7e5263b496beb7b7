"""The ledger as rows, for `list`, the report and `satops.orders`.

A row is a view of one order and holds no copy, so that rows need no memory beyond the fold.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any, NamedTuple, overload

from satops.core.ledger.events import (
    DoubtCorrected,
    DoubtSettled,
    ForeignNoted,
    LedgerClosed,
    LedgerRestored,
    MarketplaceMoved,
    OrderAdopted,
    PurchaseCompared,
    RunStarted,
    StatusObserved,
    SubmissionIntended,
    SubmissionPlaced,
    SubmissionProbed,
)
from satops.core.ledger.order_state import (
    SPENT,
    Described,
    OrderState,
    Standing,
    shared,
)
from satops.core.ledger.recorded import Recorded
from satops.core.ledger.state import LedgerState
from satops.core.offer import Offer
from satops.core.order.status import Status
from satops.offers import mode_of
from satops.workflow.overdue import overdue

_ACTS = {
    DoubtSettled,
    DoubtCorrected,
    OrderAdopted,
    ForeignNoted,
    PurchaseCompared,
    SubmissionProbed,
    MarketplaceMoved,
    LedgerClosed,
    LedgerRestored,
}
_ABOUT_ALL = ("to", "placed", "differs", "foreign", "same_as")
"""Fields of an act to keep, besides who, what and why."""
_NO_BOUNDS = (None, None, None, None)


class Run(NamedTuple):
    """The `RunStarted` of a run."""

    time: str = ""
    command: str = ""
    actor: str | None = None
    commit: str | None = None
    pull_request: str | None = None
    approvals: tuple[str, ...] | None = None
    run_url: str | None = None


class Act(NamedTuple):
    """A statement of a person about an order or the ledger, or the finding of a look."""

    seq: int
    time: str
    kind: str
    name: str
    """Order name; empty for a foreign order and for the ledger."""
    by: str
    because: str
    order_no: str
    fields: dict[str, Any]
    """Other fields of the event."""


class Origin(NamedTuple):
    """The provenance in an intent."""

    commit: str | None
    committed: bool | None
    pull_request: str | None
    approvals: tuple[str, ...] | None


_NO_RUN = Run()
_NO_ORIGIN = Origin(None, None, None, None)


class Reading:
    """A ledger, seen at one moment."""

    def __init__(
        self, offer: Offer, now: str, *, grace_h: float = 72, outlines: bool = False
    ) -> None:
        """`now` decides what is still being placed, and what is overdue after `grace_h` hours.
        With `outlines`, the bought polygons are kept too.
        """
        self.state = LedgerState(outlines={} if outlines else None)
        self.offer = offer
        self.now = now
        self.grace_h = grace_h
        self.runs: dict[str, Run] = {}
        self.acts: list[Act] = []
        self.origins: dict[str, Origin] = {}
        """Provenance by the identity of the submission."""
        self.sources = False
        """Whether to keep what tells which files of a tree are as they were bought."""
        self.labels: Mapping[str, Mapping[str, str]] = {}
        """Labels by name, where they are others than those of the intent."""

    def fold(self, lines: Iterable[bytes]) -> "Reading":
        """Read the lines of a ledger; raises `LedgerCorrupt` at the first bad one."""
        self.state.fold(lines, self._note)
        return self

    def _note(self, found: Recorded) -> None:
        event = found.event
        if (kind := type(event)) is SubmissionPlaced or kind is StatusObserved:
            return  # most events
        if isinstance(event, Described):
            self._note_order(event, found)
        elif isinstance(event, RunStarted):
            self._note_run(event, found)
        if kind in _ACTS:
            self._note_act(found)

    def _note_order(self, event: Described, found: Recorded) -> None:
        order = self.state.orders[event.name]
        if order.intent == found.digest and not self.sources:
            order.source_json, order.axes = b"", None  # a fifth of the memory
        if type(event) is SubmissionIntended:
            commit, pull_request, approvals = event.commit, event.pull_request, event.approvals
            if (commit, event.committed, pull_request, approvals) != _NO_ORIGIN:
                self.origins[found.digest] = Origin(
                    commit and shared(commit),
                    event.committed,
                    pull_request and shared(pull_request),
                    _texts(approvals),
                )

    def _note_run(self, event: RunStarted, found: Recorded) -> None:
        self.runs[found.run] = Run(
            found.time,
            event.command,
            event.actor,
            event.commit,
            event.pull_request,
            _texts(event.approvals),
            event.run_url,
        )

    def _note_act(self, found: Recorded) -> None:
        fields = found.fields
        self.acts.append(
            Act(
                found.seq,
                found.time,
                found.kind,
                found.name or "",
                fields.get("by", ""),
                fields.get("because", ""),
                fields.get("order_no", ""),
                {field: fields[field] for field in _ABOUT_ALL if field in fields},
            )
        )

    @cached_property
    def overdue(self) -> frozenset[str]:
        """Names of the late orders (`workflow.overdue`)."""
        late = overdue(self.state, self.offer, self.now, self.grace_h)
        return frozenset(order.name for order in late)

    @property
    def rows(self) -> "Rows":
        """Every order of the ledger, by name."""
        orders = self.state.orders
        return Rows(self, [orders[name] for name in sorted(orders)])


class Row:
    """One order, from its submission that counts.  An unrecorded field is None."""

    __slots__ = ("order", "reading")

    def __init__(self, order: OrderState, reading: Reading) -> None:
        self.order = order
        self.reading = reading

    def __repr__(self) -> str:
        return f"<Row {self.order.name} {self.standing}>"

    @property
    def name(self) -> str:
        """The order's name."""
        return self.order.name

    @property
    def standing(self) -> Standing:
        """Standing at the moment of the reading."""
        return self.order.standing_at(self.reading.now)

    @property
    def is_spent(self) -> bool:
        """Whether it is placed or may be, so that limits count it."""
        return self.order.standing in SPENT

    @property
    def seen(self) -> Status:
        """The marketplace's status as last observed."""
        return self.reading.offer.status(self.order.status)

    @property
    def status(self) -> str | None:
        """The marketplace's status as last observed, as a word."""
        return self.seen.word or None

    @property
    def mode(self) -> str | None:
        """Name of the mode: `very-high`."""
        mode = mode_of(self.order.version, self.order.terms)
        return None if mode is None else mode.name

    @property
    def area_km2(self) -> float | None:
        """Area of one capture in km²."""
        return self.order.area_km2 if self.order.bounds else None

    @property
    def keys(self) -> tuple[tuple[str, str], ...]:
        """Axis and key of a member of a series."""
        return self.order.keys or ()

    @property
    def labels(self) -> Mapping[str, str]:
        """Labels of its spec in the tree, or else of its intent."""
        changed = self.reading.labels.get(self.order.name)
        return (self.order.labels or {}) if changed is None else changed

    @property
    def difference(self) -> float | None:
        """Amount minus estimate; None unless both have the same currency."""
        order = self.order
        if order.amount is None or order.estimated_cost is None:
            return None
        if order.currency is None or order.currency != order.amount_currency:
            return None
        return round(order.amount - order.estimated_cost, 2)

    @property
    def run(self) -> Run:
        """The run that intended or adopted it."""
        return self.reading.runs.get(self.order.run, _NO_RUN)

    @property
    def origin(self) -> Origin:
        """Provenance of the intent, or else of the run."""
        own, run = self.reading.origins.get(self.order.intent, _NO_ORIGIN), self.run
        return Origin(
            own.commit or run.commit,
            own.committed,
            own.pull_request or run.pull_request,
            run.approvals if own.approvals is None else own.approvals,
        )

    @property
    def is_overdue(self) -> bool:
        """Whether its window is over without a delivery."""
        return self.order.name in self.reading.overdue

    @property
    def fetched(self) -> int:
        """Number of fetched products."""
        deliveries = self.reading.state.deliveries
        return sum(len(deliveries.get(number, ())) for number in self.order.order_nos)

    @property
    def outline(self) -> bytes | None:
        """The bought polygon as GeoJSON text; needs a reading with outlines."""
        outlines = self.reading.state.outlines
        assert outlines is not None
        return outlines.get(self.order.seq)

    def facts(self) -> dict[str, Any]:
        """Return every field by name, in the order of all output formats."""
        order, origin = self.order, self.origin
        west, south, east, north = order.bounds or _NO_BOUNDS
        return {
            "name": order.name,
            "state": self.standing.value,
            "status": self.status,
            "overdue": self.is_overdue,
            "order_no": order.order_no,
            "further_order_nos": order.further_order_nos,
            "order_digest": order.order_digest,
            "series": order.series,
            "keys": dict(self.keys),
            "labels": self.labels,
            "provider": order.provider or None,
            "mode": self.mode,
            "start": order.start or None,
            "end": order.end or None,
            "west": west,
            "south": south,
            "east": east,
            "north": north,
            "area_km2": self.area_km2,
            "captures": order.captures,
            "estimate": order.estimated_cost,
            "currency": order.currency,
            "amount": order.amount,
            "amount_currency": order.amount_currency,
            "difference": self.difference,
            "intended_at": order.intended_at or None,
            "placed_at": order.placed_at,
            "attempt": order.attempt,
            "reason": order.reason or None,
            "fetched": self.fetched,
            "run": order.run or None,
            "run_url": self.run.run_url,
            "actor": self.run.actor,
            "commit": origin.commit,
            "committed": origin.committed,
            "pull_request": origin.pull_request,
            "approvals": origin.approvals,
        }


class Rows(Sequence[Row]):
    """Orders of one reading; each row is created on access."""

    def __init__(self, reading: Reading, orders: Sequence[OrderState]) -> None:
        self.reading = reading
        self.orders = orders

    def __len__(self) -> int:
        return len(self.orders)

    def __iter__(self) -> Iterator[Row]:
        reading = self.reading
        return (Row(order, reading) for order in self.orders)

    @overload
    def __getitem__(self, index: int) -> Row: ...
    @overload
    def __getitem__(self, index: slice) -> "Rows": ...
    def __getitem__(self, index: int | slice) -> "Row | Rows":
        if isinstance(index, slice):
            return Rows(self.reading, self.orders[index])
        return Row(self.orders[index], self.reading)

    def __repr__(self) -> str:
        return f"<Rows of {len(self):,} orders at event {self.reading.state.head.seq:,}>"

    def chosen(self, wanted: Callable[[Row], bool]) -> "Rows":
        """Return the rows for which `wanted` is true."""
        return Rows(self.reading, [row.order for row in self if wanted(row)])

    @cached_property
    def label_keys(self) -> list[str]:
        """Every label key of these orders, sorted."""
        return sorted({key for row in self for key in row.labels})

    @cached_property
    def axes(self) -> list[str]:
        """Every axis of the series of these orders, sorted."""
        return sorted({axis for order in self.orders if order.keys for axis, _ in order.keys})

    def of_month(self, month: str) -> "Rows":
        """Return the rows intended in a month (`2026-12`, UTC)."""
        return Rows(self.reading, [o for o in self.orders if o.intended_at[:7] == month])

    def flat(self) -> Iterator[dict[str, Any]]:
        """Yield each order as flat values (text, number, None), all with the same fields.

        Each label is a field `label.KEY`, and each key of a series a field `key.AXIS`.
        """
        for row in self:
            facts = row.facts()
            labels, keys = facts.pop("labels"), facts.pop("keys")
            approvals = facts["approvals"]
            facts["approvals"] = None if approvals is None else ", ".join(approvals)
            facts["further_order_nos"] = ", ".join(facts["further_order_nos"]) or None
            facts |= {f"key.{axis}": keys.get(axis) for axis in self.axes}
            facts |= {f"label.{key}": labels.get(key) for key in self.label_keys}
            yield facts


def _texts(values: Sequence[str] | None) -> tuple[str, ...] | None:
    return None if values is None else tuple(map(shared, values))
