"""The body of the marketplace's create call, made from the canonical order."""

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
    """Return the exact bytes to send: the fields that the order has, as the create page types them.

    Everything is taken from the canonical bytes, so that what is sent is what was hashed.  The
    geometry is a text, GeoJSON or WKT, with their digits.  Dates are `yyyy-MM-ddTHH:mm:ss` in the
    zone of the marketplace, whose API knows no offsets.
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
    """Return the body that asks for a simulation of an order.

    It is made from the canonical bytes as well.  Its page wants GeoJSON, and dates with a blank.
    It knows no recurrence: the whole window is simulated.
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
    """Return the body that orders one result of a simulation: nothing but its number."""
    return json_text.dumps({"resultId": choice.result})


def local_text(utc: str, zone: timezone) -> str:
    """Return an instant of a canonical order in the marketplace's notation and zone."""
    if zone is UTC:
        return utc[:19]  # canonical instants are written so, but for their Z
    return instant(utc).astimezone(zone).isoformat()[:19]


def geometry_text(order: Order, form: Literal["geojson", "wkt"]) -> str:
    """Return the polygon as text, with the digits of the canonical order."""
    start = order.canonical.index(_BEFORE) + len(_BEFORE)
    coordinates = order.canonical[start : order.canonical.index(_AFTER, start)].decode()
    if form == "geojson":
        return f'{{"type":"Polygon","coordinates":{coordinates}}}'
    rings = (
        ", ".join(position.replace(",", " ") for position in ring.split("],["))
        for ring in coordinates.removeprefix("[[[").removesuffix("]]]").split("]],[[")
    )
    return "POLYGON (" + ", ".join(f"({ring})" for ring in rings) + ")"
