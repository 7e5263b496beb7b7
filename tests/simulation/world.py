"""A small world with everything that can go wrong, driven by one seed.

True time belongs to the world.  Each machine has a wall clock that may be ahead or behind, its
own spool and its own looks; the marketplace and the ledger's store are shared.  At every step that
a run takes outside itself the world may kill it, lose an answer, fail the store, let another run
go first, on this machine or another, or set a clock.  Nothing is threaded, so a seed replays to
the letter.
"""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, Future
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any, TypeVar

from msgspec import Struct

from satops.core import json_text
from satops.core.delivery.link import LinkFailed, Served
from satops.core.ledger.chain import GENESIS, Head, line_digest
from satops.core.order.marketplace_order import DownloadLinks, Image, MarketplaceOrder
from satops.core.order.passes import Pass, Simulation
from satops.core.order.submission import InDoubt, NotSent, Outcome, Receipt, Rejection
from satops.errors import HeadMoved, LedgerMissing, MarketplaceUnreachable, StoreUnreachable
from satops.offers.eo_imagery.modes import MODES
from satops.ports import LedgerStore, LocalState, Look, Spooled
from tests.simulation.simulations import USED, Simulations

T = TypeVar("T")


class Killed(BaseException):
    """The process ends here, as by SIGKILL: nobody may catch it."""


START = datetime.now(UTC).replace(microsecond=0)
"""When every world begins: specs of two worlds with the same days ahead are the same order."""


@dataclass
class World:
    """Time, chance, and what everybody shares."""

    seed: int
    random: Random = field(init=False)
    seconds: float = 0.0
    faults: bool = True
    start: datetime = START
    rival: Callable[[], None] | None = None
    """Another whole run, which may come between any two steps of this one."""
    trace: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.random = Random(self.seed)

    def happens(self, share: float) -> bool:
        """Tell whether something that goes wrong in a share of all cases goes wrong now."""
        return self.faults and self.random.random() < share

    def step(self, label: str) -> None:
        """Pass one moment at which a run can be killed, overtaken or delayed."""
        if self.happens(0.02):
            self.seconds += self.random.choice((0.1, 5, 70, 400))
        if self.rival is not None and self.happens(0.05):
            rival, self.rival = self.rival, None
            self.trace.append(f"  overtaken at {label}")
            rival()
        if self.happens(0.02):
            self.trace.append(f"  killed at {label}")
            raise Killed(label)


class MachineClock:
    """True time, with a wall clock that is wrong by some seconds."""

    def __init__(self, world: World, ahead_s: float) -> None:
        self._world = world
        self.ahead_s = ahead_s

    @property
    def epoch(self) -> str:
        """The machines of this world are never started anew."""
        return "boot"

    def now(self) -> datetime:
        """Return what this machine takes for the time."""
        return self._world.start + timedelta(seconds=self._world.seconds + self.ahead_s)

    def monotonic(self) -> float:
        """Return true seconds."""
        return self._world.seconds

    def sleep(self, seconds: float) -> None:
        """Let true time pass."""
        self._world.seconds += seconds


class SharedStore:
    """A ledger that fails, lies about success, and lets others in.  It is kept in memory."""

    address = "memory:"

    def __init__(self, world: World, orders_per_append: int) -> None:
        self._world = world
        self.orders_per_append = orders_per_append
        self.lines: list[bytes] = []

    def read(self, after: int = 0) -> Iterator[bytes]:
        """See the port."""
        self._world.step("read")
        if self._world.happens(0.01):
            raise StoreUnreachable("no answer to a read")
        yield from self.kept(after)

    def kept(self, after: int = 0) -> Iterator[bytes]:
        """Yield what was appended, without bad luck."""
        if not self.lines:
            raise LedgerMissing("no ledger")
        yield from self.lines[after:]

    def keep(self, lines: Sequence[bytes], expected_head: str) -> None:
        """Append without bad luck."""
        if (line_digest(self.lines[-1]) if self.lines else GENESIS) != expected_head:
            raise HeadMoved("moved")
        self.lines.extend(lines)

    def append(self, lines: Sequence[bytes], expected_head: str) -> None:
        """See the port."""
        self._world.step("append")
        if self._world.happens(0.02):
            raise StoreUnreachable("no answer, and nothing was written")
        self.keep(lines, expected_head)
        if self._world.happens(0.02):
            raise StoreUnreachable("written, and the answer was lost")
        if self._world.happens(0.02):
            raise HeadMoved("written, tried again by a client library, and taken for another's")
        self._world.step("appended")


