"""`list`: filter orders, and sum orders, areas and money by group.  Currencies are never mixed.

As in every limit, an order counts if it is placed or may be.  An order that the marketplace holds
twice counts twice; one that shares another name's number counts under that name alone.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta

from msgspec import Struct, field

from satops.core.ledger.order_state import OPEN, SPENT, Standing
from satops.core.order.order import instant_text
from satops.errors import UsageError
from satops.workflow.rows import Row

OPEN_END = ".."
"""An open end of a window."""


class Choice(Struct, frozen=True):
    """The filters.  An order must pass each; of several states, statuses or series it needs one."""

    labels: tuple[tuple[str, str], ...] = ()
    states: frozenset[Standing] = frozenset()
    statuses: frozenset[str] = frozenset()
    series: frozenset[str] = frozenset()
    since: str = ""
    """Intended at this instant (UTC) or later."""
    until: str = ""
    """Intended before this instant (UTC)."""
    window: tuple[str, str] | None = None
    """The order's window must overlap this one."""
    overdue: bool = False

    def wants(self, row: Row) -> bool:
        """Tell whether an order passes every filter."""
        order = row.order
        return (
            (not self.states or row.standing in self.states)
            and (not self.statuses or row.status in self.statuses)
            and (not self.series or order.series in self.series)
            and (not self.since or order.intended_at >= self.since)
            and (not self.until or "" < order.intended_at < self.until)
            and (self.window is None or _meet((order.start, order.end), self.window))
            and (not self.overdue or row.is_overdue)
            and all(row.labels.get(key) == value for key, value in self.labels)
        )


def begin_of(text: str, option: str) -> str:
    """Return the first instant of a month, a day or an instant, in UTC.  Raises `UsageError`."""
    return instant_text(_span(text, option)[0])


def end_of(text: str, option: str) -> str:
    """Return the first instant after a month, a day or an instant, in UTC.

    Raises `UsageError`.
    """
    return instant_text(_span(text, option)[1])


def month_of(text: str, option: str) -> str:
    """Return a month, `2026-12`.  Raises `UsageError`."""
    begin = _span(text, option)[0]
    if len(text) != len("2026-12"):
        raise UsageError(f"{option} {text}: write a month, as 2026-12.")
    return f"{begin:%Y-%m}"


def window_of(text: str, option: str) -> tuple[str, str]:
    """Read `FROM/TO`, whole days or instants; `..` for no end.  Raises `UsageError`."""
    begin, slash, end = text.partition("/")
    if not slash:
        raise UsageError(f"{option} {text}: write FROM/TO, as 2026-12-01/2026-12-31.")
    first = "" if begin == OPEN_END else begin_of(begin, option)
    last = "" if end == OPEN_END else end_of(end, option)
    if first and last and first >= last:
        raise UsageError(f"{option} {text}: it ends before it begins.")
    return first, last


def _meet(one: tuple[str, str], other: tuple[str, str]) -> bool:
    begin, end = other
    return bool(one[0]) and (not end or one[0] < end) and (not begin or one[1] > begin)


def _span(text: str, option: str) -> tuple[datetime, datetime]:
    try:
        if len(text) == len("2026-12"):
            first = date.fromisoformat(f"{text}-01")
            after = (first + timedelta(days=31)).replace(day=1)
            return _midnight(first), _midnight(after)
        if len(text) == len("2026-12-01"):
            day = date.fromisoformat(text)
            return _midnight(day), _midnight(day + timedelta(days=1))
        read = datetime.fromisoformat(text)
        if read.tzinfo is not None:
            found = read.astimezone(UTC).replace(microsecond=0)
            return found, found + timedelta(seconds=1)
    except (ValueError, OverflowError):
        pass
    raise UsageError(
        f"{option} {text}: write a month (2026-12), a day (2026-12-01) or an instant with its "
        "offset (2026-12-01T08:00Z). Months and days are those of UTC."
    )


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


BYS = ("month", "provider", "mode", "series", "state", "status")
"""Fields to group by, besides `label:KEY` and `key:AXIS`."""


class By(Struct, frozen=True):
    """One criterion: a field, a label, or a key of a series."""

    kind: str
    argument: str = ""

    def __str__(self) -> str:
        return f"{self.kind}:{self.argument}" if self.argument else self.kind

    def of(self, row: Row) -> str:
        """Return the group of a row; empty if it has none."""
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
    """Read a criterion.  Raises `UsageError`."""
    kind, colon, argument = text.partition(":")
    if (kind in BYS and not colon) or (kind in ("label", "key") and argument):
        return By(kind, argument)
    raise UsageError(f"--by {text}: write one of {', '.join(BYS)}, label:KEY or key:AXIS.")


Money = dict[str, float]
"""Sum by currency; the key "" is for amounts without a currency."""


class Sum(Struct):
    """The totals of some orders."""

    orders: int = 0
    """Number of orders that are placed or may be."""
    in_doubt: int = 0
    """Number of these that are in doubt or being placed."""
    not_bought: int = 0
    """Number of orders that were tried and not bought; no other field counts them."""
    captures: int = 0
    area_km2: float = 0.0
    """Area in km² times captures."""
    estimates: Money = field(default_factory=dict)
    without_estimate: int = 0
    amounts: Money = field(default_factory=dict)
    """Amounts that the marketplace reported."""
    with_amount: int = 0
    differences: Money = field(default_factory=dict)
    """Amounts minus estimates, of the orders with both in one currency."""

    def add(self, row: Row) -> None:
        """Add one order."""
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
"""One group for each criterion."""


def sums(rows: Iterable[Row], by: Sequence[By]) -> Mapping[Group, Sum]:
    """Return the totals of each group, sorted; rows without a group come last."""
    found: dict[Group, Sum] = {}
    for row in _submissions(rows):
        group = tuple(each.of(row) for each in by)
        if group not in found:
            found[group] = Sum()
        found[group].add(row)
    return {group: found[group] for group in sorted(found, key=_with_none_last)}


def total(rows: Iterable[Row]) -> Sum:
    """Return the totals of all orders."""
    whole = Sum()
    for row in _submissions(rows):
        whole.add(row)
    return whole


def _submissions(rows: Iterable[Row]) -> Iterator[Row]:
    """Yield each row, and a row for each other spent submission of its name."""
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
