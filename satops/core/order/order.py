"""What is bought: the canonical order and its digest.

The canonical order is one JSON text, `order/1`: keys sorted, no white space, UTC instants as
`YYYY-MM-DDThh:mm:ssZ`, one GeoJSON Polygon.  Coordinates have at most 7 decimals, in plain
notation without an exponent and without trailing zeros.  The exterior ring runs counter-clockwise
and holes clockwise (RFC 7946, 3.1.6), each ring is closed and begins at its smallest vertex, and
holes are sorted.  A field that the spec leaves out is left out here, and is not sent.

What is shown = what is hashed = what is sent: reports and requests are made from these bytes.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import IntEnum, StrEnum
from functools import lru_cache
from hashlib import sha256
from itertools import pairwise
from typing import Any

from satops.core import json_text
from satops.core.order.passes import PassChoice

Location = tuple[float, float]
"""Longitude and latitude in degrees, WGS 84."""
Ring = tuple[Location, ...]
"""A closed ring: the first position is repeated at the end."""
Rings = tuple[Ring, ...]
"""The exterior ring, then the holes."""

VERSION = "order/1"


class Provider(StrEnum):
    """The operators that the marketplace's create page documents."""

    CHANGGUANG = "changguang"
    TIANYI = "tianyi"


class Unit(IntEnum):
    """`recurringUnit`, as the marketplace numbers it."""

    DAY = 1
    WEEK = 2
    MONTH = 3


@dataclass(frozen=True, slots=True)
class Mode:
    """One `resolutionType` of the marketplace's create page."""

    number: int
    name: str
    """The name that a spec may use instead of the number."""
    title: str
    provider: Provider
    resolution_m: float
    """As page/query reports it: 3 and 4, and 6 and 7, read back alike."""


MODES = {
    mode.number: mode
    for mode in (
        Mode(1, "super-high", "Super High", Provider.CHANGGUANG, 0.3),
        Mode(2, "very-high", "Very High", Provider.CHANGGUANG, 0.5),
        Mode(3, "high", "High", Provider.CHANGGUANG, 1.0),
        Mode(4, "spotlight", "Spotlight", Provider.TIANYI, 1.0),
        Mode(5, "stripmap", "Stripmap", Provider.TIANYI, 3.0),
        Mode(6, "narrow-scan", "Narrow Scan", Provider.TIANYI, 12.0),
        Mode(7, "narrow-scan-tops", "Narrow Scan TOPS", Provider.TIANYI, 12.0),
        Mode(8, "wide-scan", "Wide Scan", Provider.TIANYI, 20.0),
    )
}
"""Every documented mode by its number."""
MODE_NUMBERS = {mode.name: mode.number for mode in MODES.values()}


@dataclass(frozen=True, slots=True)
class Order:
    """The part of a spec that is bought; made by `canonical_order`."""

    canonical: bytes
    digest: str
    """SHA-256 of `canonical`, in hex."""
    provider: str
    start: str
    """UTC, `YYYY-MM-DDThh:mm:ssZ`; such strings sort as the instants do."""
    end: str
    max_cloud: int | None
    """Percent."""
    resolution_type: int | None
    recurring: bool | None
    recurring_day: int | None
    recurring_unit: int | None

    @property
    def pass_choice(self) -> PassChoice | None:
        """The pass that is bought, where the order names one."""
        return None

    @property
    def asked(self) -> "Order":
        """The order without the pass that it names: what a simulation is asked for."""
        return self

    @property
    def rings(self) -> Rings:
        """The polygon, decoded from the canonical bytes."""
        rings = json_text.loads(self.canonical)["geometry"]["coordinates"]
        return tuple(tuple((x, y) for x, y in ring) for ring in rings)

    @property
    def mode(self) -> Mode | None:
        """The mode bought, where the order names one."""
        return None if self.resolution_type is None else MODES.get(self.resolution_type)


def canonical_order(  # one field of the API each
    *,
    provider: str,
    rings: Sequence[Sequence[Location]],
    start: datetime,
    end: datetime,
    max_cloud: int | None = None,
    resolution_type: int | None = None,
    recurring: bool | None = None,
    recurring_day: int | None = None,
    recurring_unit: int | None = None,
) -> Order:
    """Bring an order into its one normal form.

    `rings` must be closed, finite and within range; instants must carry a zone and whole seconds.
    """
    start_text, end_text = instant_text(start), instant_text(end)
    coordinates = coordinates_text(rings)
    fields = _fields(provider, max_cloud, resolution_type, recurring, recurring_day, recurring_unit)
    canonical = (
        f'{{"endDate":"{end_text}","geometry":{{"coordinates":{coordinates},"type":"Polygon"}},'
        f'{fields},"startDate":"{start_text}","version":"{VERSION}"}}'
    ).encode()
    return Order(
        canonical=canonical,
        digest=sha256(canonical).hexdigest(),
        provider=provider,
        start=start_text,
        end=end_text,
        max_cloud=max_cloud,
        resolution_type=resolution_type,
        recurring=recurring,
        recurring_day=recurring_day,
        recurring_unit=recurring_unit,
    )


