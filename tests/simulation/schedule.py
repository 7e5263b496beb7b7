"""One schedule: runs, people and time, in an order that the seed decides, checked at each turn."""

from collections.abc import Callable, Sequence
from datetime import timedelta

from satops.core.ledger.chain import EMPTY, GENESIS, encode
from satops.core.ledger.events import LedgerStarted, RunStarted
from satops.core.ledger.state import OPEN, SPENT, LedgerState, Standing
from satops.core.order.order import Order, instant_text
from satops.core.order.submission import Receipt
from satops.core.plan.config import (
    ApplyConfig,
    BuyConfig,
    Config,
    Limit,
    MarketplaceConfig,
    ReconcileConfig,
)
from satops.core.plan.plan import ActionKind
from satops.core.spec.spec import Footprint, Source, Spec
from satops.errors import ExitCode, Refused, SatopsError
from satops.offers import offer_of
from satops.offers.eo_imagery.request import simulation_request
from satops.workflow.apply import Applying
from satops.workflow.apply_report import ApplyReport
from satops.workflow.ask_again import AskingAgain
from satops.workflow.begin import begin
from satops.workflow.guards import Approval
from satops.workflow.ledger_session import LedgerSession
from satops.workflow.origins import Origins
from satops.workflow.plan import make_plan
from satops.workflow.reconcile import reconcile_patiently
from satops.workflow.resolve import resolve_not_placed, resolve_placed
from satops.workflow.validate import Tree
from tests.fakes.repository import GivenTree, NoHistory, proof_of
from tests.offers.orders import eo_order, of_pass
from tests.simulation.world import (
    Inline,
    Killed,
    LocalLooks,
    LocalSpool,
    Machine,
    MachineClock,
    Seller,
    SharedStore,
    World,
)

LATE_S = 600.0
"""The latest that a new order becomes visible: less than `waitS`, as docs/safety.md asks."""
AREA_KM2 = 100.0


class Quiet:
    """Hears of outcomes and says nothing."""

    def started(self, expected: int) -> None:
        """See `Progress`."""

    def finished(self, result: object) -> None:
        """See `Progress`."""


