"""Times in UTC, in the words of a calendar."""

from datetime import datetime, timedelta
from math import ceil

from satops.core.order.order import instant_text


def moment(text: str) -> str:
    """Return a canonical instant as `2026-12-01 00:00`; seconds only where they are not zero."""
    day, _, clock = text.removesuffix("Z").partition("T")
    return f"{day} {clock.removesuffix(':00')}"


def moment_of(instant: datetime) -> str:
    """Return an instant as `moment` does."""
    return moment(instant_text(instant))


def window(start: str, end: str) -> str:
    """Return a window as `2026-12-01 00:00 → 12-15 00:00 (14 d)`.

    The end leaves out the year where it is the year of the start.
    """
    shown_end = moment(end)
    if start[:5] == end[:5]:
        shown_end = shown_end[5:]
    span = datetime.fromisoformat(end) - datetime.fromisoformat(start)
    return f"{moment(start)} → {shown_end} ({length(span)})"


def span(seconds: float) -> str:
    """Return a time to wait, rounded up so that nobody comes too early."""
    return length(timedelta(seconds=ceil(seconds)))


def length(duration: timedelta) -> str:
    """Return a span of time in the one or two units that say it: `14 d`, `1 d 12 h`, `90 s`."""
    seconds = int(duration.total_seconds())
    parts = []
    for unit, size in (("d", 86_400), ("h", 3_600), ("min", 60), ("s", 1)):
        count, seconds = divmod(seconds, size)
        if count:
            parts.append(f"{count} {unit}")
    return " ".join(parts[:2]) or "0 s"
