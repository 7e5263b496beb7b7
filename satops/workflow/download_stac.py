"""Write the STAC documents beside the products, from the ledger and the target's content."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final

from msgspec import Struct

from satops.core import json_text
from satops.core.delivery import stac
from satops.core.delivery.stac import OrderFacts
from satops.core.ledger.fetched import Fetched
from satops.core.ledger.order_state import OrderState, Standing
from satops.core.ledger.state import LedgerState
from satops.core.offer import Offer
from satops.core.order.marketplace_order import Image
from satops.core.order.status import Stage
from satops.errors import MarketplaceUnreachable
from satops.ports import LedgerStore, Marketplace
from satops.workflow.download import key_of
from satops.workflow.download_report import Product
from satops.workflow.targets import Target

WRITES_AT_ONCE: Final = 16

Items = dict[str, dict[str, Any]]
"""Path below the target to the STAC Item."""


def write_stac(
    state: LedgerState,
    store: LedgerStore,
    target: Target,
    marketplace: Marketplace,
    offer: Offer,
    *,
    products: Sequence[Product] = (),
    links: Mapping[str, int] | None = None,
) -> int:
    """Write items, collections and catalog; return the number of items.

    `products` are those of this run: the marketplace is asked for the images of their orders.
    Items of other orders keep their images.  `links` maps an order number to its number of links,
    if known.  Raises OSError.
    """
    unrecorded = [it for it in products if not _is_recorded(state, it)]
    writing = _Writing(state, target, marketplace, offer, products, links or {}, unrecorded)
    items: Items = {}
    bought = _bought(state, store)
    for order in state.orders.values():
        if order.standing is Standing.PLACED and order.same_as is None:
            items |= writing.items_of(order, bought.get(order.seq, {}))
    documents: dict[str, Mapping[str, Any]] = dict(items)
    collections: defaultdict[str, list[tuple[str, Mapping[str, Any]]]] = defaultdict(list)
    for key, found in sorted(items.items()):
        collections[found["collection"]].append((key, found))
    for name, listed in collections.items():
        documents[stac.collection_key(name)] = stac.collection(name, listed)
    documents[stac.CATALOG] = stac.catalog(sorted(collections))
    with ThreadPoolExecutor(WRITES_AT_ONCE, "satops-stac") as pool:
        list(pool.map(lambda it: target.write(it[0], stac.stac_bytes(it[1])), documents.items()))
    for order in state.orders.values():
        if stac.item_key(order.name) not in items and writing.has_product(order):
            target.remove(stac.item_key(order.name))
    return len(items)


class _Writing(Struct, frozen=True):
    """The sources of all items."""

    state: LedgerState
    target: Target
    marketplace: Marketplace
    offer: Offer
    products: Sequence[Product]
    links: Mapping[str, int]
    unrecorded: Sequence[Product]
    """Products of this run that have no event."""

    def has_product(self, order: OrderState) -> bool:
        """Tell whether any product of an order was fetched."""
        return any(self.state.deliveries.get(number) for number in order.order_nos) or any(
            it.name == order.name for it in self.unrecorded
        )

    def items_of(self, order: OrderState, event: Mapping[str, Any]) -> Items:
        """Return the items of one order."""
        items: Items = {}
        for number in order.order_nos:
            every = self._fetched(number)
            here = [it for it in every if self.target.size(key_of(it)) == it.size]
            asked = self._asked(number) if here else None
            for found in here:
                key = key_of(found)
                kept = _document(self.target, stac.item_key("", key)) or {}
                images = stac.images_of(kept) if asked is None else asked
                count = self.links.get(number) or stac.products_of(kept)
                products = count or len({it.product for it in every})
                facts = _facts(order, number, event, Stage.DELIVERED)
                items[stac.item_key("", key)] = stac.item(facts, found, key, images, products)
        if self.unrecorded or not self.products:
            items |= self._others(order, items)
        if not items and order.order_no is not None:
            seen = self.offer.status(order.status)
            stage = Stage.ORDERED if seen.number is None else seen.stage
            facts = _facts(order, order.order_no, event, stage)
            items[stac.item_key(order.name)] = stac.item(facts)
        return items

    def _fetched(self, number: str) -> list[Fetched]:
        """Return the fetched products of an order number, recorded or not."""
        own = [
            Fetched(it.name, number, it.product, it.size, it.sha256, it.content_type, "",
                    it.title or None)
            for it in self.unrecorded
            if it.order_no == number
        ]  # fmt: skip
        return [*self.state.deliveries.get(number, ()), *own]

    def _asked(self, number: str) -> tuple[Image, ...] | None:
        """Return the images of an order; None if this run fetched none of its products."""
        if not any(it.order_no == number for it in self.products):
            return None
        try:
            return self.marketplace.images(number)
        except MarketplaceUnreachable:
            return None  # the account may not call order/detail: use the AOI as footprint

    def _others(self, order: OrderState, items: Items) -> Items:
        """Return the target's items of products without an event, unchanged."""
        own = set(order.order_nos)
        return {
            key: found
            for key, found in _items_at(self.target, order.name)
            if key not in items
            and stac.is_listable(found, order.series or stac.ORDERS)
            and found.get("properties", {}).get("order:id") in own
            and self.target.size(key.removesuffix(stac.SUFFIX)) == _size(found) is not None
        }


