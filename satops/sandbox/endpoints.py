"""The documented endpoints: each returns the content of `data`, or raises `BadRequest`."""

from collections.abc import Callable
from typing import Any

from msgspec import Struct

from satops.offers.eo_imagery.modes import MODES
from satops.sandbox import deliveries, simulations
from satops.sandbox.database import StoredOrder
from satops.sandbox.rules import (
    BadRequest,
    Fields,
    read_create,
    read_page,
    read_simulation,
    required_text,
    whole_number,
)
from satops.sandbox.store import Store


class Call(Struct, frozen=True):
    """One accepted request: its fields, number and address."""

    fields: Fields
    request: int
    address: str
    """The server's address with the base path, as the client wrote it."""


class Endpoint(Struct, frozen=True):
    """One documented POST."""

    name: str
    """Name in options and faults."""
    path: str
    answer: Callable[[Store, Call], dict[str, Any]]
    needs_token: bool = True


def create(store: Store, call: Call) -> dict[str, Any]:
    """Place a programming order."""
    return {"orderNo": store.place(read_create(call.fields), request=call.request)}


def query(store: Store, call: Call) -> dict[str, Any]:
    """List orders, page by page."""
    total, orders = store.page(read_page(call.fields))
    return {"total": total, "content": [_market_order(store, order) for order in orders]}


def detail(store: Store, call: Call) -> dict[str, Any]:
    """Return one order, with its images after delivery."""
    order = _find(store, call)
    content = deliveries.images(store, order)
    return {
        "order": _market_order(store, order),
        "total": len(content),
        "content": content,
        "discountAmount": None,
        "finalAmount": _final_amount(store, order),
        "totalAmount": None,
        "area": None,
    }


def download_links(store: Store, call: Call) -> dict[str, Any]:
    """Return the status, and the links after delivery."""
    order = _find(store, call)
    return {
        "status": order.status,
        "downloadUrls": deliveries.links(store, order, call.address),
    }


def simulate(store: Store, call: Call) -> dict[str, Any]:
    """Start a simulation."""
    return {"taskNo": simulations.start_simulation(store, read_simulation(call.fields))}


def results(store: Store, call: Call) -> dict[str, Any]:
    """Return a simulation and its passes."""
    found = simulations.find_simulation(store, required_text(call.fields, "taskNo"))
    if found is None:
        raise BadRequest("Simulation task not found")
    return {
        "taskNo": found.task_no,
        "status": found.status,
        "total": len(found.results),
        "content": [{"id": row.id, **row.fields} for row in found.results],
    }


def create_from_simulation(store: Store, call: Call) -> dict[str, Any]:
    """Order one result of a simulation, once."""
    result = whole_number(call.fields, "resultId")
    if result is None:
        raise BadRequest("resultId is required")
    number = simulations.order_result(store, result, request=call.request)
    if number is None:
        raise BadRequest("Simulation result not found or already used")
    return {"orderNo": number}


ENDPOINTS = (
    Endpoint("create", "/market/order/programming/create", create),
    Endpoint("query", "/market/order/page/query", query),
    Endpoint("detail", "/market/order/detail", detail),
    Endpoint("downloadLinks", "/market/order/downloadLinks", download_links),
    Endpoint("simulation", "/market/order/programming/simulation/create", simulate),
    Endpoint(
        "results",
        "/market/order/programming/simulation/results",
        results,
        needs_token=False,  # the documentation marks the token as optional
    ),
    Endpoint(
        "createFromSimulation",
        "/market/order/programming/createFromSimulation",
        create_from_simulation,
    ),
)


def _find(store: Store, call: Call) -> StoredOrder:
    order = store.visible(required_text(call.fields, "orderNo"))
    if order is None:
        raise BadRequest("Order not found")
    return order


def _final_amount(store: Store, order: StoredOrder) -> float | None:
    if store.options.final_amount is None or order.status in deliveries.HAS_LINKS:
        return store.options.final_amount
    return 0


def _market_order(store: Store, order: StoredOrder) -> dict[str, Any]:
    """MarketOrder as documented: with metres instead of resolutionType, without a price."""
    mode = None if order.resolution_type is None else MODES[order.resolution_type]
    unit_ms = 1 if store.options.time_unit == "ms" else 1000
    return {
        "id": order.id,
        "orderNo": order.order_no,
        "totalAmount": None,
        "discountAmount": None,
        "finalAmount": _final_amount(store, order),
        "thumb": None,
        "status": order.status,
        "type": order.kind,
        "provider": order.provider,
        "region": order.region,
        "timeStart": order.start,
        "timeEnd": order.end,
        "simulationId": order.simulation_id,
        "recurring": order.recurring,
        "recurringDay": order.recurring_day,
        "recurringUnit": order.recurring_unit,
        "maxCloud": order.max_cloud,
        "resolution": mode.resolution_m if mode else None,
        "creator": order.creator,
        "ctime": order.ctime_ms // unit_ms,
        "mtime": order.mtime_ms // unit_ms,
        "deleted": int(order.deleted),
    }
