"""The coordinates of many polygons in canonical form, as arrays.

The same text as `order.coordinates_text` makes of one polygon, at a fraction of its cost: a test
holds the two together.  What is rare is left to it: holes, a smallest vertex that stands twice, a
sliver whose direction drowns in rounding, a number with an exponent.
"""

from collections.abc import Sequence
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from satops.core import json_text
from satops.core.order.order import (
    DOUBTFUL_DEG2,
    Rings,
    coordinates_text,
    without_fractions_of_zero,
)

Numbers = NDArray[np.float64]
Indexes = NDArray[np.intp]


def coordinates_texts(polygons: Sequence[Rings]) -> list[str]:
    """Write the coordinates of each polygon as JSON, of rings as `read_rings` gives them."""
    plain = [index for index, rings in enumerate(polygons) if len(rings) == 1]
    texts: list[str | None] = [None] * len(polygons)
    if plain:
        for index, text in zip(plain, _ring_texts([polygons[i][0] for i in plain]), strict=True):
            texts[index] = text
    return [
        coordinates_text(rings) if text is None else text
        for rings, text in zip(polygons, texts, strict=True)
    ]


def _ring_texts(rings: Sequence[Sequence[tuple[float, float]]]) -> list[str | None]:
    """Write the coordinates of polygons of one ring; None for what is not plain."""
    closed = np.fromiter(map(len, rings), dtype=np.intp, count=len(rings))
    corners = np.array(list(chain.from_iterable(rings)), dtype=np.float64)
    is_closing = np.zeros(len(corners), dtype=bool)
    is_closing[np.cumsum(closed) - 1] = True
    x, y = corners[~is_closing].T
    counts = closed - 1
    starts = np.cumsum(counts) - counts
    doubled = _doubled_areas(x, y, starts, counts)
    smallest, alone = _smallest(x, y, starts, counts)
    ring = np.repeat(np.arange(len(rings)), closed)
    step = np.arange(len(corners)) - (np.cumsum(closed) - closed)[ring]
    turn = np.where(doubled < 0, -1, 1)[ring]
    order = starts[ring] + ((smallest - starts)[ring] + turn * step) % counts[ring]
    points = np.column_stack([x[order], y[order]]).tolist()
    ends = np.cumsum(closed).tolist()
    begins = [0, *ends[:-1]]
    lists = [points[begin:end] for begin, end in zip(begins, ends, strict=True)]
    text = without_fractions_of_zero(json_text.dumps(lists).decode())
    is_plain = (alone & (np.abs(doubled) > DOUBTFUL_DEG2)).tolist()
    return [
        f"[[[{ring}]]]" if plain and "e" not in ring else None
        for ring, plain in zip(text[3:-3].split("]],[["), is_plain, strict=True)
    ]


def _doubled_areas(x: Numbers, y: Numbers, starts: Indexes, counts: Indexes) -> Numbers:
    """Return twice the planar signed area of each ring, in square degrees."""
    x, y = x - np.repeat(x[starts], counts), y - np.repeat(y[starts], counts)
    after = np.arange(1, len(x) + 1)
    after[starts + counts - 1] = starts
    areas: Numbers = np.add.reduceat(x * y[after] - x[after] * y, starts)
    return areas


def _smallest(
    x: Numbers, y: Numbers, starts: Indexes, counts: Indexes
) -> tuple[Indexes, NDArray[np.bool_]]:
    """Return the index of each ring's smallest vertex, and whether it stands there once."""
    is_west = x == np.repeat(np.minimum.reduceat(x, starts), counts)
    south = np.minimum.reduceat(np.where(is_west, y, np.inf), starts)
    is_smallest = is_west & (y == np.repeat(south, counts))
    found = np.flatnonzero(is_smallest)
    ring = np.repeat(np.arange(len(starts)), counts)[found]
    _, first, times = np.unique(ring, return_index=True, return_counts=True)
    return found[first], times == 1
