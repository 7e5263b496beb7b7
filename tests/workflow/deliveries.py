"""A team whose orders were delivered: a real marketplace with faults, a real folder, a ledger."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from satops.adapters.deliveries.folder import FolderTarget
from satops.adapters.marketplaces.eo_imagery import HttpMarketplace
from satops.adapters.token import Token
from satops.core import json_text
from satops.core.ledger.chain import EMPTY, encode
from satops.core.ledger.events import RunStarted
from satops.core.plan.config import ApplyConfig, DeliveryConfig, MarketplaceConfig
from satops.offers.eo_imagery import EO_IMAGERY
from satops.sandbox.deliveries import products
from satops.sandbox.faults import Rule
from satops.sandbox.options import Options
from satops.sandbox.server import Sandbox, serve_in_thread
from satops.workflow.download import Downloading
from satops.workflow.download_report import DownloadReport, Failure, Product, Wanted
from satops.workflow.fetch import Watch
from satops.workflow.ledger_session import LedgerSession
from satops.workflow.targets import Target
from tests.adapters.marketplaces import SECRET
from tests.chains import STARTED, intended, placed
from tests.fakes.clock import FakeClock
from tests.fakes.ledger_store import MemoryStore
from tests.sandbox.client import order

SIDE = 700
"""Pixels: an image is about half a megabyte."""


@dataclass
class Team:
    """One ledger, one target, and the marketplace."""

    sandbox: Sandbox
    target: Target
    numbers: dict[str, str]
    """Name to order number."""
    clock: FakeClock = field(default_factory=FakeClock)
    store: MemoryStore = field(default_factory=MemoryStore)
    config: DeliveryConfig = field(default_factory=DeliveryConfig)
    seen: list[str] = field(default_factory=list)
    """All that anybody was told."""
    stall_s: float = 60.0

    def __post_init__(self) -> None:
        events = [STARTED]
        for cloud, (name, number) in enumerate(self.numbers.items()):
            events += [intended(name, max_cloud=cloud), placed(name, order_no=number)]  # type: ignore[list-item]
        lines, _ = encode(events, head=EMPTY, time=self.clock.now(), run="r0")
        self.store.lines.extend(lines)

    def session(self) -> LedgerSession:
        """Return a run's view of the ledger."""
        session = LedgerSession(self.store, self.clock, "r1")
        session.read()
        session.begin(RunStarted("download", "satops", "host"))
        return session

    def marketplace(self) -> HttpMarketplace:
        """Return a client with a token of its own."""
        return HttpMarketplace(
            MarketplaceConfig(url=self.sandbox.url),
            ApplyConfig(),
            Token(SECRET),
            delivery=self.config,
            sleep=self.clock.sleep,
            stall_s=self.stall_s,
        )

    def download(self, *names: str, **wanted: Any) -> DownloadReport:
        """Download once, going on after failures unless told otherwise."""
        marketplace = self.marketplace()
        try:
            report = Downloading(
                offer=EO_IMAGERY,
                session=self.session(),
                marketplace=marketplace,
                target=self.target,
                config=self.config,
                wanted=Wanted(names, **{"keep_going": True, **wanted}),
                progress=self,
            ).run()
        finally:
            marketplace.close()
        self.seen.append(repr(report))
        return report

    def faults(self, *rules: Rule) -> None:
        """Let downloads go wrong."""
        self.sandbox.faults.replace(rules)

    def events(self, kind: str = "DeliveryFetched") -> list[dict[str, Any]]:
        """Return events of a kind."""
        return [e for e in map(json_text.loads, self.store.lines) if e["kind"] == kind]

    def sold(self, revision: int = 0) -> dict[str, set[bytes]]:
        """Return the bytes of every product of each name, as the marketplace has them."""
        stored = {it.order_no: it for it in self.sandbox.store.orders()}
        options = self.sandbox.store.options
        return {
            name: {it.content for it in products(options, stored[number], revision)}
            for name, number in self.numbers.items()
        }

    def files(self) -> dict[str, set[bytes]]:
        """Return the bytes of every file of a folder target under a final name, by order."""
        assert isinstance(self.target, FolderTarget)
        return {
            name: {
                path.read_bytes()
                for path in (self.target.root / name).glob("*")
                if not path.name.startswith(".") and not path.name.endswith(".stac.json")
            }
            for name in self.numbers
        }

    def ranges(self) -> list[str]:
        """Return the Range header of each request for a product, empty where there was none."""
        asked = self.sandbox.store.requests("/download")
        return [dict(it.headers).get("range", "") for it in asked]

    def wanted(self, count: int) -> None:
        """See `Progress`."""

    def began(self, name: str, product: str) -> Watch:
        """See `Progress`."""
        return self

    def grew(self, here: int, total: int | None) -> None:
        """See `Watch`."""

    def ended(self, result: Product | Failure) -> None:
        """See `Progress`."""
        self.seen.append(repr(result))


@contextmanager
def delivered(folder: Path, names: Sequence[str] = ("a",), **options: Any) -> Iterator[Team]:
    """Give a team some of whose orders were delivered."""
    given: dict[str, Any] = {"lifecycle": ((0, 2),), "product_side": SIDE, **options}
    with serve_in_thread(folder / "sandbox.db", options=Options(**given)) as sandbox:
        numbers = {name: sandbox.store.insert(order()) for name in names}
        yield Team(sandbox, FolderTarget(folder / "to", wait_s=30), numbers)
