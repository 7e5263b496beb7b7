"""The elevation of the sun, for optical windows.

The low-precision formulas of the Astronomical Almanac (Michalsky, Solar Energy 40, 1988): within
0.01 degrees of the true position from 1950 to 2050, without refraction.
"""

from datetime import UTC, datetime, timedelta
from math import asin, atan2, cos, degrees, floor, pi, radians, sin

_J2000 = datetime(2000, 1, 1, 12, tzinfo=UTC)
_DAY = timedelta(days=1)
_TURN = 2 * pi
_SOLSTICES = ((6, 21), (12, 21))
"""Dates at which the declination turns, to within a day; around them it changes by less than 0.01
degrees."""


def highest_sun_deg(
    start: datetime, end: datetime, *, west: float, south: float, east: float, north: float
) -> float:
    """Return the highest elevation of the sun anywhere in a box within a window, in degrees."""
    if end - start >= _DAY:
        hour = 0.0
        declinations = [_sun(instant)[0] for instant in (start, end, *_solstices(start, end))]
    else:
        (first, opening), (last, closing) = _sun(start), _sun(end)
        run = (closing - opening) % _TURN
        hour = _nearest_noon(opening + radians(west), opening + run + radians(east))
        declinations = [first, last]
    south, north = radians(south), radians(north)
    return degrees(max(_highest(south, north, declination, hour) for declination in declinations))


def _sun(instant: datetime) -> tuple[float, float]:
    """Return the sun's declination and its hour angle at Greenwich, in radians."""
    days = (instant - _J2000) / _DAY
    anomaly = radians(357.528 + 0.9856003 * days)
    longitude = radians(
        280.460 + 0.9856474 * days + 1.915 * sin(anomaly) + 0.020 * sin(2 * anomaly)
    )
    obliquity = radians(23.439 - 0.0000004 * days)
    ascension = atan2(cos(obliquity) * sin(longitude), cos(longitude))
    sidereal = radians((280.46061837 + 360.98564736629 * days) % 360)
    return asin(sin(obliquity) * sin(longitude)), sidereal - ascension


def _elevation(latitude: float, declination: float, hour: float) -> float:
    height = sin(latitude) * sin(declination) + cos(latitude) * cos(declination) * cos(hour)
    return asin(max(-1.0, min(1.0, height)))


def _highest(south: float, north: float, declination: float, hour: float) -> float:
    """Return the best elevation between two latitudes, for one hour angle."""
    best = atan2(sin(declination), cos(declination) * cos(hour))
    latitudes = (south, north, best) if south <= best <= north else (south, north)
    return max(_elevation(latitude, declination, hour) for latitude in latitudes)


def _nearest_noon(first: float, last: float) -> float:
    """Return the hour angle between two that is nearest to noon (0, or any whole turn)."""
    noon = floor(last / _TURN) * _TURN
    return 0.0 if first <= noon else min(first - noon, noon + _TURN - last)


def _solstices(start: datetime, end: datetime) -> list[datetime]:
    days = (
        datetime(year, month, day, 12, tzinfo=UTC)
        for year in range(start.year, end.year + 1)
        for month, day in _SOLSTICES
    )
    return [day for day in days if start < day < end]
