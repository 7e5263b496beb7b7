"""Counts, sizes, locations, times and money as text, for reports and messages."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from functools import lru_cache

from satops.core.order.modes import Threshold
from satops.core.order.order import instant_text

_UNITS = (("d", 86_400), ("h", 3_600), ("min", 60), ("s", 1))


def counted(count: int, noun: str, plural: str | None = None) -> str:
    """Return `1 order`, `2 orders`, `no orders`."""
    if count == 1:
        return f"1 {noun}"
    return f"{count:,} {plural or noun + 's'}" if count else f"no {plural or noun + 's'}"


def listed(names: Iterable[str], most: int) -> str:
    """Return the first names, and how many there are beyond: `a, b and 3 more`."""
    every = list(names)
    more = f" and {len(every) - most:,} more" if len(every) > most else ""
    return ", ".join(every[:most]) + more


def number(value: float) -> str:
    """Return a rounded number: `1,234`, `12.3`, `0.012`."""
    if value >= 100 or value == round(value):
        return f"{value:,.0f}"
    return f"{value:.1f}" if value >= 1 else f"{value:.2g}"


def area(km2: float) -> str:
    """Return an area: `12.3 km²`."""
    return f"{number(km2)} km²"


def location(longitude: float, latitude: float) -> str:
    """Return a location in degrees, in the notation of maps: `21.03°N 105.85°E`.

    Two decimals are about one kilometre: enough to see swapped coordinates at a glance.
    """
    north = "N" if latitude >= 0 else "S"
    east = "E" if longitude >= 0 else "W"
    return f"{abs(latitude):.2f}°{north} {abs(longitude):.2f}°{east}"


@lru_cache(maxsize=4096)
def moment(instant: datetime | str) -> str:
    """Return an instant in UTC as `2026-12-01 00:00`; seconds only if not zero.

    A text must be an instant in canonical form.
    """
    text = instant if isinstance(instant, str) else instant_text(instant)
    day, _, clock = text.removesuffix("Z").partition("T")
    return f"{day} {clock.removesuffix(':00')}"


def window(start: str, end: str) -> str:
    """Return a window as `2026-12-01 00:00 → 12-15 00:00 (14 d)`.

    The end has no year if it is that of the start.
    """
    shown_end = moment(end)
    if start[:5] == end[:5]:
        shown_end = shown_end[5:]
    length = datetime.fromisoformat(end) - datetime.fromisoformat(start)
    return f"{moment(start)} → {shown_end} ({duration(length)})"


def duration(length: timedelta) -> str:
    """Return a duration in one or two units: `14 d`, `1 d 12 h`, `90 s`."""
    seconds = int(length.total_seconds())
    parts = []
    for unit, size in _UNITS:
        count, seconds = divmod(seconds, size)
        if count:
            parts.append(f"{count} {unit}")
    return " ".join(parts[:2]) or "0 s"


def span(length: timedelta) -> str:
    """Return a duration for a sentence, in its largest suitable unit: `14 days`."""
    hours = length.total_seconds() / 3600
    for unit, size in (("year", 8766), ("day", 24), ("hour", 1)):
        if hours >= (2 if unit == "year" else 1) * size:
            return counted(int(hours / size), unit)
    minutes = round(hours * 60)
    return f"{minutes} minute{'' if minutes == 1 else 's'}"


def about(amount: float, currency: str = "") -> str:
    """Return an estimated cost: `about 1,234.50 USD`."""
    return f"about {money(amount, currency)}"


def money(value: float, currency: str = "") -> str:
    """Return an amount: `1,234.50 USD`; without a currency if that is not known."""
    return f"{value:,.2f} {currency}".rstrip()


@lru_cache(maxsize=4096)
def days(start: str, end: str) -> str:
    """Return a window by its days in UTC, `2026-12-01 → 12-15`; one day alone as that day.

    An end at midnight counts as the day before.
    """
    first = start[:10]
    last = end[:10]
    if end[11:] == "00:00:00Z" and last > first:
        last = str(date.fromisoformat(last) - timedelta(days=1))
    if first == last:
        return first
    return f"{first} → {last[5:] if first[:5] == last[:5] else last}"


def about_all(amounts: Iterable[float | None], currency: str = "") -> str:
    """Return the sum of estimates, and the number of orders without one."""
    every = list(amounts)
    known = [amount for amount in every if amount is not None]
    if not known:
        return "no estimate"
    missing = len(every) - len(known)
    without = f" ({counted(missing, 'order')} without an estimate)" if missing else ""
    return about(sum(known), currency) + without


def origin(threshold: Threshold, unit: str) -> str:
    """Return the threshold of a finding, its source, and whether it is confirmed."""
    rests = f"This rests on {number(threshold.value)} {unit}"
    if threshold.confirmed:
        return f"{rests}, set in {threshold.source}."
    return f"{rests}, which the marketplace has not confirmed (source: {threshold.source})."
