"""The pages beside a ledger in git: `README.md`, a table, and `orders.geojson`, a map.

Both are made from the ledger's lines alone, without a clock, so equal lines give equal bytes;
satops never reads them.  If the orders do not fit, the oldest are left out, and the page says so.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from msgspec import Struct, field

from satops.core import json_text
from satops.core.ledger.events import order_fields
from satops.core.ledger.order_state import Described
from satops.core.ledger.recorded import Recorded, read
from satops.core.ledger.state import LedgerState, OrderState, Standing
from satops.core.offer import Offer
from satops.core.safe import safe
from satops.core.words import counted, listed, moment, number
from satops.report.geojson import collection
from satops.report.markdown.page import cell, code, header, prose, row, rows_that_fit
from satops.report.shapes import Geometry, box, outline, point
from satops.report.subject import known_subject
from satops.report.text.rows import words

if TYPE_CHECKING:
    from satops.core.order.order import Rings

README = "README.md"
MAP = "orders.geojson"
README_BYTES_MAX = 400_000
"""Forges do not render much larger Markdown."""
MAP_BYTES_MAX = 1_000_000
"""The git store's limit is 1 MiB."""
CORNERS_MAX = 40
"""Corners of an outline on the map."""
_DRAWN_CORNERS_MAX = 40_000
"""Corners of all outlines: more would not fit on the map."""
_EVENTS_CHEAP = 5_000
"""Events of the longest ledger that is read again with each append: about a third of a second."""
_ENDS = frozenset({"LedgerStarted", "RunFinished"})
_QUIET = frozenset({"RunStarted"})
_TITLES = (
    "Name", "State", "Order", "Sensor", "Place", "km²", "Window (UTC)", "Placed (UTC)", "Status",
)  # fmt: skip
_NUMBERS = frozenset({5})
_NAMES_MAX = 50

Outlines = Mapping[str, Geometry]
"""Outline to draw, by order name."""
_Draw = Callable[[OrderState], Geometry | None]
_Way = tuple[Sequence[OrderState], _Draw]


def pages(
    offer: Offer, appended: Sequence[bytes], whole: Callable[[], Iterator[bytes]]
) -> dict[str, bytes] | None:
    """Return the pages after an append, or None to keep the present ones.

    `whole` reads the ledger including the appended lines.  During a run the pages of a long ledger
    are kept, since each update would read the whole ledger.
    """
    events = [json_text.loads(line) for line in appended]
    kinds = {event["kind"] for event in events}
    if kinds <= _QUIET or (events[-1]["seq"] > _EVENTS_CHEAP and not kinds & _ENDS):
        return None
    return from_lines(offer, whole())


def from_lines(offer: Offer, lines: Iterable[bytes]) -> dict[str, bytes]:
    """Return both pages of a ledger by file name.  Raises `LedgerCorrupt`."""
    state, notes = LedgerState(), _Notes()
    for found in read(lines):
        state.take(found)
        notes.take(found)
        state.head = found.head
    now = notes.time
    outlines = {
        name: geometry
        for name, (seq, geometry) in notes.outlines.items()
        if state.orders[name].seq == seq
    }
    return {
        README: readme(offer, state, now=now),
        MAP: orders_map(offer, state, outlines if notes.all_drawn else {}, now=now),
    }


def readme(offer: Offer, state: LedgerState, *, now: str) -> bytes:
    """Return the orders as Markdown, newest first; `now` decides what is still being placed."""
    orders = _newest_first(state)
    doubtful = [order for order in orders if order.standing_at(now) is Standing.IN_DOUBT]
    told = (
        f"As of event {state.head.seq:,} of the ledger, {prose(moment(now))} UTC. The record is "
        f"the ledger under `ledger/`. This page and the map `{MAP}` are made from it, and are "
        "never read back."
    )
    parts = ["# Orders", told, _totals(orders, now)]
    if doubtful:
        names = listed((code(order.name) for order in doubtful), _NAMES_MAX)
        parts.append(
            f"**In doubt: {counted(len(doubtful), 'order')}.** Never order it again by hand; "
            f"`satops reconcile` looks it up: {names}."
        )
    opening = "\n\n".join(parts)
    if not orders:
        return f"{opening}\n".encode()
    table = rows_that_fit(
        header(_TITLES, _NUMBERS), orders, lambda order: _row(offer, order, now), _newest_shown
    )
    shown = table(README_BYTES_MAX - len(opening.encode()) - 3) or ""
    return f"{opening}\n\n{shown}\n".encode()


