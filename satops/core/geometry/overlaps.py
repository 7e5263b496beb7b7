"""How polygons share ground: among orders, and with the areas that a team allows or forbids.

Shares are taken on an equal-area map (Lambert's cylindrical: longitude and the sine of latitude),
where straight edges stay close to the edges of the polygons in degrees.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from satops.core.geometry.shapes import Shapes, shapes_of
from satops.core.order import Rings

_CHUNK = 128
"""Boxes that are looked up at a time: all of them may lie on one place, and the pairs of 10,000
orders would not fit in memory.
"""

Box = tuple[float, float, float, float]
"""West, south, east, north in degrees."""


@dataclass(frozen=True, slots=True)
class Extent:
    """What is compared before any outline is looked at."""

    box: Box
    start: str
    end: str
    """UTC, as the canonical order writes instants: they sort as text."""
    mode: int
    """0 where an order names none: it meets every mode."""


def candidates(extents: Sequence[Extent], first: int, most: int) -> Iterator[tuple[int, list[int]]]:
    """Yield, for each extent from `first` on, those before it that meet it in box, time and mode.

    At most `most` of them, those whose boxes share most.
    """
    if len(extents) - first < 1:
        return
    boxes = np.array([extent.box for extent in extents], dtype=np.float64)
    starts = np.array([extent.start for extent in extents])
    ends = np.array([extent.end for extent in extents])
    modes = np.array([extent.mode for extent in extents])
    shapes = shapely.box(*boxes.T)
    tree = shapely.STRtree(shapes)
    for chunk in range(first, len(extents), _CHUNK):
        later, earlier = tree.query(shapes[chunk : chunk + _CHUNK])
        later = later + chunk
        keep = (
            (earlier < later)
            & (starts[earlier] < ends[later])
            & (starts[later] < ends[earlier])
            & ((modes[earlier] == modes[later]) | (modes[earlier] == 0) | (modes[later] == 0))
        )
        later, earlier = later[keep], earlier[keep]
        shared = _shared_deg2(boxes[later], boxes[earlier])
        for index in np.unique(later).tolist():
            mine = np.flatnonzero((later == index) & (shared > 0))
            best = mine[np.argsort(-shared[mine], kind="stable")[:most]]
            if len(best):
                yield index, earlier[best].tolist()


def _shared_deg2(a: NDArray[np.float64], b: NDArray[np.float64]) -> NDArray[np.float64]:
    width = np.minimum(a[:, 2], b[:, 2]) - np.maximum(a[:, 0], b[:, 0])
    height = np.minimum(a[:, 3], b[:, 3]) - np.maximum(a[:, 1], b[:, 1])
    shared: NDArray[np.float64] = np.maximum(width, 0) * np.maximum(height, 0)
    return shared


def flatten(polygons: Sequence[Rings]) -> Shapes:
    """Return polygons on the equal-area map."""
    return _flat(shapes_of(polygons))


def shares(shape: shapely.Polygon, others: Shapes) -> list[float]:
    """Return what a polygon shares with each other, in percent of the smaller; all flattened."""
    shared = shapely.area(shapely.intersection(shape, others))
    percents: list[float] = (
        100 * shared / np.minimum(shapely.area(shape), shapely.area(others))
    ).tolist()
    return percents


class Zone:
    """Polygons as one region, to ask what part of an AOI lies inside."""

    def __init__(self, polygons: Sequence[Rings]) -> None:
        self._shapes = flatten(polygons)
        self._tree = shapely.STRtree(self._shapes)

    def share_inside(self, shapes: Shapes) -> list[float]:
        """Return the percent of each polygon, given in degrees, that lies inside."""
        flat = _flat(shapes)
        inside = [0.0] * len(flat)
        which, parts = self._tree.query(flat, predicate="intersects")
        for index in np.unique(which).tolist():
            # Parts of the zone may overlap each other: only their union counts.
            region = shapely.union_all(self._shapes[parts[which == index]])
            shared = shapely.area(shapely.intersection(flat[index], region))
            inside[index] = float(100 * shared / shapely.area(flat[index]))
        return inside


def _flat(shapes: Shapes) -> Shapes:
    def project(corners: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.column_stack([np.radians(corners[:, 0]), np.sin(np.radians(corners[:, 1]))])

    flat: Shapes = shapely.transform(shapes, project)
    return flat