class ServedStore(SharedStore):
    """The same bad luck before a real store, which alone says what was appended."""

    def __init__(self, world: World, orders_per_append: int, real: LedgerStore) -> None:
        super().__init__(world, orders_per_append)
        self._real = real

    def kept(self, after: int = 0) -> Iterator[bytes]:
        """Read the real store."""
        return self._real.read(after)

    def keep(self, lines: Sequence[bytes], expected_head: str) -> None:
        """Append to the real store."""
        self._real.append(lines, expected_head)


class Bought(Struct):
    """One real order, and when it becomes visible."""

    order: MarketplaceOrder
    request: bytes
    visible_at: float


class Seller:
    """The marketplace: what it stores is bought, whatever it answers."""

    address = "https://market.invalid"
    longest_answer_s = 70.0
    clock_ahead_s: float | None = None

    def __init__(self, world: World, *, late_s: float) -> None:
        self._world = world
        self._late_s = late_s
        self.bought: list[Bought] = []
        self.on_store: Callable[[bytes], None] = lambda _: None
        self.simulations = Simulations()
        self.simulation_id: Callable[[Pass], str] = lambda row: row.simulation
        """What `simulationId` of an order from a simulation holds."""

    def place(self, request: bytes) -> Outcome:
        """See the port.  The request is under way for at most `longest_answer_s`."""
        return self._sell(request, self._store)

    def place_result(self, request: bytes) -> Outcome:
        """See the port; a gateway may ask twice, and give the second answer.

        A refusal in the marketplace's own words is what the client makes of one: a doubt.
        """
        outcome = self._sell(request, self._store_result)
        if isinstance(outcome, Receipt) and self._world.happens(0.1):
            assert self._store_result(request) is None
            slow_down = Rejection(429, "slow down", retry_after_s=1.0)
            return self._world.random.choice((USED, USED, slow_down))
        refused = isinstance(outcome, Rejection) and outcome.code == 400
        return USED if refused else outcome

    def simulate(self, request: bytes) -> str:
        """See the port."""
        return self.simulations.start(request)

    def simulation(self, number: str) -> Simulation | None:
        """See the port."""
        self._world.step("simulation")
        if self._world.happens(0.05):
            raise MarketplaceUnreachable("no answer to a question about a simulation")
        return self.simulations.find(number)

    def _sell(self, request: bytes, store: Callable[[bytes], str | None]) -> Outcome:
        world = self._world
        if world.happens(0.05):
            return NotSent("refused")
        if world.happens(0.02):
            raise Killed("before the request was stored")
        if world.happens(0.05):
            return Rejection(400, "Satellite not available")
        if world.happens(0.03):
            return Rejection(429, "slow down", retry_after_s=world.random.choice((1.0, 500.0)))
        if world.happens(0.02):
            return Rejection(401, "no right", stops_run=True)
        if world.happens(0.05):
            return InDoubt("no whole answer", "lost before it was stored")
        if world.happens(0.1):
            world.seconds += world.random.choice((1, 30, 69))
        order_no = store(request)
        if order_no is None:
            return USED
        if world.happens(0.02):
            raise Killed("after the request was stored")
        if world.happens(0.1):
            return InDoubt("no whole answer", "lost after it was stored")
        return Receipt(order_no)

    def _store(self, request: bytes) -> str:
        self.on_store(request)
        return self._keep(json_text.loads(request), request)

    def _store_result(self, request: bytes) -> str | None:
        self.on_store(request)
        result = json_text.loads(request)["resultId"]
        found = self.simulations.of_result(result)
        if found is None:
            return None
        asked, row = found
        assert row.start is not None
        assert row.stop is not None
        window = {"startDate": row.start[:19], "endDate": row.stop[:19]}
        number = self.simulation_id(row)
        self.simulations.used[result] = self._keep({**asked.request, **window}, request, number)
        return self.simulations.used[result]

    def _keep(self, body: dict[str, Any], request: bytes, simulation: str | None = None) -> str:
        world = self._world
        order_no = f"PROG_{len(self.bought) + 1:04}"
        mode = MODES[body["resolutionType"]]
        order = MarketplaceOrder(
            order_no=order_no,
            provider=body["provider"],
            kind=2,
            status=1,
            geometry=body["geometry"],
            start=body["startDate"],
            end=body["endDate"],
            terms={
                "recurring": False,
                "resolution": mode.resolution_m,
                **({"maxCloud": body["maxCloud"]} if "maxCloud" in body else {}),
            },
            # The marketplace's clock is the true one, and it writes whole seconds.
            created_at=world.start + timedelta(seconds=int(world.seconds)),
            simulation=simulation,
        )
        late_s = world.random.uniform(0, self._late_s) if world.happens(0.3) else 0.0
        self.bought.append(Bought(order, request, world.seconds + late_s))
        return order_no

    def orders(self) -> Iterator[MarketplaceOrder]:
        """See the port."""
        self._world.step("query")
        if self._world.happens(0.05):
            raise MarketplaceUnreachable("no answer to a query")
        for item in reversed(self.bought):
            if item.visible_at <= self._world.seconds:
                yield item.order
        self._world.step("listed")

    def order(self, order_no: str) -> MarketplaceOrder | None:
        """See the port."""
        return next((b.order for b in self.bought if b.order.order_no == order_no), None)

    def download_links(self, order_no: str) -> DownloadLinks | None:
        """See the port: nothing is ever delivered here."""
        found = self.order(order_no)
        return None if found is None else DownloadLinks(found.status, ())

    def images(self, order_no: str) -> tuple[Image, ...]:
        """See the port: nothing is ever delivered here."""
        return ()

    def open_link(self, url: str, *, have: int, etag: str | None) -> AbstractContextManager[Served]:
        """See the port: no link of this marketplace was ever given."""
        raise LinkFailed("HTTP 404")


