"""Check that a simulation result still is the pass that was reviewed.

A request holds only the number of a result, so the result is read again just before the intent.
"""

from collections.abc import Iterator
from datetime import datetime, timezone

from satops.core import json_text
from satops.core.geometry.forms import same_polygon
from satops.core.order.dates import read_date
from satops.core.order.order import Order, instant_text
from satops.core.order.passes import FIELD, Pass, Progress, Simulation
from satops.core.safe import shown

_DATES = frozenset({"startDate", "endDate"})
_NOT_IN_A_ROW = frozenset({"geometry", "version", FIELD})


def reviewed_pass(order: Order, found: Simulation | None) -> Pass | str:
    """Return the result row that an order names, or why it cannot be bought."""
    choice = order.pass_choice
    assert choice is not None
    simulation = f"simulation {shown(choice.simulation)}"
    if found is None:
        return f"the marketplace does not know {simulation} any more"
    if found.status == Progress.FAILED:
        return f"{simulation} has failed"
    if found.status != Progress.SUCCEEDED:
        return f"{simulation} has not succeeded: its status is {found.status}"
    rows = [each for each in found.passes if each.result == choice.result]
    if len(rows) != 1:
        count = "is not in" if not rows else f"stands {len(rows)} times in"
        return f"result {choice.result} {count} {simulation}"
    return rows[0]


def pass_differences(order: Order, row: Pass, zone: timezone) -> tuple[str, ...]:
    """Return the fields in which a row differs from the order, or that it lacks.

    `zone` is the zone of the marketplace's dates.
    """
    return tuple(_differences(order, row, zone))


def _differences(order: Order, row: Pass, zone: timezone) -> Iterator[str]:
    choice = order.pass_choice
    assert choice is not None
    if row.simulation not in ("", choice.simulation):
        yield f"it belongs to simulation {shown(row.simulation)}"
    if row.satellite != choice.satellite:
        yield f"its satellite is {shown(row.satellite)}, not {shown(choice.satellite)}"
    if row.start != choice.start:
        yield f"it starts at {row.start or shown(row.written_start)}, not {choice.start}"
    if row.region is None:
        yield "its region is not shown"
    elif not same_polygon(order.rings, row.region):
        yield "its region is another one, or cannot be read"
    yield from _fields(order, row, zone)


def _fields(order: Order, row: Pass, zone: timezone) -> Iterator[str]:
    """Compare fields that the documentation of results does not promise, if the row has them."""
    for field, ours in json_text.loads(order.canonical).items():
        theirs = row.row.get(field)
        if theirs is None or field in _NOT_IN_A_ROW:
            continue
        if field in _DATES:
            read = read_date(str(theirs), zone)
            same = isinstance(read, datetime) and instant_text(read) == ours
        else:
            same = str(theirs).lower() == str(ours).lower()
        if not same:
            yield f"its {field} is {shown(str(theirs))}, not {shown(str(ours))}"
