"""Fetch the products of placed orders, and record each product once it is durable."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import ExitStack
from threading import Event as Flag
from threading import Lock
from typing import Final

from msgspec import Struct, field

from satops.core.delivery.content import suffix_of
from satops.core.delivery.link import Link, LinkFailed, WrongLink, read_link
from satops.core.delivery.names import part_name, product_key
from satops.core.ledger.events import DeliveryFetched
from satops.core.ledger.fetched import Fetched
from satops.core.ledger.order_state import OrderState, Standing
from satops.core.ledger.state import LedgerState
from satops.core.offer import Offer
from satops.core.plan.config import DeliveryConfig
from satops.core.safe import shown
from satops.errors import MarketplaceUnreachable, UsageError
from satops.ports import Marketplace
from satops.workflow.download_report import (
    DownloadReport,
    Failure,
    Product,
    Progress,
    Wanted,
)
from satops.workflow.fetch import Fetching
from satops.workflow.ledger_session import LedgerSession, decide_and_append
from satops.workflow.targets import Part, PartBusy, Sealed, Target

AT_ONCE: Final = 4
"""Number of parallel fetches, and of parallel requests for links."""
ORDERS_AHEAD: Final = 32
"""Number of orders whose links are requested ahead of their fetches: links expire."""


class _Order(Struct, frozen=True):
    name: str
    order_no: str


class _Asked(Struct, frozen=True):
    """The marketplace's answer for one order."""

    order: _Order
    links: tuple[Link, ...] = ()
    failures: tuple[Failure, ...] = ()
    is_unknown: bool = False


class _Done(Struct, frozen=True):
    """A product under its final name, with its part still locked; None for a product that another
    process has fetched meanwhile.
    """

    order: _Order
    sealed: Sealed | None
    part: Part
    release: ExitStack


