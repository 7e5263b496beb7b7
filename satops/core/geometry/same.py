"""Whether two polygons are one shape, however they are written."""

from functools import lru_cache

from satops.core.geometry.forms import read_geometry
from satops.core.order.order import Rings, coordinates_text

_SHARE_MAX = 1e-3
"""Of the area: a marketplace may round coordinates, and rounds no further than this."""


def same_polygon(rings: Rings, text: str) -> bool:
    """Tell whether a text (WKT or GeoJSON) shows the shape of `rings`.

    Start, winding and rounding do not matter.  A text that cannot be read shows another shape.
    """
    shown = _read(text)
    if shown is None:
        return False
    if coordinates_text(rings) == coordinates_text(shown):
        return True
    from shapely import Polygon

    ours, theirs = (Polygon(shape[0], shape[1:]) for shape in (rings, shown))
    if not ours.is_valid or not theirs.is_valid:
        return False
    return bool(ours.symmetric_difference(theirs).area <= _SHARE_MAX * ours.area)


@lru_cache(maxsize=1024)
def _read(text: str) -> Rings | None:
    rings, _ = read_geometry(text)
    return rings
