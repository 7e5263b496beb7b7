"""The canonical order and its digest.

The canonical order is one JSON text: keys sorted, no white space, UTC instants as
`YYYY-MM-DDThh:mm:ssZ`, one GeoJSON Polygon.  Every order has `provider`, `startDate`, `endDate`,
`geometry` and `version`; all other fields belong to its offer.  Coordinates have at most 7
decimals, in plain notation without an exponent and without trailing zeros.  The exterior ring runs
counter-clockwise and holes clockwise (RFC 7946, 3.1.6), each ring is closed and begins at its
smallest vertex, and holes are sorted.  A field that the spec omits is absent here, and is not sent.

What is shown = what is hashed = what is sent: reports and requests are made from these bytes.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from hashlib import sha256
from itertools import pairwise
from typing import Any

from msgspec import Struct

from satops.core import json_text
from satops.core.order.passes import FIELD, PREFIX, PassChoice

Location = tuple[float, float]
"""Longitude and latitude in degrees, WGS 84."""
Ring = tuple[Location, ...]
"""A closed ring: the first position is repeated at the end."""
Rings = tuple[Ring, ...]
"""The exterior ring, then the holes."""

Terms = Mapping[str, Any]
"""The offer's own fields of an order, by their names in the canonical order.

Many orders share one value, so it must not be changed."""

_CORE = frozenset({"endDate", "geometry", "provider", "startDate", "version"})
"""The fields of every canonical order, whatever its offer."""
_FORM = "/1"
"""Ending of the version of every order in this module's form."""


class Order(Struct, frozen=True):
    """The part of a spec that is bought; made by `canonical_order`."""

    canonical: bytes
    digest: str
    """SHA-256 of `canonical`, in hex."""
    version: str
    """Version tag `order/1`: the offer, and the form."""
    provider: str
    start: str
    """UTC, `YYYY-MM-DDThh:mm:ssZ`; such strings sort as the instants do."""
    end: str
    terms: Terms

    def __hash__(self) -> int:
        return hash(self.digest)

    @property
    def pass_choice(self) -> PassChoice | None:
        """The pass of the order; None without one."""
        return PassChoice.read(self.terms)

    @property
    def asked(self) -> "Order":
        """The order without its pass, for a simulation request."""
        if FIELD not in self.terms:
            return self
        fields = json_text.loads(self.canonical)
        del fields[FIELD]
        return order_from_fields(fields | {"version": self.version.removeprefix(PREFIX)})

    @property
    def rings(self) -> Rings:
        """The polygon, decoded from the canonical bytes."""
        rings = json_text.loads(self.canonical)["geometry"]["coordinates"]
        return tuple(tuple((x, y) for x, y in ring) for ring in rings)


def canonical_order(
    *,
    version: str,
    provider: str,
    rings: Sequence[Sequence[Location]],
    start: datetime,
    end: datetime,
    terms: Terms,
) -> Order:
    """Return an order in canonical form.

    `rings` must be closed, finite and within range; instants must have an offset and whole seconds.
    Raises TypeError for terms that JSON cannot hold.
    """
    start_text, end_text = instant_text(start), instant_text(end)
    shared, frame = _frame(version, provider, json_text.dumps_sorted(terms))
    before, between, after, last = frame
    canonical = (
        f'{before}"endDate":"{end_text}"{between}"geometry":{{"coordinates":'
        f'{coordinates_text(rings)},"type":"Polygon"}}{after}"startDate":"{start_text}"{last}'
    ).encode()
    return Order(
        canonical=canonical,
        digest=sha256(canonical).hexdigest(),
        version=version,
        provider=provider,
        start=start_text,
        end=end_text,
        terms=shared,
    )


@lru_cache(maxsize=1024)
def _frame(version: str, provider: str, terms: bytes) -> tuple[Terms, tuple[str, str, str, str]]:
    """Return the terms, and the texts around an order's end, geometry and start.

    Many orders of a tree share a frame.
    """
    fields = json_text.loads(terms)
    if not _CORE.isdisjoint(fields):
        raise TypeError(f"terms cannot hold {', '.join(sorted(_CORE.intersection(fields)))}")
    members = {"provider": provider, "version": version, **fields}
    texts = [
        (key, f"{json_text.dumps(key).decode()}:{json_text.dumps_sorted(value).decode()}")
        for key, value in members.items()
    ]
    texts.sort()
    places = ("", "endDate", "geometry", "startDate", "\U0010ffff")
    parts = [[text for key, text in texts if low < key < high] for low, high in pairwise(places)]
    before, between, after, last = (",".join(part) for part in parts)
    return fields, (
        f"{{{before}," if before else "{",
        f",{between}," if between else ",",
        f",{after}," if after else ",",
        f",{last}}}" if last else "}",
    )


