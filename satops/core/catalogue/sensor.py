"""Entries about the sensor and about recurring orders: S and R."""

from satops.core.catalogue.entry import Entry
from satops.core.problem import Severity

_READING = "the marketplace does not explain recurrence; satops reads it as every N units"

ENTRIES = (
    Entry(
        "S01",
        "the mode belongs to the other provider",
        "changguang has the modes 1 to 3, tianyi 4 to 8.",
        "the marketplace's create page",
        "Change the provider or the mode.",
        "{provider: changguang, resolutionType: spotlight}",
    ),
    Entry(
        "S02",
        "a cloud limit for radar",
        "Radar sees through clouds: maxCloud has no effect, and may show that the provider is the "
        "wrong one. The marketplace's own example sends it, so it is no error.",
        "UP42 gives a cloud limit to optical orders only",
        "Leave maxCloud out.",
        "{provider: tianyi, maxCloud: 20}",
        severity=Severity.WARNING,
        acknowledgeable=True,
    ),
    Entry(
        "S03",
        "no cloud limit",
        "What the marketplace takes when an optical order has no maxCloud is not documented: it "
        "may deliver clouds.",
        "the marketplace's create page gives no default",
        "Write maxCloud in percent; 10 to 30 is usual.",
        "{provider: changguang, resolutionType: 2}",
        severity=Severity.WARNING,
        acknowledgeable=True,
    ),
    Entry(
        "S04",
        "cloud cover is a fraction",
        "maxCloud is a whole number of percent; 0.2 is mostly meant as 20.",
        "the marketplace's create page; search filters of other sellers use fractions",
        "Write the percent.",
        "maxCloud: 0.2",
    ),
    Entry(
        "S05",
        "few clouds in little time",
        "A very low cloud limit needs many tries, and a short window has few.",
        "Airbus accepts 10 % and more without a study",
        "Open the window for longer, or allow more clouds.",
        "maxCloud: 5, in a window of three days",
        severity=Severity.WARNING,
        acknowledgeable=True,
        thresholds=("low_cloud_percent", "low_cloud_window_days"),
    ),
    Entry(
        "R01",
        "the recurrence does not fit together",
        "recurringDay and recurringUnit belong together, and to `recurring: true`. Beside "
        "`recurring: false` they are a warning.",
        "the marketplace's create page",
        "Write all three, or none.",
        "{recurring: true, recurringDay: 7}",
    ),
    Entry(
        "R02",
        "the window is shorter than one interval",
        "The order recurs in words only: there is time for one capture.",
        _READING,
        "Move the end, or order a single capture.",
        "every month, in a window of two weeks",
        severity=Severity.WARNING,
        acknowledgeable=True,
    ),
    Entry(
        "R03",
        "a recurring order",
        "How often satops expects the order to image: count, first, last and interval. Estimates "
        "are multiplied by the count.",
        _READING,
        "Check that the count is what you want to pay for.",
        "{recurring: true, recurringDay: 1, recurringUnit: 2}",
        severity=Severity.INFO,
        acknowledgeable=True,
    ),
    Entry(
        "R04",
        "very many captures",
        "So many captures are mostly a wrong unit: days for weeks.",
        "satops' own; others bill each capture",
        "Check the unit (1 day, 2 week, 3 month) and the end of the window.",
        "every day for a year",
        severity=Severity.WARNING,
        acknowledgeable=True,
        thresholds=("max_occurrences",),
    ),
    Entry(
        "R05",
        "a day that some months lack",
        "Counted by months from such a day, a capture falls in a month that is too short. Nobody "
        "says whether the marketplace takes the last day, the next day, or none.",
        _READING,
        "Begin on one of the days 1 to 28, or count in weeks.",
        "every month from 31 January",
        severity=Severity.WARNING,
        acknowledgeable=True,
    ),
)
