"""Checks of the sensor and of recurring orders of this marketplace."""

from collections.abc import Iterator
from datetime import timedelta

from satops.core import words
from satops.core.check import Found, When, check
from satops.core.checks.batch import Batch, Window
from satops.core.checks.sun import highest_sun_deg
from satops.core.order.modes import ModeRules
from satops.core.problem import Severity
from satops.core.spec.spec import Footprint
from satops.offers.eo_imagery.modes import MODES, Provider
from satops.offers.eo_imagery.recurrence import Recurrence, recurrence

_ALL_CLOUDS = 100
_TROPIC_DEG = 23.5
"""Largest latitude of the sun, in degrees."""
_UNCONFIRMED = "The marketplace does not explain recurrence; this is how satops reads it."
_READING = "the marketplace does not explain recurrence; satops reads it as every N units"


@check(
    "S02",
    "a cloud limit for radar",
    when=When.SPEC,
    at="order.maxCloud",
    meaning="Radar sees through clouds. maxCloud has no effect, and may show that the provider "
    "is the wrong one. It is no error, since the marketplace's own example sends it.",
    source="UP42 gives a cloud limit to optical orders only",
    remedy="Leave maxCloud out.",
    example="{provider: tianyi, maxCloud: 20}",
    severity=Severity.WARNING,
    acknowledgeable=True,
)
def check_radar_cloud(batch: Batch) -> Found:
    """A cloud limit for radar."""
    for index, spec, _ in batch.rows():
        cloud = spec.order.terms.get("maxCloud")
        if spec.order.provider == Provider.TIANYI and cloud is not None:
            named = batch.rules.offer.mode_title(spec.order)
            detail = (
                f"maxCloud is {cloud}, and {named} is radar, which sees through clouds. "
                "Leave maxCloud out. If clouds matter, the order may be meant for changguang."
            )
            yield index, detail


@check(
    "S07",
    "no sensor mode",
    when=When.SPEC,
    at="order",
    meaning="The marketplace does not document its default for an order without resolutionType. "
    "It may be the dearest mode, or the coarsest.",
    source="the marketplace's create page gives no default",
    remedy="Write resolutionType: for changguang super-high, very-high or high; for tianyi "
    "spotlight, stripmap, narrow-scan, narrow-scan-tops or wide-scan.",
    example="{provider: changguang, maxCloud: 20}",
    severity=Severity.WARNING,
    acknowledgeable=True,
)
def check_no_mode(batch: Batch) -> Found:
    """No sensor mode."""
    for index, spec, _ in batch.rows():
        if "resolutionType" not in spec.order.terms:
            modes = ", ".join(m.name for m in MODES.values() if m.provider == spec.order.provider)
            detail = (
                "The order has no resolutionType, and the marketplace does not say which mode it "
                f"takes then. Write one of: {modes}."
            )
            yield index, detail


@check(
    "S08",
    "clouds are no matter",
    when=When.SPEC,
    at="order.maxCloud",
    meaning="With maxCloud 100 an image of nothing but clouds fulfils an optical order.",
    source="Airbus, UP42: 10 to 30 % is usual",
    remedy="Write maxCloud in percent; 10 to 30 is usual.",
    example="{provider: changguang, maxCloud: 100}",
    severity=Severity.WARNING,
    acknowledgeable=True,
)
def check_every_cloud(batch: Batch) -> Found:
    """An optical order that takes any cloud."""
    for index, spec, _ in batch.rows():
        cloud = spec.order.terms.get("maxCloud")
        if spec.order.provider != Provider.TIANYI and cloud == _ALL_CLOUDS:
            detail = (
                "maxCloud is 100: an image that shows nothing but clouds fulfils the order, and is "
                "paid. Write 20, for example, or acknowledge it."
            )
            yield index, detail


@check(
    "S03",
    "no cloud limit",
    when=When.SPEC,
    at="order",
    meaning="The marketplace does not document its default for an optical order without "
    "maxCloud. It may deliver clouds.",
    source="the marketplace's create page gives no default",
    remedy="Write maxCloud in percent; 10 to 30 is usual.",
    example="{provider: changguang, resolutionType: 2}",
    severity=Severity.WARNING,
    acknowledgeable=True,
)
def check_no_cloud(batch: Batch) -> Found:
    """No cloud limit for an optical order."""
    for index, spec, _ in batch.rows():
        if spec.order.provider != Provider.TIANYI and spec.order.terms.get("maxCloud") is None:
            detail = (
                "The order has no maxCloud, and the marketplace does not say what it takes then: "
                "it may deliver images full of clouds. Write maxCloud in percent, for example 20."
            )
            yield index, detail


@check(
    "S05",
    "few clouds in little time",
    when=When.SPEC,
    at="order.maxCloud",
    meaning="A very low cloud limit needs many tries, and a short window has few.",
    source="Airbus accepts 10 % and more without a study",
    remedy="Open the window for longer, or allow more clouds.",
    example="maxCloud: 5, in a window of three days",
    severity=Severity.WARNING,
    acknowledgeable=True,
    thresholds=("low_cloud_percent", "low_cloud_window_days"),
)
def check_low_cloud(batch: Batch) -> Found:
    """Few clouds in little time."""
    for index, spec, mode in batch.rows():
        cloud = spec.order.terms.get("maxCloud")
        low, few = mode.low_cloud_percent, mode.low_cloud_window_days
        if cloud is None or low is None or few is None or cloud >= low.value:
            continue
        time = timedelta(days=batch.windows[index].days)
        if time < timedelta(days=few.value):
            detail = (
                f"At most {cloud} % of clouds, in {words.span(time)}: no day may be that clear. "
                "Open the window for longer, or allow more clouds. "
                f"{words.origin(low, '%')}"
            )
            yield index, detail


