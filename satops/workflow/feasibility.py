"""Ask the marketplace which satellites would pass: one simulation for each new order.

Nothing is ordered or recorded.  The API documentation names no price of a simulation; still, each
is started only once.

`plan` itself calls no marketplace: it adds the passes that were written to a file.
"""

from collections import deque
from collections.abc import Callable, Sequence

from msgspec import Struct
from msgspec.structs import replace

from satops.core.order.order import Order, instant_text
from satops.core.order.passes import Progress, Simulation
from satops.core.plan.feasibility import Answer, Feasibility, Simulated, by_start, shown_pass
from satops.core.plan.plan import Plan
from satops.core.safe import shown
from satops.core.spec.spec import Spec
from satops.core.words import counted, listed
from satops.errors import MarketplaceUnreachable, NotSimulated, Refused
from satops.ports import Clock, Marketplace

AT_ONCE = 4
WAIT_S = 300.0
_POLL_S = 2.0


class _Running(Struct):
    spec: Spec
    number: str
    give_up: float
    """Deadline on the monotonic clock, in seconds."""


class Asking:
    """Simulates orders, a few at a time, and waits for each up to `wait_s`."""

    def __init__(  # the ports, and nothing else
        self,
        *,
        marketplace: Marketplace,
        clock: Clock,
        request: Callable[[Order], bytes],
        wait_s: float = WAIT_S,
        tell: Callable[[str], None] = lambda _: None,
    ) -> None:
        """`request` returns the body of a simulation; `tell` prints one line."""
        self._marketplace = marketplace
        self._clock = clock
        self._request = request
        self._wait_s = wait_s
        self._tell = tell
        self._running: list[_Running] = []
        self._found: dict[str, Simulated] = {}
        self._lost: str | None = None
        """Why the marketplace could not be read; then no further request is made."""

    def run(self, specs: Sequence[Spec], address: str) -> Feasibility:
        """Simulate every spec; return the answers in the order of the specs."""
        waiting = deque(specs)
        while waiting or self._running:
            while waiting and len(self._running) < AT_ONCE and self._lost is None:
                self._start(waiting.popleft())
            if self._lost is not None:
                self._leave(waiting)
                break
            self._running = [each for each in self._running if not self._is_over(each)]
            if len(self._running) == AT_ONCE or (self._running and not waiting):
                self._clock.sleep(_POLL_S)
        found = tuple(self._found[spec.name] for spec in specs)
        return Feasibility(instant_text(self._clock.now()), address, found)

    def _start(self, spec: Spec) -> None:
        try:
            number = self._marketplace.simulate(self._request(spec.order))
        except NotSimulated as refusal:
            self._end(spec, Answer.REFUSED, message=str(refusal))
            return
        except MarketplaceUnreachable as error:
            self._end(spec, Answer.UNREAD, message=str(error))
            self._lost = str(error)
            return
        self._tell(f"{spec.name}: simulation {number} runs.")
        give_up = self._clock.monotonic() + self._wait_s
        self._running.append(_Running(spec, number, give_up))

    def _is_over(self, running: _Running) -> bool:
        """Read one simulation; return True if its wait is over."""
        if self._lost is not None:
            return False
        spec, number = running.spec, running.number
        try:
            found = self._marketplace.simulation(number)
        except MarketplaceUnreachable as error:
            self._lost = str(error)
            self._end(spec, Answer.UNREAD, number, str(error))
            return True
        if found is None:
            self._end(spec, Answer.UNREAD, number, "the marketplace does not know it any more")
        elif found.is_over:
            self._take(spec, found)
        elif self._clock.monotonic() >= running.give_up:
            words = f"waited {self._wait_s:,.0f} s; ask again with a longer --wait"
            self._end(spec, Answer.RUNNING, number, words)
        return spec.name in self._found

    def _take(self, spec: Spec, found: Simulation) -> None:
        if found.status != Progress.SUCCEEDED:
            words = "the marketplace gives no reason"
            if found.status != Progress.FAILED:
                words = f"its status is {found.status}, which is not documented"
            self._end(spec, Answer.FAILED, found.number, words)
            return
        longitude = spec.footprint.longitude
        passes = by_start(tuple(shown_pass(each, longitude) for each in found.passes))
        answer = Answer.PASSES if passes else Answer.NONE
        self._found[spec.name] = Simulated(
            spec.name,
            spec.order.asked.digest,
            answer,
            found.number,
            passes=passes,
            unreadable=found.unreadable,
        )
        self._tell(f"{spec.name}: {counted(len(passes), 'pass', 'passes')}.")

    def _leave(self, waiting: Sequence[Spec]) -> None:
        """Add an entry for each spec that was not simulated or not read."""
        for running in self._running:
            self._end(running.spec, Answer.UNREAD, running.number, self._lost or "")
        for spec in waiting:
            self._end(spec, Answer.UNREAD, message="not asked for, since the one before failed")

    def _end(
        self, spec: Spec, answer: Answer, number: str | None = None, message: str = ""
    ) -> None:
        self._found.setdefault(
            spec.name, Simulated(spec.name, spec.order.asked.digest, answer, number, message)
        )
        self._tell(f"{spec.name}: {answer}: {message}")


_NAMED_MAX = 8


def with_evidence(plan: Plan, evidence: Feasibility, addresses: Sequence[str]) -> Plan:
    """Return the plan with the passes of its orders; `addresses` are the accepted marketplaces.

    Raises `Refused` if the evidence is of another marketplace, or if an order has changed since.
    Orders without evidence are left as they are.
    """
    if evidence.marketplace not in addresses:
        raise Refused(
            f"The evidence comes from {shown(evidence.marketplace)}, and this repository buys at "
            f"{shown(addresses[0])}. Ask again: `satops feasibility`."
        )
    changed = [
        action.name
        for action in plan.actions
        if action.spec is not None
        and (simulated := evidence.of(action.name)) is not None
        and simulated.order_digest != action.spec.order.asked.digest
    ]
    if changed:
        names = listed(changed, _NAMED_MAX)
        raise Refused(
            f"Changed since the simulation was made: {names}. The passes in the evidence are those "
            "of another order. Ask again: `satops feasibility`."
        )
    _require_passes(plan, evidence)
    return replace(plan, feasibility=evidence)


def _require_passes(plan: Plan, evidence: Feasibility) -> None:
    """Raise `Refused` if the pass of an order is not in the evidence of its simulation."""
    for action in plan.creates:
        choice = None if action.spec is None else action.spec.order.pass_choice
        simulated = evidence.of(action.name)
        if choice is None or simulated is None or simulated.simulation != choice.simulation:
            continue
        if choice not in [each.choice(simulated.simulation) for each in simulated.passes]:
            raise Refused(
                f"The pass of {action.name} is not in the evidence: result {choice.result}, "
                f"{shown(choice.satellite)}, {choice.start}. Paste it again as `satops "
                "feasibility` prints it."
            )
