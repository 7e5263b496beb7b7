"""The order spec, after it was read."""

from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from satops.core.order.order import Order


class Include(Struct, frozen=True):
    """A file that a spec refers to."""

    ref: str
    """Path in the spec, relative to the spec."""
    sha256: str


class Source(Struct, frozen=True):
    """The file of a spec, and the digests of the bytes that it was read from."""

    file: str
    """From the repository's root, with forward slashes."""
    line: int
    """First line of the document, from 1."""
    document: int
    """Index of the document in the file, from 0."""
    documents: int
    """Number of documents in the file."""
    sha256: str
    """SHA-256 of the whole file."""
    includes: tuple[Include, ...] = ()


class Footprint(Struct, frozen=True):
    """Measures of an order's polygon on the WGS 84 ellipsoid."""

    area_km2: float
    """Geodesic area without the holes; never negative."""
    west: float
    south: float
    east: float
    north: float
    longitude: float
    """Of the centroid, in degrees."""
    latitude: float
    vertices: int
    """Number of distinct corners of all rings."""
    holes: int
    outline_km2: float | None = None
    """Geodesic area with the holes; None without any."""

    @property
    def billable_km2(self) -> float:
        """The area that may be billed: no marketplace says that it leaves holes out (G07)."""
        return self.area_km2 if self.outline_km2 is None else self.outline_km2

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """West, south, east, north in degrees."""
        return self.west, self.south, self.east, self.north


class Acknowledgement(Struct, frozen=True):
    """A reviewer's acknowledgement of one check for one order."""

    check: str
    reason: str
    line: int


class Membership(Struct, frozen=True):
    """A member's part in its series."""

    series: str
    """The name of the series."""
    keys: tuple[tuple[str, str], ...]
    """Axis and key, in the order of the axes, as in the member's name."""
    lines: tuple[int, ...]
    """Line of each key in the document, or of the axis if its keys are not written there."""
    axes: tuple[Mapping[str, Any], ...]
    """`name` and `kind` of each axis, and `start` and `step` of a repetition."""
    members: int
    """Number of members of the series."""
    zone_rules: str | None = None
    """Release of the IANA time zone database, if the windows depend on it."""


class Spec(Struct, frozen=True):
    """One order spec: the order to buy, and the bookkeeping around it."""

    name: str
    source: Source
    order: Order
    footprint: Footprint
    description: str | None = None
    labels: Mapping[str, str] | None = None
    acknowledge: tuple[Acknowledgement, ...] = ()
    supersedes: str | None = None
    membership: Membership | None = None
    """None for an order with a document of its own."""

    @property
    def series(self) -> str | None:
        """Name of the order's series, if it is a member."""
        return None if self.membership is None else self.membership.series

    @property
    def keys(self) -> tuple[tuple[str, str], ...]:
        """Axis and key of a member, in the order of the axes."""
        return () if self.membership is None else self.membership.keys

    def __repr__(self) -> str:
        """Return name and position."""
        return f"<Spec {self.name} {self.source.file}:{self.source.line}>"
