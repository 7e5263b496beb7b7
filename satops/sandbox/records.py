"""The sandbox's records, as values."""

from sqlite3 import Row
from typing import Any

from msgspec import Struct

from satops.core import json_text


class ReceivedRequest(Struct, frozen=True):
    """A completely received request."""

    number: int
    """From 1, in the order of arrival."""
    at_ms: int
    method: str
    path: str
    headers: tuple[tuple[str, str], ...]
    """As sent, with lower-case names, without the values of credentials."""
    body: bytes
    """As received, byte for byte."""
    fault: str | None
    """Kind of the fault applied to it."""


class StoredOrder(Struct, frozen=True):
    """An order that exists in the sandbox."""

    id: int
    order_no: str
    request: int | None
    """Number of the request that placed it; None if placed by hand."""
    kind: int
    """1 normal, 2 programming."""
    provider: str
    geometry: str
    """The request's text."""
    region: str
    """The same polygon as WKT."""
    start: str
    """`yyyy-MM-dd HH:mm:ss`, without an offset, as requested."""
    end: str
    recurring: bool | None
    recurring_day: int | None
    recurring_unit: int | None
    max_cloud: int | None
    resolution_type: int | None
    simulation_id: str | None
    creator: str
    ctime_ms: int
    mtime_ms: int
    """Time of its last change of status."""
    status: int
    deleted: bool


class Result(Struct, frozen=True):
    """One row of a simulation: a satellite that would see the area."""

    id: int
    fields: dict[str, Any]
    """The row of results, without `id`."""
    order_no: str | None
    """Number of the order of this result, if any."""


def received_request(row: Row) -> ReceivedRequest:
    """Read a row of the table `requests`."""
    fields = dict(row)
    headers = tuple((name, value) for name, value in json_text.loads(fields.pop("headers")))
    return ReceivedRequest(headers=headers, **fields)


def stored_order(row: Row) -> StoredOrder:
    """Return an order with the status and mtime for its age."""
    fields = {name: row[name] for name in StoredOrder.__struct_fields__}
    fields["deleted"] = bool(fields["deleted"])
    if fields["recurring"] is not None:
        fields["recurring"] = bool(fields["recurring"])
    return StoredOrder(**fields)
