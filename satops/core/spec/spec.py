"""What a user writes: the order spec, once it has been understood."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from satops.core.order.order import Order


@dataclass(frozen=True, slots=True)
class Include:
    """A file that a spec refers to."""

    ref: str
    """The path as the spec writes it, relative to the spec."""
    sha256: str


@dataclass(frozen=True, slots=True)
class Source:
    """Where a spec was read, and the digests of the bytes it was made from."""

    file: str
    """From the repository's root, with forward slashes."""
    line: int
    """Where the document begins, from 1."""
    document: int
    """Which document of the file, from 0."""
    documents: int
    """How many specs the file holds."""
    sha256: str
    """Of the whole file."""
    includes: tuple[Include, ...] = ()


@dataclass(frozen=True, slots=True)
class Footprint:
    """Facts about the polygon that an order buys, on the WGS 84 ellipsoid."""

    area_km2: float
    """Geodesic, without the holes; never negative."""
    west: float
    south: float
    east: float
    north: float
    longitude: float
    """Of the centroid, degrees."""
    latitude: float
    vertices: int
    """Distinct corners, of all rings."""
    holes: int


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    """A reviewer's acceptance of one check for one order."""

    check: str
    reason: str
    line: int


@dataclass(frozen=True, slots=True)
class Membership:
    """What makes an order a member of a series."""

    series: str
    """The name of the series."""
    keys: tuple[tuple[str, str], ...]
    """Axis and key, in the order of the axes, which is that of the member's name."""
    lines: tuple[int, ...]
    """The line of each key in the document; that of the axis, where its keys stand elsewhere."""
    axes: tuple[Mapping[str, Any], ...]
    """Of the series: `name` and `kind` of each axis, and `start` and `step` of a repetition."""
    members: int
    """How many orders the document stands for."""
    zone_rules: str | None = None
    """The release of the IANA time zone database that the windows were made with, if any was."""


@dataclass(frozen=True, slots=True, repr=False)
class Spec:
    """One order spec: the order to buy, and the bookkeeping beside it."""

    name: str
    source: Source
    order: Order
    footprint: Footprint
    description: str | None = None
    labels: Mapping[str, str] | None = None
    acknowledge: tuple[Acknowledgement, ...] = ()
    supersedes: str | None = None
    membership: Membership | None = None
    """None for an order that has a document of its own."""

    @property
    def series(self) -> str | None:
        """The series that the order is a member of."""
        return None if self.membership is None else self.membership.series

    @property
    def keys(self) -> tuple[tuple[str, str], ...]:
        """Axis and key of a member, in the order of the axes."""
        return () if self.membership is None else self.membership.keys

    def __repr__(self) -> str:
        """Return name and place."""
        return f"<Spec {self.name} {self.source.file}:{self.source.line}>"
