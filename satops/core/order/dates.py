"""Read the dates of a spec as instants, and the relative ones of the command line: `now`, `+24h`,
`+30d`.
"""

import re
from datetime import date, datetime, timedelta, timezone
from functools import lru_cache

from satops.core.check import Check, When
from satops.core.finding import Finding, quoted
from satops.core.order.order import instant_text

_FORM = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})"
    r"(?:[Tt ]([0-9]{2}:[0-9]{2})(?::([0-9]{2})(\.[0-9]+)?)?([Zz]|[+-][0-9]{2}:[0-5][0-9])?)?"
)
"""RFC 3339; T and Z may be lower case."""
_NAMED_ZONE = re.compile(r"[0-9]{2}:[0-9]{2}(?::[0-9]{2})?\s*\[?[A-Za-z]{2,}[A-Za-z0-9_/+\-]*\]?$")
FIRST_YEAR = 2000
LAST_YEAR = 2100
"""A later year counts as a typing error."""
_OFFSET_MAX = timedelta(hours=14)
"""The largest offset on Earth."""
FORMS = (
    "Write it as 2035-06-01T10:00Z: year, month, day, T or a space, hours and minutes, seconds "
    "if needed, then Z for UTC or an offset such as +07:00."
)

NO_ZONE = Check(
    "T01",
    "no time zone",
    when=When.READ,
    meaning="A date without a time zone means a different instant on each machine.",
    source="reports of images from the next day",
    remedy="Add Z or an offset, or set `timezone` in satops.yaml.",
    example="startDate: 2026-12-01 10:00",
)
BACKWARDS = Check(
    "T02",
    "the window ends before it begins",
    when=When.READ,
    meaning="The window has no length, or ends before it begins, so nothing can be imaged.",
    source="logic",
    remedy="Check both dates.",
    example="{startDate: 2026-12-15T00:00Z, endDate: 2026-12-01T00:00Z}",
)
NO_TIME = Check(
    "T07",
    "a date without a time",
    when=When.READ,
    meaning="The end of a day can be read as its first or its last instant.",
    source="tools that silently add a day",
    remedy="Write the time: T00:00Z of that day or of the next one.",
    example="endDate: 2026-12-07",
)
FRACTION = Check(
    "T08",
    "a fraction of a second",
    when=When.READ,
    meaning="The marketplace takes whole seconds.",
    source="the marketplace's create page",
    remedy="Leave the fraction out.",
    example="startDate: 2026-12-01T10:00:00.5Z",
)
NAMED_ZONE = Check(
    "T10",
    "a zone by its name",
    when=When.READ,
    meaning="Names of zones shift with law and season, and some have several meanings.",
    source="RFC 3339 takes offsets only",
    remedy="Write Z or an offset such as +07:00.",
    example="startDate: 2026-12-01T10:00 Asia/Shanghai",
)
NO_DATE = Check(
    "T11",
    "not a date",
    when=When.READ,
    meaning="The text names no instant, or one in a year outside of the range for orders.",
    source="RFC 3339",
    remedy="Write it as 2026-12-01T10:00Z.",
    example="startDate: 01.12.2026",
)
BAD_OFFSET = NO_DATE.variant("an impossible offset")
BAD_DATE = NO_DATE.variant("an impossible date")
NUMBER = NO_DATE.variant("a number, not a date")
FAR_YEAR = NO_DATE.variant("a year out of reach")


@lru_cache(maxsize=8192)  # many orders share their dates
def read_date(text: str, zone: timezone | None, field: str = "") -> datetime | Finding:
    """Return the instant of a text, in whole seconds, or a finding.

    A text without an offset is in `zone`; without `zone` it is refused.  `field` is the key that a
    message puts before a date.
    """
    form = _FORM.fullmatch(text)
    if form is None:
        return _unreadable(text, zone, field)
    day, minutes, seconds, fraction, offset = form.groups()
    if minutes is None:
        return _date_only(text)
    if fraction is not None and fraction.strip(".0"):
        return FRACTION.finding(
            (),
            f"{text} has a fraction of a second. The marketplace takes whole seconds: leave the "
            "fraction out.",
        )
    try:
        # The pattern ensures ISO 8601, so only impossible numbers fail here.
        instant = datetime.fromisoformat(
            f"{day}T{minutes}:{seconds or '00'}{(offset or '').upper()}"
        )
    except ValueError:
        return _impossible(text, day, minutes, seconds)
    if not FIRST_YEAR <= instant.year <= LAST_YEAR:
        return _strange_year(text)
    distance = instant.utcoffset()
    if distance is not None:
        if abs(distance) > _OFFSET_MAX:
            detail = f"{text} has the offset {offset}; no place on Earth is further than 14 hours."
            return BAD_OFFSET.finding((), detail)
        return instant
    if zone is None:
        return NO_ZONE.finding(
            (),
            f"{text} does not say in which zone it is. Write {text}Z if it is UTC, or add an "
            "offset such as +07:00. To read all such dates in one zone, set `timezone` in "
            "satops.yaml.",
        )
    return instant.replace(tzinfo=zone)