@check(
    "T09",
    "no daylight in the window",
    when=When.SPEC,
    at="order.startDate",
    meaning="An optical satellite sees nothing while the sun is below the horizon. satops "
    "computes the sun's highest point anywhere in the area's box, at any time in the window. A "
    "finding means darkness throughout: polar night, or a window of night hours.",
    source="the Astronomical Almanac's formula for the sun; refraction is left out",
    remedy="Move the window to daylight (in UTC), or order radar.",
    example="{provider: changguang, geometry: {point: [18.96, 69.65], radiusKm: 5}, startDate: "
    "2026-12-10T00:00Z, endDate: 2026-12-24T00:00Z}",
    severity=Severity.WARNING,
    acknowledgeable=True,
    thresholds=("min_sun_deg",),
)
def check_daylight(batch: Batch) -> Found:
    """The sun never rises over the area while the window is open."""
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
        yield index, detail


def _has_noon(window: Window, extent: Footprint, least_deg: float) -> bool:
    """Tell whether the window contains a noon that is bright in any season: cheap, and nearly
    always true.
    """
    if window.end - window.start < timedelta(days=1):
        return False
    return 90 - _TROPIC_DEG - max(extent.south, -extent.north, 0.0) > least_deg


def _recurring(batch: Batch) -> Iterator[tuple[int, ModeRules, Window, Recurrence]]:
    """Yield the orders that recur."""
    for index, spec, mode in batch.rows():
        repeats = recurrence(spec.order)
        if repeats is not None:
            yield index, mode, batch.windows[index], repeats


def _recurs(window: Window, repeats: Recurrence) -> bool:
    """Tell whether there is time for a second capture."""
    return repeats.second is not None and repeats.second <= window.end


@check(
    "R02",
    "the window is shorter than one interval",
    when=When.SPEC,
    at="order.recurringDay",
    meaning="The order says that it recurs, but its window has time for only one capture.",
    source=_READING,
    remedy="Move the end, or order a single capture.",
    example="every month, in a window of two weeks",
    severity=Severity.WARNING,
    acknowledgeable=True,
)
def check_one_interval(batch: Batch) -> Found:
    """The window is shorter than one interval."""
    for index, _, window, repeats in _recurring(batch):
        if not _recurs(window, repeats):
            detail = (
                f"The order recurs {repeats.every}, and its window is "
                f"{words.span(window.end - window.start)} long: there is time for one capture. "
                f"Move the end, or leave the recurrence out. {_UNCONFIRMED}"
            )
            yield index, detail


@check(
    "R03",
    "a recurring order",
    when=When.SPEC,
    at="order.recurring",
    meaning="satops expects the order to image this often: count, first, last and interval. It "
    "multiplies estimates by the count.",
    source=_READING,
    remedy="Check that the count is what you want to pay for.",
    example="{recurring: true, recurringDay: 1, recurringUnit: 2}",
    severity=Severity.INFO,
    acknowledgeable=True,
)
def check_recurrence(batch: Batch) -> Found:
    """What recurs, and how often."""
    for index, _, window, repeats in _recurring(batch):
        if _recurs(window, repeats):
            detail = (
                f"{repeats.count:,} captures, {repeats.every}: the first from "
                f"{words.moment(window.start)} UTC, the last from {words.moment(repeats.last)} "
                f"UTC. {_UNCONFIRMED}"
            )
            yield index, detail


@check(
    "R04",
    "very many captures",
    when=When.SPEC,
    at="order.recurringDay",
    meaning="So many captures mostly mean a wrong unit: days instead of weeks.",
    source="satops' own; others bill each capture",
    remedy="Check the unit (1 day, 2 week, 3 month) and the end of the window.",
    example="every day for a year",
    severity=Severity.WARNING,
    acknowledgeable=True,
    thresholds=("max_occurrences",),
)
def check_many_captures(batch: Batch) -> Found:
    """So many captures that the unit is probably wrong."""
    for index, mode, window, repeats in _recurring(batch):
        most = mode.max_occurrences
        if most is not None and _recurs(window, repeats) and repeats.count > most.value:
            detail = (
                f"The order asks for {repeats.count:,} captures, {repeats.every}. Check "
                "recurringUnit (1 day, 2 week, 3 month) and the end. "
                f"{words.origin(most, 'captures')}"
            )
            yield index, detail


@check(
    "R05",
    "a day that some months lack",
    when=When.SPEC,
    at="order.recurringUnit",
    meaning="Counted by months from such a day, a capture falls in a month that lacks the day. "
    "The marketplace does not document whether it then takes the last day, the next day, or none.",
    source=_READING,
    remedy="Begin on one of the days 1 to 28, or count in weeks.",
    example="every month from 31 January",
    severity=Severity.WARNING,
    acknowledgeable=True,
)
def check_missing_days(batch: Batch) -> Found:
    """Captures on a day that some months lack."""
    for index, _, window, repeats in _recurring(batch):
        moved = repeats.moved if _recurs(window, repeats) else None
        if moved is not None:
            detail = (
                f"The order recurs {repeats.every} from day {window.start.day}, and some months "
                f"are shorter. satops counts {moved:%Y-%m-%d} there; the marketplace may take "
                "another day or none. Begin on one of the days 1 to 28, or count in weeks."
            )
            yield index, detail