def _is_recorded(state: LedgerState, product: Product) -> bool:
    known = state.deliveries.get(product.order_no, ())
    return any((it.product, it.sha256) == (product.product, product.sha256) for it in known)


def _facts(
    order: OrderState, number: str, event: Mapping[str, Any], stage: Stage | None
) -> OrderFacts:
    known_since = order.placed_at or order.intended_at
    bought = event.get("order") or {}
    return OrderFacts(
        name=order.name,
        order_no=number,
        start=order.start or known_since,
        end=order.end or known_since,
        date=order.intended_at,
        stage=stage,
        geometry=bought.get("geometry"),
        bounds=order.bounds,
        series=order.series,
        order_digest=order.order_digest,
        pull_request=event.get("pull_request"),
        commit=event.get("commit"),
        labels=order.labels,
    )


def _bought(state: LedgerState, store: LedgerStore) -> dict[int, dict[str, Any]]:
    """Return the events with the bought content, by `seq`.  Reads the ledger once."""
    wanted = {it.seq for it in state.orders.values() if it.standing is Standing.PLACED}
    return {seq: json_text.loads(line) for seq, line in enumerate(store.read(), 1) if seq in wanted}


def _document(target: Target, key: str) -> dict[str, Any] | None:
    """Return an item of the target; None unless it has the shape of an item."""
    content = target.read(key)
    try:
        found = json_text.loads(content) if content is not None else None
    except json_text.NotJson:
        return None
    if not isinstance(found, dict) or not isinstance(found.get("properties"), dict):
        return None
    assets = found.get("assets")
    product = assets.get("product", {}) if isinstance(assets, dict) else None
    return found if isinstance(product, dict) else None


def product_in_items(target: Target) -> Callable[[str, str, str], bool]:
    """Return a function that tells whether an item lists a product that is whole at the target."""

    def shown(name: str, order_no: str, product: str) -> bool:
        return any(
            found.get("properties", {}).get("satops:product") == product
            and found["properties"].get("order:id") == order_no
            and target.size(key.removesuffix(stac.SUFFIX)) == _size(found)
            for key, found in _items_at(target, name)
        )

    return shown


def _items_at(target: Target, name: str) -> Iterator[tuple[str, dict[str, Any]]]:
    for key in target.keys(name):
        if key.endswith(stac.SUFFIX):
            found = _document(target, key)
            if found is not None:
                yield key, found


def _size(document: Mapping[str, Any]) -> object:
    return document["assets"].get("product", {}).get("file:size")