class Downloading(Struct):
    """One run of download."""

    session: LedgerSession
    marketplace: Marketplace
    target: Target
    offer: Offer
    config: DeliveryConfig
    wanted: Wanted
    progress: Progress
    has_item: Callable[[str, str, str], bool] = lambda name, order_no, product: False
    """Whether the target's STAC Items list a product; only asked without a record in the ledger."""
    _ledger: Lock = field(default_factory=Lock)
    """Guards the session, which is not thread-safe."""
    _stop: Flag = field(default_factory=Flag)
    """Set to stop at once."""
    _halted: bool = False
    """Whether to begin nothing new."""
    _left: int = 0
    """Number of orders and products that were not begun."""
    _fetched: list[Product] = field(default_factory=list)
    _failures: list[Failure] = field(default_factory=list)
    _here: int = 0

    def run(self) -> DownloadReport:
        """Fetch the products that the target lacks.

        Raises `UsageError` for a name that is not placed, and `LedgerError`: then the fetched
        products are at the target, and the next run records them.
        """
        orders = list(_chosen(self.session.state, self.offer, self.wanted))
        waiting, unknown, links = 0, [], dict[str, int]()
        for start in range(0, len(orders), ORDERS_AHEAD):
            if self._halted:
                self._left += len(orders) - start
                break
            chunk = orders[start : start + ORDERS_AHEAD]
            with ThreadPoolExecutor(AT_ONCE, "satops-links") as pool:
                asked = list(pool.map(self._ask, chunk))
            waiting += sum(not (it.links or it.failures or it.is_unknown) for it in asked)
            links |= {it.order.order_no: len(it.links) for it in asked if it.links}
            unknown += [it.order.name for it in asked if it.is_unknown]
            for failure in (failure for it in asked for failure in it.failures):
                self._fail(failure)
            self._fetch_all([(it.order, link) for it in asked for link in it.links])
        return DownloadReport(
            self.target.address,
            tuple(self._fetched),
            self._here,
            waiting,
            tuple(unknown),
            tuple(self._failures),
            self._left > 0,
            self.wanted.dry_run,
            links,
        )

    def _ask(self, order: _Order) -> _Asked:
        try:
            found = self.marketplace.download_links(order.order_no)
        except MarketplaceUnreachable as error:
            return _Asked(order, failures=(Failure(order.name, order.order_no, "", str(error)),))
        if found is None:
            return _Asked(order, is_unknown=True)
        links, failures = [], []
        for url in dict.fromkeys(found.urls):
            try:
                links.append(read_link(url))
            except WrongLink as wrong:
                reason = f"The link is not followed: {wrong}."
                failures.append(Failure(order.name, order.order_no, "", reason))
        counts = Counter(link.product for link in links)
        for product in (product for product, count in counts.items() if count > 1):
            reason = "Several links have this number, and it is not certain which one is meant."
            failures.append(Failure(order.name, order.order_no, product, reason))
        clear = tuple(link for link in links if counts[link.product] == 1)
        return _Asked(order, clear, tuple(failures))

    def _fetch_all(self, found: Sequence[tuple[_Order, Link]]) -> None:
        missing = [(order, link) for order, link in found if self._is_missing(order, link)]
        if self.wanted.dry_run:
            self._fetched += [Product(it.name, it.order_no, link.product) for it, link in missing]
            return
        if self._halted:
            self._left += len(missing)
            return
        self.progress.wanted(len(missing))
        with ThreadPoolExecutor(AT_ONCE, "satops-fetch") as pool:
            running = {pool.submit(self._fetch, it, link): (it, link) for it, link in missing}
            try:
                while running:
                    ended, _ = wait(running, return_when=FIRST_COMPLETED)
                    self._take(ended, running)
            except BaseException:
                self._give_up(running)
                raise

    def _take(
        self, ended: Iterable[Future[_Done]], running: dict[Future[_Done], tuple[_Order, Link]]
    ) -> None:
        """Record the fetches that ended; after a failure begin nothing new."""
        done = []
        for future in ended:
            order, link = running.pop(future)
            if future.cancelled():
                self._left += 1
                continue
            try:
                done.append(future.result())
            except (LinkFailed, PartBusy, OSError) as error:
                self._fail(Failure(order.name, order.order_no, link.product, _reason(error)))
        self._record(done)
        if self._halted:
            for future in running:
                future.cancel()

    def _give_up(self, running: dict[Future[_Done], tuple[_Order, Link]]) -> None:
        """Stop the running fetches, and try to record the finished ones."""
        self._stop.set()
        for future in running:
            future.cancel()
        wait(running)
        whole = [it for it in running if not it.cancelled() and it.exception() is None]
        self._record([future.result() for future in whole])

    def _fetch(self, order: _Order, link: Link) -> _Done:
        with ExitStack() as stack:
            name = part_name(order.name, order.order_no, link.product)
            part = stack.enter_context(self.target.part(order.name, name))
            if part.waited and self._came_meanwhile(order, link):
                return _Done(order, None, part, stack.pop_all())
            fetching = Fetching(
                name=order.name,
                order_no=order.order_no,
                marketplace=self.marketplace,
                target=self.target,
                bytes_max=self.config.bytes_max,
                epoch=self.session.clock.epoch,
                fresh_link=lambda: self._fresh(order, link),
                watch=self.progress.began(order.name, link.product),
                stopping=self._stop.is_set,
                sleep=self.session.clock.sleep,
            )
            try:
                sealed = fetching.run(link, part)
            except BaseException:
                if part.size == 0:
                    part.forget()
                raise
            return _Done(order, sealed, part, stack.pop_all())

    def _fresh(self, order: _Order, link: Link) -> Link | None:
        asked = self._ask(order)
        if asked.failures:
            raise LinkFailed(asked.failures[0].reason)
        return next((it for it in asked.links if it.product == link.product), None)

    def _record(self, done: Sequence[_Done]) -> None:
        """Append an event for each product that the ledger lacks, then release the parts."""
        products = [(it, it.sealed) for it in done if it.sealed is not None]
        with ExitStack() as stack:
            for it in done:
                stack.enter_context(it.release)
            with self._ledger:
                before = {id(it): self._known(it.order, sealed) for it, sealed in products}
                if self.wanted.record and products:
                    decide_and_append(self.session, lambda state: list(_events(state, products)))
            for it in done:
                it.part.forget()
        self._here += len(done) - len(products)
        for it, sealed in products:
            known = before[id(it)]
            is_changed = bool(known) and sealed.sha256 not in known
            product = Product(
                it.order.name,
                it.order.order_no,
                sealed.product,
                sealed.key,
                sealed.size,
                sealed.sha256,
                sealed.content_type,
                sealed.title,
                is_changed,
            )
            self._fetched.append(product)
            self.progress.ended(product)

    def _known(self, order: _Order, sealed: Sealed) -> set[str]:
        known = self.session.state.deliveries.get(order.order_no, ())
        return {it.sha256 for it in known if it.product == sealed.product}

    def _is_missing(self, order: _Order, link: Link) -> bool:
        if self.wanted.again:
            return True
        try:
            is_here = self._is_here(order, link)
            if is_here and not self.wanted.dry_run:
                name = part_name(order.name, order.order_no, link.product)
                self.target.tidy(order.name, name)
        except OSError as error:
            self._fail(Failure(order.name, order.order_no, link.product, _reason(error)))
            return False
        self._here += is_here
        return not is_here

    def _is_here(self, order: _Order, link: Link) -> bool:
        known = self.session.state.deliveries.get(order.order_no, ())
        if any(
            it.product == link.product and self.target.size(key_of(it)) == it.size for it in known
        ):
            return True
        return not self.wanted.record and self.has_item(order.name, order.order_no, link.product)

    def _came_meanwhile(self, order: _Order, link: Link) -> bool:
        with self._ledger:
            self.session.read()
        return not self.wanted.again and self._is_here(order, link)

    def _fail(self, failure: Failure) -> None:
        self._failures.append(failure)
        self.progress.ended(failure)
        self._halted = self._halted or not self.wanted.keep_going


