"""The marketplace of flights, in memory: it keeps the promises of `ports.Marketplace`."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from satops.core.delivery.link import Served
from satops.core.order.marketplace_order import DownloadLinks, Image, MarketplaceOrder
from satops.core.order.passes import Simulation
from satops.core.order.submission import InDoubt, Outcome, Receipt
from satops.errors import NotSimulated


class Hangar:
    """Sells flights; `loses` makes the answer to the next order get lost."""

    address = "https://flights.invalid"
    longest_answer_s = 1.0
    clock_ahead_s = 0.0

    def __init__(self) -> None:
        self.requests: list[bytes] = []
        self.sold: list[MarketplaceOrder] = []
        self.loses = False

    def place(self, request: bytes) -> Outcome:
        self.requests.append(request)
        asked = json.loads(request)
        number = f"FLIGHT_{len(self.sold) + 1}"
        polygon = {"type": "Polygon", "coordinates": asked["field"]}
        self.sold.append(
            MarketplaceOrder(
                number,
                status=1,
                provider="kestrel",
                geometry=json.dumps(polygon),
                start=asked["between"][0],
                end=asked["between"][1],
                terms={"camera": asked["camera"].lower(), "heightM": asked["height"]},
                created_at=datetime.now(UTC),
            )
        )
        if self.loses:
            return InDoubt("the answer was lost")
        return Receipt(number)

    def place_result(self, request: bytes) -> Outcome:
        raise AssertionError("flights are not ordered by results")

    def simulate(self, request: bytes) -> str:
        raise NotSimulated("flights are not simulated")

    def simulation(self, number: str) -> Simulation | None:
        return None

    def orders(self) -> Iterator[MarketplaceOrder]:
        yield from reversed(self.sold)

    def order(self, order_no: str) -> MarketplaceOrder | None:
        return next((each for each in self.sold if each.order_no == order_no), None)

    def download_links(self, order_no: str) -> DownloadLinks | None:
        found = self.order(order_no)
        if found is None:
            return None
        url = f"{self.address}/{order_no}?signature=secret"
        return DownloadLinks(found.status, (url,) if found.status in (2, 6) else ())

    def images(self, order_no: str) -> tuple[Image, ...]:
        return ()

    @contextmanager
    def open_link(self, url: str, *, have: int, etag: str | None) -> Iterator[Served]:
        yield Served(0, 8, None, "image/tiff", "field.tif", str, iter((b"II*\0land",)))
