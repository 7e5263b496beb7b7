"""A team in a world without chance: every answer, failure and minute is scripted by the test."""

from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from datetime import timedelta

import pytest
from msgspec.structs import replace

from satops.core.ledger.chain import EMPTY, encode
from satops.core.ledger.events import LedgerStarted, RunStarted
from satops.core.ledger.state import LedgerState, Standing
from satops.core.order.order import instant_text
from satops.core.order.submission import Outcome
from satops.core.plan.config import BuyConfig, Config, Limit, MarketplaceConfig, ReconcileConfig
from satops.core.plan.plan import Plan
from satops.core.spec.spec import Acknowledgement, Footprint, Source, Spec
from satops.ports import RulesSource
from satops.workflow.apply import Applying
from satops.workflow.apply_report import ApplyReport, Asked
from satops.workflow.begin import begin
from satops.workflow.guards import Approval
from satops.workflow.ledger_session import LedgerSession
from satops.workflow.origins import Origins
from satops.workflow.outcomes import OrderResult
from satops.workflow.plan import make_plan
from satops.workflow.reconcile import ReconcileReport, reconcile_patiently
from satops.workflow.validate import Tree
from tests.fakes.repository import GivenTree, NoHistory, proof_of
from tests.offers.orders import eo_order
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

Script = Callable[["Shop", bytes], Outcome]
"""What the marketplace does with one request."""


class Shop(Seller):
    """A marketplace that follows a script, and places orders when the script is over."""

    def __init__(self, world: World) -> None:
        super().__init__(world, late_s=0)
        self.script: deque[Outcome | Script] = deque()
        self.requests: list[bytes] = []

    def place(self, request: bytes) -> Outcome:
        """Take the next line of the script."""
        self.requests.append(request)
        if not self.script:
            return super().place(request)
        line = self.script.popleft()
        return line(self, request) if callable(line) else line

    def place_result(self, request: bytes) -> Outcome:
        """Likewise."""
        self.requests.append(request)
        if not self.script:
            return super().place_result(request)
        line = self.script.popleft()
        return line(self, request) if callable(line) else line

    def store_result(self, request: bytes) -> str | None:
        """Buy a result, whatever is answered; return the number, or None for one that is used."""
        return self._store_result(request)

    def store(self, request: bytes) -> str:
        """Buy an order, whatever is answered; return its number."""
        return self._store(request)


class Heard:
    """Keeps what the progress was told."""

    def __init__(self) -> None:
        self.expected: int | None = None
        self.results: list[OrderResult] = []

    def started(self, expected: int) -> None:
        """See `Progress`."""
        self.expected = expected

    def finished(self, result: OrderResult) -> None:
        """See `Progress`."""
        self.results.append(result)


