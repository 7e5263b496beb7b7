"""Simulations: passes over an area, and at most one order for each result."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from msgspec import Struct
from msgspec.structs import replace

from satops.core import json_text
from satops.sandbox.options import Options
from satops.sandbox.orbits import Crossing, crossings
from satops.sandbox.polygon import as_geojson, exterior
from satops.sandbox.records import Result
from satops.sandbox.rules import OrderRequest
from satops.sandbox.store import Store

_MOST = 60
"""Maximum number of rows: the endpoint has no pages."""
_SHORTEST_WINDOW = timedelta(hours=1)
"""A simulation of a shorter window fails."""
_FORMAT = "%Y-%m-%d %H:%M:%S"
_SOMEBODY = "somebody-else"

INITIAL, RUNNING, SUCCEEDED, FAILED = range(4)


class Simulation(Struct, frozen=True):
    """A simulation for results: its status, and its rows after success."""

    task_no: str
    status: int
    results: tuple[Result, ...]


def start_simulation(store: Store, request: OrderRequest) -> str:
    """Store a simulation with its future passes, and return its number."""
    start = datetime.strptime(request.start, _FORMAT)  # noqa: DTZ007 - no zone is documented
    end = datetime.strptime(request.end, _FORMAT)  # noqa: DTZ007
    task_no = f"SIM_{store.clock.now():%Y%m%d}_{uuid4().hex[:12]}"
    status = FAILED if end - start < _SHORTEST_WINDOW else SUCCEEDED
    passing: tuple[Crossing, ...] = ()
    match store.options.simulation_end:
        case "failed":
            status = FAILED
        case "never":
            status = RUNNING
        case "passes" if status == SUCCEEDED:
            ring = exterior(request.geometry)
            passing = crossings(request.provider, ring, start, end, _MOST)
    row = {
        "task_no": task_no,
        "at_ms": store.clock.now_ms(),
        "ends_as": status,
        "provider": request.provider,
        "geometry": request.geometry,
        "region": request.region,
        "start": request.start,
        "end": request.end,
        "max_cloud": request.max_cloud,
        "resolution_type": request.resolution_type,
    }
    with store.database.write():
        store.database.insert("tasks", row)
        unseen = 1.0
        for index, crossing in enumerate(passing):
            unseen *= 1 - crossing.coverage
            fields = _fields(crossing, 1 - unseen, request, store.options)
            fields |= {"taskNo": task_no, "rowIndex": index}
            text = json_text.dumps(fields).decode()
            store.database.insert("results", {"task_no": task_no, "fields": text})
    return task_no


def find_simulation(store: Store, task_no: str) -> Simulation | None:
    """Return a simulation at the present time."""
    rows = store.database.rows("select * from tasks where task_no = ?", (task_no,))
    if not rows:
        return None
    age_s = (store.clock.now_ms() - rows[0]["at_ms"]) / 1000
    if age_s < store.options.simulation_s:
        running = age_s >= store.options.simulation_s / 2
        return Simulation(task_no, RUNNING if running else INITIAL, ())
    found = store.database.rows("select * from results where task_no = ? order by id", (task_no,))
    results = tuple(
        Result(row["id"], json_text.loads(row["fields"]), row["order_no"]) for row in found
    )
    status = rows[0]["ends_as"]
    return Simulation(task_no, status, results if status == SUCCEEDED else ())


def order_result(
    store: Store, result: int, *, request: int | None = None, creator: str = ""
) -> str | None:
    """Place the order of one result; None if the result is absent or used.

    The number is a UUID, as in the documentation of this endpoint.
    """
    with store.database.write():
        free = store.database.rows(
            "select tasks.*, results.fields from results join tasks using (task_no)"
            " where results.id = ? and results.order_no is null",
            (result,),
        )
        simulation = find_simulation(store, free[0]["task_no"]) if free else None
        if simulation is None or simulation.status != SUCCEEDED:
            return None
        number = str(uuid4())
        store.database.execute("update results set order_no = ? where id = ?", (number, result))
        order = OrderRequest(
            provider=free[0]["provider"],
            geometry=free[0]["geometry"],
            region=free[0]["region"],
            start=free[0]["start"],
            end=free[0]["end"],
            max_cloud=free[0]["max_cloud"],
            resolution_type=free[0]["resolution_type"],
        )
        if store.options.simulated_window == "pass":
            row = json_text.loads(free[0]["fields"])
            order = replace(order, start=row["startTime"], end=row["stopTime"])
        by_result = store.options.simulation_id == "result"
        return store.place(
            order,
            request=request,
            order_no=number,
            simulation_id=str(result) if by_result else simulation.task_no,
            creator=creator,
        )


def use_result(store: Store, result: int) -> str | None:
    """Order a result as another user of the account; None if that is impossible."""
    return order_result(store, result, creator=_SOMEBODY)


def change_result(store: Store, result: int, fields: Mapping[str, Any] | None) -> bool:
    """Set fields of a result, like a repeated simulation; None removes the row.

    Returns False for an absent result.
    """
    with store.database.write():
        rows = store.database.rows("select fields from results where id = ?", (result,))
        if rows and fields is None:
            store.database.execute("delete from results where id = ?", (result,))
        elif rows:
            text = json_text.dumps({**json_text.loads(rows[0]["fields"]), **(fields or {})})
            store.database.execute(
                "update results set fields = ? where id = ?", (text.decode(), result)
            )
        return bool(rows)


def _fields(
    crossing: Crossing, seen: float, request: OrderRequest, options: Options
) -> dict[str, Any]:
    """Return one row as documented; units and formats of its texts are a guess."""
    start, stop = crossing.middle - crossing.half, crossing.middle + crossing.half
    longitudes, latitudes = zip(*crossing.swath[:-1], strict=True)
    return {
        "satName": crossing.satellite.name,
        "satId": crossing.satellite.number,
        "trackDirection": "R" if crossing.looks_right else "L",
        "startTime": f"{start:{_FORMAT}}",
        "stopTime": f"{stop:{_FORMAT}}",
        "duration": str(round((stop - start).total_seconds())),
        "direction": "A" if crossing.ascending else "D",
        "active": "1",
        "optimalTime": f"{crossing.middle:{_FORMAT}}",
        "optimalAng": crossing.angle_deg,
        "centerLat": f"{sum(latitudes) / 4:.5f}",
        "centerLon": f"{sum(longitudes) / 4:.5f}",
        "thisCoverage": _coverage(crossing.coverage, options),
        "currentCoverage": _coverage(seen, options),
        "absCoverage": _coverage(seen, options),
        "allSwathLonLat": _swath(crossing, options),
        "region": as_geojson(request.region),
        "area": None,
    }


def _coverage(part: float, options: Options) -> str:
    percent = round(100 * part)
    return {"fraction": f"{part:.2f}", "number": str(percent), "percent": f"{percent}%"}[
        options.coverage
    ]


def _swath(crossing: Crossing, options: Options) -> str:
    ring = [list(position) for position in crossing.swath]
    match options.swaths:
        case "ring":
            return json_text.dumps(ring).decode()
        case "geojson":
            return json_text.dumps({"type": "Polygon", "coordinates": [ring]}).decode()
        case "unreadable":
            return ";".join(f"{x},{y}" for x, y in ring)
