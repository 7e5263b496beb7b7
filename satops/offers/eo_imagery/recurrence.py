"""The captures of a recurring order, as satops understands it.

The marketplace's documentation names `recurringDay` and `recurringUnit` without explanation. satops
takes them as "one capture at the start of the window, then one every N units while the window is
open".  This is not confirmed, and messages must say so.
"""

from calendar import monthrange
from datetime import datetime, timedelta

from msgspec import Struct

from satops.core.offer import Dated
from satops.core.order.order import Order, instant
from satops.offers.eo_imagery.modes import Unit

_UNIT_DAYS = {Unit.DAY: 1, Unit.WEEK: 7}
_NAMES = {Unit.DAY: "day", Unit.WEEK: "week", Unit.MONTH: "month"}


class Recurrence(Struct, frozen=True):
    """The captures of one order; the window's end is not one of them."""

    start: datetime
    end: datetime
    interval: int
    unit: Unit

    @property
    def every(self) -> str:
        """The interval as text: `every 2 weeks`."""
        name = _NAMES[self.unit]
        return f"every {name}" if self.interval == 1 else f"every {self.interval} {name}s"

    @property
    def count(self) -> int:
        """Number of captures; at least one, at the window's start."""
        if self.unit is Unit.MONTH:
            months = (self.end.year - self.start.year) * 12 + self.end.month - self.start.month
            steps = months // self.interval
            return steps + 1 if self.occurrence(steps) < self.end else steps
        # Integer division is exact; -(-a // b) rounds up.
        step_s = self.interval * _UNIT_DAYS[self.unit] * 86_400
        return -(-_seconds(self.end - self.start) // step_s)

    @property
    def last(self) -> datetime:
        """The last capture's instant."""
        return self.occurrence(self.count - 1)

    @property
    def second(self) -> datetime | None:
        """End of the first interval; None beyond the calendar."""
        try:
            return self.occurrence(1)
        except (OverflowError, ValueError):
            return None

    @property
    def moved(self) -> datetime | None:
        """The first capture that is moved to a shorter month's last day."""
        if self.unit is not Unit.MONTH or self.start.day <= 28:
            return None
        later = (self.occurrence(step) for step in range(1, min(self.count, 13)))
        return next((found for found in later if found.day != self.start.day), None)

    def occurrence(self, step: int) -> datetime:
        """Return a capture by its number, from 0.

        Months are counted from the first capture: after 31 January and 28 February comes 31 March.
        Raises OverflowError or ValueError beyond the year 9999.
        """
        if self.unit is not Unit.MONTH:
            return self.start + timedelta(days=step * self.interval * _UNIT_DAYS[self.unit])
        years, month = divmod(self.start.month - 1 + step * self.interval, 12)
        year = self.start.year + years
        day = min(self.start.day, monthrange(year, month + 1)[1])
        return self.start.replace(year=year, month=month + 1, day=day)


def recurrence(order: Dated) -> Recurrence | None:
    """Return the recurrence; None for an order of one capture."""
    terms = order.terms
    if not terms.get("recurring"):
        return None
    interval, unit = terms.get("recurringDay", 0), terms.get("recurringUnit")
    if interval < 1 or unit is None:
        return None
    return Recurrence(instant(order.start), instant(order.end), interval, Unit(unit))


def occurrences(order: Dated) -> int:
    """Return the number of captures: 1 unless the order recurs."""
    repeats = recurrence(order)
    return 1 if repeats is None else repeats.count


def first_over(order: Order) -> datetime | None:
    """Return the end of the first of several captures' intervals; None for one capture.

    If the calendar ends before, it is the window's end.
    """
    repeats = recurrence(order)
    return None if repeats is None else repeats.second or repeats.end


def _seconds(span: timedelta) -> int:
    return span.days * 86_400 + span.seconds


def details(order: Dated) -> tuple[str, ...]:
    """Return the cloud limit and the recurrence, for reviewers."""
    cloud, repeats = order.terms.get("maxCloud"), recurrence(order)
    told = [] if cloud is None else [f"max cloud {cloud}%"]
    if repeats is not None:
        told.append(f"{repeats.count:,} captures, {repeats.every}, as satops reads it")
    return tuple(told)
