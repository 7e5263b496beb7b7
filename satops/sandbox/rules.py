"""The field rules of the API's documentation; a violation is body code 400.

Undocumented rules are not checked, so that a client cannot rely on rules that the marketplace may
not have.  JSON types are strict: "20" is no Integer.  An optional field that is null counts as
absent, and an undocumented field is ignored.
"""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any, Literal, TypeVar

from msgspec import Struct

from satops.core import json_text
from satops.offers.eo_imagery.modes import MODES, Provider, Unit
from satops.sandbox.polygon import NotAPolygon, as_wkt

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