def order_from_fields(fields: Mapping[str, Any]) -> Order:
    """Return an order from the fields of a canonical order, byte for byte the same."""
    return canonical_order(
        version=fields["version"],
        provider=fields["provider"],
        rings=fields["geometry"]["coordinates"],
        start=instant(fields["startDate"]),
        end=instant(fields["endDate"]),
        terms=terms_of(fields),
    )


def terms_of(fields: Mapping[str, Any]) -> Terms:
    """Return the offer's own fields of a canonical order."""
    return {key: value for key, value in fields.items() if key not in _CORE}


def is_known_form(version: object) -> bool:
    """Tell whether this module can make the canonical form of a version, to compare digests."""
    return isinstance(version, str) and version.endswith(_FORM)


@lru_cache(maxsize=4096)
def instant_text(instant: datetime) -> str:
    """Return an instant in canonical form: UTC, whole seconds."""
    if instant.tzinfo is not UTC:
        instant = instant.astimezone(UTC)
    return instant.isoformat()[:19] + "Z"


def instant(text: str) -> datetime:
    """Parse an instant in canonical form.  Raises ValueError for any other text."""
    read = datetime.fromisoformat(text)  # twenty times as fast as strptime, but less strict
    if len(text) != len("YYYY-MM-DDThh:mm:ssZ") or text[-1] != "Z":
        raise ValueError(f"{text!r} is not an instant in UTC with whole seconds")
    return read


def coordinates_text(rings: Sequence[Sequence[Location]]) -> str:
    """Return the coordinates of a polygon in canonical form, as JSON."""
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
    return text.replace(".0,", ",").replace(".0]", "]")  # 105 for 105.0


def rounded(degrees: Iterable[float]) -> list[float]:
    """Return coordinates rounded to 7 decimals, as floats; never -0.0."""
    # If a number of whole 1e-7 degrees converts back to the number, it has no further decimals:
    # this test costs a third of rounding.  Adding 0.0 makes integers floats, and -0.0 into 0.0.
    return [
        (value if round(value * 1e7) / 1e7 == value else round(value, 7)) + 0.0 for value in degrees
    ]


def _least_turn(points: list[Location], smallest: Location) -> list[Location]:
    """Return the ring from the vertex with the smallest sequence.

    A vertex may occur twice: of all smallest starts the smallest sequence counts, so that the
    result does not depend on the written start.  Within a run of equal vertices the first one gives
    the smallest sequence.
    """
    starts = [
        index
        for index, point in enumerate(points)
        if point == smallest and points[index - 1] != smallest
    ]
    return min((points[start:] + points[:start] for start in starts), default=points)


def _doubled_area(points: Sequence[Location]) -> float:
    """Return twice the planar signed area in square degrees, for its sign only."""
    x0, y0 = points[0]
    total = 0.0
    xa, ya = points[-1][0] - x0, points[-1][1] - y0
    for x, y in points:
        xb, yb = x - x0, y - y0
        total += xa * yb - xb * ya
        xa, ya = xb, yb
    # Rounding could flip the sign of a sliver, depending on the ring's start: use integers there.
    return total if abs(total) > _DOUBTFUL_DEG2 else _exact_doubled_area(points)


_DOUBTFUL_DEG2 = 1e-6
"""About one hectare, far above the rounding error of a sum over 20,000 vertices."""


def _exact_doubled_area(points: Sequence[Location]) -> int:
    whole = [(round(x * 10_000_000), round(y * 10_000_000)) for x, y in points]
    return sum(xa * yb - xb * ya for (xa, ya), (xb, yb) in pairwise([*whole, whole[0]]))


def _plain(value: float) -> str:
    """Return a number without an exponent and without trailing zeros."""
    text = f"{value:.7f}".rstrip("0")
    return text.removesuffix(".")
