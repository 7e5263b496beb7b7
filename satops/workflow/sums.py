"""Orders, areas and money in groups.  Two currencies are never added.

What counts is what is spent: placed, or perhaps placed.  An order that the marketplace holds twice
counts twice, and one that shares its number with another name counts under that name alone, as in
every limit.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from satops.core.ledger.order_state import OPEN, SPENT
from satops.errors import UsageError
from satops.workflow.rows import Row

BYS = ("month", "provider", "mode", "series", "state", "status")
"""What rows can be grouped by, beside `label:KEY` and `key:AXIS`."""


@dataclass(frozen=True, slots=True)
class By:
    """One way of grouping: by a field, a label or a key of a series."""

    kind: str
    argument: str = ""

    def __str__(self) -> str:
        return f"{self.kind}:{self.argument}" if self.argument else self.kind

    def of(self, row: Row) -> str:
        """Return the group of a row; an empty text is for rows that have none."""
        match self.kind:
            case "month":
                return row.order.intended_at[:7]
            case "label":
                return row.labels.get(self.argument, "")
            case "key":
                return dict(row.keys).get(self.argument, "")
            case "series":
                return row.order.series or ""
            case "provider":
                return row.order.provider
            case "mode":
                return row.mode or ""
            case "state":
                return row.standing.value
            case _:
                return row.status or ""


def by_of(text: str) -> By:
    """Read what to group by.  Raises `UsageError`."""
    kind, colon, argument = text.partition(":")
    if (kind in BYS and not colon) or (kind in ("label", "key") and argument):
        return By(kind, argument)
    raise UsageError(f"--by {text}: write one of {', '.join(BYS)}, label:KEY or key:AXIS.")


Money = dict[str, float]
"""Currency to a sum; an empty text is for amounts of which nobody says in what they are."""


@dataclass(slots=True)
class Sum:
    """What some orders come to."""

    orders: int = 0
    """Placed, or perhaps placed."""
    in_doubt: int = 0
    """Of these, the ones that may not exist, or are being placed now."""
    not_bought: int = 0
    """Orders that were tried and not bought; nothing else here counts them."""
    captures: int = 0
    area_km2: float = 0.0
    """Area times captures."""
    estimates: Money = field(default_factory=dict)
    without_estimate: int = 0
    amounts: Money = field(default_factory=dict)
    """What the marketplace reported."""
    with_amount: int = 0
    differences: Money = field(default_factory=dict)
    """Amounts less estimates, of the orders that have both in one currency."""

    def add(self, row: Row) -> None:
        """Count one order."""
        order = row.order
        if not row.is_spent:
            self.not_bought += 1
            return
        held = order.held
        self.orders += held
        self.in_doubt += held if order.standing in OPEN else 0
        self.captures += held * order.captures
        self.area_km2 += held * order.captures * (row.area_km2 or 0.0)
        if order.estimated_cost is None:
            self.without_estimate += held
        elif held:
            _add(self.estimates, order.currency, held * order.estimated_cost)
        if order.amount is not None and held:
            self.with_amount += 1
            _add(self.amounts, order.amount_currency, order.amount)
            if (difference := row.difference) is not None:
                _add(self.differences, order.currency, difference)


Group = tuple[str, ...]
"""The group of each `By`."""


def sums(rows: Iterable[Row], by: Sequence[By]) -> Mapping[Group, Sum]:
    """Return each group that has an order, sorted; rows without a group come last."""
    found: dict[Group, Sum] = {}
    for row in _submissions(rows):
        group = tuple(each.of(row) for each in by)
        if group not in found:
            found[group] = Sum()
        found[group].add(row)
    return {group: found[group] for group in sorted(found, key=_with_none_last)}


def total(rows: Iterable[Row]) -> Sum:
    """Return what all orders come to."""
    whole = Sum()
    for row in _submissions(rows):
        whole.add(row)
    return whole


def _submissions(rows: Iterable[Row]) -> Iterator[Row]:
    """Yield each row, and a row for each earlier submission of its name that is spent too."""
    for row in rows:
        yield row
        for other in row.order.others:
            if other.standing in SPENT:
                yield Row(other, row.reading)


def _add(money: Money, currency: str | None, value: float) -> None:
    key = currency or ""
    money[key] = round(money.get(key, 0.0) + value, 2)


def _with_none_last(group: Group) -> list[tuple[bool, str]]:
    return [(not key, key) for key in group]
