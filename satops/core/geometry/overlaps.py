"""How polygons share ground: among orders, and with the areas that a team allows or forbids.

Outlines are cut in degrees, where borders that two of them share are the same lines; what is left
is measured on an equal-area map (Lambert's cylindrical: longitude and the sine of latitude).
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

_ROUNDING_DEG = 2e-7
"""Coordinates are rounded to 7 decimals: a shared border may be off by so much."""

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


def shares(shape: shapely.Polygon, others: Shapes) -> list[float]:
    """Return what a polygon shares with each other, in percent of the smaller of the two."""
    smaller = np.minimum(_areas(np.array([shape])), _areas(others))
    percents: list[float] = (100 * _areas(shapely.intersection(shape, others)) / smaller).tolist()
    return percents


class Zone:
    """Polygons as one region, to ask which AOIs lie inside and which touch it."""

    def __init__(self, polygons: Sequence[Rings]) -> None:
        self._region = shapely.union_all(shapes_of(polygons))
        shapely.prepare(self._region)

    def leaving(self, shapes: Shapes) -> list[tuple[int, float]]:
        """Return the polygons that are not covered, with the percent that lies outside."""
        out = np.flatnonzero(~shapely.covers(self._region, shapes))
        if len(out):
            out = out[~shapely.covers(self._region, shapely.buffer(shapes[out], -_ROUNDING_DEG))]
        outside = shapely.difference(shapes[out], self._region)
        return self._with_percent(out, outside, shapes)

    def entering(self, shapes: Shapes) -> list[tuple[int, float]]:
        """Return the polygons that reach in, with the percent that lies inside."""
        met = np.flatnonzero(shapely.intersects(self._region, shapes))
        if len(met):
            inner = shapely.buffer(shapes[met], -_ROUNDING_DEG)
            met = met[shapely.intersects(self._region, inner)]
        inside = shapely.intersection(shapes[met], self._region)
        return self._with_percent(met, inside, shapes)

    def _with_percent(
        self, indexes: NDArray[np.intp], parts: Shapes, shapes: Shapes
    ) -> list[tuple[int, float]]:
        percents = 100 * _areas(parts) / _areas(shapes[indexes])
        return list(zip(indexes.tolist(), percents.tolist(), strict=True))


def _areas(shapes: Shapes) -> NDArray[np.float64]:
    """Return areas that are to each other as those on the Earth."""

    def project(corners: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.column_stack([np.radians(corners[:, 0]), np.sin(np.radians(corners[:, 1]))])

    areas: NDArray[np.float64] = shapely.area(shapely.transform(shapes, project))
    return areas
