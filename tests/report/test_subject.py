"""The facts of an order that every report shows."""

from satops.core.ledger.content import content_of
from satops.core.ledger.state import OrderState, Standing
from satops.core.plan.plan import Action, ActionKind
from satops.report.subject import known_subject, subject
from tests.core.checks.making import frame, spec


def test_an_area_with_holes_is_shown_beside_what_limits_count() -> None:
    plain = subject(Action("port", ActionKind.CREATE, "new", spec(), None))
    holed = subject(Action("port", ActionKind.CREATE, "new", spec(frame()), None))
    assert plain.area == "85.0"
    assert holed.area == "3.5 of 85.0"


def test_what_was_bought_is_shown_as_it_was_planned() -> None:
    seen = content_of(spec(frame()), None)["footprint"]
    bought = OrderState(
        "port",
        Standing.PLACED,
        area_km2=seen.area_km2,
        outline_km2=seen.outline_km2,
        bounds=(seen.west, seen.south, seen.east, seen.north),
    )
    assert known_subject(bought).area == "3.5 of 85.0"
