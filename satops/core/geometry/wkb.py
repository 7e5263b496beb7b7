"""Read well-known binary (WKB) of one geometry as GeoJSON, for the tables of map programs.

Usual readers refuse an open ring without an explanation, or repair it; this one does neither.
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
    8: "CircularString",
    9: "CompoundCurve",
    10: "CurvePolygon",
    11: "MultiCurve",
    12: "MultiSurface",
    15: "PolyhedralSurface",
    16: "TIN",
    17: "Triangle",
}
"""Types by ISO/IEC 13249-3; heights add 1000, measures 2000, both 3000."""
_EWKB_FLAGS = {0x80000000: 1000, 0x40000000: 2000}
"""Flags of older programs for heights and measures."""
_EWKB_SRID = 0x20000000
_DEEP_MAX = 8
"""Depth of nested collections."""


class NotWkb(ValueError):
    """The bytes are no geometry."""


class _Order(NamedTuple):
    """One byte order."""

    whole: Struct
    """For numbers of types, parts, rings and corners."""
    sign: str


_ORDERS = {
    0: _Order(Struct(">I"), ">"),
    1: _Order(Struct("<I"), "<"),
}


def read_wkb(content: bytes) -> dict[str, Any]:
    """Return a GeoJSON geometry with all stored coordinates, heights and measures included.

    NaN, which stands for an absent height or measure, becomes None; a measure without a height is
    the fourth number, after None.  A geometry that GeoJSON lacks, such as a curve, has no
    coordinates, since it is refused anyway.  Raises `NotWkb`.
    """
    try:
        return _Reader(content).geometry(_DEEP_MAX)
    except (error, IndexError, KeyError) as wrong:
        raise NotWkb("the geometry is cut or damaged") from wrong


class _Reader:
    """Reads from offset `place` on."""

    def __init__(self, content: bytes) -> None:
        self.content = content
        self.place = 0

    def geometry(self, deep: int) -> dict[str, Any]:
        order = _ORDERS[self.content[self.place]]
        self.place += 1
        kind = self._whole(order)
        if kind & _EWKB_SRID:
            kind &= ~_EWKB_SRID
            self.place += order.whole.size
        for flag, added in _EWKB_FLAGS.items():
            if kind & flag:
                kind = (kind & ~flag) + added
        number, dimensions = kind % 1000, kind // 1000
        name = _NAMES.get(number, f"geometry {number}")
        if dimensions > 3:
            raise NotWkb(f"the kind {kind} is not known")
        position = _Position(order, dimensions)
        match name:
            case "Point":
                return {"type": name, "coordinates": self._positions(position, 1)[0]}
            case "LineString":
                return {"type": name, "coordinates": self._line(position)}
            case "Polygon":
                rings = [self._line(position) for _ in range(self._whole(order))]
                return {"type": name, "coordinates": rings}
            case "MultiPoint" | "MultiLineString" | "MultiPolygon":
                parts = [self._part(name, deep) for _ in range(self._whole(order))]
                return {"type": name, "coordinates": parts}
            case "GeometryCollection" if deep:
                inner = [self.geometry(deep - 1) for _ in range(self._whole(order))]
                return {"type": name, "geometries": inner}
        if deep < _DEEP_MAX:  # the end of a deeper one cannot be found
            raise NotWkb(f"a collection holds a {name}, or is nested too deep")
        return {"type": name}

    def _part(self, name: str, deep: int) -> Any:
        if not deep:
            raise NotWkb("geometries stand in geometries too deep")
        part = self.geometry(deep - 1)
        if part["type"] != name.removeprefix("Multi"):
            raise NotWkb(f"a {name} holds something of another kind")
        return part["coordinates"]

    def _whole(self, order: _Order) -> int:
        found: int = order.whole.unpack_from(self.content, self.place)[0]
        self.place += order.whole.size
        return found

    def _line(self, position: "_Position") -> list[list[float | None]]:
        return self._positions(position, self._whole(position.order))

    def _positions(self, position: "_Position", count: int) -> list[list[float | None]]:
        end = self.place + count * position.struct.size
        if end > len(self.content):
            raise NotWkb("the geometry is cut")
        found = position.struct.iter_unpack(self.content[self.place : end])
        self.place = end
        return [position.listed(numbers) for numbers in found]


class _Position:
    """Layout of a point: two numbers, a height (1), a measure (2) or both (3)."""

    def __init__(self, order: _Order, dimensions: int) -> None:
        self.order = order
        self.has_measure_only = dimensions == 2
        self.struct = Struct(f"{order.sign}{(2, 3, 3, 4)[dimensions]}d")

    def listed(self, numbers: tuple[float, ...]) -> list[float | None]:
        """Return a position for GeoJSON; NaN becomes None."""
        found = [number if number == number else None for number in numbers]
        if self.has_measure_only:
            found.insert(2, None)
        return found
