"""Read simulations, and derive the outcome of an order of a simulation result.

Units and formats of a row's texts are not documented: unreadable values are kept as text.
"""

from collections.abc import Mapping
from datetime import datetime, timezone
from hashlib import sha256
from itertools import islice
from typing import Any, Final

from satops.adapters.marketplaces.eo_imagery.answer import Answer, envelope, whole_number
from satops.adapters.marketplaces.eo_imagery.orders import finite
from satops.adapters.marketplaces.eo_imagery.outcome import outcome_of
from satops.core import json_text
from satops.core.finding import Finding
from satops.core.order.dates import read_date
from satops.core.order.order import instant_text
from satops.core.order.passes import Pass, Simulation
from satops.core.order.submission import InDoubt, Outcome, Rejection
from satops.core.safe import shown

ROWS_MAX: Final = 10_000
"""Maximum number of rows: the endpoint has no pages."""
SWATH_POSITIONS_MAX: Final = 1_000
_TEXT_CHARS: Final = 80
_NUMBER_CHARS: Final = 200
_OWN_REFUSALS: Final = frozenset({400, 404, 409, 410, 422})
_ORBITS: Final = {"A": "ascending", "D": "descending"}
_LOOKS: Final = {"L": "left", "R": "right"}


def simulation_number(data: object) -> str | None:
    """Return `data.taskNo`; None if it cannot be used in a request."""
    value = data.get("taskNo") if isinstance(data, dict) else None
    if not isinstance(value, str) or not 0 < len(value) <= _NUMBER_CHARS:
        return None
    return value if value == value.strip() and value.isprintable() else None


def read_simulation(data: object, zone: timezone) -> Simulation | None:
    """Read the results of a simulation; None without a status.

    Dates without an offset are read in `zone`.
    """
    if not isinstance(data, dict) or (status := whole_number(data.get("status"))) is None:
        return None
    rows = data.get("content")
    found = list(islice(rows, ROWS_MAX + 1)) if isinstance(rows, list) else []
    passes = [_pass(row, zone) for row in found[:ROWS_MAX]]
    readable = tuple(each for each in passes if each is not None)
    left_out = len(found) - len(readable)
    return Simulation(simulation_number(data) or "", status, readable, left_out)


def outcome_of_result(answer: Answer, now: datetime) -> Outcome:
    """Return the outcome that an answer to createFromSimulation proves.

    Like `outcome_of`, with one difference.  The API documents one refusal, "not found or already
    used".  It may answer a copy of the request that a proxy sent after the first one bought.  So a
    refusal in the marketplace's envelope is a doubt here.
    """
    outcome = outcome_of(answer, now)
    if not isinstance(outcome, Rejection) or outcome.stops_run or envelope(answer) is None:
        return outcome
    if outcome.code not in _OWN_REFUSALS:
        return outcome
    return InDoubt(
        "The marketplace says that the simulation result is not there, or is used.",
        answer.evidence(),
        told=f"It says: {outcome.message}",
        used=True,
    )


def _pass(row: object, zone: timezone) -> Pass | None:
    result = whole_number(row.get("id")) if isinstance(row, dict) else None
    if result is None or not isinstance(row, dict):
        return None
    written = _text(row.get("startTime"))
    return Pass(
        result=result,
        simulation=_text(row.get("taskNo")),
        satellite=_text(row.get("satName")) or _text(row.get("satId")),
        start=_instant(written, zone),
        stop=_instant(_text(row.get("stopTime")), zone),
        written_start=written,
        orbit=_known(_ORBITS, _text(row.get("direction"))),
        look=_known(_LOOKS, _text(row.get("trackDirection"))),
        angle=finite(row.get("optimalAng")),
        coverage=_text(row.get("thisCoverage")),
        coverage_so_far=_text(row.get("currentCoverage")),
        swath=_ring(row.get("allSwathLonLat")),
        region=_geometry(row.get("region")),
        area_km2=finite(row.get("area")),
        row=row,
        sha256=row_sha256(row),
    )


def row_sha256(row: Mapping[str, Any]) -> str:
    """Return the SHA-256 of a row, with its keys sorted."""
    return sha256(json_text.dumps_replacing(dict(sorted(row.items())))).hexdigest()


def _instant(text: str, zone: timezone) -> str | None:
    read = read_date(text, zone) if text else None
    return None if read is None or isinstance(read, Finding) else instant_text(read)


def _text(value: object) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return ""
    return shown(str(value).strip(), _TEXT_CHARS)


def _geometry(value: object) -> str | None:
    """Return a region as text; a bare list of positions becomes a Polygon."""
    read = value
    if isinstance(value, str):
        try:
            read = json_text.loads(value)
        except json_text.NotJson:
            return value or None
    if isinstance(read, list) and (ring := _ring(read)) is not None:
        read = {"type": "Polygon", "coordinates": [ring]}
    return json_text.dumps_replacing(read).decode() if isinstance(read, dict) else None


def _known(names: Mapping[str, str], text: str) -> str:
    return names.get(text.upper(), text)


def _ring(value: object) -> tuple[tuple[float, float], ...] | None:
    """Return a ring from a list of positions, or the exterior ring of a Polygon."""
    if isinstance(value, str):
        try:
            value = json_text.loads(value)
        except json_text.NotJson:
            return None
    if isinstance(value, dict):
        value = value.get("coordinates") if value.get("type") == "Polygon" else None
    while isinstance(value, list) and value and _is_nested(value[0]):
        value = value[0]
    if not isinstance(value, list) or not 3 <= len(value) <= SWATH_POSITIONS_MAX:
        return None
    ring = [_position(item) for item in value]
    if any(position is None for position in ring):
        return None
    return _closed([position for position in ring if position is not None])


def _is_nested(value: object) -> bool:
    return isinstance(value, list) and bool(value) and isinstance(value[0], list)


def _position(item: object) -> tuple[float, float] | None:
    if not isinstance(item, list) or len(item) < 2:
        return None
    x, y = finite(item[0]), finite(item[1])
    if x is None or y is None or not (-180 <= x <= 180 and -90 <= y <= 90):
        return None
    return x, y


def _closed(ring: list[tuple[float, float]]) -> tuple[tuple[float, float], ...] | None:
    if ring[0] != ring[-1]:
        ring.append(ring[0])
    return tuple(ring) if len(ring) >= 4 else None
