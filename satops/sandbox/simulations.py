"""Simulations: which satellites would see an area, and one order for each result at most."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import uuid4

from satops.sandbox.records import Pass
from satops.sandbox.rules import OrderRequest
from satops.sandbox.store import Store

_PASSES = 3
_SHORTEST_WINDOW = timedelta(hours=1)
"""No satellite passes within less: such a simulation fails."""
_PASS_LENGTH = timedelta(seconds=12)
_FORMAT = "%Y-%m-%d %H:%M:%S"

INITIAL, RUNNING, SUCCEEDED, FAILED = range(4)


@dataclass(frozen=True, slots=True)
class Simulation:
    """A simulation as results shows it: its status, and its passes once it has succeeded."""

    task_no: str
    region: str
    status: int
    passes: tuple[Pass, ...]


def start_simulation(store: Store, request: OrderRequest) -> str:
    """Keep a simulation, with the passes it will come to, and return its number."""
    start = datetime.strptime(request.start, _FORMAT)  # noqa: DTZ007 - no zone is documented
    window = datetime.strptime(request.end, _FORMAT) - start  # noqa: DTZ007
    count = _PASSES if window >= _SHORTEST_WINDOW else 0
    task_no = f"SIM_{store.clock.now():%Y%m%d}_{uuid4().hex[:12]}"
    row = {
        "task_no": task_no,
        "at_ms": store.clock.now_ms(),
        "provider": request.provider,
        "geometry": request.geometry,
        "region": request.region,
        "start": request.start,
        "end": request.end,
        "max_cloud": request.max_cloud,
        "resolution_type": request.resolution_type,
    }
    with store.database.write():
        store.database.insert("simulations", row)
        for index in range(count):
            begins = start + window * (index + 1) / (count + 1)
            passing = {
                "task_no": task_no,
                "row_index": index,
                "start": f"{begins:{_FORMAT}}",
                "stop": f"{begins + _PASS_LENGTH:{_FORMAT}}",
            }
            store.database.insert("passes", passing)
    return task_no


def find_simulation(store: Store, task_no: str) -> Simulation | None:
    """Return a simulation as it stands by now."""
    rows = store.database.rows("select * from simulations where task_no = ?", (task_no,))
    if not rows:
        return None
    age_s = (store.clock.now_ms() - rows[0]["at_ms"]) / 1000
    if age_s < store.options.simulation_s:
        running = age_s >= store.options.simulation_s / 2
        return Simulation(task_no, rows[0]["region"], RUNNING if running else INITIAL, ())
    passes = store.database.rows(
        "select id, task_no, row_index, start, stop from passes where task_no = ?"
        " order by row_index",
        (task_no,),
    )
    status = SUCCEEDED if passes else FAILED
    return Simulation(task_no, rows[0]["region"], status, tuple(Pass(*row) for row in passes))


def order_result(store: Store, result: int, *, request: int) -> str | None:
    """Place the order of one result; None when there is no such result or it is used.

    The number is a UUID, as on this endpoint's page.
    """
    with store.database.write():
        free = store.database.rows(
            "select passes.start as pass_start, passes.stop as pass_stop, simulations.*"
            " from passes join simulations using (task_no) where id = ? and order_no is null",
            (result,),
        )
        simulation = find_simulation(store, free[0]["task_no"]) if free else None
        if simulation is None or simulation.status != SUCCEEDED:
            return None
        number = str(uuid4())
        store.database.execute("update passes set order_no = ? where id = ?", (number, result))
        order = OrderRequest(
            provider=free[0]["provider"],
            geometry=free[0]["geometry"],
            region=free[0]["region"],
            start=free[0]["pass_start"],
            end=free[0]["pass_stop"],
            max_cloud=free[0]["max_cloud"],
            resolution_type=free[0]["resolution_type"],
        )
        return store.place(
            order, request=request, order_no=number, simulation_id=simulation.task_no
        )
