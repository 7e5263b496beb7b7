"""Checks of time: T05, T06, T09; against the clock: T04, T06, T12."""

from datetime import datetime, timedelta

from satops.core import words
from satops.core.checks.batch import Batch, Found, Window, finding
from satops.core.checks.sun import highest_sun_deg
from satops.core.order.modes import ModeRules, Threshold
from satops.core.order.order import instant
from satops.core.spec.spec import Footprint, Spec

_MINUTE = timedelta(minutes=1)
"""A window that ends at 23:59 is meant to be a whole day."""

_TROPIC_DEG = 23.5
"""The sun is never further than this from the equator."""


def check_short_window(batch: Batch) -> Found:
    """T05: shorter than sellers take."""
    for index, _, mode in batch.rows():
        window, least = batch.windows[index], mode.min_window_h
        length = window.end - window.start
        if least is not None and length + _MINUTE < timedelta(hours=least.value):
            detail = (
                f"The window is {words.span(length)} long: no satellite may pass in that time. "
                f"Open it for longer. {words.origin(least, 'hours')}"
            )
            yield index, finding("T05", "endDate", detail)


def check_long_window(batch: Batch) -> Found:
    """T06: so long that a year is probably wrong."""
    for index, _, mode in batch.rows():
        window = batch.windows[index]
        most = mode.max_recurring_window_days if window.recurrence else mode.max_window_days
        length = window.end - window.start
        if most is not None and length > timedelta(days=most.value):
            detail = (
                f"The window is {words.span(length)} long, until {words.moment(window.end)} UTC. "
                f"Is the year right? {words.origin(most, 'days')}"
            )
            yield index, finding("T06", "endDate", detail)


def check_daylight(batch: Batch) -> Found:
    """T09: the sun never rises over the area while the window is open."""
    for index, spec, mode in batch.rows():
        least, window, extent = mode.min_sun_deg, batch.windows[index], spec.footprint
        if least is None or _has_noon(window, extent, least.value):
            continue
        highest = highest_sun_deg(
            window.start,
            window.end,
            west=extent.west,
            south=extent.south,
            east=extent.east,
            north=extent.north,
        )
        if highest >= least.value:
            continue
        relation = "below" if highest < 0 else "above"
        detail = (
            f"At {words.location(extent.longitude, extent.latitude)} the sun is at best "
            f"{abs(highest):.1f} degrees {relation} the horizon from "
            f"{words.moment(window.start)} UTC to {words.moment(window.end)} UTC, and "
            f"{spec.order.provider} is optical. Move the window to daylight, or order radar "
            "(tianyi)."
        )
        yield index, finding("T09", "startDate", detail)


def _has_noon(window: Window, extent: Footprint, least_deg: float) -> bool:
    """Tell whether a noon in the window is bright in any season: nearly always, and cheap."""
    if window.end - window.start < timedelta(days=1):
        return False
    return 90 - _TROPIC_DEG - max(extent.south, -extent.north, 0.0) > least_deg


def merge_before(spec: Spec, mode: ModeRules) -> datetime | None:
    """Return when an order has to be placed to keep its lead time; None without a lead time."""
    if mode.lead_time_h is None:
        return None
    return instant(spec.order.start) - timedelta(hours=mode.lead_time_h.value)


def check_lead_time(batch: Batch, now: datetime) -> Found:
    """T04: the time to merge has passed; T12: it will soon."""
    for index, _, mode in batch.rows():
        window, lead, review = batch.windows[index], mode.lead_time_h, mode.review_h
        # An order whose window is over is told so by the plan (T03).
        if lead is None or window.end <= now:
            continue
        before = window.start - timedelta(hours=lead.value)
        if now > before:
            yield index, finding("T04", "startDate", _too_late(window, now, before, lead))
        elif review is not None and before - now < timedelta(hours=review.value):
            detail = (
                f"Merge before {words.moment(before)} UTC, in {words.span(before - now)}: sellers "
                f"need about {words.number(lead.value)} hours before the window opens. "
                f"{words.origin(lead, 'hours')}"
            )
            yield index, finding("T12", "startDate", detail)


def _too_late(window: Window, now: datetime, before: datetime, lead: Threshold) -> str:
    opens = (
        f"The window has been open for {words.span(now - window.start)}"
        if window.start <= now
        else f"The window opens in {words.span(window.start - now)}"
    )
    return (
        f"{opens}. Sellers need about {words.number(lead.value)} hours to plan: merge before "
        f"{words.moment(before)} UTC was the last chance to keep the whole window. Move the start "
        "to a later time, or acknowledge that its first part may be lost. "
        f"{words.origin(lead, 'hours')}"
    )


def check_far_ahead(batch: Batch, now: datetime) -> Found:
    """T06: so far ahead that a year is probably wrong."""
    for index, _, mode in batch.rows():
        start, most = batch.windows[index].start, mode.max_ahead_days
        if most is not None and start - now > timedelta(days=most.value):
            detail = (
                f"The window opens on {words.moment(start)} UTC, in {words.span(start - now)}. Is "
                f"the year right? {words.origin(most, 'days')}"
            )
            yield index, finding("T06", "startDate", detail)
