"""STAC documents beside the products: catalog, collections and items.

    catalog.json                              links to the collections
    _collections/SERIES.json                  of each series, and `orders` for the rest
    NAME/NAME.stac.json                       the item of an order of which nothing is here yet
    NAME/NAME.PRODUCT.HASH8.SUFFIX.stac.json  the item of one product

An item has the time, footprint and angle of an image only if the product certainly is that image
(`satops:footprint`).  Otherwise its geometry is the AOI, and its time the window.  Links are
relative; signed links are never written.
"""

from collections.abc import Iterable, Mapping, Sequence
from types import NoneType
from typing import Any, Final

from msgspec import Struct

from satops.core import json_text
from satops.core.geometry.forms import read_geometry
from satops.core.ledger.fetched import Fetched
from satops.core.order.marketplace_order import Image
from satops.core.order.status import Stage

VERSION: Final = "1.1.0"
ORDER: Final = "https://stac-extensions.github.io/order/v1.1.0/schema.json"
FILE: Final = "https://stac-extensions.github.io/file/v2.1.0/schema.json"
CATALOG: Final = "catalog.json"
ORDERS: Final = "orders"
"""The collection of orders without a series."""
SUFFIX: Final = ".stac.json"
_STATUS: Final = {
    Stage.ORDERED: "ordered",
    Stage.UNDERWAY: "pending",
    Stage.DELIVERED: "succeeded",
    Stage.COMPLETED: "succeeded",
    Stage.FAILED: "failed",
}
"""In the terms of the STAC order extension."""
_SHA256_MULTIHASH: Final = "1220"
"""Prefix of a multihash with a SHA-256 of 32 bytes."""


class OrderFacts(Struct, frozen=True):
    """The ledger's facts about one placed order."""

    name: str
    order_no: str
    start: str
    """UTC; start of the window, or of the known time."""
    end: str
    date: str
    """Time of the intent, UTC."""
    stage: Stage | None
    geometry: Mapping[str, Any] | None
    """The AOI as GeoJSON."""
    bounds: tuple[float, float, float, float] | None
    series: str | None = None
    order_digest: str | None = None
    pull_request: str | None = None
    commit: str | None = None
    labels: Mapping[str, str] | None = None


def item_key(name: str, product_key: str | None = None) -> str:
    """Return the path of an item below the target."""
    return f"{product_key}{SUFFIX}" if product_key else f"{name}/{name}{SUFFIX}"


def collection_key(collection: str) -> str:
    """Return the path of a collection; no order name begins with an underscore."""
    return f"_collections/{collection}.json"


def item(
    order: OrderFacts,
    fetched: Fetched | None = None,
    key: str = "",
    images: Sequence[Image] = (),
    products: int = 1,
) -> dict[str, Any]:
    """Return the item of a product and its path, or of an order without products.

    `products` is the order's number of products.
    """
    identity = order.name if fetched is None else f"{order.name}.{fetched.product}"
    image = None if fetched is None else _image_of(fetched, images, products)
    shape = None if image is None else _shape(image.geometry)
    geometry = order.geometry if shape is None else shape
    properties: dict[str, Any] = {
        **_time(order, image),
        "order:id": order.order_no,
        "order:date": order.date,
        "satops:name": order.name,
        "satops:footprint": "aoi" if shape is None else "image",
        **({"order:status": _STATUS[order.stage]} if order.stage else {}),
        **_custody(order, fetched),
    }
    if fetched is not None:
        properties["satops:products"] = products
    if image is not None and image.angle is not None:
        properties["satops:angle"] = image.angle
    if images:
        properties["satops:images"] = [image_fields(it) for it in images]
    found: dict[str, Any] = {
        "type": "Feature",
        "stac_version": VERSION,
        "stac_extensions": [ORDER, *([FILE] if fetched is not None else [])],
        "id": identity if fetched is None else f"{identity}.{fetched.sha256[:8]}",
        "geometry": geometry,
        "properties": properties,
        "links": _item_links(order),
        "assets": {} if fetched is None else {"product": _asset(fetched, key)},
        "collection": order.series or ORDERS,
    }
    if geometry is not None:
        found["bbox"] = _bbox(geometry) if shape is not None else list(order.bounds or ())
        if not found["bbox"]:
            found["bbox"] = _bbox(geometry)
    return found


def collection(name: str, items: Iterable[tuple[str, Mapping[str, Any]]]) -> dict[str, Any]:
    """Return a collection of at least one item, each with its path."""
    listed = list(items)
    boxes = [it["bbox"] for _, it in listed if "bbox" in it] or [[-180, -90, 180, 90]]
    starts = [_interval(it["properties"])[0] for _, it in listed]
    ends = [_interval(it["properties"])[1] for _, it in listed]
    said = "Orders without a series." if name == ORDERS else f"The orders of the series {name}."
    return {
        "type": "Collection",
        "stac_version": VERSION,
        "id": name,
        "description": said,
        "license": "other",
        "extent": {
            "spatial": {"bbox": [[*map(min, *_columns(boxes, 0)), *map(max, *_columns(boxes, 2))]]},
            "temporal": {"interval": [[min(starts), max(ends)]]},
        },
        "links": [
            _link("root", f"../{CATALOG}"),
            _link("parent", f"../{CATALOG}"),
            *(_link("item", f"../{key}", "application/geo+json") for key, _ in listed),
        ],
    }


