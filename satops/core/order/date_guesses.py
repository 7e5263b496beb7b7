"""Guess the date that an invalid text or number was meant to be.

Guesses appear in messages only; nothing is ordered by a guess.
"""

import re
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, date, datetime, time, timedelta, timezone

from msgspec import Struct

from satops.core.order.dates import FIRST_YEAR, LAST_YEAR

_EPOCHS = (
    ("seconds since 1970", 1),
    ("milliseconds since 1970", 10**3),
    ("microseconds since 1970", 10**6),
    ("nanoseconds since 1970", 10**9),
)
_SPREADSHEET = datetime(1899, 12, 30, tzinfo=UTC)
_SPREADSHEET_DAYS = 36_526, 73_415
"""Spreadsheet days of the first day of 2000 and the last of 2100."""
_JULIAN_1970 = 2_440_587.5
_JULIAN_DAYS = 2_451_544.5, 2_488_434.5
_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
)  # fmt: skip
_LONGEST = 60
"""Maximum length of a text that may be a date."""
_OFFSET = re.compile(r"Z|[+-](?:0[0-9]|1[0-4]):[0-5][0-9]").fullmatch
_ZONE = r"(?P<zone>Z|UTC|GMT|[+-][0-9]{1,2}(?::?[0-9]{2})?)"
_CLOCK = r"(?P<hour>[0-9]{1,2})[:h](?P<minute>[0-9]{2})(?::(?P<second>[0-9]{2})(?:[.,][0-9]*)?)?"
_TIMES = [
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"(?P<day>.+?)(?:T|,?\s)\s*(?:at\s+)?{_CLOCK}\s*(?P<half>[ap]m)?\s*{_ZONE}?",
        rf"(?P<day>.+?)(?:T|,?\s)\s*(?:at\s+)?(?P<hour>[0-9]{{1,2}})\s*(?P<half>[ap]m)\s*{_ZONE}?",
        rf"(?P<day>.*?[0-9])T(?P<hour>[0-9]{{2}})(?P<minute>[0-9]{{2}})?(?P<second>[0-9]{{2}})?{_ZONE}?",
        r"(?P<day>[0-9]{8})(?P<hour>[0-9]{2})(?P<minute>[0-9]{2})?(?P<second>[0-9]{2})?",
        rf"{_CLOCK}\s*(?P<half>[ap]m)?\s*{_ZONE}?,?\s+(?:on\s+)?(?P<day>.+)",
        r"(?P<day>.+?)\s*(?P<zone>Z|UTC|GMT)",
        r"(?P<day>.+)",
    )
]
"""Usual notations of a day with time and zone."""
_YEAR_FIRST = re.compile(
    r"([0-9]{4})\s*[-/._\s年]\s*([0-9]{1,2})\s*[-/._\s月]\s*([0-9]{1,2})日?|([0-9]{4})([0-9]{2})([0-9]{2})"
)
_YEAR_LAST = re.compile(
    r"([0-9]{1,2})\s*[-/._\s]\s*([0-9]{1,2})\s*[-/._\s]\s*('?[0-9]{2}|[0-9]{4})"
    r"|([0-9]{2})([0-9]{2})([0-9]{4}|[0-9]{2})"
)
_NAMED_MONTH = re.compile(
    r"(?:[a-z]{3,9}\.?,?\s+)?(?:(?P<day>[0-9]{1,2})(?:st|nd|rd|th)?[-\s./]+(?:of\s+)?)?"
    r"(?P<month>[a-z]{3,9})[-\s.,/]+(?:(?P<later>[0-9]{1,2})(?:st|nd|rd|th)?,?[-\s]+)?"
    r"(?P<year>[0-9]{4})",
    re.IGNORECASE,
)
_ORDINAL = re.compile(r"([0-9]{4})-?([0-9]{3})")
_WEEK = re.compile(r"([0-9]{4})-?W([0-9]{2})-?([1-7])", re.IGNORECASE)


class Guess(Struct, frozen=True):
    """One guess."""

    reading: str
    """For people: `10 January 2027`, `milliseconds since 1970`."""
    text: str
    """The date as a spec writes it."""
    end: str | None = None
    """End of the day, if no time is given."""
    has_zone: bool = True
    """Whether the text names a time zone."""


def guesses(written: str | float, zone: timezone | None) -> list[Guess]:
    """Return the guesses for a text or number, the likeliest first; may be empty.

    Without a zone, `zone` counts, or else UTC.
    """
    text = written.strip() if isinstance(written, str) else _digits(written)
    if len(text) > _LONGEST:
        return []
    found = [*_of_number(text, zone), *_of_text(text, zone)]
    return [guess for n, guess in enumerate(found) if guess.text not in {g.text for g in found[:n]}]


def _digits(number: float) -> str:
    whole = isinstance(number, int) or number.is_integer()
    return str(int(number)) if whole else repr(number)