def read_window(start: datetime, end: datetime) -> Finding | None:
    """Return a finding about the order of start and end, or None."""
    if start < end:
        return None
    if start == end:
        said = "The window ends at the instant it begins, so nothing can be imaged."
    else:
        said = f"The window ends {_span(start - end)} before it begins."
    return BACKWARDS.finding((), f"{said} Check both dates.")


def _span(length: timedelta) -> str:
    if length.days:
        return f"{length.days} day{'s' if length.days > 1 else ''}"
    minutes = length.seconds // 60
    return f"{minutes // 60} h {minutes % 60} min" if minutes >= 60 else f"{minutes} min"


def number_as_date(number: float, zone: timezone | None, field: str) -> Finding:
    """Return a finding about a number in place of a date."""
    said = (
        f"{number} is a number, and a date is wanted here. {_meant(number, zone, field) or FORMS}"
    )
    return NUMBER.finding((), said)


def _unreadable(text: str, zone: timezone | None, field: str) -> Finding:
    meant = _meant(text, zone, field)
    if _NAMED_ZONE.search(text):
        return NAMED_ZONE.finding(
            (),
            f"{quoted(text)} names its zone in letters. Such zones shift, and are read in several "
            f"ways: use Z for UTC, or an offset. {meant or FORMS}",
        )
    said = f"{quoted(text)} cannot be read as a date. {meant or FORMS}"
    return NO_DATE.finding((), said)


def _meant(written: str | float, zone: timezone | None, field: str) -> str:
    """Return a sentence with the likely date and the line to write; may be empty."""
    from satops.core.order.date_guesses import guesses  # its patterns are slow to compile

    found = guesses(written, zone)
    if not found:
        return ""
    key = f"{field}: " if field else ""
    if len(found) == 1:
        said = f"It probably means {found[0].reading}: write {key}{found[0].text}."
        if found[0].end:
            said += f" That is the beginning of the day, and {found[0].end} is its end."
    else:
        ways = "; ".join(f"for {guess.reading} write {key}{guess.text}" for guess in found)
        said = f"It can be read in several ways: {ways}."
        if any(guess.end for guess in found):
            said += " Without a time of day it is the beginning of that day."
    if zone is None and not all(guess.has_zone for guess in found):
        said += " Z is UTC: in another zone write its offset, such as +07:00."
    return said


def _strange_year(text: str) -> Finding:
    return FAR_YEAR.finding(
        (),
        f"{text} is in the year {text[:4]}. Orders are for {FIRST_YEAR} to {LAST_YEAR}: check "
        "the year.",
    )


def _date_only(text: str) -> Finding:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return _impossible(text, text, "", "")
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        return _strange_year(text)
    next_day = (day + timedelta(days=1)).isoformat()
    return NO_TIME.finding(
        (),
        f"{text} has no time of day. Write {text}T00:00Z for the beginning of that day, or "
        f"{next_day}T00:00Z for its end.",
    )


def _impossible(text: str, day: str, minutes: str, seconds: str | None) -> Finding:
    if minutes.startswith("24"):
        why = "Midnight is 00:00 of the next day."
    elif seconds == "60":
        why = "Leap seconds cannot be ordered: write the second before or after."
    else:
        try:
            date.fromisoformat(day)
            why = "There is no such time of day, or no such offset."
        except ValueError:
            why = "There is no such day in the calendar."
    return BAD_DATE.finding((), f"{text} does not exist. {why}")


_STEP = re.compile(r"\+(\d{1,5})([mhdw])")
_UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


def written_out(text: str, now: datetime, since: datetime | None = None) -> str:
    """Return the instant of a relative date, as a spec writes it; any other text unchanged.

    `now` is the present minute.  `+24h` counts from `since`, or else from the present minute.
    Units are m, h, d and w; a day has 24 hours.
    """
    minute = now.replace(second=0, microsecond=0)
    if text == "now":
        return instant_text(minute)
    step = _STEP.fullmatch(text)
    if step is None:
        return text
    return instant_text((since or minute) + timedelta(**{_UNITS[step[2]]: int(step[1])}))
