"""Outlines with fewer corners, for maps only.

Outlines that are bought, measured or compared are never simplified.
"""

from typing import TYPE_CHECKING

from satops.core.order.order import Rings

if TYPE_CHECKING:
    from shapely import Polygon

_CORNERS_LEAST = 3
"""Minimum for a ring."""
_THINNED_TO = 10
"""Beyond this multiple of the wanted corners, corners are dropped at even steps: testing each would
take seconds, and a drawing does not show them."""
_FINEST = 1e-4
"""The first tolerance, as a share of the longer side of the polygon's box."""
_STEPS = 14
"""After so many doublings the tolerance exceeds the whole polygon."""


def simplified(rings: Rings, vertices_max: int) -> Rings:
    """Return an outline of at most `vertices_max` distinct corners in all rings; at least 4.

    Smaller polygons are returned unchanged.  Otherwise the smallest holes are dropped first, then
    corners; if the outline cannot stay simple, its box is returned.  The result is a valid polygon
    with the winding of RFC 7946, if the rings were valid.
    """
    if vertices_max < 4:
        raise ValueError(f"an outline cannot be drawn with {vertices_max} corners")
    if _corners(rings) <= vertices_max:
        return rings
    from shapely import Polygon

    largest = sorted(rings[1:], key=_box_area, reverse=True)
    kept = largest[: vertices_max // _CORNERS_LEAST - 1]
    for chosen in ((rings[0], *kept), (rings[0],)):
        thin = _thinned(chosen, _THINNED_TO * vertices_max)
        found = _with_fewer(Polygon(thin[0], thin[1:]), vertices_max)
        if found is not None:
            return _rings_of(found)
    return _rings_of(Polygon(rings[0]).envelope)


def _thinned(rings: Rings, corners: int) -> Rings:
    """Drop corners at even steps until about so many are left; at least 3 per ring."""
    step = -(-_corners(rings) // corners)
    return tuple(
        (*ring[:-1:step], ring[0]) if len(ring) > _CORNERS_LEAST * step else ring for ring in rings
    )


def _with_fewer(polygon: "Polygon", vertices_max: int) -> "Polygon | None":
    """Return the polygon at about the least tolerance that leaves few enough corners."""
    west, south, east, north = polygon.bounds
    tolerance = max(east - west, north - south) * _FINEST
    for _ in range(_STEPS):
        # The quick method may make lines cross; then the careful one is used.
        for careful in (False, True):
            made = polygon.simplify(tolerance, preserve_topology=careful)
            if made.geom_type != "Polygon" or made.is_empty:
                continue
            if _corners(_rings_of(made)) > vertices_max:
                break
            if made.is_valid:
                return made
        tolerance *= 2
    return None


def _rings_of(polygon: "Polygon") -> Rings:
    from shapely.geometry.polygon import orient

    wound = orient(polygon)
    lines = (wound.exterior, *wound.interiors)
    return tuple(tuple((float(x), float(y)) for x, y in line.coords) for line in lines)


def _corners(rings: Rings) -> int:
    return sum(len(ring) - 1 for ring in rings)


def _box_area(ring: tuple[tuple[float, float], ...]) -> float:
    xs, ys = [x for x, _ in ring], [y for _, y in ring]
    return (max(xs) - min(xs)) * (max(ys) - min(ys))
