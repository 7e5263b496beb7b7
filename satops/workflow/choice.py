"""The filters of `list`."""

from datetime import UTC, date, datetime, timedelta

from msgspec import Struct

from satops.core.ledger.order_state import Standing
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
