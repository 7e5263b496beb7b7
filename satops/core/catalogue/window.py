"""Entries about time: T."""

from satops.core.catalogue.entry import Entry
from satops.core.problem import Severity

ENTRIES = (
    Entry(
        "T01",
        "no time zone",
        "A date without a zone means another instant on another machine.",
        "reports of images from the next day",
        "Add Z or an offset, or set `timezone` in satops.yaml.",
        "startDate: 2026-12-01 10:00",
    ),
    Entry(
        "T02",
        "the window ends before it begins",
        "Nothing can be imaged before the beginning, or in no time at all.",
        "logic",
        "Check both dates.",
        "{startDate: 2026-12-15T00:00Z, endDate: 2026-12-01T00:00Z}",
    ),
    Entry(
        "T03",
        "the window is over and the order was never placed",
        "Nothing can be bought for a window that is over. Orders that were placed stay valid.",
        "logic",
        "Move the window, delete the spec, or acknowledge T03 to keep it as it is.",
        "endDate: a day in the past",
        acknowledgeable=True,
        clock=True,
    ),
    Entry(
        "T04",
        "the window opens too soon",
        "Sellers need time to plan a pass. An order that is placed later than that may lose the "
        "first days of its window, or be rejected. The time to merge is the start minus the lead "
        "time.",
        "ICEYE 12 h, Planet and Pixxel 24 h, SkyFi 36 h, SkyWatch 48 h",
        "Move the start of the window.",
        "startDate: in two hours",
        severity=Severity.WARNING,
        acknowledgeable=True,
        thresholds=("lead_time_h",),
        clock=True,
    ),
    Entry(
        "T05",
        "a short window",
        "A window of hours may hold no pass over the place at all.",
        "ICEYE 24 h, SkyWatch 7 days, Planet 14 days at least",
        "Open the window for longer.",
        "{startDate: 2026-12-01T08:00Z, endDate: 2026-12-01T10:00Z}",
        severity=Severity.WARNING,
        acknowledgeable=True,
        thresholds=("min_window_h",),
    ),
    Entry(
        "T06",
        "a date far away",
        "The window is longer than a year (ten years for a recurring order), or opens in more than "
        "a year: mostly a wrong year.",
        "ICEYE takes windows that end within 14 days; satops allows a year",
        "Check the year of both dates.",
        "endDate: 2062-12-15T00:00Z",
        severity=Severity.WARNING,
        acknowledgeable=True,
        thresholds=("max_window_days", "max_recurring_window_days", "max_ahead_days"),
        clock=True,
    ),
    Entry(
        "T07",
        "a date without a time",
        "The end of a day can be read as its first or its last instant.",
        "tools that silently add a day",
        "Write the time: T00:00Z of that day or of the next one.",
        "endDate: 2026-12-07",
    ),
    Entry(
        "T08",
        "a fraction of a second",
        "The marketplace takes whole seconds.",
        "the marketplace's create page",
        "Leave the fraction out.",
        "startDate: 2026-12-01T10:00:00.5Z",
    ),
    Entry(
        "T09",
        "no daylight in the window",
        "An optical satellite sees nothing while the sun is below the horizon. The sun's highest "
        "point is computed anywhere in the area's box, at any time in the window, so that a "
        "finding leaves no hope: polar night, or a window of night hours.",
        "the Astronomical Almanac's formula for the sun; refraction is left out",
        "Move the window to daylight (in UTC), or order radar.",
        "{provider: changguang, geometry: {point: [18.96, 69.65], radiusKm: 5}, startDate: "
        "2026-12-10T00:00Z, endDate: 2026-12-24T00:00Z}",
        severity=Severity.WARNING,
        acknowledgeable=True,
        thresholds=("min_sun_deg",),
    ),
    Entry(
        "T10",
        "a zone by its name",
        "Zones in letters shift with law and season, and are read in several ways.",
        "RFC 3339 takes offsets only",
        "Write Z or an offset such as +07:00.",
        "startDate: 2026-12-01T10:00 Asia/Shanghai",
    ),
    Entry(
        "T11",
        "not a date",
        "The text names no instant, or one in a year that no order is for.",
        "RFC 3339",
        "Write it as 2026-12-01T10:00Z.",
        "startDate: 01.12.2026",
    ),
    Entry(
        "T12",
        "merge soon",
        "The order keeps its lead time only if it is merged within a day. It is said early, since "
        "reviews take time; T04 follows when the time has passed.",
        "satops' own; see T04",
        "Merge before the instant that is named, or move the window.",
        "startDate: in 30 hours",
        severity=Severity.INFO,
        acknowledgeable=True,
        thresholds=("lead_time_h", "review_h"),
        clock=True,
    ),
)
