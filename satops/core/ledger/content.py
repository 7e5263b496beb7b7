"""The fields of a spec that an event keeps, so that the ledger alone can show the order."""

from collections.abc import Mapping
from datetime import tzinfo
from typing import Any, TypedDict

from msgspec import convert, to_builtins

from satops.core import json_text
from satops.core.json_text import Raw
from satops.core.ledger.events import Extent
from satops.core.spec.spec import Spec


class Content(TypedDict):
    """Fields that `SubmissionIntended` and `OrderAdopted` share."""

    order_digest: str
    order: Raw
    source: Raw
    footprint: Extent
    labels: Mapping[str, str] | None
    series: str | None
    keys: tuple[tuple[str, str], ...] | None
    axes: tuple[Mapping[str, Any], ...] | None
    members: int | None


def content_of(spec: Spec, zone: tzinfo | None) -> Content:
    """Return the content of a spec; `zone` is the time zone of its dates without an offset."""
    source = to_builtins(spec.source)
    source["timezone"] = None if zone is None else str(zone)
    member = spec.membership
    if member is not None and member.zone_rules is not None:
        source["zone_rules"] = member.zone_rules
    return Content(
        order_digest=spec.order.digest,
        order=Raw(spec.order.canonical),
        source=json_text.raw(source),
        footprint=convert(spec.footprint, Extent, from_attributes=True),
        labels=dict(spec.labels) if spec.labels else None,
        series=member.series if member else None,
        keys=member.keys if member else None,
        axes=member.axes if member else None,
        members=member.members if member else None,
    )
