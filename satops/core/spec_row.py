"""A spec as a row of plain values, and back: for what must cross a process or outlive one.

A row is read back only where its writer is trusted: nothing is checked again.
"""

from typing import Any

from satops.core.order.order import Order
from satops.core.spec.spec import Acknowledgement, Footprint, Include, Source, Spec

Row = list[Any]
"""Values that JSON can hold."""


def row_of(spec: Spec) -> Row:
    """Return everything of a spec but the path of its file and the digest of its bytes."""
    source, order, footprint = spec.source, spec.order, spec.footprint
    return [
        spec.name,
        source.line, source.document, source.documents,
        [[include.ref, include.sha256] for include in source.includes],
        order.canonical.decode(), order.digest, order.provider, order.start, order.end,
        order.max_cloud, order.resolution_type,
        order.recurring, order.recurring_day, order.recurring_unit,
        footprint.area_km2,
        footprint.west, footprint.south, footprint.east, footprint.north,
        footprint.longitude, footprint.latitude, footprint.vertices, footprint.holes,
        spec.description,
        None if spec.labels is None else dict(spec.labels),
        [[each.check, each.reason, each.line] for each in spec.acknowledge],
        spec.supersedes,
    ]  # fmt: skip


def spec_of(row: Row, file: str, sha256: str) -> Spec:
    """Return the spec of a row, as it stands in a file with those bytes."""
    name, line, document, documents, includes, canonical = row[:6]
    description, labels, acknowledge, supersedes = row[24:]
    return Spec(
        name,
        Source(
            file, line, document, documents, sha256,
            tuple(Include(ref, digest) for ref, digest in includes),
        ),
        Order(canonical.encode(), *row[6:15]),
        Footprint(*row[15:24]),
        description,
        labels,
        tuple(Acknowledgement(*each) for each in acknowledge),
        supersedes,
    )  # fmt: skip
