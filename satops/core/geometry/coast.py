"""Outlines to draw: the coast, and areas of interest, cut at the antimeridian and a map's edges.

Only for drawings; not for purchases, measures or comparisons.  The coast (`satops/data/land.json`)
is off by tens of kilometres.
"""

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from satops.core import json_text
from satops.core.order.order import Location, Ring, Rings

if TYPE_CHECKING:
    from shapely import Polygon

Box = tuple[float, float, float, float]
"""West, south, east, north in degrees; may reach beyond ±180."""
_TURNS = (-360.0, 0.0, 360.0)


class Coast:
    """The land of the Earth, for drawings."""

    def __init__(self, content: bytes) -> None:
        """`content` is `satops/data/land.json`."""
        import shapely

        found = json_text.loads(content)
        self._parts = [shapely.Polygon(rings[0], rings[1:]) for rings in found["land"]]
        self._tree = shapely.STRtree(self._parts)
        self._islands: list[Location] = [(x, y) for x, y in found["islands"]]

    def world(self) -> list[Rings]:
        """Return all land within ±180 degrees."""
        return [_rings(part) for part in self._parts]

    def within(self, box: Box) -> list[Rings]:
        """Return the land inside a box."""
        import shapely

        found = []
        for turn in _TURNS:
            west, south, east, north = box[0] - turn, box[1], box[2] - turn, box[3]
            if west >= 180 or east <= -180:
                continue
            view = shapely.box(west, south, east, north)
            for index in sorted(self._tree.query(view, "intersects")):
                seen = shapely.intersection(self._parts[index], view)
                found += [_moved(_rings(part), turn) for part in _polygons(seen)]
        return found

    def islands(self, box: Box) -> list[Location]:
        """Return the small islands inside a box, as points."""
        west, south, east, north = box
        return [
            (x + turn, y)
            for turn in _TURNS
            for x, y in self._islands
            if west <= x + turn <= east and south <= y <= north
        ]


def drawn(rings: Sequence[Sequence[Sequence[float]]]) -> list[Rings]:
    """Return an area as polygons within ±180 and ±90 degrees, whatever its corners are.

    Empty if it is no polygon.
    """
    return [_rings(part) for part in _parts(rings)]


def _parts(rings: Sequence[Sequence[Sequence[float]]]) -> "list[Polygon]":
    import shapely

    ways = [_unwrapped(ring) for ring in rings]
    if not ways or len(ways[0]) < 4:
        return []
    holes = [_beside(way, ways[0]) for way in ways[1:] if len(way) >= 4]
    whole: Any = shapely.Polygon(ways[0], holes)
    if not whole.is_valid:
        whole = shapely.make_valid(whole)
    world = shapely.box(-180, -90, 180, 90)
    parts = []
    for turn in _TURNS:
        moved = shapely.affinity.translate(whole, -turn) if turn else whole
        parts += _polygons(shapely.intersection(moved, world))
    return parts


def _unwrapped(ring: Sequence[Sequence[float]]) -> list[Location]:
    """Return a ring whose edges take the short way around the Earth, over a pole if need be."""
    way = [(float(ring[0][0]), float(ring[0][1]))] if ring else []
    for before, after in pairwise(ring):
        step = (after[0] - before[0] + 180.0) % 360.0 - 180.0
        if step == -180.0 and after[0] > before[0]:
            step = 180.0
        way.append((way[-1][0] + step, float(after[1])))
    if not way or abs(way[-1][0] - way[0][0]) < 180.0:
        return way
    pole = 90.0 if sum(y for _, y in way) > 0 else -90.0
    return [*way, (way[-1][0], pole), (way[0][0], pole), way[0]]


def _beside(hole: list[Location], outside: Iterable[Location]) -> list[Location]:
    """Return a hole, shifted by whole turns into its exterior ring's longitudes."""
    least = min(x for x, _ in outside)
    turns = (least - min(x for x, _ in hole)) // 360.0 + 1
    moved = [(x + 360.0 * turns, y) for x, y in hole]
    return moved if min(x for x, _ in moved) < least + 360.0 else hole


def _polygons(shape: Any) -> "list[Polygon]":
    parts = getattr(shape, "geoms", (shape,))
    flat = [inner for part in parts for inner in getattr(part, "geoms", (part,))]
    return [part for part in flat if part.geom_type == "Polygon" and not part.is_empty]


def _rings(part: "Polygon") -> Rings:
    return tuple(tuple(ring.coords) for ring in (part.exterior, *part.interiors))


def _moved(rings: Rings, turn: float) -> Rings:
    def ring_moved(ring: Ring) -> Ring:
        return tuple((x + turn, y) for x, y in ring)

    return tuple(map(ring_moved, rings)) if turn else rings
