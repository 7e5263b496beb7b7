"""Make the body of the marketplace's create call from the canonical order, and compare the order's
terms with those that the marketplace lists.
"""

from collections.abc import Iterator
from datetime import UTC, timezone
from math import isclose
from typing import Any, Literal

from satops.core import json_text
from satops.core.offer import Agreement
from satops.core.order.marketplace_order import MarketplaceOrder
from satops.core.order.order import Order, instant
from satops.core.order.passes import PassChoice
from satops.offers.eo_imagery.modes import mode_of

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


def agreements(order: Order, found: MarketplaceOrder) -> Iterator[Agreement]:
    """Yield each term: whether it agrees (None if not listed), and its text."""
    ours, theirs = order.terms, found.terms
    listed = theirs.get("recurring")
    recurs = bool(ours.get("recurring"))
    held = None if listed is None and recurs else bool(listed) is recurs
    yield held, f"recurring {str(bool(listed)).lower()}"
    if ours.get("recurring"):
        for field in ("recurringDay", "recurringUnit"):
            yield _equal(ours.get(field), theirs.get(field)), f"{field} {theirs.get(field)}"
    # An unsent term may be listed with the marketplace's default.
    if "maxCloud" in ours:
        yield _equal(ours["maxCloud"], theirs.get("maxCloud")), f"maxCloud {theirs.get('maxCloud')}"
    choice = order.pass_choice
    if choice is not None:
        shown_as = found.simulation
        held = None if shown_as is None else shown_as in (str(choice.result), choice.simulation)
        yield held, f"simulationId {shown_as}"
    mode = mode_of(ours)
    if mode is not None:
        shown = theirs.get("resolution")
        yield _equal_m(mode.resolution_m, shown), f"resolution {shown} m"


def not_compared(order: Order) -> str:
    """Return a note on the terms that are not listed."""
    if order.terms.get("resolutionType") in (6, 7):
        return "resolutionType 6 and 7 read back alike (12 m), so this could not be compared"
    return ""


def _equal_m(ours: float | None, theirs: object) -> bool | None:
    """Compare metres; a marketplace may keep them with fewer digits."""
    if ours is None or not isinstance(theirs, int | float):
        return _equal(ours, theirs)
    return isclose(ours, theirs, rel_tol=1e-6)


def _equal(ours: object, theirs: object) -> bool | None:
    return None if theirs is None else ours == theirs