class Team:
    """One repository, one ledger, one marketplace, and machines."""

    def __init__(
        self, *specs: Spec, query: bool = True, batch: int = 1, concurrency: int | None = None
    ) -> None:
        self.world = World(seed=0, faults=False)
        self.store = SharedStore(self.world, batch)
        self.shop = Shop(self.world)
        self.machine = self.new_machine()
        self.config = Config(
            marketplace=MarketplaceConfig(url="https://market.invalid", query=query),
            reconcile=ReconcileConfig(wait_s=900, looks=2),
        )
        if concurrency is not None:
            self.config = replace(
                self.config, apply=replace(self.config.apply, concurrency=concurrency)
            )
        self.specs = list(specs)
        self.heard = Heard()
        self.rules: RulesSource | None = None
        """What the orders of a plan are held against."""
        self.any_account = True
        """Spares the proof that it is our account, which needs an order that was placed before."""
        lines, _ = encode(
            [LedgerStarted("team", "satops", marketplace="https://market.invalid")],
            head=EMPTY,
            time=self.world.start,
            run="init",
        )
        self.store.lines.extend(lines)

    def new_machine(self, ahead_s: float = 0.0) -> Machine:
        """Return a machine whose wall clock is ahead by some seconds."""
        clock = MachineClock(self.world, ahead_s)
        return Machine("m", clock, LocalSpool(self.world), LocalLooks())

    def apply(
        self,
        machine: Machine | None = None,
        *,
        run: str = "run",
        stopping: Callable[[], bool] = lambda: False,
        reach: Callable[[str], None] = lambda _: None,
        confirm: Callable[[Plan], None] = lambda _: None,
        tree: Tree | None = None,
        asked: Asked | None = None,
        narrow: Sequence[str] = (),
        attended: bool = True,
        executor: Executor | None = None,
    ) -> ApplyReport:
        """Apply on a machine, one order after the other; `narrow` names the orders to buy."""
        on = machine or self.machine
        session = self.session(on, run)
        asked = asked or Asked(unseen=not self.config.marketplace.query)
        return Applying(
            session=session,
            local=on.local,
            marketplace=self.shop,
            config=self.config,
            started=RunStarted("apply", "satops", on.name),
            specs=GivenTree(tree or Tree(tuple(self.specs), (), 1), self.rules),
            proof=proof_of(self.store, on.clock),
            origins=Origins(NoHistory(), BuyConfig()),
            asked=replace(asked, names=(*asked.names, *narrow)),
            approval=Approval(confirm=confirm, attended=attended),
            any_account=self.any_account,
            progress=self.heard,
            stopping=stopping,
            executor=executor or Inline(),
            reach=reach,
        ).run()

    def plan(self, state: LedgerState | None = None, tree: Tree | None = None) -> Plan:
        """Plan on the ledger as it stands, or on a state."""
        session = self.session()
        return make_plan(
            tree or Tree(tuple(self.specs), (), 1),
            state or session.state,
            self.config,
            now=instant_text(self.machine.clock.now()),
            recall=session.recall,
            rules=self.rules,
        )

    def dies(
        self,
        *script: Outcome | Script,
        machine: Machine | None = None,
        at: str = "",
        run: str = "run",
        narrow: Sequence[str] = (),
    ) -> None:
        """Apply in a process that ends at a step, or where the script of the marketplace says."""
        self.shop.script.extend(script)
        with pytest.raises(Killed):
            self.apply(machine, run=run, reach=kill_at(at), narrow=narrow)

    def reconcile(
        self, machine: Machine | None = None, *, dry_run: bool = False
    ) -> ReconcileReport:
        """Look once."""
        on = machine or self.machine
        session = self.session(on)
        begin(session, on.local, RunStarted("reconcile", "satops", "m"))
        return reconcile_patiently(
            session=session,
            marketplace=self.shop,
            looks=on.looks,
            config=self.config,
            any_account=self.any_account,
            patience_s=0.0,
            dry_run=dry_run,
        )

    def session(self, machine: Machine | None = None, run: str = "person") -> LedgerSession:
        """Return a run's view of the ledger, as it has read it."""
        session = LedgerSession(self.store, (machine or self.machine).clock, run)
        session.read()
        return session

    def standing(self, name: str) -> Standing:
        """Return what the ledger knows of a name now."""
        known = self.state().orders[name]
        return known.standing_at(instant_text(self.machine.clock.now()))

    def state(self) -> LedgerState:
        """Fold the ledger."""
        return self.session().state

    def limit(self, key: str, value: float) -> None:
        """Set a limit."""
        limit = Limit(key, value, "satops.yaml", 9)
        self.config = replace(self.config, limits=(*self.config.limits, limit))


def killed(shop: Shop, request: bytes) -> Outcome:
    """End the process before the request is stored."""
    raise Killed


def killed_after_it_was_stored(shop: Shop, request: bytes) -> Outcome:
    """End the process between the sale and its answer."""
    shop.store(request)
    raise Killed


def kill_at(step: str) -> Callable[[str], None]:
    """Return what ends the process at a step."""

    def reach(name: str) -> None:
        if name == step:
            raise Killed(name)

    return reach


def spec(
    name: str,
    number: int = 0,
    *,
    starts_in_days: float = 30,
    days: float = 14,
    mode: int = 2,
    acknowledge: Sequence[str] = (),
) -> Spec:
    """Return a spec; the number decides what is bought, the rest when."""
    west = 10.0 + number
    ring = ((west, 50.0), (west + 0.1, 50.0), (west + 0.1, 50.1), (west, 50.1), (west, 50.0))
    start = World(0).start + timedelta(days=starts_in_days)
    order = eo_order(
        provider="changguang" if mode <= 3 else "tianyi",
        rings=(ring,),
        start=start,
        end=start + timedelta(days=days),
        max_cloud=20 if mode <= 3 else None,
        resolution_type=mode,
    )
    return Spec(
        name=name,
        source=Source("orders/all.yaml", 1 + number * 10, number, 1, "0" * 64),
        order=order,
        footprint=Footprint(79.5, west, 50.0, west + 0.1, 50.1, west + 0.05, 50.05, 4, 0),
        acknowledge=tuple(Acknowledgement(check, "a reason", 1) for check in acknowledge),
    )
