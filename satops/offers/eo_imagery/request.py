"""Make the body of the marketplace's create call from the canonical order."""

from datetime import UTC, timezone
from typing import Any, Literal

from satops.core import json_text
from satops.core.order.order import Order, instant
from satops.core.order.passes import PassChoice

_OPTIONAL = ("recurring", "recurringDay", "recurringUnit", "maxCloud", "resolutionType")
_BEFORE = b'"geometry":{"coordinates":'
_AFTER = b',"type":"Polygon"}'


def create_request(
    order: Order, *, geometry: Literal["geojson", "wkt"], timezone: timezone
) -> bytes:
    """Return the exact bytes to send: the order's fields, in the types of the API documentation.

    Everything comes from the canonical bytes, so that the sent order is the hashed one.  The
    geometry is a text, GeoJSON or WKT, with the same digits.  Dates are `yyyy-MM-ddTHH:mm:ss` in
    the marketplace's time zone, since the API has no offsets.
    """
    bought: dict[str, Any] = json_text.loads(order.canonical)
    fields: dict[str, Any] = {
        "provider": bought["provider"],
        "geometry": geometry_text(order, geometry),
        "startDate": local_text(bought["startDate"], timezone),
        "endDate": local_text(bought["endDate"], timezone),
    }
    fields |= {key: bought[key] for key in _OPTIONAL if key in bought}
    return json_text.dumps(fields)


def simulation_request(order: Order, *, timezone: timezone) -> bytes:
    """Return the body of a simulation request, from the canonical bytes.

    The API documentation requires GeoJSON, and dates with a blank.  There is no recurrence: the
    whole window is simulated.
    """
    bought: dict[str, Any] = json_text.loads(order.canonical)
    fields: dict[str, Any] = {
        "provider": bought["provider"],
        "geometry": geometry_text(order, "geojson"),
        "startDate": local_text(bought["startDate"], timezone).replace("T", " "),
        "endDate": local_text(bought["endDate"], timezone).replace("T", " "),
    }
    fields |= {key: bought[key] for key in ("maxCloud", "resolutionType") if key in bought}
    return json_text.dumps(fields)


def result_request(choice: PassChoice) -> bytes:
    """Return the body that orders one simulation result: its number alone."""
    return json_text.dumps({"resultId": choice.result})


def local_text(utc: str, zone: timezone) -> str:
    """Return an instant of a canonical order in the marketplace's notation and zone."""
    if zone is UTC:
        return utc[:19]  # the canonical form without its Z
    return instant(utc).astimezone(zone).isoformat()[:19]


def geometry_text(order: Order, form: Literal["geojson", "wkt"]) -> str:
    """Return the polygon as text, with the canonical digits."""
    start = order.canonical.index(_BEFORE) + len(_BEFORE)
    coordinates = order.canonical[start : order.canonical.index(_AFTER, start)].decode()
    if form == "geojson":
        return f'{{"type":"Polygon","coordinates":{coordinates}}}'
    rings = (
        ", ".join(position.replace(",", " ") for position in ring.split("],["))
        for ring in coordinates.removeprefix("[[[").removesuffix("]]]").split("]],[[")
    )
    return "POLYGON (" + ", ".join(f"({ring})" for ring in rings) + ")"
