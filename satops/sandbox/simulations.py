"""Simulations: passes over an area, and at most one order for each result.

Passes are computed: circular sun-synchronous orbits over a spherical Earth.  They only look
plausible, and have no elements of real satellites.  Each satellite crosses a latitude twice a
revolution, northbound and southbound.  A crossing near enough to the area, and in daylight for an
optical satellite, is a pass.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from msgspec import Struct
from msgspec.structs import replace

from satops.core import json_text
from satops.offers.eo_imagery.modes import Provider
from satops.sandbox.database import Result
from satops.sandbox.options import Options
from satops.sandbox.rules import OrderRequest, as_geojson, exterior
from satops.sandbox.store import Store

_EARTH_KM = 6371.0
_EPOCH = datetime(2026, 1, 1)  # noqa: DTZ001 - the sandbox's texts have no zone
_NORTHMOST = 0.9999
"""Share of the sine of the highest latitude, beyond which a satellite turns earlier."""


class Satellite(Struct, frozen=True):
    """One fictional satellite."""

    name: str
    number: str
    height_km: float
    inclination_deg: float
    equator_h: float
    """Local solar time of the northbound crossing of the equator, in hours."""
    phase: float
    """Fraction of a revolution by which it was ahead at the epoch."""
    nearest_deg: float
    """The smallest look angle from the vertical."""
    widest_deg: float
    swath_km: float
    by_day: bool

    @property
    def period_s(self) -> float:
        """Seconds of one revolution."""
        return 2 * math.pi * math.sqrt((_EARTH_KM + self.height_km) ** 3 / 398_600.4418)


class Crossing(Struct, frozen=True):
    """One pass: time, side, and covered share of the area."""

    satellite: Satellite
    middle: datetime
    ascending: bool
    looks_right: bool
    angle_deg: float
    """Degrees from the vertical."""
    coverage: float
    """Share of the area, 0 to 1."""
    swath: tuple[tuple[float, float], ...]
    """A closed ring of longitude and latitude."""

    @property
    def half(self) -> timedelta:
        """Half of the time over the area."""
        return timedelta(seconds=6)


SATELLITES = {
    Provider.CHANGGUANG: (
        Satellite("SANDBOX-OPT-1", "901", 535, 97.5, 22.5, 0.13, 0, 38, 40, by_day=True),
        Satellite("SANDBOX-OPT-2", "902", 545, 97.6, 23.0, 0.71, 0, 35, 17, by_day=True),
        Satellite("SANDBOX-OPT-3", "903", 500, 97.4, 1.0, 0.42, 0, 40, 20, by_day=True),
    ),
    Provider.TIANYI: (
        Satellite("SANDBOX-SAR-1", "951", 512, 97.4, 18.0, 0.27, 18, 38, 30, by_day=False),
        Satellite("SANDBOX-SAR-2", "952", 515, 97.5, 6.0, 0.88, 18, 38, 30, by_day=False),
    ),
}  # fmt: skip


def crossings(
    provider: str, ring: Sequence[tuple[float, float]], start: datetime, end: datetime, most: int
) -> tuple[Crossing, ...]:
    """Return the first passes of a provider's satellites over an area, by time."""
    satellites = SATELLITES[Provider(provider)]
    found: list[Crossing] = []
    for satellite in satellites:
        for count, crossing in enumerate(_of(satellite, ring, start, end), 1):
            found.append(crossing)
            if count == most:
                break
    return tuple(sorted(found, key=lambda each: (each.middle, each.satellite.number))[:most])


