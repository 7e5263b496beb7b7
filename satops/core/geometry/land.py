"""A coarse land mask, which separates open sea from continents.

`satops/data/land.json` holds the outlines of Natural Earth at 1:110,000,000, which are off by tens
of kilometres, and small islands as points.
"""

from collections.abc import Sequence
from math import cos, radians

from satops.core import json_text
from satops.core.order.order import Location

OPEN_SEA_KM = 50
"""Distance from coarse land that misses no port and no beach."""
_DEGREE_KM = 111.2
_LEAST_COSINE = 0.01
"""Minimum cosine, near a pole, where a degree of longitude has no length."""

Box = tuple[float, float, float, float]
"""West, south, east, north in degrees."""


class Land:
    """The land of the Earth."""

    def __init__(self, content: bytes) -> None:
        """`content` is `satops/data/land.json`."""
        import shapely

        from satops.core.geometry.shapes import shapes_of

        found = json_text.loads(content)
        self._outlines = shapely.STRtree(shapes_of(found["land"]))
        self._islands = shapely.STRtree(shapely.points(found["islands"]))

    def is_open_sea(self, box: Box) -> bool:
        """Tell whether there is no land in a box and within `OPEN_SEA_KM` of it."""
        import shapely

        west, south, east, north = box
        up = OPEN_SEA_KM / _DEGREE_KM
        aside = up / max(_LEAST_COSINE, cos(radians(max(abs(south), abs(north)))))
        around = shapely.box(west - aside, south - up, east + aside, north + up)
        return not (
            self._outlines.query(around, "intersects").size
            or self._islands.query(around, "intersects").size
        )

    def on_land(self, locations: Sequence[Location]) -> set[int]:
        """Return the indices of the locations that lie on the coarse land."""
        import shapely

        if not locations:
            return set()
        return set(self._outlines.query(shapely.points(locations), "intersects")[0].tolist())
