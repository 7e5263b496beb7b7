"""Reference systems of files: recognise them, and report those that satops cannot take.

pyproj knows the EPSG codes.  The WKT of a system comes from a hostile file, so only the process
that reads such files parses it.
"""

import re
from collections.abc import Iterable
from itertools import islice
from typing import TYPE_CHECKING

from msgspec import Struct

from satops.core.finding import Finding, quoted
from satops.core.geometry.checks import CONTRADICTION, NOT_WGS84, UNKNOWN_SYSTEM

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from shapely import Geometry

_WGS84 = frozenset({"EPSG:4326", "EPSG:4979", "OGC:CRS84", "OGC:CRS84H"})
"""WGS 84 longitude and latitude, with or without heights."""
_CODE = r"(?i)(?:EPSG|SRID|CRS)[^0-9A-Za-z]{1,3}(?:[0-9.]*[:/])?([0-9]{4,6})\b"
_CRS84 = r"(?i)\bCRS84h?\b"
_LOOKED_AT = 100_000
"""Number of points whose range is examined."""
_CONFIDENCE = 90
"""Minimum confidence, in percent, of pyproj's match of a WKT with a code."""
_SAY = "--crs EPSG:4326"
REPROJECT = "--reproject"
"""The fix that reprojects an outline."""


class System(Struct, frozen=True):
    """A reference system."""

    code: str
    """Code like `EPSG:32648`; empty if none matches."""
    name: str
    is_in_degrees: bool

    @property
    def is_wgs84(self) -> bool:
        """Whether it is WGS 84, as orders require."""
        return self.code.upper() in _WGS84

    def __str__(self) -> str:
        name = quoted(self.name)
        return f"{self.code} ({name})" if self.code else name


def code_in(text: str) -> str | None:
    """Return the code in a text, in any notation: `urn:ogc:def:crs:EPSG::32648`."""
    if re.search(_CRS84, text):
        return "OGC:CRS84"
    found = re.search(_CODE, text)
    return f"EPSG:{int(found[1])}" if found else None


def system_of(code: str) -> System | None:
    """Return the system of a code; None if there is none."""
    from pyproj import CRS
    from pyproj.exceptions import CRSError

    try:
        crs = CRS.from_user_input(code)
    except CRSError:
        return None
    return System(code, crs.name, bool(crs.is_geographic))


def system_of_wkt(text: str) -> System | None:
    """Return the system that a WKT describes; None if it describes none, or an undefined one."""
    from pyproj import CRS
    from pyproj.exceptions import CRSError

    try:
        crs = CRS.from_wkt(text)
    except CRSError:
        return None
    if crs.name.lower().startswith(("undefined", "unknown")) or crs.is_engineering:
        return None
    authority = crs.to_authority(min_confidence=_CONFIDENCE)
    return System(":".join(authority) if authority else "", crs.name, bool(crs.is_geographic))


def refuse_undefined(what: str, where: str = "") -> Finding:
    """Return a finding about a file without a reference system."""
    return UNKNOWN_SYSTEM.finding(
        (),
        f"{what} does not say which reference system its coordinates are in.{where} If they are "
        "WGS 84 longitude and latitude, say so.",
        fix=_SAY,
    )


def refuse_other(
    what: str, system: System, points: Iterable[tuple[float, float]]
) -> Finding | None:
    """Return a finding about coordinates in another system than WGS 84, or in contradiction to the
    declared one; None if they are in WGS 84.
    """
    if system.is_wgs84:
        return None
    seen = list(islice(points, _LOOKED_AT))
    if not system.is_in_degrees and seen and all(abs(x) <= 180 and abs(y) <= 90 for x, y in seen):
        x, y = seen[0]
        return CONTRADICTION.finding(
            (),
            f"{what} says that its coordinates are in {system}, which counts in metres, and they "
            f"look like degrees: the first is {x:.10g}, {y:.10g}. The label is probably wrong, and "
            "to convert by it would move the outline to another place. If they are WGS 84 "
            "longitude and latitude, say so.",
            fix=_SAY,
        )
    return NOT_WGS84.finding(
        (),
        f"{what} has its coordinates in {system}. An order is in WGS 84 longitude and latitude "
        "(EPSG:4326), and satops moves no corner by itself. Convert the outline, and look at the "
        "result on a map.",
        fix=REPROJECT,
    )


class Plane:
    """A plane around one location, in metres: lengths from there equal those on the ellipsoid."""

    def __init__(self, longitude: float, latitude: float) -> None:
        from pyproj import Proj

        self._longitude = longitude
        self._proj = Proj(proj="aeqd", lon_0=longitude, lat_0=latitude, ellps="WGS84")

    def to(self, shape: "Geometry") -> "Geometry":
        """Return a shape in degrees as a shape in the plane."""
        return self._mapped(shape, inverse=False)

    def back(self, shape: "Geometry") -> "Geometry":
        """Return a shape of the plane in degrees; longitudes may exceed 180."""
        return self._mapped(shape, inverse=True)

    def _mapped(self, shape: "Geometry", *, inverse: bool) -> "Geometry":
        import numpy as np
        import shapely

        def mapped(corners: "NDArray[np.float64]") -> "NDArray[np.float64]":
            x, y = self._proj(corners[:, 0], corners[:, 1], inverse=inverse)
            if inverse:
                x = self._longitude + (x - self._longitude + 180) % 360 - 180
            return np.column_stack([x, y])

        return shapely.transform(shape, mapped)