def _of_number(text: str, zone: timezone | None) -> Iterator[Guess]:
    """Yield guesses of numbers: epochs, spreadsheet days, the Julian date."""
    if not re.fullmatch(r"[0-9]{5,19}(?:\.[0-9]+)?", text):
        return
    number = float(text)
    for name, ticks in _EPOCHS:
        with suppress(OverflowError, ValueError, OSError):
            instant = datetime.fromtimestamp(number // ticks, UTC)
            if FIRST_YEAR <= instant.year <= LAST_YEAR:
                yield Guess(name, _written(instant, "Z"))
    if _SPREADSHEET_DAYS[0] <= number < _SPREADSHEET_DAYS[1] + 1:
        instant = _SPREADSHEET + timedelta(seconds=round(number * 86_400))
        text = _written(instant, _offset(zone))
        yield Guess("days of a spreadsheet, from 1899-12-30", text, has_zone=False)
    if _JULIAN_DAYS[0] <= number < _JULIAN_DAYS[1]:
        instant = datetime.fromtimestamp(round((number - _JULIAN_1970) * 86_400), UTC)
        yield Guess("a Julian date", _written(instant, "Z"))


def _of_text(text: str, zone: timezone | None) -> Iterator[Guess]:
    for form in _TIMES:
        match = form.fullmatch(text)
        if match is None:
            continue
        parts = match.groupdict()
        days = list(_days(parts["day"].strip(" ,")))
        at = _time(parts) if days else None
        if at is None:
            continue
        named = parts.get("zone")
        if named is not None and not _OFFSET(_of_zone(named)):
            continue
        offset = _offset(zone) if named is None else _of_zone(named)
        for day in days:
            begin = datetime.combine(day, at)
            after = begin + timedelta(days=1) if parts.get("hour") is None else None
            yield Guess(
                f"{day.day} {_MONTHS[day.month - 1]} {day.year}",
                _written(begin, offset),
                None if after is None else _written(after, offset),
                has_zone=named is not None,
            )
        return


def _days(text: str) -> Iterator[date]:
    """Yield the days that a text may mean."""
    for year, month, day in _numbers_of_days(text):
        with suppress(ValueError):
            if FIRST_YEAR <= year <= LAST_YEAR:
                yield date(year, month, day)
    ordinal, week = _ORDINAL.fullmatch(text), _WEEK.fullmatch(text)
    with suppress(ValueError):
        if ordinal and FIRST_YEAR <= int(ordinal[1]) <= LAST_YEAR:
            found = date(int(ordinal[1]), 1, 1) + timedelta(days=int(ordinal[2]) - 1)
            if found.year == int(ordinal[1]):
                yield found
        if week and FIRST_YEAR <= int(week[1]) <= LAST_YEAR:
            yield date.fromisocalendar(int(week[1]), int(week[2]), int(week[3]))


def _numbers_of_days(text: str) -> Iterator[tuple[int, int, int]]:
    """Yield year, month and day of each guess; the day may not exist."""
    if match := _YEAR_FIRST.fullmatch(text):
        year, month, day = (int(part) for part in match.groups() if part is not None)
        yield year, month, day
    if re.fullmatch(r"[0-9]{7}", text):
        text = f"0{text}"  # YAML reads 01102030 as a number without the zero
    if match := _YEAR_LAST.fullmatch(text):
        written = [part.strip("'") for part in match.groups() if part is not None]
        first, second, third = map(int, written)
        year = third if len(written[2]) == 4 else FIRST_YEAR + third
        if text.isdecimal() and len(text) == 6:
            yield FIRST_YEAR + first, second, third
        yield year, second, first
        yield year, first, second
        if len(written[0]) == len(written[2]) == 2:
            yield FIRST_YEAR + first, second, third
    if match := _NAMED_MONTH.fullmatch(text):
        named = match["day"] or match["later"]
        for month, name in enumerate(_MONTHS, 1):
            # Accept `Sept` for `Sep`; dropping a final t changes no other month's match.
            if named and name.lower().startswith(match["month"].lower().removesuffix("t")):
                yield int(match["year"]), month, int(named)


def _time(parts: dict[str, str | None]) -> time | None:
    hour, minute, second = (int(parts.get(part) or 0) for part in ("hour", "minute", "second"))
    half = (parts.get("half") or "").lower()
    if half and not 1 <= hour <= 12:
        return None
    if half:
        hour = hour % 12 + (12 if half == "pm" else 0)
    with suppress(ValueError):
        return time(hour, minute, second)
    return None


def _of_zone(named: str) -> str:
    """Return an offset as a spec writes it."""
    if named[0] not in "+-":
        return "Z"
    digits = named[1:].replace(":", "")
    hours, minutes = (digits, "00") if len(digits) <= 2 else (digits[:-2], digits[-2:])
    return f"{named[0]}{int(hours):02}:{minutes}"


def _offset(zone: timezone | None) -> str:
    if zone is None or zone == UTC:
        return "Z"
    return datetime(FIRST_YEAR, 1, 1, tzinfo=zone).isoformat()[-6:]


def _written(instant: datetime, offset: str) -> str:
    form = "%Y-%m-%dT%H:%M:%S" if instant.second else "%Y-%m-%dT%H:%M"
    return instant.strftime(form) + offset
