"""The providers and modes in the documentation of the marketplace's create call."""

from enum import IntEnum, StrEnum

from satops.core.order.modes import Mode
from satops.core.order.order import Terms


class Provider(StrEnum):
    """The operators of the satellites."""

    CHANGGUANG = "changguang"
    """Optical."""
    TIANYI = "tianyi"
    """Radar: sees through clouds, and cannot be steered along a slanting area."""


class Unit(IntEnum):
    """The marketplace's numbers of `recurringUnit`."""

    DAY = 1
    WEEK = 2
    MONTH = 3


def _mode(number: int, name: str, provider: Provider, resolution_m: float) -> Mode:
    return Mode(provider.value, name, f"{name} ({number})", resolution_m, number)


MODES = {
    mode.number: mode
    for mode in (
        _mode(1, "super-high", Provider.CHANGGUANG, 0.3),
        _mode(2, "very-high", Provider.CHANGGUANG, 0.5),
        _mode(3, "high", Provider.CHANGGUANG, 1.0),
        _mode(4, "spotlight", Provider.TIANYI, 1.0),
        _mode(5, "stripmap", Provider.TIANYI, 3.0),
        _mode(6, "narrow-scan", Provider.TIANYI, 12.0),
        _mode(7, "narrow-scan-tops", Provider.TIANYI, 12.0),
        _mode(8, "wide-scan", Provider.TIANYI, 20.0),
    )
}
"""All documented `resolutionType` values. page/query lists 3 and 4 alike, and 6 and 7."""
MODE_NUMBERS = {mode.name: mode.number for mode in MODES.values()}


def mode_of(terms: Terms) -> Mode | None:
    """Return the mode of an order; None if it leaves the mode to the marketplace."""
    return MODES.get(terms.get("resolutionType", 0))