def _of(
    satellite: Satellite, ring: Sequence[tuple[float, float]], start: datetime, end: datetime
) -> Iterator[Crossing]:
    longitudes, latitudes = [x for x, _ in ring], [y for _, y in ring]
    longitude = (min(longitudes) + max(longitudes)) / 2
    latitude = (min(latitudes) + max(latitudes)) / 2
    tilt = math.radians(satellite.inclination_deg)
    sine = math.sin(math.radians(latitude)) / math.sin(tilt)
    up = math.asin(max(-_NORTHMOST, min(_NORTHMOST, sine)))
    first = math.floor((start - _EPOCH).total_seconds() / satellite.period_s) - 1
    last = math.ceil((end - _EPOCH).total_seconds() / satellite.period_s) + 1
    for revolution in range(first, last + 1):
        for ascending, along in ((True, up), (False, math.pi - up)):
            turns = revolution - satellite.phase + along / (2 * math.pi)
            middle = _EPOCH + timedelta(seconds=turns * satellite.period_s)
            if not start <= middle <= end:
                continue
            # Longitude east of the northbound equator crossing, on a non-rotating globe.
            east = math.degrees(math.atan2(math.cos(tilt) * math.sin(along), math.cos(along)))
            under = _wrapped(_sun_longitude(middle) + 15 * satellite.equator_h - 180 + east)
            if satellite.by_day and not 8 <= solar_hours(middle, longitude) <= 16:
                continue
            crossing = _seen(satellite, ring, middle, ascending, under - longitude, latitude)
            if crossing is not None:
                yield crossing


def _seen(
    satellite: Satellite,
    ring: Sequence[tuple[float, float]],
    middle: datetime,
    ascending: bool,  # noqa: FBT001 - a fact, not a switch
    east_deg: float,
    latitude: float,
) -> Crossing | None:
    """Return a pass whose track lies `east_deg` east of the area; None if it does not see it."""
    east_deg = _wrapped(east_deg)
    per_degree = _EARTH_KM * math.pi / 180
    heading = math.radians(12 if ascending else -12)  # the track leans west of north
    away_km = east_deg * per_degree * math.cos(math.radians(latitude)) * math.cos(heading)
    around = abs(away_km) / _EARTH_KM
    if around > math.acos(_EARTH_KM / (_EARTH_KM + satellite.height_km)):
        return None  # below the horizon
    angle = math.degrees(
        math.atan2(math.sin(around), 1 + satellite.height_km / _EARTH_KM - math.cos(around))
    )
    if not satellite.nearest_deg <= angle <= satellite.widest_deg:
        return None
    longitudes, latitudes = [x for x, _ in ring], [y for _, y in ring]
    scale = per_degree * math.cos(math.radians(latitude))
    wide_km = (max(longitudes) - min(longitudes)) * scale
    # The beam aims at the middle, within a tenth of its swath.
    off_km = satellite.swath_km * 0.1 * math.sin(middle.minute)
    half = satellite.swath_km / 2
    covered_km = min(wide_km / 2, half + off_km) + min(wide_km / 2, half - off_km)
    centre = (min(longitudes) + max(longitudes)) / 2 + off_km / scale
    lean = math.tan(heading) * -1
    bottom, top = min(latitudes) - 0.1, max(latitudes) + 0.1

    def at(side: float, y: float) -> tuple[float, float]:
        shift_km = side * half + (y - latitude) * per_degree * lean
        return round(centre + shift_km / scale, 5), round(y, 5)

    swath = (at(-1, bottom), at(1, bottom), at(1, top), at(-1, top), at(-1, bottom))
    return Crossing(
        satellite=satellite,
        middle=middle.replace(microsecond=0),
        ascending=ascending,
        # East is to the right of a northbound satellite.
        looks_right=(east_deg < 0) == ascending,
        angle_deg=round(angle, 2),
        coverage=round(max(0.01, min(1.0, covered_km / wide_km)) if wide_km else 1.0, 2),
        swath=swath,
    )


def solar_hours(moment: datetime, longitude: float) -> float:
    """Return the mean local solar time, in hours, of a UTC time."""
    hours = moment.hour + moment.minute / 60 + moment.second / 3600
    return (hours + longitude / 15) % 24


def _sun_longitude(moment: datetime) -> float:
    """Return the longitude where it is noon."""
    return 180 - 15 * solar_hours(moment, 0)


def _wrapped(degrees: float) -> float:
    return (degrees + 180) % 360 - 180


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
