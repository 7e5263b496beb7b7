"""Values to make reports of: real places, and a clock of their own."""

from datetime import UTC, datetime

from satops.core.ledger.state import OrderState, Standing
from satops.core.order.order import Location, instant_text
from satops.core.plan.origin import Origin
from satops.core.plan.plan import Action, ActionKind, Plan
from satops.core.problem import Problem, Severity
from satops.core.spec.spec import Footprint, Source, Spec
from satops.offers.eo_imagery.modes import MODES
from tests.offers.orders import eo_order

START = datetime(2031, 3, 1, tzinfo=UTC)
END = datetime(2031, 3, 15, tzinfo=UTC)
NOW = "2031-02-01T08:30:00Z"
HANOI: tuple[Location, ...] = (
    (105.8, 21.0), (105.9, 21.0), (105.9, 21.06), (105.8, 21.06), (105.8, 21.0),
)  # fmt: skip


def spec(name: str = "hanoi-2031-03", *, mode: int = 2, file: str = "orders/hanoi.yaml") -> Spec:
    """Return a spec of the centre of Hanoi."""
    order = eo_order(
        provider=MODES[mode].provider, rings=[HANOI], start=START, end=END, resolution_type=mode
    )
    footprint = Footprint(
        area_km2=69.1234567, west=105.8, south=21.0, east=105.9, north=21.06,
        longitude=105.85, latitude=21.03, vertices=4, holes=0,
    )  # fmt: skip
    return Spec(name, Source(file, 1, 0, 1, "0" * 64), order, footprint)


def known(name: str = "hanoi-2031-03", standing: Standing = Standing.PLACED) -> OrderState:
    """Return what a ledger would know of that spec."""
    order = OrderState(name, standing, order_digest=spec(name).order.digest, attempt=1, run="r1")
    order.provider, order.version, order.terms = "changguang", "order/1", {"resolutionType": 2}
    order.start, order.end = instant_text(START), instant_text(END)
    order.area_km2, order.bounds = 69.1234567, (105.8, 21.0, 105.9, 21.06)
    order.intended_at, order.until = "2031-01-31T08:00:00Z", "2031-01-31T08:05:00Z"
    if standing is Standing.PLACED:
        order.order_no, order.placed_at = "PROG_1", "2031-01-31T08:00:01Z"
    return order


def action(kind: ActionKind, name: str = "hanoi-2031-03", reason: str = "new") -> Action:
    """Return an action of a kind, with what such an action comes with."""
    if kind is ActionKind.CREATE:
        return Action(name, kind, reason, spec(name), None)
    if kind is ActionKind.RETIRED:
        return Action(name, kind, reason, None, known(name))
    if kind is ActionKind.EXPIRED:
        return Action(name, kind, reason, spec(name), None)
    standing = Standing.IN_DOUBT if kind is ActionKind.HOLD else Standing.PLACED
    return Action(name, kind, reason, spec(name), known(name, standing))


def problem(
    severity: Severity = Severity.ERROR, *, check: str = "G05", file: str = "orders/hanoi.yaml",
    line: int | None = 3, order: str | None = "hanoi-2031-03",
    detail: str = "The ring crosses itself near 105.85, 21.03.", acknowledged: str | None = None,
) -> Problem:  # fmt: skip
    """Return one finding."""
    return Problem(
        check=check, severity=severity, file=file, line=line, column=5 if line else None,
        path="order.geometry", summary="the ring crosses itself", detail=detail,
        order=order, acknowledged=acknowledged,
    )  # fmt: skip


def plan(*actions: Action, problems: tuple[Problem, ...] = (), head: str | None = "a" * 64) -> Plan:
    """Return a plan of some actions."""
    return Plan(
        ledger_head=head,
        made_at=NOW,
        origin=Origin(ledger="1" * 32, marketplace="sandbox", commit="2" * 40, run="17"),
        actions=actions,
        problems=problems,
        refusals=(),
        specs=sum(action.spec is not None for action in actions),
        rules_digest="b" * 64,
    )
