"""The windows of a series' axis: months, weeks or days in a time zone, or an ISO 8601 repetition.

A window ends where the next one begins.  A day begins at its first instant in the zone, so its
length varies when clocks change.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from typing import NamedTuple

from msgspec import Struct

from satops.core.finding import Finding, quoted
from satops.core.order.dates import FIRST_YEAR, LAST_YEAR, NO_ZONE, read_date
from satops.core.spec.series_checks import BAD_WINDOWS

FORMS = ("months", "weeks", "days", "repeat")
"""Fields of an axis of windows; exactly one is required."""

_MONTH = re.compile(r"([0-9]{4})-([0-9]{2})")
_WEEK = re.compile(r"([0-9]{4})-[Ww]([0-9]{2})")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_REPETITION = re.compile(r"R([0-9]{1,5})/([^/]*)/(P[0-9A-Z]*)")
_STEP = re.compile(
    r"P(?:([0-9]{1,5})W|(?=.)(?:([0-9]{1,5})D)?(?:T(?=.)(?:([0-9]{1,5})H)?(?:([0-9]{1,5})M)?)?)"
)
_DAY_S = 86_400


class Window(NamedTuple):
    """One window and its key."""

    key: str
    start: datetime
    end: datetime


class Windows(Struct, frozen=True):
    """The windows of an axis, in order."""

    kind: str
    """`months`, `weeks`, `days` or `repetition`."""
    windows: tuple[Window, ...]
    start: str | None = None
    """Of a repetition: its first instant (UTC), and its step as `P14D` or `PT90M`."""
    step: str | None = None


def read_windows(form: str, written: str, zone: tzinfo | None) -> Windows | Finding:
    """Return the windows of one of `FORMS`; times without an offset are in `zone`.

    Keys: `2027-01` for a month, `2027-w05` for an ISO week, `2027-01-31` for a day, and the start
    in UTC for a repetition, `2027-01-15` or `2027-01-15t0630z`.
    """
    if form == "repeat":
        return _repetition(written, zone)
    if zone is None:
        return NO_ZONE.finding(
            (),
            f"The {form} {quoted(written)} begin at another instant in each zone. Set `timezone` "
            "in satops.yaml, or write `zone` beside the range.",
        )
    read, example, steps = _RANGES[form]
    ends = written.split("/")
    first, last = (read(ends[0]), read(ends[-1])) if len(ends) == 2 else (None, None)
    if first is None or last is None:
        return BAD_WINDOWS.finding(
            (), f"{quoted(written)} is no range of {form}. Write both ends: {form}: {example}."
        )
    if not FIRST_YEAR <= first.year <= last.year <= LAST_YEAR:
        return _out_of_reach(written) if first <= last else _backwards(written, ends)
    if first > last:
        return _backwards(written, ends)
    return Windows(form, tuple(_between(first, last, steps, zone)))


def _backwards(written: str, ends: list[str]) -> Finding:
    return BAD_WINDOWS.finding(
        (), f"{quoted(written)} ends before it begins. Write {ends[1]}/{ends[0]} if that is meant."
    )


def _out_of_reach(written: str) -> Finding:
    return BAD_WINDOWS.finding(
        (), f"{quoted(written)} reaches beyond the years {FIRST_YEAR} to {LAST_YEAR}."
    )


def _between(first: date, last: date, steps: "_Steps", zone: tzinfo) -> Iterator[Window]:
    key, following = steps
    begins = _midnight(first, zone)
    while first <= last:
        after = following(first)
        ends = _midnight(after, zone)
        yield Window(key(first), begins, ends)
        first, begins = after, ends


def _midnight(day: date, zone: tzinfo) -> datetime:
    """Return a day's first instant in UTC; if clocks skip midnight, the instant of the skip."""
    return datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC)


def _read_month(text: str) -> date | None:
    found = _MONTH.fullmatch(text)
    return _date(f"{text}-01") if found else None


def _read_week(text: str) -> date | None:
    found = _WEEK.fullmatch(text)
    if found is None:
        return None
    try:
        return date.fromisocalendar(int(found[1]), int(found[2]), 1)
    except ValueError:
        return None


def _read_day(text: str) -> date | None:
    return _date(text) if _DAY.fullmatch(text) else None


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _next_month(day: date) -> date:
    return date(day.year + day.month // 12, day.month % 12 + 1, 1)


def _next_week(day: date) -> date:
    return day + timedelta(days=7)


def _next_day(day: date) -> date:
    return day + timedelta(days=1)


def _week_key(day: date) -> str:
    year, week, _ = day.isocalendar()
    return f"{year}-w{week:02}"


_Steps = tuple[Callable[[date], str], Callable[[date], date]]
"""The key of a window that begins on a day, and the first day of the next one."""
_RANGES: Mapping[str, tuple[Callable[[str], date | None], str, _Steps]] = {
    "months": (_read_month, "2035-01/2035-06", (lambda day: day.isoformat()[:7], _next_month)),
    "weeks": (_read_week, "2035-w01/2035-w10", (_week_key, _next_week)),
    "days": (_read_day, "2035-01-01/2035-01-31", (date.isoformat, _next_day)),
}


def _repetition(written: str, zone: tzinfo | None) -> Windows | Finding:
    found = _REPETITION.fullmatch(written)
    step = None if found is None else _step(found[3])
    if found is None or step is None or int(found[1]) == 0:
        return BAD_WINDOWS.finding(
            (),
            f"{quoted(written)} is no repetition. Write how often, the first start, and the step "
            "in weeks, days, hours or minutes: repeat: R6/2035-01-01T00:00Z/P14D. For months use "
            "`months`.",
        )
    start = read_date(found[2], _as_read(zone))
    if isinstance(start, Finding):
        return start
    if start.second:
        return BAD_WINDOWS.finding((), f"{quoted(found[2])} has seconds. Begin on a whole minute.")
    start = start.astimezone(UTC)
    count = int(found[1])
    if (datetime(LAST_YEAR, 12, 31, tzinfo=UTC) - start) // step < count:
        return _out_of_reach(written)
    windows = tuple(
        Window(_start_key(start + step * index), start + step * index, start + step * (index + 1))
        for index in range(count)
    )
    seconds = round(step.total_seconds())
    said = f"PT{seconds // 60}M" if seconds % _DAY_S else f"P{seconds // _DAY_S}D"
    return Windows("repetition", windows, f"{start:%Y-%m-%dT%H:%M}Z", said)


def _as_read(zone: tzinfo | None) -> timezone | None:
    """Return a zone with `read_date`'s type; it works with any tzinfo."""
    return zone  # type: ignore[return-value]


def _step(text: str) -> timedelta | None:
    found = _STEP.fullmatch(text)
    if found is None:
        return None
    weeks, days, hours, minutes = (int(number or 0) for number in found.groups())
    return timedelta(weeks=weeks, days=days, hours=hours, minutes=minutes) or None


def _start_key(start: datetime) -> str:
    return (
        f"{start:%Y-%m-%d}" if (start.hour, start.minute) == (0, 0) else f"{start:%Y-%m-%dt%H%Mz}"
    )
