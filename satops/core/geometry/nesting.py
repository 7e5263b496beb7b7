"""Sort rings into polygons with holes, without moving a corner."""

from itertools import pairwise
from typing import Any

_CORNERS_LEAST = 4


def polygon_of(rings: list[list[list[float | None]]]) -> dict[str, Any]:
    """Return a GeoJSON Polygon or MultiPolygon of the rings of one shape.

    A Shapefile's exterior rings run clockwise and its holes counter-clockwise.  If that is
    ambiguous, as with several exterior rings, nesting decides: a ring inside an odd number of
    larger ones is a hole of the smallest of them.  Broken rings become one polygon, to be refused
    later.
    """
    if len(rings) == 1 or any(map(_is_broken, rings)):
        return {"type": "Polygon", "coordinates": rings}
    outlines = [ring for ring in rings if _doubled_area(ring) < 0]
    if len(outlines) == 1:
        holes = [ring for ring in rings if ring is not outlines[0]]
        return {"type": "Polygon", "coordinates": [outlines[0], *holes]}
    parts = _nested(rings)
    if len(parts) == 1:
        return {"type": "Polygon", "coordinates": parts[0]}
    return {"type": "MultiPolygon", "coordinates": parts}


def _is_broken(ring: list[list[float | None]]) -> bool:
    return (
        len(ring) < _CORNERS_LEAST
        or ring[0][:2] != ring[-1][:2]
        or any(number is None for corner in ring for number in corner[:2])
    )


def _doubled_area(ring: list[Any]) -> float:
    """Return twice the signed area, positive for a counter-clockwise ring."""
    x0, y0 = ring[0][:2]
    flat = [(x - x0, y - y0) for x, y, *_ in ring]
    doubled: float = sum(xa * yb - xb * ya for (xa, ya), (xb, yb) in pairwise(flat))
    return doubled


def _nested(rings: list[list[list[float | None]]]) -> list[list[list[list[float | None]]]]:
    import numpy as np
    import shapely

    lines = [shapely.LinearRing([corner[:2] for corner in ring]) for ring in rings]
    shapes = shapely.polygons(lines)
    areas = shapely.area(shapes)
    inner, outer = shapely.STRtree(shapes).query(shapely.point_on_surface(shapes), "within")
    is_larger = areas[outer] > areas[inner]
    inner, outer = inner[is_larger], outer[is_larger]
    around = np.bincount(inner, minlength=len(rings))
    parents: dict[int, int] = {}
    for ring, container in sorted(
        zip(inner.tolist(), outer.tolist(), strict=True), key=lambda pair: -areas[pair[1]]
    ):
        parents[ring] = container  # the last one is the smallest
    parts = {index: [rings[index]] for index in range(len(rings)) if around[index] % 2 == 0}
    for index in range(len(rings)):
        if around[index] % 2:
            parts[parents[index]].append(rings[index])
    return list(parts.values())
