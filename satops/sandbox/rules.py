"""The field rules of the API's documentation; a violation is body code 400.

Undocumented rules are not checked, so that a client cannot rely on rules that the marketplace may
not have.  JSON types are strict: "20" is no Integer.  An optional field that is null counts as
absent, and an undocumented field is ignored.

`geometry` is a string with one polygon, as WKT or GeoJSON: the documentation of create calls the
field WKT and shows GeoJSON, so both are accepted; it documents MarketOrder.region as WKT, so reads
return WKT. Only the form is checked, since no rule on size, vertices, winding or position is
documented.
"""

import math
import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any, Literal, TypeVar

from msgspec import Struct

from satops.core import json_text
from satops.offers.eo_imagery.modes import MODES, Provider, Unit

Ring = list[tuple[float, float]]

_WKT = re.compile(r"\s*POLYGON\s*(?:Z\s*)?\((.*)\)\s*", re.IGNORECASE | re.DOTALL)
_NEXT_RING = re.compile(r"\)\s*,\s*\(")
_WHOLE = re.compile(r"\.0(?=[ ,)])")
"""Python writes a whole number with this end."""
_FEWEST_POSITIONS = 4  # RFC 7946, 3.1.6: a linear ring


class NotAPolygon(ValueError):
    """The text is not one polygon in WKT or GeoJSON."""


def as_wkt(geometry: str) -> str:
    """Return the polygon as WKT with the given coordinates, without heights.

    Raises `NotAPolygon`.
    """
    return "POLYGON (" + ", ".join(_ring_text(ring) for ring in _rings(geometry)) + ")"


def as_geojson(geometry: str) -> str:
    """Return the polygon as GeoJSON text, with the given coordinates.  Raises `NotAPolygon`."""
    return json_text.dumps({"type": "Polygon", "coordinates": _rings(geometry)}).decode()


def exterior(geometry: str) -> Ring:
    """Return the exterior ring.  Raises `NotAPolygon`."""
    return _rings(geometry)[0]


def _rings(geometry: str) -> list[Ring]:
    text = geometry.lstrip()
    rings = _from_geojson(text) if text.startswith("{") else _from_wkt(text)
    if not rings:
        raise NotAPolygon("geometry has no ring")
    for ring in rings:
        _check(ring)
    return rings


def _from_geojson(text: str) -> list[Ring]:
    try:
        value = json_text.loads(text)
    except json_text.NotJson:
        raise NotAPolygon("geometry begins like GeoJSON but is not JSON") from None
    if value.get("type") != "Polygon":
        raise NotAPolygon("geometry must be a GeoJSON Polygon")
    coordinates = value.get("coordinates")
    if not isinstance(coordinates, list) or not all(isinstance(r, list) for r in coordinates):
        raise NotAPolygon("geometry has no coordinates")
    return [[_position(item) for item in ring] for ring in coordinates]


def _from_wkt(text: str) -> list[Ring]:
    match = _WKT.fullmatch(text)
    inner = match[1].strip() if match else ""
    if not (inner.startswith("(") and inner.endswith(")")):
        raise NotAPolygon("geometry must be a WKT or GeoJSON Polygon")
    rings = _NEXT_RING.split(inner[1:-1])
    return [[_position(item.split()) for item in ring.split(",")] for ring in rings]


def _position(item: Any) -> tuple[float, float]:
    if not isinstance(item, list) or len(item) not in (2, 3):
        raise NotAPolygon("geometry has a position that is not two or three numbers")
    try:
        x, y = float(item[0]), float(item[1])
    except (TypeError, ValueError):
        raise NotAPolygon("geometry has a coordinate that is not a number") from None
    if not (math.isfinite(x) and math.isfinite(y)):
        raise NotAPolygon("geometry has a coordinate that is not a number")
    return x, y


def _check(ring: Sequence[tuple[float, float]]) -> None:
    if len(ring) < _FEWEST_POSITIONS:
        raise NotAPolygon("geometry has a ring of fewer than four positions")
    if ring[0] != ring[-1]:
        raise NotAPolygon("geometry has a ring that is not closed")


def _ring_text(ring: Ring) -> str:
    text = "(" + ", ".join([f"{x!r} {y!r}" for x, y in ring]) + ")"
    return _WHOLE.sub("", text)


Fields = Mapping[str, Any]
"""The request's JSON object."""

_CREATE_DATES = ("%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M:%S")
_SIMULATION_DATES = ("%Y-%m-%d %H:%M", "%Y-%m-%d %H:%M:%S")
_LOWEST_LONG, _LARGEST_LONG = -(2**63), 2**63 - 1
_LARGEST_PAGE_NUMBER = 2**31 - 1  # keeps the offset within SQLite's integers

Choice = TypeVar("Choice", bound=str)


class BadRequest(Exception):
    """Body code 400, with the message for the client."""


class OrderRequest(Struct, frozen=True, kw_only=True):
    """A valid request of create or simulation/create."""

    provider: str
    geometry: str
    """The request's text."""
    region: str
    """The same polygon as WKT."""
    start: str
    """`yyyy-MM-dd HH:mm:ss`, without an offset, as requested."""
    end: str
    max_cloud: int | None = None
    resolution_type: int | None = None
    recurring: bool | None = None
    recurring_day: int | None = None
    recurring_unit: int | None = None


