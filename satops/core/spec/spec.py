"""What a user writes: the order spec, once it has been understood."""

from collections.abc import Mapping
from dataclasses import dataclass

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

    def __repr__(self) -> str:
        """Return name and place."""
        return f"<Spec {self.name} {self.source.file}:{self.source.line}>"
