"""Numbers, places and times in the words of the checks' messages."""

from datetime import datetime, timedelta

from satops.core.order.modes import Threshold
from satops.core.order.order import MODES, Position
from satops.core.spec.spec import Spec


def number(value: float) -> str:
    """Write a number with as many digits as a buyer needs."""
    if value >= 100 or value == round(value):
        return f"{value:,.0f}"
    return f"{value:.1f}" if value >= 10 else f"{value:.2g}"


def area(value_km2: float) -> str:
    """Write an area: `12.3 km²`."""
    return f"{number(value_km2)} km²"


def place(position: Position) -> str:
    """Write a place as maps do: `48.85°N 2.35°E`."""
    x, y = position
    return f"{abs(y):.2f}°{'N' if y >= 0 else 'S'} {abs(x):.2f}°{'E' if x >= 0 else 'W'}"


def moment(at: datetime) -> str:
    """Write an instant, UTC: `2026-12-01 10:00 UTC`."""
    return f"{at:%Y-%m-%d %H:%M} UTC"


def span(length: timedelta) -> str:
    """Write a length of time in its largest unit that fits."""
    hours = length.total_seconds() / 3600
    for unit, size in (("year", 8766), ("day", 24), ("hour", 1)):
        if hours >= (2 if unit == "year" else 1) * size:
            count = int(hours / size)
            return f"{count} {unit}{'' if count == 1 else 's'}"
    minutes = round(hours * 60)
    return f"{minutes} minute{'' if minutes == 1 else 's'}"


def mode(spec: Spec) -> str:
    """Name the mode of an order, or its provider where it names none."""
    known = MODES.get(spec.order.resolution_type or 0)
    return f"{known.name} ({known.number})" if known else f"provider {spec.order.provider}"


def origin(threshold: Threshold, unit: str) -> str:
    """Say which number a finding rests on, where it comes from, and whether anybody vouches."""
    rests = f"This rests on {number(threshold.value)} {unit}"
    if threshold.confirmed:
        return f"{rests}, set in {threshold.source}."
    return f"{rests}, which the marketplace has not confirmed (source: {threshold.source})."