def catalog(collections: Iterable[str]) -> dict[str, Any]:
    """Return the catalog of all collections."""
    return {
        "type": "Catalog",
        "stac_version": VERSION,
        "id": "satops-deliveries",
        "description": "Products of the orders of one satops ledger.",
        "links": [
            _link("root", f"./{CATALOG}"),
            *(_link("child", f"./{collection_key(name)}") for name in collections),
        ],
    }


def stac_bytes(document: Mapping[str, Any]) -> bytes:
    """Return a document as bytes; equal documents give equal bytes."""
    return json_text.dumps(document) + b"\n"


def image_fields(image: Image) -> dict[str, Any]:
    """Return an image in the form of `satops:images`."""
    fields = {
        "id": image.id,
        "time": image.time,
        "name": image.name,
        "angle": image.angle,
        "geometry": image.geometry,
    }
    return {key: value for key, value in fields.items() if value is not None}


def images_of(document: Mapping[str, Any]) -> tuple[Image, ...]:
    """Return the images of an item, without invalid ones."""
    listed = document.get("properties", {}).get("satops:images")
    read = (_image_read(it) for it in listed) if isinstance(listed, list) else ()
    return tuple(image for image in read if image is not None)


def is_listable(document: Mapping[str, Any], collection: str) -> bool:
    """Tell whether an item of the target names the collection and has the fields that it needs.
    The name becomes a path.
    """
    times = document["properties"]
    names = ("start_datetime", "end_datetime") if times.get("datetime") is None else ("datetime",)
    bbox = document.get("bbox", [0, 0, 0, 0])
    return (
        document.get("collection") == collection
        and all(isinstance(times.get(name), str) for name in names)
        and isinstance(bbox, list)
        and [type(number) in (float, int) for number in bbox] == [True] * 4
    )


def products_of(document: Mapping[str, Any]) -> int:
    """Return the order's number of products from an item; 0 if absent."""
    count = document.get("properties", {}).get("satops:products", 0)
    return count if type(count) is int else 0


def _image_read(fields: object) -> Image | None:
    if not isinstance(fields, dict):
        return None
    texts = {name: fields.get(name) for name in ("id", "time", "name", "geometry")}
    angle = fields.get("angle")
    if type(angle) not in (float, int, NoneType):
        return None
    fits = all(isinstance(text, str | None) for text in texts.values())
    return Image(**texts, angle=angle) if fits else None


def _image_of(fetched: Fetched, images: Sequence[Image], products: int) -> Image | None:
    """Return the image of a product; None if it is not certain."""
    if len(images) == 1 and products == 1:
        return images[0]
    same = [image for image in images if image.id == fetched.product]
    return same[0] if len(same) == 1 else None


def _shape(text: str | None) -> dict[str, Any] | None:
    """Return an image's geometry as GeoJSON; None if it cannot be read."""
    if text is None:
        return None
    try:
        value: object = json_text.loads(text) if text.lstrip().startswith("{") else text
    except json_text.NotJson:
        return None
    rings, _ = read_geometry(value)
    if rings is None:
        return None
    return {"type": "Polygon", "coordinates": [[list(spot) for spot in ring] for ring in rings]}


def _time(order: OrderFacts, image: Image | None) -> dict[str, Any]:
    if image is not None and image.time is not None:
        return {"datetime": image.time}
    return {"datetime": None, "start_datetime": order.start, "end_datetime": order.end}


def _custody(order: OrderFacts, fetched: Fetched | None) -> dict[str, Any]:
    facts = {
        "satops:order_digest": order.order_digest,
        "satops:commit": order.commit,
        "satops:pull_request": order.pull_request,
        "satops:labels": dict(order.labels) if order.labels else None,
        "satops:product": fetched and fetched.product,
        "satops:event": fetched and fetched.event,
        "satops:fetched": fetched and fetched.time,
    }
    return {key: value for key, value in facts.items() if value is not None}


def _asset(fetched: Fetched, key: str) -> dict[str, Any]:
    title = {"title": fetched.title} if fetched.title else {}
    return {
        "href": f"./{key.rpartition('/')[2]}",
        "type": fetched.content_type,
        **title,
        "roles": ["data"],
        "file:checksum": _SHA256_MULTIHASH + fetched.sha256,
        "file:size": fetched.size,
    }


def _item_links(order: OrderFacts) -> list[dict[str, Any]]:
    own = f"../{collection_key(order.series or ORDERS)}"
    via = order.pull_request or ""
    return [
        _link("root", f"../{CATALOG}"),
        _link("parent", own),
        _link("collection", own),
        *([{"rel": "via", "href": via}] if via.startswith("https://") else []),
    ]


def _link(rel: str, href: str, media_type: str = "application/json") -> dict[str, Any]:
    return {"rel": rel, "href": href, "type": media_type}


def _bbox(geometry: Mapping[str, Any]) -> list[float]:
    ring = geometry["coordinates"][0]
    xs, ys = [spot[0] for spot in ring], [spot[1] for spot in ring]
    return [min(xs), min(ys), max(xs), max(ys)]


def _columns(boxes: Sequence[Sequence[float]], first: int) -> list[list[float]]:
    return [[box[first], box[first + 1]] for box in boxes] * 2


def _interval(properties: Mapping[str, Any]) -> tuple[str, str]:
    if properties["datetime"] is not None:
        return properties["datetime"], properties["datetime"]
    return properties["start_datetime"], properties["end_datetime"]
