"""Well-known binary of one geometry, as a GeoJSON geometry: what map programs keep in tables.

A reader of its own, because the usual ones refuse what has to be explained to a person, such as a
ring that is not closed, and because nothing here may be mended on the way.
"""

from struct import Struct, error
from typing import Any, NamedTuple

_NAMES = {
    1: "Point",
    2: "LineString",
    3: "Polygon",
    4: "MultiPoint",
    5: "MultiLineString",
    6: "MultiPolygon",
    7: "GeometryCollection",
    10: "CurvePolygon",
    12: "MultiSurface",
    15: "PolyhedralSurface",
    16: "TIN",
    17: "Triangle",
}
"""By ISO/IEC 13249-3; 1000 is added where there are heights, 2000 for measures, 3000 for both."""
_POLYGON, _MULTI_POLYGON = 3, 6
_EWKB_FLAGS = {0x80000000: 1000, 0x40000000: 2000}
"""How older programs say that there are heights and measures."""


class NotWkb(ValueError):
    """The bytes are no geometry."""


class _Order(NamedTuple):
    """One order of bytes."""

    whole: Struct
    """Of a number of kinds, parts, rings or corners."""
    sign: str


_ORDERS = {
    0: _Order(Struct(">I"), ">"),
    1: _Order(Struct("<I"), "<"),
}


def read_wkb(content: bytes) -> dict[str, Any]:
    """Return a GeoJSON geometry, with every coordinate as it is stored, heights and measures too.

    A geometry other than a polygon or a multipolygon comes without coordinates: it is refused
    anyway.  Raises `NotWkb`.
    """
    try:
        kind, coordinates, _ = _geometry(content, 0)
    except (error, IndexError, KeyError) as wrong:
        raise NotWkb("the geometry is cut or damaged") from wrong
    name = _NAMES.get(kind, f"geometry {kind}")
    return {"type": name} if coordinates is None else {"type": name, "coordinates": coordinates}


def _geometry(content: bytes, place: int) -> tuple[int, list[Any] | None, int]:
    """Return the kind, the coordinates of a polygon or multipolygon, and where they end."""
    order = _ORDERS[content[place]]
    kind = order.whole.unpack_from(content, place + 1)[0]
    for flag, added in _EWKB_FLAGS.items():
        if kind & flag:
            kind = (kind & ~flag) + added
    place += 5
    dimensions = 2 + (1, 1, 2)[kind // 1000 - 1] if 1000 <= kind < 4000 else 2
    plain = kind % 1000
    if plain == _POLYGON:
        rings, place = _rings(content, place, order, dimensions)
        return plain, rings, place
    if plain == _MULTI_POLYGON:
        count = order.whole.unpack_from(content, place)[0]
        place += 4
        parts = []
        for _ in range(count):
            inner, rings_of_part, place = _geometry(content, place)
            if inner != _POLYGON:
                raise NotWkb("a MultiPolygon holds something that is no polygon")
            parts.append(rings_of_part)
        return plain, parts, place
    return plain, None, len(content)


def _rings(
    content: bytes, place: int, order: _Order, dimensions: int
) -> tuple[list[list[list[float]]], int]:
    count = order.whole.unpack_from(content, place)[0]
    place += 4
    position = Struct(f"{order.sign}{dimensions}d")
    rings: list[list[list[float]]] = []
    for _ in range(count):
        corners = order.whole.unpack_from(content, place)[0]
        place += 4
        end = place + corners * position.size
        if end > len(content):
            raise NotWkb("the geometry is cut")
        rings.append([list(found) for found in position.iter_unpack(content[place:end])])
        place = end
    return rings, place
