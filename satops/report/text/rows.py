"""Rows of the ledger and their sums as text."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence

from satops.core.ledger.order_state import OrderState, Standing
from satops.core.safe import safe
from satops.core.words import counted, days, moment, money, number
from satops.report import layout
from satops.report.layout import BLANK, Block, Line, Table, Tone
from satops.workflow.list import By, Group, Money, Sum
from satops.workflow.rows import Rows

TONES = {
    Standing.PLACED: Tone.GOOD,
    Standing.IN_DOUBT: Tone.WARNING,
    Standing.BEING_PLACED: Tone.QUIET,
    Standing.REJECTED: Tone.ERROR,
    Standing.NOT_SENT: Tone.ERROR,
    Standing.NOT_PLACED: Tone.QUIET,
}
_NAME, _STATE, _STATUS, _ORDER, _WINDOW = "NAME", "STATE", "STATUS", "ORDER", "WINDOW (UTC)"
_AREA, _ESTIMATE, _AMOUNT, _PLACED = "KM²", "ESTIMATE", "AMOUNT", "PLACED (UTC)"
_ORDER_WIDTH = 40
_CELLS: dict[str, Callable[[OrderState], str]] = {
    _ORDER: lambda order: layout.cut(safe(order.order_no or ""), _ORDER_WIDTH),
    _WINDOW: lambda order: days(order.start, order.end) if order.start else "",
    _AREA: lambda order: number(order.area_km2 * order.captures) if order.bounds else "",
    _ESTIMATE: lambda order: _known_money(order.estimated_cost, order.currency),
    _AMOUNT: lambda order: _known_money(order.amount, order.amount_currency),
    _PLACED: lambda order: moment(order.placed_at) if order.placed_at else "",
}
"""Columns, each with its text for an order; a column without texts is not drawn."""
_RIGHT = (_AREA, _ESTIMATE, _AMOUNT)
_DROPPED = (_PLACED, _AREA, _ORDER, _AMOUNT, _ESTIMATE, _WINDOW)
"""Columns that a narrow terminal omits, in order."""
_SUM_TITLES = ("ORDERS", "IN DOUBT", "NOT BOUGHT", "CAPTURES", "KM²", "ESTIMATE", "AMOUNT")
_SUM_DROPPED = ("CAPTURES", "NOT BOUGHT", "KM²")
_NONE = "-"


def list_blocks(rows: Rows, *, chosen: bool = False) -> Iterator[Block]:
    """Yield every row, by name, and the number of orders in each state."""
    if not rows:
        yield Line("No order is like that." if chosen else "The ledger knows no orders yet.")
        return
    orders, reading = rows.orders, rows.reading
    now, late = reading.now, reading.overdue
    worded = {each: words(each) for each in Standing}

    def status(order: OrderState) -> str:
        word = reading.offer.status(order.status).word
        return " ".join(filter(None, ("overdue", word))) if order.name in late else word

    columns = {_STATUS: status, **_CELLS}
    shown = [title for title, cell in columns.items() if any(map(cell, orders))]
    header = (_NAME, _STATE, *shown)
    cells = [columns[title] for title in shown]

    def drawn(order: OrderState) -> layout.Row:
        standing = order.standing_at(now)
        return layout.Row(
            (safe(order.name), worded[standing], *[cell(order) for cell in cells]),
            Tone.WARNING if order.name in late else TONES[standing],
        )

    yield Table(
        header,
        orders,
        drawn,
        right=frozenset(header.index(title) for title in _RIGHT if title in shown),
        names=frozenset({0}),
        dropped=tuple(header.index(title) for title in _DROPPED if title in shown),
    )
    yield BLANK
    yield Line(f"{counted(len(rows), 'order')}: {_states(rows)}.", Tone.HEADING)
    yield from _read_when(rows)


def sums_blocks(
    rows: Rows, by: Sequence[By], found: Mapping[Group, Sum], whole: Sum
) -> Iterator[Block]:
    """Yield a line for each group, and one for all."""
    if not rows:
        yield Line("No order is like that.")
        return
    cells = [_sum_cells(group, some) for group, some in found.items()]
    cells.append(_sum_cells(("all", *[" "] * (len(by) - 1)), whole))
    titles = [*(safe(str(each)).upper() for each in by), *_SUM_TITLES]
    kept = [at for at in range(len(titles)) if at < len(by) or any(row[at] for row in cells)]
    header = tuple(titles[at] for at in kept)
    yield Table(
        header,
        range(len(cells)),
        lambda line: layout.Row(
            tuple(cells[line][at] for at in kept),
            Tone.HEADING if line == len(found) else Tone.PLAIN,
        ),
        right=frozenset(range(len(by), len(kept))),
        names=frozenset(range(len(by))),
        dropped=tuple(header.index(title) for title in _SUM_DROPPED if title in header),
    )
    yield BLANK
    yield from _notes(whole)
    yield from _read_when(rows)


def words(standing: Standing) -> str:
    """Return a standing for a sentence: `in doubt`."""
    return standing.value.replace("-", " ")


def amounts(money_: Money) -> str:
    """Return amounts by currency: `500.00 EUR + 12.50 USD`."""
    return " + ".join(money(value, safe(currency)) for currency, value in sorted(money_.items()))


def _known_money(value: float | None, currency: str | None) -> str:
    return "" if value is None else money(value, safe(currency or ""))


def _states(rows: Rows) -> str:
    now, late = rows.reading.now, rows.reading.overdue
    counts = Counter(order.standing_at(now) for order in rows.orders)
    texts = [f"{counts[each]:,} {words(each)}" for each in Standing if counts[each]]
    overdue = sum(order.name in late for order in rows.orders) if late else 0
    return ", ".join(texts) + (f"; {overdue:,} overdue" if overdue else "")


def _sum_cells(group: Group, some: Sum) -> list[str]:
    counts = (some.orders, some.in_doubt, some.not_bought)
    return [
        *(safe(key) or _NONE for key in group),
        *(f"{count:,}" if count else "" for count in counts),
        "" if some.captures == some.orders else f"{some.captures:,}",
        number(some.area_km2) if some.orders else "",
        amounts(some.estimates),
        amounts(some.amounts),
    ]


def _notes(whole: Sum) -> Iterator[Block]:
    if whole.estimates:
        missing = whole.without_estimate
        without = f"; {counted(missing, 'order')} without one" if missing else ""
        yield Line(f"An estimate is made from the price table of satops.yaml{without}.")
    if whole.amounts:
        of = f"{whole.with_amount:,} of {counted(whole.orders, 'order')}"
        yield Line(f"The marketplace has reported an amount for {of}.")
        if "" in whole.amounts:
            yield Line("It names no currency: `marketplace.currency` in satops.yaml says it.")
    if whole.differences:
        yield Line(f"Amounts less their estimates: {amounts(whole.differences)}.")


def _read_when(rows: Rows) -> Iterator[Block]:
    at = rows.reading.state.refreshed_at
    if at:
        yield Line(f"Statuses as read on {moment(at)} UTC.", Tone.QUIET)
