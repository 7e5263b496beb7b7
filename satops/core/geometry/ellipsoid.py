"""The ellipsoid that areas and lengths are measured on: the home of pyproj."""

from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pyproj import Geod


@cache
def wgs84() -> "Geod":
    """Return WGS 84; pyproj is imported only where something is measured."""
    from pyproj import Geod

    return Geod(ellps="WGS84")