class LocalSpool:
    """One machine's spool: it survives a kill."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.kept: list[Spooled] = []
        self.received: list[Spooled] = []
        """All that was ever kept: what is no longer in the spool must be in the ledger."""

    address = "the spool of a machine"

    def prepare(self, outcomes: int) -> None:
        """See the port."""
        if self._world.happens(0.01):
            raise OSError(28, "No space left on device")

    def keep(self, entry: Spooled) -> None:
        """See the port."""
        self._world.step("spool")
        if self._world.happens(0.02):
            raise OSError(28, "No space left on device")
        self.kept.append(entry)
        self.received.append(entry)
        self._world.step("spooled")

    def entries(self) -> Sequence[Spooled]:
        """See the port."""
        self._world.step("entries")
        return list(self.kept)

    def forget(self, entries: Sequence[Spooled]) -> None:
        """See the port."""
        self._world.step("forget")
        self.kept = [entry for entry in self.kept if entry not in entries]


class LocalLooks:
    """One machine's looks: they survive a kill."""

    def __init__(self) -> None:
        self._kept: dict[tuple[str, str], Look] = {}

    def look(self, intent: str, epoch: str) -> Look | None:
        """See the port."""
        return self._kept.get((intent, epoch))

    def note(self, intent: str, look: Look) -> None:
        """See the port."""
        self._kept[(intent, look.epoch)] = look


class LocalMark:
    """One machine's last own head."""

    def __init__(self) -> None:
        self.head: Head | None = None

    def noted(self) -> Head | None:
        """See the port."""
        return self.head

    def note(self, head: Head, *, accepted: bool = False) -> None:
        """See the port."""
        if accepted or self.head is None or self.head.seq < head.seq:
            self.head = head


@dataclass
class Machine:
    """Where runs take place."""

    name: str
    clock: MachineClock
    spool: LocalSpool
    looks: LocalLooks
    mark: LocalMark = field(default_factory=LocalMark)
    runs: int = 0

    @property
    def local(self) -> LocalState:
        """What this machine keeps of the ledger."""
        return LocalState(self.spool, self.looks, self.mark, "a machine", fresh=False)


class Inline(Executor):
    """Runs each call at once, on the caller's thread."""

    def submit(self, call: Callable[..., T], /, *args: Any, **kwargs: Any) -> Future[T]:
        """Run a call, and let a kill through."""
        future: Future[T] = Future()
        future.set_result(call(*args, **kwargs))
        return future
