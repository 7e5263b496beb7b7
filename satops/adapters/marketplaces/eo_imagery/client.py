"""The port `Marketplace` over HTTP."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from time import sleep as system_sleep
from typing import Any, Final

from msgspec.structs import replace

from satops.adapters.marketplaces.eo_imagery.answer import (
    Answer,
    Envelope,
    envelope,
    order_numbers,
    whole_number,
)
from satops.adapters.marketplaces.eo_imagery.download import STALL_S, LinkOpener
from satops.adapters.marketplaces.eo_imagery.orders import (
    PAGE_SIZE,
    PROGRAMMING,
    Bounds,
    Listed,
    every_order,
    read_images,
    read_order,
)
from satops.adapters.marketplaces.eo_imagery.outcome import order_number, outcome_of, retry_after_s
from satops.adapters.marketplaces.eo_imagery.sender import Sender
from satops.adapters.marketplaces.eo_imagery.simulations import (
    outcome_of_result,
    read_simulation,
    simulation_number,
)
from satops.adapters.marketplaces.eo_imagery.wire import IDLE_MAX_S
from satops.adapters.token import Token
from satops.core import json_text
from satops.core.delivery.link import Served
from satops.core.order.marketplace_order import DownloadLinks, Image, MarketplaceOrder
from satops.core.order.passes import Simulation
from satops.core.order.submission import InDoubt, NotSent, Outcome
from satops.core.plan.config import (
    ApplyConfig,
    DeliveryConfig,
    MarketplaceConfig,
    ReconcileConfig,
)
from satops.errors import MarketplaceUnreachable, NotSimulated

CREATE: Final = "/market/order/programming/create"
QUERY: Final = "/market/order/page/query"
DETAIL: Final = "/market/order/detail"
DOWNLOAD_LINKS: Final = "/market/order/downloadLinks"
SIMULATE: Final = "/market/order/programming/simulation/create"
RESULTS: Final = "/market/order/programming/simulation/results"
FROM_SIMULATION: Final = "/market/order/programming/createFromSimulation"

RECEIPT_BYTES_MAX: Final = 1024 * 1024
LIST_BYTES_MAX: Final = 32 * 1024 * 1024
"""Limit of a page of 50 orders with large footprints."""
READ_TRIES: Final = 3
"""Tries of a read; reads change nothing.  `place` is never repeated."""
READ_PAUSE_S: Final = 0.5
_MARGIN_S: Final = 0.5
_TOO_MANY: Final = 429

_NOT_FOUND = ("not found", "not exist")


class _Refused(Exception):
    """A read was answered without the wanted data."""

    def __init__(self, answer: Answer, found: Envelope | None) -> None:
        super().__init__(answer.evidence())
        self.message = "" if found is None else found.message
        self.says_not_found = (
            found is not None
            and found.code in {400, 404}
            and any(words in found.message.lower() for words in _NOT_FOUND)
        )


class HttpMarketplace:
    """The marketplace's HTTP API. Thread-safe."""

    def __init__(
        self,
        config: MarketplaceConfig,
        apply: ApplyConfig,
        token: Token,
        *,
        reconcile: ReconcileConfig | None = None,
        delivery: DeliveryConfig | None = None,
        sleep: Callable[[float], None] = system_sleep,
        idle_max_s: float = IDLE_MAX_S,
        stall_s: float = STALL_S,
    ) -> None:
        """Open no connection yet.  Raises UsageError for an address that may not get the token.

        `reconcile` bounds a look at the account, and `delivery` the hosts of links.  `sleep` waits
        between the tries of reads.  A connection that was idle for more than `idle_max_s` is not
        used again, and a download without new bytes for `stall_s` is given up.
        """
        self._sender = Sender(config, apply, token, idle_max_s=idle_max_s)
        self._apply = apply
        self._reconcile = reconcile or ReconcileConfig()
        self._links = LinkOpener(
            config, delivery or DeliveryConfig(), apply, token, stall_s=stall_s
        )
        self._sleep = sleep
        self._clock_ahead_s: float | None = None
        self._timezone = config.timezone

    @property
    def address(self) -> str:
        """Address of the marketplace, without credentials."""
        return self._sender.address

    @property
    def clock_ahead_s(self) -> float | None:
        """How far the marketplace's clock was ahead of this machine's at the last read."""
        return self._clock_ahead_s

    @property
    def longest_answer_s(self) -> float:
        """Connect timeout plus answer timeout, plus half a second for our own work.

        DNS look-up cannot be interrupted, and a host may have many addresses to try.  That may take
        longer, but then nothing is sent and the outcome is `NotSent`.
        """
        return self._apply.connect_timeout_s + self._apply.answer_timeout_s + _MARGIN_S

    def place(self, request: bytes) -> Outcome:
        """Send one create request, once.  Never retries or follows a redirect.  Failures of network
        and marketplace are returned as outcomes, never raised.
        """
        answer = self._sender.send(CREATE, request, bytes_max=RECEIPT_BYTES_MAX)
        if not isinstance(answer, Answer):
            return answer
        return outcome_of(answer, datetime.now(UTC))

    def place_result(self, request: bytes) -> Outcome:
        """Send one order of a simulation result, once; as `place`."""
        answer = self._sender.send(FROM_SIMULATION, request, bytes_max=RECEIPT_BYTES_MAX)
        if not isinstance(answer, Answer):
            return answer
        return outcome_of_result(answer, datetime.now(UTC))

    def simulate(self, request: bytes) -> str:
        """Start a simulation and return its number.

        Retries only after a request that certainly had no effect.  Raises `NotSimulated` if the
        marketplace refuses it, and `MarketplaceUnreachable`.
        """
        try:
            data = self._read(SIMULATE, request, again=_was_not_taken)
        except _Refused as refusal:
            raise NotSimulated(refusal.message or str(refusal)) from None
        number = simulation_number(data)
        if number is None:
            raise self._unreachable(SIMULATE, "the answer has no usable number of a simulation")
        return number

    def simulation(self, number: str) -> Simulation | None:
        """Return a simulation, or None if the marketplace says that it does not exist.

        Raises `MarketplaceUnreachable`, also if the answer is about another simulation.
        """
        try:
            data = self._read(RESULTS, json_text.dumps({"taskNo": number}))
        except _Refused as refusal:
            if refusal.says_not_found:
                return None
            raise self._unreachable(RESULTS, str(refusal)) from None
        found = read_simulation(data, self._timezone)
        if found is None or found.number not in ("", number):
            raise self._unreachable(RESULTS, "the answer is about another simulation, or none")
        return replace(found, number=number)

    def orders(self) -> Iterator[MarketplaceOrder]:
        """Yield every programming order of the account, newest first if the server obeys the
        requested sorting.  Raises `MarketplaceUnreachable`, also for a list with gaps and for one
        above the bounds in `reconcile`.
        """
        sorting: dict[str, object] = {"sort": "ctime", "order": "desc"}
        bounds = Bounds(self._reconcile)

        def page(number: int) -> Listed:
            fields: dict[str, object] = {
                "type": PROGRAMMING,
                "pageNumber": number,
                "pageSize": PAGE_SIZE,
            }
            try:
                return self._listed(fields | sorting, bounds)
            except _Refused:
                if number > 1 or not sorting:
                    raise
            # The documentation does not list the names for `sort`.  Drop it only before the first
            # page, since pages of two orders have gaps between them.
            sorting.clear()
            return self._listed(fields, bounds)

        try:
            yield from every_order(page, self._reconcile, bounds)
        except _Refused as refusal:
            raise self._unreachable(QUERY, str(refusal)) from None

    def order(self, order_no: str) -> MarketplaceOrder | None:
        """Return one order by its number, or None if the marketplace says that it does not exist.

        Raises `MarketplaceUnreachable`, also if the answer is about another order.
        """
        data = self._read_one(DETAIL, order_no)
        if data is None:
            return None
        nested = data.get("order") if isinstance(data, dict) else None
        order = read_order(nested if isinstance(nested, dict) else data)
        if order is None or {order.order_no, order_number(data) or order_no} != {order_no}:
            raise self._unreachable(DETAIL, "the answer is about another order, or about none")
        return order

    def download_links(self, order_no: str) -> DownloadLinks | None:
        """Return the status of an order and its links; None if it does not exist.  Raises
        `MarketplaceUnreachable`.
        """
        data = self._read_one(DOWNLOAD_LINKS, order_no)
        if data is None:
            return None
        if not isinstance(data, dict):
            raise self._unreachable(DOWNLOAD_LINKS, "the answer holds no links")
        urls = data.get("downloadUrls")
        texts = tuple(url for url in urls if isinstance(url, str)) if isinstance(urls, list) else ()
        return DownloadLinks(whole_number(data.get("status")), texts)

    def images(self, order_no: str) -> tuple[Image, ...]:
        """Return the images of an order; see the port.  Raises `MarketplaceUnreachable`."""
        return read_images(self._read_one(DETAIL, order_no), self._timezone)

    def open_link(self, url: str, *, have: int, etag: str | None) -> AbstractContextManager[Served]:
        """Open a link to a product; see the port.  Raises `LinkFailed`."""
        return self._links.open(url, have=have, etag=etag)

    def close(self) -> None:
        """Close the idle connections."""
        self._sender.close()

    def _read_one(self, path: str, order_no: str) -> Any:
        try:
            return self._read(path, json_text.dumps({"orderNo": order_no}))
        except _Refused as refusal:
            if refusal.says_not_found:
                return None
            raise self._unreachable(path, str(refusal)) from None

    def _listed(self, fields: dict[str, object], bounds: Bounds) -> Listed:
        size = 0

        def taken(answer: Answer) -> None:
            nonlocal size
            size += len(answer.body)
            bounds.require_time()

        return Listed(self._read(QUERY, json_text.dumps(fields), taken), size)

    def _read(
        self,
        path: str,
        body: bytes,
        taken: Callable[[Answer], None] = lambda _: None,
        again: Callable[[Answer | NotSent | InDoubt], bool] = lambda _: True,
    ) -> Any:
        """Return the `data` of a read.  Raises `_Refused` and `MarketplaceUnreachable`.

        `taken` gets each answer, and may raise to end the tries; `again` decides about a further
        try.
        """
        tries = 0
        while True:
            answer = self._sender.send(path, body, bytes_max=LIST_BYTES_MAX)
            tries = tries + 1 if again(answer) else READ_TRIES
            if isinstance(answer, Answer):
                taken(answer)
                self._clock_ahead_s = _ahead_s(answer)
                found = envelope(answer)
                if found is not None and found.contradiction:
                    found = None
                if 200 <= answer.status < 300 and found is not None and found.code == 200:
                    return self._shown(path, answer, found)
                if tries == READ_TRIES or not _may_pass(answer, found):
                    raise self._refusal(path, answer, found)
            elif tries == READ_TRIES:
                raise self._unreachable(path, answer.reason)
            self._sleep(self._pause_s(answer, tries))

    def _shown(self, path: str, answer: Answer, found: Envelope) -> Any:
        """Return the `data` of a read without our secrets, since rows are shown and recorded."""
        if any(answer.redact(number) != number for number in order_numbers(found.whole)):
            raise self._unreachable(path, "an order number in it holds a secret of ours")
        text = answer.redact(answer.text)
        if text == answer.text:
            return found.data
        try:
            return json_text.loads(text)["data"]
        except (json_text.NotJson, KeyError, TypeError):
            raise self._unreachable(path, "the answer holds a secret of ours") from None

    def _pause_s(self, answer: Answer | NotSent | InDoubt, tries: int) -> float:
        if isinstance(answer, Answer) and answer.status == _TOO_MANY:
            asked_s = retry_after_s(answer, datetime.now(UTC))
            return min(asked_s, self._apply.retry_after_max_s)
        return READ_PAUSE_S * tries

    def _refusal(self, path: str, answer: Answer, found: Envelope | None) -> Exception:
        codes = {answer.status, found.code if found is not None else answer.status}
        if codes & {401, 403}:
            return self._unreachable(path, f"the token gives no right to it ({answer.evidence()})")
        if found is None and answer.status in {404, 405, 501}:
            return self._unreachable(
                path,
                f"there is no such page ({answer.evidence()}). Where the account lacks it, set "
                "`marketplace.query: false`: then a person settles what is in doubt",
            )
        return _Refused(answer, found)

    def _unreachable(self, path: str, reason: str) -> MarketplaceUnreachable:
        return MarketplaceUnreachable(
            f"{self.address}{path} cannot be read: {reason.rstrip('.')}. Nothing was changed."
        )


def _ahead_s(answer: Answer) -> float | None:
    """Return the seconds by which the answer's `Date` is ahead of now; None without one."""
    try:
        theirs = parsedate_to_datetime(answer.headers["date"])
    except (KeyError, TypeError, ValueError):
        return None
    if theirs.tzinfo is None:
        theirs = theirs.replace(tzinfo=UTC)
    return (theirs - datetime.now(UTC)).total_seconds()


def _was_not_taken(answer: Answer | NotSent | InDoubt) -> bool:
    """Tell whether a request certainly had no effect."""
    return isinstance(answer, NotSent) or (
        isinstance(answer, Answer) and answer.status == _TOO_MANY
    )


def _may_pass(answer: Answer, found: Envelope | None) -> bool:
    """Tell whether the same read may succeed a moment later."""
    if answer.status in {408, 409, _TOO_MANY} or answer.status >= 500:
        return answer.status != 501
    return answer.status < 300 and (found is None or found.code >= 500)
