"""The ellipsoid that areas and lengths are measured on, and circles on it: the home of pyproj."""

from functools import cache
from typing import TYPE_CHECKING

from satops.core.order.order import Location

if TYPE_CHECKING:
    from pyproj import Geod

CORNERS = 64
"""The polygon covers 99.84 % of the circle's area: its corners lie on the circle."""


@cache
def wgs84() -> "Geod":
    """Return WGS 84; pyproj is imported only where something is measured."""
    from pyproj import Geod

    return Geod(ellps="WGS84")


def circle(longitude: float, latitude: float, radius_km: float) -> list[Location]:
    """Return the closed ring of `CORNERS` corners at one distance, from the north clockwise.

    Longitudes beyond 180 degrees are not wrapped: they show that the circle crosses the
    antimeridian.
    """
    bearings = [360 * corner / CORNERS for corner in range(CORNERS)]
    longitudes, latitudes, _ = wgs84().fwd(
        [longitude] * CORNERS, [latitude] * CORNERS, bearings, [radius_km * 1000] * CORNERS
    )
    corners = [
        (longitude + _difference(x, longitude), y)
        for x, y in zip(longitudes, latitudes, strict=True)
    ]
    return [*corners, corners[0]]


def distance_to_pole_km(latitude: float) -> float:
    """Return the length of the meridian from a point to the nearer pole."""
    _, _, metres = wgs84().inv(0, latitude, 0, 90 if latitude >= 0 else -90)
    return float(metres) / 1000


def _difference(longitude: float, origin: float) -> float:
    return (longitude - origin + 180) % 360 - 180
