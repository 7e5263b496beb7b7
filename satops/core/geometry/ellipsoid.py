"""The WGS 84 ellipsoid for areas and lengths, and circles on it."""

from functools import cache
from typing import TYPE_CHECKING

from satops.core.order.order import Location

if TYPE_CHECKING:
    from pyproj import Geod

CORNERS = 64
"""The corners lie on the circle; the polygon covers 99.84 % of its area."""


@cache
def wgs84() -> "Geod":
    """Return WGS 84; imports pyproj on first use."""
    from pyproj import Geod

    return Geod(ellps="WGS84")


def circle(longitude: float, latitude: float, radius_km: float) -> list[Location]:
    """Return the closed ring of `CORNERS` corners at one distance in km, from the north clockwise.

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
    """Return the distance to the nearer pole, in km."""
    _, _, metres = wgs84().inv(0, latitude, 0, 90 if latitude >= 0 else -90)
    return float(metres) / 1000


def _difference(longitude: float, origin: float) -> float:
    return (longitude - origin + 180) % 360 - 180
