"""Where there is land, coarse: enough to tell open sea from a continent.

`satops/data/land.json` holds the outlines of Natural Earth at 1:110,000,000, which are off by tens
of kilometres, and small islands as points.
"""

from math import cos, radians

from satops.core import json_text

OPEN_SEA_KM = 50
"""So far from land on the coarse map, no port and no beach is missed."""
_DEGREE_KM = 111.2
_LEAST_COSINE = 0.01
"""Near a pole, where a degree of longitude is no length."""

Box = tuple[float, float, float, float]
"""West, south, east, north in degrees."""


class Land:
    """The land of the Earth."""

    def __init__(self, content: bytes) -> None:
        """`content` is what `satops/data/land.json` holds."""
        import shapely

        found = json_text.loads(content)
        outlines = [shapely.Polygon(rings[0], rings[1:]) for rings in found["land"]]
        self._outlines = shapely.STRtree(outlines)
        self._islands = shapely.STRtree(shapely.points(found["islands"]))

    def is_open_sea(self, box: Box) -> bool:
        """Tell whether no land is in a box, nor within `OPEN_SEA_KM` of it."""
        import shapely

        west, south, east, north = box
        up = OPEN_SEA_KM / _DEGREE_KM
        aside = up / max(_LEAST_COSINE, cos(radians(max(abs(south), abs(north)))))
        around = shapely.box(west - aside, south - up, east + aside, north + up)
        return not (
            self._outlines.query(around, "intersects").size
            or self._islands.query(around, "intersects").size
        )

    def is_land(self, longitude: float, latitude: float) -> bool:
        """Tell whether a place lies on the land of the coarse map."""
        import shapely

        return bool(self._outlines.query(shapely.Point(longitude, latitude), "intersects").size)
