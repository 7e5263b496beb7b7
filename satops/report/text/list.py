"""What the ledger knows, for people: all orders as a table, or one order in full."""

from collections.abc import Iterator, Sequence
from typing import Any

from satops.core.ledger.state import LedgerState, OrderState, Standing
from satops.core.safe import safe
from satops.core.spec.spec import Spec
from satops.core.words import about, area, counted, moment
from satops.report.layout import BLANK, Block, Line, Row, Table, Tone, command, cut
from satops.report.subject import known_subject, status_words
from satops.report.text.history import event_table

_TONES = {
    Standing.PLACED: Tone.GOOD,
    Standing.IN_DOUBT: Tone.WARNING,
    Standing.BEING_PLACED: Tone.QUIET,
    Standing.REJECTED: Tone.ERROR,
    Standing.NOT_SENT: Tone.ERROR,
    Standing.NOT_PLACED: Tone.QUIET,
}
_HEADER = ("NAME", "STATE", "ORDER", "PLACED (UTC)", "STATUS")
_ORDER_WIDTH = 40
_DIGEST_WIDTH = 12


def list_blocks(state: LedgerState, now: str) -> Iterator[Block]:
    """Yield every order that the ledger knows, by name."""
    orders = sorted(state.orders.values(), key=lambda order: order.name)
    if not orders:
        yield Line("The ledger knows no orders yet.")
        return
    yield Table(_HEADER, orders, lambda order: _row(order, now), names=frozenset({0}))
    yield BLANK
    counts = dict.fromkeys(Standing, 0)
    for order in orders:
        counts[order.standing_at(now)] += 1
    states = ", ".join(
        f"{count:,} {words(standing)}" for standing, count in counts.items() if count
    )
    yield Line(f"{counted(len(orders), 'order')}: {states}.", Tone.HEADING)


def show_blocks(
    known: OrderState | None, spec: Spec | None, events: Sequence[dict[str, Any]], now: str
) -> Iterator[Block]:
    """Yield all that the tree and the ledger know of one order."""
    facts = [*_spec_facts(spec), *(_ledger_facts(known, now) if known else ())]
    yield Table(("", ""), facts, lambda fact: Row((fact[0], fact[1])), has_prose=True)
    if known is not None and known.standing_at(now) is Standing.IN_DOUBT:
        yield BLANK
        yield Line("This order may exist. To look it up at the marketplace:", Tone.WARNING)
        yield command("satops reconcile")
    if events:
        yield BLANK
        yield event_table(events)


def words(standing: Standing) -> str:
    """Return a standing as a sentence needs it: `in doubt`."""
    return standing.value.replace("-", " ")


def _row(order: OrderState, now: str) -> Row:
    standing = order.standing_at(now)
    cells = (
        safe(order.name),
        words(standing),
        cut(safe(order.order_no or ""), _ORDER_WIDTH),
        moment(order.placed_at) if order.placed_at else "",
        status_words(order.status),
    )
    return Row(cells, _TONES[standing])


def _spec_facts(spec: Spec | None) -> Iterator[tuple[str, str]]:
    if spec is None:
        yield "Spec", "not in the tree"
        return
    yield "Name", safe(spec.name)
    yield "Spec", safe(f"{spec.source.file}:{spec.source.line}")
    if spec.description:
        yield "Description", safe(spec.description)
    for key, value in (spec.labels or {}).items():
        yield f"Label {safe(key)}", safe(value)
    if spec.supersedes:
        yield "Supersedes", safe(spec.supersedes)
    yield "Order digest", spec.order.digest[:_DIGEST_WIDTH]


def _ledger_facts(known: OrderState, now: str) -> Iterator[tuple[str, str]]:
    facts = known_subject(known)
    yield "State", words(known.standing_at(now))
    if known.order_no:
        numbers = (known.order_no, *known.further_order_nos)
        yield "Order number", safe(", ".join(numbers))
    if known.placed_at:
        yield "Placed (UTC)", moment(known.placed_at)
    if known.reason:
        yield "Reason", safe(known.reason)
    if known.status is not None:
        yield "Status", status_words(known.status)
    if facts.provider:
        yield "Sensor", safe(facts.sensor)
        yield "Place", facts.location
        yield "Area", "?" if facts.area_km2 is None else area(facts.area_km2)
        yield "Window (UTC)", facts.window
    if known.estimated_cost is not None:
        yield "Estimated cost", about(known.estimated_cost)
    yield "Placed from", safe(str((known.source or {}).get("file", "?")))
    digest = known.order_digest and known.order_digest[:_DIGEST_WIDTH]
    yield "Digest in ledger", digest or "not known: the order was adopted"