def key_of(fetched: Fetched) -> str:
    """Return the path of a recorded product below its target."""
    suffix = suffix_of(fetched.content_type, fetched.title or "")
    return product_key(fetched.name, fetched.product, fetched.sha256, suffix)


def _events(
    state: LedgerState, products: Iterable[tuple[_Done, Sealed]]
) -> Iterator[DeliveryFetched]:
    """Yield one event for each combination of order number, product and content without one."""
    for it, sealed in products:
        known = state.deliveries.get(it.order.order_no, ())
        if any((f.product, f.sha256) == (sealed.product, sealed.sha256) for f in known):
            continue
        yield DeliveryFetched(
            it.order.name,
            it.order.order_no,
            sealed.product,
            sealed.size,
            sealed.sha256,
            sealed.content_type,
            sealed.address,
            sealed.title or None,
        )


def _chosen(state: LedgerState, offer: Offer, wanted: Wanted) -> Iterator[_Order]:
    """Yield the order numbers of the chosen names, each number once.

    A failed order is asked for only if it is named.  Raises `UsageError`.
    """
    for name in wanted.names:
        known = [order for order in state.orders.values() if _is_named(order, (name,))]
        if not known:
            raise UsageError(f"The ledger knows no order {shown(name)}. Nothing was fetched.")
        if all(order.standing is not Standing.PLACED for order in known):
            raise UsageError(f"{shown(name)} is not placed, so nothing of it can be delivered.")
    for name in sorted(state.orders):
        order = state.orders[name]
        if order.standing is not Standing.PLACED or not _is_named(order, wanted.names):
            continue
        if any((order.labels or {}).get(key) != value for key, value in wanted.labels):
            continue
        if offer.status(order.status).is_failed and not wanted.names:
            continue
        for number in order.order_nos:
            if state.claimed.get(number) == name:
                yield _Order(name, number)


def _is_named(order: OrderState, names: Sequence[str]) -> bool:
    return not names or any(
        order.name == name or (name.endswith(".*") and order.name.startswith(name[:-1]))
        for name in names
    )


def _reason(error: Exception) -> str:
    if isinstance(error, OSError) and error.strerror:
        place = f" ({error.filename})" if error.filename else ""
        return f"{error.strerror}{place}."
    return str(error)