class Schedule:
    """A team with two machines, some specs, and bad luck."""

    def __init__(
        self, seed: int, open_store: Callable[[World, int], SharedStore] = SharedStore
    ) -> None:
        self.world = World(seed)
        chance = self.world.random
        self.store = open_store(self.world, chance.choice((1, 3, 10)))
        self.seller = Seller(self.world, late_s=LATE_S)
        self.seller.on_store = self._check_intended
        aheads = (0.0, chance.choice((0.0, -30.0, 30.0, 3000.0, -3000.0)))
        self.machines = [
            Machine(name, MachineClock(self.world, ahead), LocalSpool(self.world), LocalLooks())
            for name, ahead in zip("ab", aheads, strict=True)
        ]
        self.config = Config(
            marketplace=MarketplaceConfig(url="https://market.invalid", simulation=True),
            apply=ApplyConfig(concurrency=chance.choice((1, 2, 4))),
            reconcile=ReconcileConfig(),
            limits=(Limit("ordersPerMonth", 1000, "satops.yaml", 1),),
        )
        if chance.random() < 0.5:
            self.seller.simulation_id = lambda row: str(row.result)
        self.specs = {f"order-{n}": self._spec(n) for n in range(chance.randint(1, 6))}
        self.name_of = {self._request(spec): spec.name for spec in self.specs.values()}
        started, _ = encode(
            [LedgerStarted("simulated", "satops")], head=EMPTY, time=self.world.start, run="init"
        )
        self.store.keep(started, GENESIS)

    def play(self) -> None:
        """Go through the schedule, then let the faults stop and see that all comes right."""
        chance = self.world.random
        moves: Sequence[Callable[[], None]] = (
            self._apply,
            self._apply,
            self._apply,
            self._reconcile,
            self._wait,
            self._person,
            self._set_clock,
            self._add_spec,
            self._ask_again,
        )
        for _ in range(chance.randint(4, 14)):
            chance.choice(moves)()
            self.check()
        self.world.faults = False
        self._converge()

    def check(self) -> None:
        """Hold every invariant against the ledger and against what was really bought."""
        state = self.state()
        real: dict[str, list[str]] = {}
        for item in self.seller.bought:
            real.setdefault(self.name_of[item.request], []).append(item.order.order_no)
        for name, numbers in real.items():
            known = state.orders[name]
            assert len(numbers) == 1, f"{name} was bought {len(numbers)} times: {numbers}"
            assert known.standing in SPENT, (
                f"{name} is real, and the ledger calls it {known.standing}"
            )
            if known.standing is Standing.PLACED:
                assert known.order_no == numbers[0], f"{name} has the wrong number"
        for order_no in state.claimed:
            assert any(item.order.order_no == order_no for item in self.seller.bought)
        spent = sum(known.standing in SPENT for known in state.orders.values())
        assert spent >= len(self.seller.bought), "less is counted than was spent"
        for machine in self.machines:
            for entry in machine.spool.received:
                if isinstance(entry.outcome, Receipt) and entry not in machine.spool.kept:
                    assert entry.outcome.order_no in state.claimed, f"a number is lost: {entry}"

    def state(self) -> LedgerState:
        """Fold the ledger as it stands, checking the chain."""
        state = LedgerState()
        state.fold(self.store.kept())
        return state

    def _check_intended(self, request: bytes) -> None:
        known = self.state().orders[self.name_of[request]]
        assert known.standing in OPEN, "sent without a durable intent"

    def _apply(self) -> None:
        machine, other = self.world.random.choices(self.machines, k=2)
        self.world.rival = lambda: self._run_on(other)
        self._run_on(machine)
        self.world.rival = None

    def _run_on(self, machine: Machine) -> None:
        world = self.world
        try:
            report = self._apply_on(machine)
        except Killed:
            return
        except SatopsError as error:
            world.trace.append(f"{machine.name}: apply: {type(error).__name__} {error}")
            return
        said = [(order.name, order.outcome) for order in report.orders]
        world.trace.append(f"{machine.name}: apply: {report.exit_code!r} {said}")
        if report.exit_code is ExitCode.DONE:
            now = instant_text(machine.clock.now())
            mine = [known for known in self.state().orders.values() if known.run == report.run]
            assert all(known.standing_at(now) is not Standing.IN_DOUBT for known in mine)
            assert report.count("placed") + report.count("placed-by-other") >= report.expected
            assert not any(known.standing in OPEN for known in self.state().orders.values())

    def _apply_on(self, machine: Machine) -> ApplyReport:
        machine.runs += 1
        run = f"{machine.name}{machine.runs}"
        world = self.world

        session = LedgerSession(self.store, machine.clock, run)
        session.read()
        return Applying(
            session=session,
            local=machine.local,
            marketplace=self.seller,
            config=self.config,
            started=RunStarted("apply", "satops", machine.name),
            specs=GivenTree(Tree(tuple(self.specs.values()), (), 1)),
            proof=proof_of(self.store, machine.clock),
            origins=Origins(NoHistory(), BuyConfig()),
            approval=Approval(attended=True),
            progress=Quiet(),
            executor=Inline(),
            reach=world.step,
        ).run()

    def _reconcile(self, patience_s: float = 0.0) -> None:
        machine = self.world.random.choice(self.machines)
        machine.runs += 1
        session = LedgerSession(self.store, machine.clock, f"{machine.name}{machine.runs}")
        patience_s = self.world.random.choice((patience_s, patience_s, 4000.0))
        try:
            begin(session, machine.local, RunStarted("reconcile", "satops", machine.name))
            report = reconcile_patiently(
                session=session,
                marketplace=self.seller,
                looks=machine.looks,
                config=self.config,
                any_account=False,
                patience_s=patience_s,
            )
        except Killed:
            return
        except SatopsError as error:
            self.world.trace.append(f"{machine.name}: reconcile: {type(error).__name__} {error}")
            return
        settled = [(f.name, f.settled.placed if f.settled else f.wait_s) for f in report.findings]
        self.world.trace.append(f"{machine.name}: reconcile: {settled}")

    def _wait(self) -> None:
        self.world.seconds += self.world.random.choice((1, 60, 301, 1000, 5000))

    def _set_clock(self) -> None:
        self.machines[1].clock.ahead_s = self.world.random.choice((-3000.0, -5.0, 0.0, 5.0, 3000.0))

    def _add_spec(self) -> None:
        number = len(self.specs)
        spec = self._spec(number)
        self.specs[spec.name] = spec
        self.name_of[self._request(spec)] = spec.name

    def _person(self) -> None:
        """Have an operator with a right clock settle one doubt, knowing the truth."""
        machine = self.machines[0]
        session = LedgerSession(self.store, machine.clock, f"person{self.state().head.seq}")
        try:
            state = session.read()
            now = instant_text(machine.clock.now() - timedelta(seconds=3600))
            doubts = [k for k in state.orders.values() if k.standing_at(now) is Standing.IN_DOUBT]
            if not doubts:
                return
            known = self.world.random.choice(doubts)
            numbers = {
                self.name_of[item.request]: item.order.order_no for item in self.seller.bought
            }
            if known.name in numbers:
                resolve_placed(
                    session=session,
                    name=known.name,
                    order_no=numbers[known.name],
                    by="operator",
                    because=None,
                    config=self.config,
                    marketplace=self.seller,
                )
            else:
                resolve_not_placed(
                    session=session,
                    name=known.name,
                    by="operator",
                    because="asked",
                    looks=machine.looks,
                    config=self.config,
                    look=None,
                )
        except (Refused, SatopsError, Killed) as error:
            self.world.trace.append(f"person: {type(error).__name__} {error}")

    def _ask_again(self) -> None:
        """Have an operator ask once more for a result that is in doubt."""
        doubts = [k.name for k in self.state().orders.values() if k.bought_pass and k.doubted]
        if not doubts:
            return
        machine = self.world.random.choice(self.machines)
        machine.runs += 1
        session = LedgerSession(self.store, machine.clock, f"{machine.name}{machine.runs}")
        try:
            begin(session, machine.local, RunStarted("ask again", "satops", machine.name))
            told = AskingAgain(
                session=session,
                local=machine.local,
                marketplace=self.seller,
                specs=GivenTree(Tree(tuple(self.specs.values()), (), 1)),
                config=self.config,
                by="operator",
                because=None,
                confirm=lambda _: None,
                reach=self.world.step,
            ).run(self.world.random.choice(doubts))
        except (SatopsError, Killed) as error:
            self.world.trace.append(f"{machine.name}: ask again: {type(error).__name__} {error}")
        else:
            self.world.trace.append(f"{machine.name}: ask again: {told.result}")

    def _converge(self) -> None:
        """Without faults, looking and applying again must end with every order placed once."""
        for machine in self.machines:
            machine.clock.ahead_s = 0.0
        for _ in range(12):
            self.world.seconds += 4000
            self._reconcile(4000.0)
            self.check()
            self._person()
            self.check()
            report = self._apply_on(self.machines[0])
            self.check()
            if report.exit_code in (ExitCode.DONE, ExitCode.INVALID):
                break
        plan = make_plan(
            Tree(tuple(self.specs.values()), (), 1),
            self.state(),
            self.config,
            now=instant_text(self.machines[0].clock.now()),
            recall=lambda known: None,
        )
        spent = {
            action.name
            for action in plan.actions
            if action.kind is ActionKind.CONFLICT and action.known and action.known.used
        }
        assert plan.count(ActionKind.KEEP) + len(spent) == len(self.specs), [
            (action.name, action.kind, action.reason) for action in plan.actions
        ]
        bought = {self.name_of[item.request] for item in self.seller.bought}
        assert bought == self.specs.keys() - spent

    def _spec(self, number: int) -> Spec:
        west = 10.0 + number
        ring = ((west, 50.0), (west + 0.1, 50.0), (west + 0.1, 50.1), (west, 50.1), (west, 50.0))
        start = self.world.start + timedelta(days=30)
        order = eo_order(
            provider="changguang",
            rings=(ring,),
            start=start,
            end=start + timedelta(days=14),
            max_cloud=20,
            resolution_type=2,
        )
        if self.world.random.random() < 0.4:
            order = self._pass_of(order)
        return Spec(
            name=f"order-{number}",
            source=Source("orders/all.yaml", 1 + number, number, 1, "0" * 64),
            order=order,
            footprint=Footprint(AREA_KM2, west, 50.0, west + 0.1, 50.1, west + 0.05, 50.05, 4, 0),
        )

    def _pass_of(self, order: Order) -> Order:
        """Return the same order, bought by a pass of a simulation of its own."""
        market = self.config.marketplace
        number = self.seller.simulate(simulation_request(order, timezone=market.timezone))
        row = self.seller.simulations.asked[number].found.passes[0]
        choice = row.choice(number)
        assert choice is not None
        return of_pass(order, choice)

    def _request(self, spec: Spec) -> bytes:
        return offer_of(self.config).request(spec.order, self.config.marketplace)
