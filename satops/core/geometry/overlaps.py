"""Overlaps of orders with each other, and with a team's allowed and forbidden areas.

Intersections are computed in degrees, where common borders are the same lines, and measured on an
equal-area map (Lambert's cylindrical: longitude and the sine of latitude).
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray

from satops.core.geometry.shapes import Shapes, shapes_of
from satops.core.order.order import Rings

_CHUNK = 128
"""Extents looked up at a time: all of them may meet, and the pairs of 10,000 orders would not fit
in memory."""
_ROUNDING_DEG = 2e-7
"""Coordinates have 7 decimals, so a common border may be off by so much."""

Box = tuple[float, float, float, float]
"""West, south, east, north in degrees."""


class Extent(NamedTuple):
    """The values that are compared before outlines."""

    box: Box
    start_s: float
    end_s: float
    """Seconds on any common clock."""
    mode: int
    """0 for an order without a mode, which meets every mode."""


def touching(boxes: Sequence[Box], others: Sequence[Box]) -> list[int]:
    """Return the indexes of the boxes that meet one of the `others`, ascending."""
    if not boxes or not others:
        return []
    drawn, wanted = (shapely.box(*np.array(some).T) for some in (boxes, others))
    return sorted(set(shapely.STRtree(wanted).query(drawn)[0].tolist()))


def meeting(extents: Sequence[Extent], first: int, most: int) -> list[tuple[int, int]]:
    """Return the pairs of an extent from `first` on and an earlier one that meet in box, time and
    mode; for each later one at most `most` pairs, those whose boxes share most.

    The index covers longitude and time; latitude is compared afterwards.  Few of many orders share
    a meridian and a time, while all may share a location or a month.
    """
    if len(extents) == first:
        return []
    boxes = np.array([extent.box for extent in extents], dtype=np.float64)
    times = np.array([(extent.start_s, extent.end_s) for extent in extents], dtype=np.float64)
    modes = np.array([extent.mode for extent in extents])
    strips = shapely.box(boxes[:, 0], times[:, 0], boxes[:, 2], times[:, 1])
    tree = shapely.STRtree(strips)
    pairs: list[tuple[int, int]] = []
    for start in range(first, len(extents), _CHUNK):
        later, earlier = tree.query(strips[start : start + _CHUNK])
        later = later + start
        keep = (earlier < later) & (
            (modes[earlier] == modes[later]) | (modes[earlier] == 0) | (modes[later] == 0)
        )
        keep &= np.minimum(times[earlier, 1], times[later, 1]) > (
            np.maximum(times[earlier, 0], times[later, 0])
        )
        later, earlier = later[keep], earlier[keep]
        shared = _shared_deg2(boxes[later], boxes[earlier])
        pairs += _largest(later[shared > 0], earlier[shared > 0], shared[shared > 0], most)
    return pairs


def _largest(
    later: NDArray[np.intp], earlier: NDArray[np.intp], shared: NDArray[np.float64], most: int
) -> list[tuple[int, int]]:
    """Return for each `later` the pairs that share most."""
    order = np.lexsort((earlier, -shared, later))
    later, earlier = later[order], earlier[order]
    begins = np.searchsorted(later, later)
    keep = np.arange(len(later)) - begins < most
    return list(zip(later[keep].tolist(), earlier[keep].tolist(), strict=True))


def _shared_deg2(a: NDArray[np.float64], b: NDArray[np.float64]) -> NDArray[np.float64]:
    width = np.minimum(a[:, 2], b[:, 2]) - np.maximum(a[:, 0], b[:, 0])
    height = np.minimum(a[:, 3], b[:, 3]) - np.maximum(a[:, 1], b[:, 1])
    shared: NDArray[np.float64] = np.maximum(width, 0) * np.maximum(height, 0)
    return shared


def shares(polygons: Sequence[Rings], pairs: Sequence[tuple[int, int]]) -> list[float]:
    """Return the overlap of each pair, in percent of the smaller polygon."""
    if not pairs:
        return []
    shapes = shapes_of(polygons)
    first, second = np.array(pairs).T
    areas = _areas(shapes)
    shared = _areas(shapely.intersection(shapes[first], shapes[second]))
    percents: list[float] = (100 * shared / np.minimum(areas[first], areas[second])).tolist()
    return percents


class Zone:
    """Polygons as one region."""

    def __init__(self, polygons: Sequence[Rings]) -> None:
        self._region = shapely.union_all(shapes_of(polygons))
        shapely.prepare(self._region)

    def leaving(self, shapes: Shapes) -> list[tuple[int, float]]:
        """Return the polygons that the region does not cover, with the percent outside."""
        out = np.flatnonzero(~shapely.covers(self._region, shapes))
        if len(out):
            out = out[~shapely.covers(self._region, shapely.buffer(shapes[out], -_ROUNDING_DEG))]
        outside = shapely.difference(shapes[out], self._region)
        return self._with_percent(out, outside, shapes)

    def entering(self, shapes: Shapes) -> list[tuple[int, float]]:
        """Return the polygons that touch the region, with the percent inside."""
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
    """Return areas in proportion to those on the Earth."""

    def project(corners: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.column_stack([np.radians(corners[:, 0]), np.sin(np.radians(corners[:, 1]))])

    areas: NDArray[np.float64] = shapely.area(shapely.transform(shapes, project))
    return areas
