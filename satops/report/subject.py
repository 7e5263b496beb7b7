"""The facts of an action's order, from its spec or the ledger, and its problems."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from satops.core.ledger.events import RunStarted, SubmissionIntended
from satops.core.ledger.recorded import Recorded
from satops.core.ledger.state import OrderState
from satops.core.order.order import Order
from satops.core.plan.changes import NewMarketplace
from satops.core.plan.plan import Action, ActionKind, Plan
from satops.core.problem import Problem, Severity
from satops.core.words import counted, location, number, window
from satops.offers import offer_of_version

SIGNS = {
    ActionKind.CREATE: "+",
    ActionKind.KEEP: "=",
    ActionKind.HOLD: "?",
    ActionKind.CONFLICT: "!",
    ActionKind.EXPIRED: "~",
    ActionKind.RETIRED: "-",
}
"""The sign of each kind of action in every report."""


class Subject(NamedTuple):
    """The facts of one order that every report shows; an absent one is None."""

    provider: str | None
    mode: str | None
    """Name of the mode: `very-high`."""
    resolution_m: float | None
    longitude: float | None
    """Longitude of the centroid, or else of the bounds' middle."""
    latitude: float | None
    area_km2: float | None
    start: str | None
    """UTC, canonical."""
    end: str | None
    captures: int = 1
    details: tuple[str, ...] = ()
    """Cloud limit and recurrence."""
    outline_km2: float | None = None
    """Area with the holes, which limits and estimates count; None without any."""

    @property
    def total_km2(self) -> float | None:
        """Area in km² times captures."""
        return None if self.area_km2 is None else self.area_km2 * self.captures

    @property
    def area(self) -> str:
        """The area in km², by capture: `69.1`, `12 x 69.1`, or with holes `69.1 of 80.2`."""
        if self.area_km2 is None:
            return "?"
        times = f"{self.captures:,} x " if self.captures > 1 else ""
        of = "" if self.outline_km2 is None else f" of {number(self.outline_km2)}"
        return f"{times}{number(self.area_km2)}{of}"

    @property
    def wanted(self) -> str:
        """Sensor and details."""
        return ", ".join((self.sensor, *self.details))

    @property
    def sensor(self) -> str:
        """Provider and mode: `PROVIDER very-high (0.5 m)`."""
        if self.provider is None:
            return "?"
        if self.mode is None:
            return f"{self.provider}, any mode"
        ground = "" if self.resolution_m is None else f" ({self.resolution_m:g} m)"
        return f"{self.provider} {self.mode}{ground}"

    @property
    def location(self) -> str:
        """The centroid: `21.03°N 105.85°E`."""
        if self.longitude is None or self.latitude is None:
            return "?"
        return location(self.longitude, self.latitude)

    @property
    def window(self) -> str:
        """The window in UTC, with its length."""
        return window(self.start, self.end) if self.start and self.end else "?"


class Checks:
    """The problems of a plan, by action."""

    def __init__(self, plan: Plan) -> None:
        self._found: defaultdict[str, list[Problem]] = defaultdict(list)
        for problem in plan.problems:
            if problem.order is not None and problem.severity is not Severity.INFO:
                self._found[problem.order].append(problem)

    def of(self, action: Action) -> list[Problem]:
        """Return the problems of an action's order, without infos."""
        return self._found.get(action.name, [])


def subject(action: Action) -> Subject:
    """Return the facts about the order of an action."""
    if action.spec is None:
        return known_subject(action.known) if action.known is not None else _NOTHING
    order, seen = action.spec.order, action.spec.footprint
    mode, resolution_m, captures, details = _offered(order)
    return Subject(
        order.provider, mode, resolution_m, seen.longitude, seen.latitude, seen.area_km2,
        order.start, order.end, captures, details, seen.outline_km2,
    )  # fmt: skip


def known_subject(known: OrderState) -> Subject:
    """Return the facts of an order from the ledger."""
    bounds = known.bounds
    longitude, latitude = (None, None) if bounds is None else _middle(bounds)
    area_km2 = None if bounds is None else known.area_km2
    mode, resolution_m, captures, details = _offered(known)
    return Subject(
        known.provider or None, mode, resolution_m, longitude, latitude, area_km2,
        known.start or None, known.end or None, captures, details, known.outline_km2,
    )  # fmt: skip


def marketplace_words(new: NewMarketplace, quoted: Callable[[str], str]) -> str:
    """Return where orders go after the merge, and what to do before it.

    `quoted` escapes a text for the page.
    """
    words = (
        f"After the merge, orders go to {quoted(new.after)}, and no longer to {quoted(new.before)}."
    )
    ledger = f"a ledger for {quoted(new.after)}"
    if new.state:
        ledger += f" at {quoted(new.state)}"
    words += f" Before the merge {ledger} must be begun, with {quoted('satops ledger start')}."
    if new.orders:
        tree = counted(new.orders, "order")
        words += f" It begins empty, so {tree} of this tree would be new there."
    return words


def check_words(problems: Iterable[Problem]) -> str:
    """Return `error G05, warning A09, A11 accepted`, each once; empty for none."""
    words = dict.fromkeys(
        f"{problem.check} accepted"
        if problem.acknowledged is not None
        else f"{problem.severity.value} {problem.check}"
        for problem in problems
    )
    return ", ".join(words)


def _middle(bounds: tuple[float, float, float, float]) -> tuple[float, float]:
    west, south, east, north = bounds
    return (west + east) / 2, (south + north) / 2


def _offered(order: Order | OrderState) -> tuple[str | None, float | None, int, tuple[str, ...]]:
    """Return mode, resolution in metres, captures and details of an order, from its offer."""
    offer = offer_of_version(order.version)
    if offer is None:
        return None, None, 1, ()
    mode = offer.mode(order.terms)
    name, resolution_m = (None, None) if mode is None else (mode.name, mode.resolution_m)
    if not (order.start and order.end):
        return name, resolution_m, 1, ()
    return name, resolution_m, offer.captures(order), offer.details(order)


_NOTHING = Subject(None, None, None, None, None, None, None, None)


def provenance(
    known: OrderState, events: Iterable[Recorded], started: RunStarted | None
) -> dict[str, Any]:
    """Return the provenance of an order, from its intent or else its run."""
    intents = [found.event for found in events if isinstance(found.event, SubmissionIntended)]
    intent = {each.attempt: each for each in intents}.get(known.attempt)
    approvals = None if intent is None else intent.approvals
    if approvals is None and started is not None:
        approvals = started.approvals
    return {
        "run": known.run or None,
        "actor": started and started.actor,
        "run_url": started and started.run_url,
        "commit": intent and intent.commit,
        "committed": intent and intent.committed,
        "pull_request": (intent and intent.pull_request) or (started and started.pull_request),
        "approvals": approvals,
    }
