"""A ledger as a team has it after a winter: what lists, sums and the report are tested on."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

from satops.core import json_text
from satops.core.json_text import Raw
from satops.core.ledger.chain import EMPTY, Head, encode, line_digest
from satops.core.ledger.events import (
    DeliveryFetched,
    Event,
    Extent,
    ForeignNoted,
    LedgerStarted,
    OrderAdopted,
    Refreshed,
    RunStarted,
    StatusObserved,
    SubmissionIntended,
    SubmissionLeftInDoubt,
    SubmissionNotSent,
    SubmissionPlaced,
    SubmissionRejected,
)
from satops.core.order.order import Location, instant_text
from satops.offers.eo_imagery import EO_IMAGERY
from satops.workflow.rows import Reading, Rows
from tests.offers.orders import eo_order

NOW = "2031-02-10T09:00:00Z"
LEDGER = "0123456789abcdef0123456789abcdef"
DAY = timedelta(days=1)


@dataclass
class Ledger:
    """A ledger that grows, event by event, at moments that the test names."""

    lines: list[bytes] = field(default_factory=list)
    head: Head = EMPTY
    run: str = "run-0"

    def add(self, at: datetime, *events: Event) -> str:
        """Append events; returns the SHA-256 of the last line."""
        made, self.head = encode(events, head=self.head, time=at, run=self.run)
        self.lines += made
        return line_digest(made[-1])

    def begin(self, run: str, at: datetime, **facts: Any) -> None:
        """Begin a run."""
        self.run = run
        started = RunStarted(command="apply", tool="satops test", host="ci", **facts)
        self.add(at, started)

    def intend(self, name: str, at: datetime, **fields: Any) -> str:
        """Append an intent; returns its identity."""
        return self.add(at, intent(name, at, **fields))

    def buy(self, name: str, at: datetime, **fields: Any) -> None:
        """Append an intent and its receipt."""
        self.place(name, at, self.intend(name, at, **fields))

    def place(self, name: str, at: datetime, identity: str) -> None:
        """Append the receipt of an intent."""
        self.add(at, SubmissionPlaced(name, 1, f"PROG_{name}", identity))


def square(west: float, south: float, size: float = 0.2) -> tuple[Location, ...]:
    """Return the outline of a square."""
    east, north = west + size, south + size
    return ((west, south), (east, south), (east, north), (west, north), (west, south))


def intent(
    name: str,
    at: datetime,
    *,
    where: Sequence[Location] = square(105.8, 21.0),
    start: datetime | None = None,
    days: float = 14,
    area_km2: float = 100.0,
    provider: str = "changguang",
    mode: int = 2,
    **fields: Any,
) -> SubmissionIntended:
    """Return an intent with a real order in it."""
    begin = start or at + DAY
    order = eo_order(
        provider=provider, rings=[where], start=begin, end=begin + timedelta(days=days),
        resolution_type=mode,
    )  # fmt: skip
    longitudes, latitudes = zip(*where, strict=True)
    return SubmissionIntended(
        name=name,
        attempt=1,
        order_digest=order.digest,
        order=Raw(order.canonical),
        request="{}",
        source=json_text.raw({"file": f"orders/{name}.yaml", "line": 1, "sha256": "0" * 64}),
        footprint=Extent(
            area_km2=area_km2, west=min(longitudes), south=min(latitudes),
            east=max(longitudes), north=max(latitudes),
        ),
        until=instant_text(at + timedelta(minutes=5)),
        **fields,
    )  # fmt: skip


def season() -> Ledger:
    """Return the ledger: 2 teams, 2 currencies, a series, and one order in each kind of trouble."""
    made = Ledger(run="begin")
    day = datetime(2030, 11, 20, 8, 0, tzinfo=UTC)
    made.add(day, LedgerStarted(LEDGER, "satops test", marketplace="https://market.example"))
    _november(made, day + DAY)
    _december(made, datetime(2030, 12, 5, 10, 0, tzinfo=UTC))
    _january(made, datetime(2031, 1, 15, 10, 0, tzinfo=UTC))
    _refreshed(made, datetime(2031, 2, 10, 1, 0, tzinfo=UTC))
    return made


def _november(made: Ledger, at: datetime) -> None:
    made.begin("run-1", at, actor="Lan", commit="a" * 40, pull_request="https://git.example/pr/3")
    ports = {"labels": {"team": "ports", "ticket": "P-1"}, "currency": "USD"}
    made.buy("hamburg", at, where=square(9.8, 53.4), estimated_cost=900.0, days=30, **ports)
    made.buy("no-labels", at, where=square(-70.3, -53.2))


def _december(made: Ledger, at: datetime) -> None:
    made.begin(
        "run-2", at, actor="Minh", commit="b" * 40, pull_request="https://git.example/pr/7",
        approvals=("Ada", "Grace"), run_url="https://git.example/run/2",
    )  # fmt: skip
    water = {"labels": {"team": "hydrology"}, "currency": "USD"}
    made.buy(
        "mekong", at, where=square(105.4, 10.0, 0.6), area_km2=4000.0, estimated_cost=12_000.5,
        captures=2, approvals=("Ada",), pull_request="https://git.example/pr/8", commit="c" * 40,
        committed=True, **water,
    )  # fmt: skip
    made.buy("red-river", at, where=square(105.8, 20.9), estimated_cost=1_200.25, **water)
    made.buy(
        "tonle-sap", at, where=square(103.9, 12.6), estimated_cost=500.0,
        labels={"team": "hydrology"}, currency="EUR",
    )  # fmt: skip
    identity = made.intend("fiji", at, where=square(179.9, -17.0), estimated_cost=300.0, **water)
    made.add(at, SubmissionLeftInDoubt("fiji", 1, "the answer was lost", "", identity))
    identity = made.intend("refused", at, estimated_cost=77.0, **water)
    made.add(at, SubmissionRejected("refused", 1, 400, "area too large", identity))
    identity = made.intend("offline", at, **water)
    made.add(at, SubmissionNotSent("offline", 1, "connection refused", identity))


def _january(made: Ledger, at: datetime) -> None:
    made.begin("run-3", at, actor="Lan", commit="d" * 40, pull_request="https://git.example/pr/9")
    for number, port in enumerate(("hkg", "sgp")):
        for month in (2, 3):
            made.buy(
                f"ports-2031.{port}.2031-0{month}", at, where=square(104 + 10 * number, 1.2),
                start=datetime(2031, month, 1, tzinfo=UTC), days=28, provider="tianyi", mode=5,
                labels={"team": "ports"}, estimated_cost=250.0, currency="USD",
                series="ports-2031", keys=(("port", port), ("month", f"2031-0{month}")),
                axes=({"name": "port"}, {"name": "month"}), members=4,
            )  # fmt: skip
    made.add(at, OrderAdopted("by-phone", "PROG_phone", "Lan", "ordered by phone"))
    made.add(at, ForeignNoted("PROG_theirs", "Lan", "of another department"))


def _refreshed(made: Ledger, at: datetime) -> None:
    made.begin("night", at, actor="ci")
    made.add(
        at,
        StatusObserved("hamburg", "PROG_hamburg", 3, amount=850.0, currency="USD"),
        DeliveryFetched(
            "hamburg", "PROG_hamburg", "1", 5, sha256(b"x").hexdigest(), "image/tiff", "https://a.b"
        ),
        StatusObserved("mekong", "PROG_mekong", 2, amount=12_500.0),
        StatusObserved("red-river", "PROG_red-river", 5),
        StatusObserved("tonle-sap", "PROG_tonle-sap", 6),
        StatusObserved("ports-2031.sgp.2031-02", "PROG_ports-2031.sgp.2031-02", 1),
        Refreshed(9, not_listed=("PROG_no-labels",)),
    )


def rows_of(ledger: Ledger, now: str = NOW) -> Rows:
    """Return a ledger as rows, with outlines."""
    return Reading(EO_IMAGERY, now, outlines=True).fold(ledger.lines).rows
