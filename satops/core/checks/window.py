"""Checks of the window, by itself and against the clock."""

from datetime import datetime, timedelta

from satops.core import words
from satops.core.check import Found, When, also, check
from satops.core.checks.batch import Batch, Window
from satops.core.order.modes import ModeRules, Threshold
from satops.core.order.order import instant
from satops.core.problem import Severity
from satops.core.spec.spec import Spec

_MINUTE = timedelta(minutes=1)
"""A window that ends at 23:59 is meant as a whole day."""


@check(
    "T05",
    "a short window",
    when=When.SPEC,
    at="order.endDate",
    meaning="A window of hours may hold no pass over the place at all.",
    source="ICEYE 24 h, SkyWatch 7 days, Planet 14 days at least",
    remedy="Open the window for longer.",
    example="{startDate: 2026-12-01T08:00Z, endDate: 2026-12-01T10:00Z}",
    severity=Severity.WARNING,
    acknowledgeable=True,
    thresholds=("min_window_h",),
)
def check_short_window(batch: Batch) -> Found:
    """Shorter than sellers take."""
    for index, _, mode in batch.rows():
        window, least = batch.windows[index], mode.min_window_h
        length = window.end - window.start
        if least is not None and length + _MINUTE < timedelta(hours=least.value):
            detail = (
                f"The window is {words.span(length)} long: no satellite may pass in that time. "
                f"Open it for longer. {words.origin(least, 'hours')}"
            )
            yield index, detail


@check(
    "T06",
    "a date far away",
    when=When.SPEC,
    at="order.endDate",
    meaning="The window is longer than a year (ten years for an order of several images), or opens "
    "in more than a year: mostly a wrong year.",
    source="ICEYE takes windows that end within 14 days; satops allows a year",
    remedy="Check the year of both dates.",
    example="endDate: 2062-12-15T00:00Z",
    severity=Severity.WARNING,
    acknowledgeable=True,
    thresholds=("max_window_days", "max_recurring_window_days", "max_ahead_days"),
)
def check_long_window(batch: Batch) -> Found:
    """So long that a year is probably wrong."""
    for index, _, mode in batch.rows():
        window = batch.windows[index]
        most = mode.max_recurring_window_days if window.repeats else mode.max_window_days
        length = window.end - window.start
        if most is not None and length > timedelta(days=most.value):
            detail = (
                f"The window is {words.span(length)} long, until {words.moment(window.end)} UTC. "
                f"Is the year right? {words.origin(most, 'days')}"
            )
            yield index, detail


def merge_before(spec: Spec, mode: ModeRules) -> datetime | None:
    """Return the latest time to place an order with its lead time; None without a lead time."""
    if mode.lead_time_h is None:
        return None
    return instant(spec.order.start) - timedelta(hours=mode.lead_time_h.value)


@check(
    "T04",
    "the window opens too soon",
    when=When.CLOCK,
    at="order.startDate",
    meaning="Sellers need time to plan a pass. An order that is placed later than the lead time "
    "before its window may lose the window's first days, or be rejected. Merge it by the start "
    "minus the lead time.",
    source="ICEYE 12 h, Planet and Pixxel 24 h, SkyFi 36 h, SkyWatch 48 h",
    remedy="Move the start of the window.",
    example="startDate: in two hours",
    severity=Severity.WARNING,
    acknowledgeable=True,
    thresholds=("lead_time_h",),
)
def check_lead_time(batch: Batch, now: datetime) -> Found:
    """The time to merge has passed."""
    for index, _, mode in batch.rows():
        window, lead = batch.windows[index], mode.lead_time_h
        # T03 of the plan reports an order whose window is over.
        if lead is None or window.end <= now:
            continue
        before = window.start - timedelta(hours=lead.value)
        if now > before:
            yield index, _too_late(window, now, before, lead)


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


@check(
    "T12",
    "merge soon",
    when=When.CLOCK,
    at="order.startDate",
    meaning="The order keeps its lead time only if it is merged within a day. This finding comes "
    "early, since reviews take time; T04 follows when that time has passed.",
    source="satops' own; see T04",
    remedy="Merge before the instant that is named, or move the window.",
    example="startDate: in 30 hours",
    severity=Severity.INFO,
    acknowledgeable=True,
    thresholds=("lead_time_h", "review_h"),
)
def check_review_time(batch: Batch, now: datetime) -> Found:
    """The time to merge will soon have passed."""
    for index, _, mode in batch.rows():
        window, lead, review = batch.windows[index], mode.lead_time_h, mode.review_h
        if lead is None or review is None or window.end <= now:
            continue
        before = window.start - timedelta(hours=lead.value)
        if timedelta(0) <= before - now < timedelta(hours=review.value):
            detail = (
                f"Merge before {words.moment(before)} UTC, in {words.span(before - now)}: sellers "
                f"need about {words.number(lead.value)} hours before the window opens. "
                f"{words.origin(lead, 'hours')}"
            )
            yield index, detail


@also(check_long_window, when=When.CLOCK, at="order.startDate")
def check_far_ahead(batch: Batch, now: datetime) -> Found:
    """So far ahead that a year is probably wrong."""
    for index, _, mode in batch.rows():
        start, most = batch.windows[index].start, mode.max_ahead_days
        if most is not None and start - now > timedelta(days=most.value):
            detail = (
                f"The window opens on {words.moment(start)} UTC, in {words.span(start - now)}. Is "
                f"the year right? {words.origin(most, 'days')}"
            )
            yield index, detail