@lru_cache(maxsize=1024, typed=True)
def _fields(
    provider: str,
    max_cloud: int | None,
    resolution_type: int | None,
    recurring: bool | None,  # noqa: FBT001 - all of them by their place, as the cache wants it
    recurring_day: int | None,
    recurring_unit: int | None,
) -> str:
    """Write the fields between `geometry` and `startDate`, by their names."""
    parts = []
    if max_cloud is not None:
        parts.append(f'"maxCloud":{max_cloud}')
    parts.append(f'"provider":"{provider}"')
    if recurring is not None:
        parts.append(f'"recurring":{"true" if recurring else "false"}')
    if recurring_day is not None:
        parts.append(f'"recurringDay":{recurring_day}')
    if recurring_unit is not None:
        parts.append(f'"recurringUnit":{recurring_unit}')
    if resolution_type is not None:
        parts.append(f'"resolutionType":{resolution_type}')
    return ",".join(parts)


def order_from_fields(fields: Mapping[str, Any]) -> Order:
    """Make an order from the fields of a canonical order, byte for byte as it was."""
    return canonical_order(
        provider=fields["provider"],
        rings=fields["geometry"]["coordinates"],
        start=instant(fields["startDate"]),
        end=instant(fields["endDate"]),
        max_cloud=fields.get("maxCloud"),
        resolution_type=fields.get("resolutionType"),
        recurring=fields.get("recurring"),
        recurring_day=fields.get("recurringDay"),
        recurring_unit=fields.get("recurringUnit"),
    )


@lru_cache(maxsize=4096)
def instant_text(instant: datetime) -> str:
    """Write an instant in UTC with whole seconds, as the canonical order does."""
    if instant.tzinfo is not UTC:
        instant = instant.astimezone(UTC)
    return instant.isoformat()[:19] + "Z"


def instant(text: str) -> datetime:
    """Read what `instant_text` wrote; raises ValueError for anything else."""
    read = datetime.fromisoformat(text)  # twenty times as fast as strptime, and less strict
    if len(text) != len("YYYY-MM-DDThh:mm:ssZ") or text[-1] != "Z":
        raise ValueError(f"{text!r} is not an instant in UTC with whole seconds")
    return read


def coordinates_text(rings: Sequence[Sequence[Location]]) -> str:
    """Write the coordinates of a polygon in canonical form, as JSON."""
    exterior = _ring_text(rings[0], clockwise=False)
    holes = sorted(_ring_text(ring, clockwise=True) for ring in rings[1:])
    return "[" + ",".join([exterior, *holes]) + "]"


def _ring_text(ring: Sequence[Location], *, clockwise: bool) -> str:
    longitudes, latitudes = zip(*ring[:-1], strict=True)
    points = list(zip(rounded(longitudes), rounded(latitudes), strict=True))
    if (_doubled_area(points) < 0) is not clockwise:
        points.reverse()
    smallest = min(points)
    if points.count(smallest) == 1:
        start = points.index(smallest)
        points = points[start:] + points[:start]
    else:
        points = _least_turn(points, smallest)
    points.append(points[0])
    text = json_text.dumps(points).decode()
    if "e" in text:
        return "[" + ",".join(f"[{_plain(x)},{_plain(y)}]" for x, y in points) + "]"
    return text.replace(".0,", ",").replace(".0]", "]")  # 105 in place of 105.0


def rounded(degrees: Iterable[float]) -> list[float]:
    """Return coordinates with 7 decimals, as floats; a zero has no sign."""
    # A number that a whole number of 1e-7 degrees gives back has no further decimals: to ask this
    # costs a third of rounding, and adding 0.0 makes a float of an integer, and 0.0 of -0.0.
    return [
        (value if round(value * 1e7) / 1e7 == value else round(value, 7)) + 0.0 for value in degrees
    ]


def _least_turn(points: list[Location], smallest: Location) -> list[Location]:
    """Return the ring from the vertex that makes the smallest sequence.

    A vertex may stand twice: of all starts that are smallest, the smallest sequence is taken, so
    that the start of the ring as written never shows.  Within a run of equal vertices the first
    one always makes the smallest sequence.
    """
    starts = [
        index
        for index, point in enumerate(points)
        if point == smallest and points[index - 1] != smallest
    ]
    return min((points[start:] + points[:start] for start in starts), default=points)


def _doubled_area(points: Sequence[Location]) -> float:
    """Return twice the planar signed area in square degrees: only its sign is used."""
    x0, y0 = points[0]
    total = 0.0
    xa, ya = points[-1][0] - x0, points[-1][1] - y0
    for x, y in points:
        xb, yb = x - x0, y - y0
        total += xa * yb - xb * ya
        xa, ya = xb, yb
    # The sign of a sliver drowns in rounding, and would depend on where the ring begins: it is
    # taken from whole numbers instead.
    return total if abs(total) > _DOUBTFUL_DEG2 else _exact_doubled_area(points)


_DOUBTFUL_DEG2 = 1e-6
"""About one hectare: far above the rounding of a sum over 20,000 vertices."""


def _exact_doubled_area(points: Sequence[Location]) -> int:
    whole = [(round(x * 10_000_000), round(y * 10_000_000)) for x, y in points]
    return sum(xa * yb - xb * ya for (xa, ya), (xb, yb) in pairwise([*whole, whole[0]]))


def _plain(value: float) -> str:
    """Write a number without an exponent and without trailing zeros."""
    text = f"{value:.7f}".rstrip("0")
    return text.removesuffix(".")
