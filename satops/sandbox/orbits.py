"""Compute passes: circular sun-synchronous orbits over a spherical Earth.

They only look plausible, and have no elements of real satellites.  Each satellite crosses a
latitude twice a revolution, northbound and southbound.  A crossing near enough to the area, and in
daylight for an optical satellite, is a pass.
"""

import math
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from msgspec import Struct

from satops.offers.eo_imagery.modes import Provider

_EARTH_KM = 6371.0
_EPOCH = datetime(2026, 1, 1)  # noqa: DTZ001 - the sandbox's texts have no zone
_NORTHMOST = 0.9999
"""Share of the sine of the highest latitude, beyond which a satellite turns earlier."""


class Satellite(Struct, frozen=True):
    """One fictional satellite."""

    name: str
    number: str
    height_km: float
    inclination_deg: float
    equator_h: float
    """Local solar time of the northbound crossing of the equator, in hours."""
    phase: float
    """Fraction of a revolution by which it was ahead at the epoch."""
    nearest_deg: float
    """The smallest look angle from the vertical."""
    widest_deg: float
    swath_km: float
    by_day: bool

    @property
    def period_s(self) -> float:
        """Seconds of one revolution."""
        return 2 * math.pi * math.sqrt((_EARTH_KM + self.height_km) ** 3 / 398_600.4418)


class Crossing(Struct, frozen=True):
    """One pass: time, side, and covered share of the area."""

    satellite: Satellite
    middle: datetime
    ascending: bool
    looks_right: bool
    angle_deg: float
    """Degrees from the vertical."""
    coverage: float
    """Share of the area, 0 to 1."""
    swath: tuple[tuple[float, float], ...]
    """A closed ring of longitude and latitude."""

    @property
    def half(self) -> timedelta:
        """Half of the time over the area."""
        return timedelta(seconds=6)


SATELLITES = {
    Provider.CHANGGUANG: (
        Satellite("SANDBOX-OPT-1", "901", 535, 97.5, 22.5, 0.13, 0, 38, 40, by_day=True),
        Satellite("SANDBOX-OPT-2", "902", 545, 97.6, 23.0, 0.71, 0, 35, 17, by_day=True),
        Satellite("SANDBOX-OPT-3", "903", 500, 97.4, 1.0, 0.42, 0, 40, 20, by_day=True),
    ),
    Provider.TIANYI: (
        Satellite("SANDBOX-SAR-1", "951", 512, 97.4, 18.0, 0.27, 18, 38, 30, by_day=False),
        Satellite("SANDBOX-SAR-2", "952", 515, 97.5, 6.0, 0.88, 18, 38, 30, by_day=False),
    ),
}  # fmt: skip


def crossings(
    provider: str, ring: Sequence[tuple[float, float]], start: datetime, end: datetime, most: int
) -> tuple[Crossing, ...]:
    """Return the first passes of a provider's satellites over an area, by time."""
    satellites = SATELLITES[Provider(provider)]
    found: list[Crossing] = []
    for satellite in satellites:
        for count, crossing in enumerate(_of(satellite, ring, start, end), 1):
            found.append(crossing)
            if count == most:
                break
    return tuple(sorted(found, key=lambda each: (each.middle, each.satellite.number))[:most])


def _of(
    satellite: Satellite, ring: Sequence[tuple[float, float]], start: datetime, end: datetime
) -> Iterator[Crossing]:
    longitudes, latitudes = [x for x, _ in ring], [y for _, y in ring]
    longitude = (min(longitudes) + max(longitudes)) / 2
    latitude = (min(latitudes) + max(latitudes)) / 2
    tilt = math.radians(satellite.inclination_deg)
    sine = math.sin(math.radians(latitude)) / math.sin(tilt)
    up = math.asin(max(-_NORTHMOST, min(_NORTHMOST, sine)))
    first = math.floor((start - _EPOCH).total_seconds() / satellite.period_s) - 1
    last = math.ceil((end - _EPOCH).total_seconds() / satellite.period_s) + 1
    for revolution in range(first, last + 1):
        for ascending, along in ((True, up), (False, math.pi - up)):
            turns = revolution - satellite.phase + along / (2 * math.pi)
            middle = _EPOCH + timedelta(seconds=turns * satellite.period_s)
            if not start <= middle <= end:
                continue
            # Longitude east of the northbound equator crossing, on a non-rotating globe.
            east = math.degrees(math.atan2(math.cos(tilt) * math.sin(along), math.cos(along)))
            under = _wrapped(_sun_longitude(middle) + 15 * satellite.equator_h - 180 + east)
            if satellite.by_day and not 8 <= solar_hours(middle, longitude) <= 16:
                continue
            crossing = _seen(satellite, ring, middle, ascending, under - longitude, latitude)
            if crossing is not None:
                yield crossing


def _seen(
    satellite: Satellite,
    ring: Sequence[tuple[float, float]],
    middle: datetime,
    ascending: bool,  # noqa: FBT001 - a fact, not a switch
    east_deg: float,
    latitude: float,
) -> Crossing | None:
    """Return a pass whose track lies `east_deg` east of the area; None if it does not see it."""
    east_deg = _wrapped(east_deg)
    per_degree = _EARTH_KM * math.pi / 180
    heading = math.radians(12 if ascending else -12)  # the track leans west of north
    away_km = east_deg * per_degree * math.cos(math.radians(latitude)) * math.cos(heading)
    around = abs(away_km) / _EARTH_KM
    if around > math.acos(_EARTH_KM / (_EARTH_KM + satellite.height_km)):
        return None  # below the horizon
    angle = math.degrees(
        math.atan2(math.sin(around), 1 + satellite.height_km / _EARTH_KM - math.cos(around))
    )
    if not satellite.nearest_deg <= angle <= satellite.widest_deg:
        return None
    longitudes, latitudes = [x for x, _ in ring], [y for _, y in ring]
    scale = per_degree * math.cos(math.radians(latitude))
    wide_km = (max(longitudes) - min(longitudes)) * scale
    # The beam aims at the middle, within a tenth of its swath.
    off_km = satellite.swath_km * 0.1 * math.sin(middle.minute)
    half = satellite.swath_km / 2
    covered_km = min(wide_km / 2, half + off_km) + min(wide_km / 2, half - off_km)
    centre = (min(longitudes) + max(longitudes)) / 2 + off_km / scale
    lean = math.tan(heading) * -1
    bottom, top = min(latitudes) - 0.1, max(latitudes) + 0.1

    def at(side: float, y: float) -> tuple[float, float]:
        shift_km = side * half + (y - latitude) * per_degree * lean
        return round(centre + shift_km / scale, 5), round(y, 5)

    swath = (at(-1, bottom), at(1, bottom), at(1, top), at(-1, top), at(-1, bottom))
    return Crossing(
        satellite=satellite,
        middle=middle.replace(microsecond=0),
        ascending=ascending,
        # East is to the right of a northbound satellite.
        looks_right=(east_deg < 0) == ascending,
        angle_deg=round(angle, 2),
        coverage=round(max(0.01, min(1.0, covered_km / wide_km)) if wide_km else 1.0, 2),
        swath=swath,
    )


def solar_hours(moment: datetime, longitude: float) -> float:
    """Return the mean local solar time, in hours, of a UTC time."""
    hours = moment.hour + moment.minute / 60 + moment.second / 3600
    return (hours + longitude / 15) % 24


def _sun_longitude(moment: datetime) -> float:
    """Return the longitude where it is noon."""
    return 180 - 15 * solar_hours(moment, 0)


def _wrapped(degrees: float) -> float:
    return (degrees + 180) % 360 - 180