def orders_map(offer: Offer, state: LedgerState, outlines: Outlines, *, now: str) -> bytes:
    """Return the orders as GeoJSON: as outlines if given and small enough, else boxes or points.

    If not even the points fit, return those of the newest orders.
    """
    for orders, draw in _ways(_newest_first(state), outlines):
        made = _map(offer, orders, draw, now)
        if made is not None:
            return made
    return b"".join(_features(offer, [], _point, now))


class _Notes(Struct):
    """Values that the fold does not keep: outlines, and the time of the last event."""

    outlines: dict[str, tuple[int, Geometry]] = field(default_factory=dict)
    """By name: the `seq` of the order's event, and its outline to draw."""
    corners: int = 0
    time: str = ""

    @property
    def all_drawn(self) -> bool:
        """Whether every outline fits."""
        return self.corners <= _DRAWN_CORNERS_MAX

    def take(self, found: Recorded) -> None:
        """Take the values of an event."""
        self.time = found.time
        event = found.event
        if isinstance(event, Described) and event.order is not None and self.all_drawn:
            rings: Rings = order_fields(event.order)["geometry"]["coordinates"]
            drawn = outline(rings, CORNERS_MAX)
            self.corners += sum(map(len, drawn["coordinates"]))
            self.outlines[event.name] = (found.seq, drawn)


def _newest_first(state: LedgerState) -> list[OrderState]:
    return sorted(state.orders.values(), key=lambda order: order.seq, reverse=True)


def _ways(orders: Sequence[OrderState], outlines: Outlines) -> Iterator[_Way]:
    """Yield ways to draw the orders, the best first."""
    if outlines:
        yield orders, lambda order: outlines.get(order.name) or _box(order)
    yield orders, _box
    while orders:
        yield orders, _point
        orders = orders[: len(orders) * 3 // 4]


def _totals(orders: Sequence[OrderState], now: str) -> str:
    if not orders:
        return "The ledger knows no orders yet."
    counts: dict[Standing, list[OrderState]] = {standing: [] for standing in Standing}
    for order in orders:
        counts[order.standing_at(now)].append(order)
    lines = [
        row(
            (
                words(standing),
                f"{len(some):,}",
                number(sum(order.area_km2 * order.captures for order in some)),
            )
        )
        for standing, some in counts.items()
        if some
    ]
    return "\n".join([header(("State", "Orders", "km²"), frozenset({1, 2})), *lines])


def _row(offer: Offer, order: OrderState, now: str) -> str:
    facts = known_subject(order)
    numbers = [number for number in (order.order_no, *order.further_order_nos) if number]
    texts = (
        code(order.name),
        words(order.standing_at(now)),
        ", ".join(map(code, numbers)),
        prose(facts.wanted),
        facts.location,
        facts.area,
        prose(facts.window),
        prose(moment(order.placed_at)) if order.placed_at else "",
        offer.status(order.status).word,
    )
    return row([cell(text) for text in texts])


def _newest_shown(shown: int, total: int) -> str:
    return f"Shown: the {shown:,} newest of {total:,} orders. All of them: `satops list`."


def _map(offer: Offer, orders: Sequence[OrderState], draw: _Draw, now: str) -> bytes | None:
    """Return the map, or None if it gets too large."""
    chunks, room = [], MAP_BYTES_MAX
    for chunk in _features(offer, orders, draw, now):
        room -= len(chunk)
        if room < 0:
            return None
        chunks.append(chunk)
    return b"".join(chunks)


def _features(offer: Offer, orders: Sequence[OrderState], draw: _Draw, now: str) -> Iterator[bytes]:
    features = (
        {"type": "Feature", "properties": _properties(offer, order, now), "geometry": draw(order)}
        for order in orders
    )
    return collection("orders", {"as_of": now}, features)


def _properties(offer: Offer, order: OrderState, now: str) -> dict[str, Any]:
    facts = known_subject(order)
    return {
        "name": safe(order.name),
        "state": words(order.standing_at(now)),
        "order_no": safe(order.order_no) if order.order_no else None,
        "provider": facts.provider,
        "mode": facts.mode,
        "start": facts.start,
        "end": facts.end,
        "placed_at": order.placed_at,
        "status": offer.status(order.status).word or None,
        "area_km2": None if facts.area_km2 is None else round(facts.area_km2, 6),
        "estimated_cost": order.estimated_cost,
    }


def _box(order: OrderState) -> Geometry | None:
    return None if order.bounds is None else box(order.bounds)


def _point(order: OrderState) -> Geometry | None:
    facts = known_subject(order)
    if facts.longitude is None or facts.latitude is None:
        return None
    return point(facts.longitude, facts.latitude)