class PageRequest(Struct, frozen=True, kw_only=True):
    """A valid request of page/query."""

    number: int
    """From 1."""
    size: int
    filters: Mapping[str, Any]
    """The requested ones of order_no, kind, creator, time_start, time_end and statuses; times in
    the unit of `Options.time_unit`, statuses as a JSON list."""
    sort: Literal["ctime", "mtime", "id", "orderNo"]
    order: Literal["asc", "desc"]


def read_create(fields: Fields) -> OrderRequest:
    """Read a create request; raises `BadRequest`."""
    return _read_order(
        fields,
        _CREATE_DATES,
        recurring=_flag(fields, "recurring"),
        recurring_day=whole_number(fields, "recurringDay"),
        recurring_unit=whole_number(fields, "recurringUnit", low=min(Unit), high=max(Unit)),
    )


def read_simulation(fields: Fields) -> OrderRequest:
    """Read a simulation request, which has no recurrence; raises `BadRequest`."""
    return _read_order(fields, _SIMULATION_DATES)


def read_page(fields: Fields) -> PageRequest:
    """Read a page/query request; raises `BadRequest`."""
    filters = {
        "order_no": text(fields, "orderNo"),
        "kind": whole_number(fields, "type", low=1, high=2),
        "creator": text(fields, "creator"),
        "time_start": whole_number(fields, "orderTimeStart"),
        "time_end": whole_number(fields, "orderTimeEnd"),
        "statuses": _statuses(fields),
    }
    number, size = (
        whole_number(fields, "pageNumber", low=1),
        whole_number(fields, "pageSize", low=1),
    )
    if number is None or size is None:
        raise BadRequest("pageNumber and pageSize are required")
    return PageRequest(
        number=min(number, _LARGEST_PAGE_NUMBER),
        size=size,
        filters={name: value for name, value in filters.items() if value is not None},
        sort=_choice(fields, "sort", ("ctime", "mtime", "id", "orderNo")),
        order=_choice(fields, "order", ("desc", "asc")),
    )


def required_text(fields: Fields, name: str) -> str:
    """Return a required string that is not empty.  Raises `BadRequest`."""
    value = text(fields, name)
    if value is None or not value.strip():
        raise BadRequest(f"{name} is required")
    return value


def text(fields: Fields, name: str) -> str | None:
    """Return an optional string; raises `BadRequest` for another type."""
    value = fields.get(name)
    if value is not None and not isinstance(value, str):
        raise BadRequest(f"{name} must be a string")
    return value


def whole_number(
    fields: Fields, name: str, *, low: int = _LOWEST_LONG, high: int = _LARGEST_LONG
) -> int | None:
    """Return an optional integer within its limits, both included; raises `BadRequest`."""
    value = fields.get(name)
    if value is None:
        return None
    if type(value) is not int:  # bool is a subclass of int
        raise BadRequest(f"{name} must be an integer")
    if not low <= value <= high:
        raise BadRequest(f"{name} must be between {low} and {high}")
    return value


def _read_order(
    fields: Fields,
    formats: Sequence[str],
    *,
    recurring: bool | None = None,
    recurring_day: int | None = None,
    recurring_unit: int | None = None,
) -> OrderRequest:
    provider = required_text(fields, "provider")
    if provider not in tuple(Provider):
        raise BadRequest(f"provider must be {' or '.join(Provider)}")
    geometry = required_text(fields, "geometry")
    try:
        region = as_wkt(geometry)
    except NotAPolygon as error:
        raise BadRequest(str(error)) from None
    start, end = (_date(fields, name, formats) for name in ("startDate", "endDate"))
    if end <= start:
        # The documentation only says that the window must be valid for the satellite, and names
        # this one failure, which fits a window that ends before it begins.
        raise BadRequest("Satellite not available")
    return OrderRequest(
        provider=provider,
        geometry=geometry,
        region=region,
        start=f"{start:%Y-%m-%d %H:%M:%S}",
        end=f"{end:%Y-%m-%d %H:%M:%S}",
        max_cloud=whole_number(fields, "maxCloud", low=0, high=100),
        resolution_type=_resolution_type(fields, provider),
        recurring=recurring,
        recurring_day=recurring_day,
        recurring_unit=recurring_unit,
    )


def _resolution_type(fields: Fields, provider: str) -> int | None:
    number = whole_number(fields, "resolutionType", low=min(MODES), high=max(MODES))
    if number is not None and MODES[number].provider != provider:
        raise BadRequest(f"resolutionType {number} does not belong to provider {provider}")
    return number


def _date(fields: Fields, name: str, formats: Sequence[str]) -> datetime:
    value = required_text(fields, name)
    with suppress(ValueError):
        date = datetime.fromisoformat(value)
        if value in map(date.strftime, formats):
            return date
    raise BadRequest(f"{name} is not in a documented date format")


def _flag(fields: Fields, name: str) -> bool | None:
    value = fields.get(name)
    if value is not None and not isinstance(value, bool):
        raise BadRequest(f"{name} must be true or false")
    return value


def _statuses(fields: Fields) -> str | None:
    value = fields.get("statuses")
    if value is None:
        return None
    if not isinstance(value, list) or not all(type(status) is int for status in value):
        raise BadRequest("statuses must be a list of integers")
    return json_text.dumps(value).decode()


def _choice(fields: Fields, name: str, choices: tuple[Choice, ...]) -> Choice:
    """Return one of the choices; the first one if the field is absent."""
    value = text(fields, name) or choices[0]
    for choice in choices:
        if choice == value:
            return choice
    raise BadRequest(f"{name} must be one of {', '.join(choices)}")
