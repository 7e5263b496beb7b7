"""Links to products, and the endpoint that serves them.

The documentation shows a link, `…/market/product/download?orderNo=…&id=…&sign=…`, without
explaining `sign` or its lifetime.  Here it contains its expiry, signed by this server.

Products are small images that map programs can open, and archives of them.  The bytes depend only
on order, product and revision, so that a fetched file can be compared.
"""

import asyncio
import base64
import hashlib
import hmac
import io
import re
import secrets
import struct
import zipfile
import zlib
from collections.abc import Mapping
from typing import Any, NamedTuple
from urllib.parse import urlencode

from msgspec import Struct
from starlette.requests import Request
from starlette.types import Receive, Scope, Send

from satops.sandbox.database import StoredOrder
from satops.sandbox.faults import Faults, Kind, Rule
from satops.sandbox.options import Options
from satops.sandbox.rules import exterior
from satops.sandbox.store import Store
from satops.sandbox.wire import JSON, Reply, Stopping, Wire, envelope

_SHORT, _LONG, _DOUBLE = 3, 4, 12
_WGS84 = (1, 1, 0, 3, 1024, 0, 1, 2, 1025, 0, 1, 1, 2048, 0, 1, 4326)
"""GeoKeyDirectory: geographic coordinates, a pixel is an area, EPSG:4326."""


class Product(NamedTuple):
    """One file of a delivered order."""

    id: int
    name: str
    """The server's file name."""
    content_type: str
    content: bytes

    @property
    def etag(self) -> str:
        """Strong validator."""
        return f'"{hashlib.sha256(self.content).hexdigest()[:32]}"'


def product(order: StoredOrder, index: int, *, side: int, revision: int = 0) -> Product:
    """Return one product of an order, from 0: an image of `side` by `side` pixels.

    Every second product is an archive of the image and a text.
    """
    number = order.id * 100 + index
    image = geotiff(order, side=side, seed=f"{order.order_no}/{index}/{revision}")
    stem = f"SANDBOX_{order.id}_{index}"
    if index % 2 == 0:
        return Product(number, f"{stem}.tif", "image/tiff", image)
    return Product(number, f"{stem}.zip", "application/zip", _archive(stem, image))


def geotiff(order: StoredOrder, *, side: int, seed: str) -> bytes:
    """Return an uncompressed TIFF of one 8-bit band, georeferenced to the order's area."""
    ring = exterior(order.region)
    west, east = min(x for x, _ in ring), max(x for x, _ in ring)
    south, north = min(y for _, y in ring), max(y for _, y in ring)
    pixels = _pixels(side, seed)
    tags = (
        (256, _LONG, (side,)),  # width
        (257, _LONG, (side,)),  # length
        (258, _SHORT, (8,)),  # bits of a sample
        (259, _SHORT, (1,)),  # no compression
        (262, _SHORT, (1,)),  # black is zero
        (273, _LONG, (8,)),  # where the pixels begin
        (277, _SHORT, (1,)),  # samples of a pixel
        (278, _LONG, (side,)),  # rows of a strip: all
        (279, _LONG, (len(pixels),)),
        (33550, _DOUBLE, ((east - west) / side, (north - south) / side, 0.0)),  # of a pixel
        (33922, _DOUBLE, (0.0, 0.0, 0.0, west, north, 0.0)),  # the upper left corner
        (34735, _SHORT, _WGS84),
    )
    return _tiff(pixels, tags)


def _tiff(pixels: bytes, tags: tuple[tuple[int, int, tuple[float, ...]], ...]) -> bytes:
    codes = {_SHORT: "H", _LONG: "L", _DOUBLE: "d"}
    directory = 8 + len(pixels)
    rest_at = directory + 2 + 12 * len(tags) + 4
    entries, rest = b"", b""
    for tag, kind, values in tags:
        packed = struct.pack(f"<{len(values)}{codes[kind]}", *values)
        if len(packed) > 4:
            entries += struct.pack("<HHLL", tag, kind, len(values), rest_at + len(rest))
            rest += packed
        else:
            entries += struct.pack("<HHL", tag, kind, len(values)) + packed.ljust(4, b"\0")
    head = struct.pack("<2sHL", b"II", 42, directory)
    return head + pixels + struct.pack("<H", len(tags)) + entries + b"\0\0\0\0" + rest


def _pixels(side: int, seed: str) -> bytes:
    """Return a grey ramp from west to east, with random brightness of each row."""
    row = bytes(column * 255 // max(side - 1, 1) for column in range(side))
    pads = hashlib.shake_256(seed.encode()).digest(side)
    return b"".join(bytes((value + pad) & 255 for value in row) for pad in pads)


def _archive(stem: str, image: bytes) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as archive:
        for name, content in ((f"{stem}.tif", image), (f"{stem}.txt", b"satops sandbox\n")):
            archive.writestr(zipfile.ZipInfo(name), content)  # a fixed date gives equal bytes
    return packed.getvalue()


PATH = "/market/product/download"
HAS_LINKS = (2, 3)
"""Statuses with which downloadLinks has links, by its documentation."""
_SECRET = secrets.token_bytes(32)
"""Secret of this process, so that links of an earlier one have expired."""
_RANGE = re.compile(r"bytes=(\d{1,18})-\Z")
_PAGE = b"<!DOCTYPE html>\n<html><title>Sign in</title><p>Your session has ended.</html>\n"
_HOSTILE = "../../../etc/\u202ecron.d/x\r\n.tif"

Headers = tuple[tuple[bytes, bytes], ...]


def links(store: Store, order: StoredOrder, address: str) -> list[str]:
    """Return the links to an order's products; empty before delivery."""
    if order.status not in HAS_LINKS:
        return []
    until = store.clock.now_ms() + round(store.options.link_lifetime_s * 1000)
    return [
        f"{address}{PATH}?{urlencode(_fields(order, found, until))}"
        for found in products(store.options, order)
    ]


def products(options: Options, order: StoredOrder, revision: int = 0) -> tuple[Product, ...]:
    """Return every product of an order."""
    return tuple(
        product(order, index, side=options.product_side, revision=revision)
        for index in range(options.products)
    )


def images(store: Store, order: StoredOrder) -> list[dict[str, Any]]:
    """Return `content` of order/detail: one image for each delivered product."""
    if order.status not in HAS_LINKS:
        return []
    return [
        {
            "id": found.id,
            "productId": str(found.id),
            "name": found.name,
            "thumb": None,
            "imageTime": order.start,
            "geometry": order.region,
            "provider": order.provider,
            "satelliteAngle": 12.5,
        }
        for found in products(store.options, order)
    ]


def _fields(order: StoredOrder, found: Product, until: int) -> dict[str, str]:
    return {
        "orderNo": order.order_no,
        "id": str(found.id),
        "sign": _sign(order.order_no, str(found.id), until),
    }


def _sign(order_no: str, number: str, until: int) -> str:
    said = f"{order_no}/{number}/{until}".encode()
    mark = hmac.digest(_SECRET, said, "sha256")
    return base64.b64encode(until.to_bytes(8, "big") + mark).decode()


class Shelf(Struct, frozen=True):
    """The endpoint of the links as an ASGI application."""

    store: Store
    faults: Faults
    stop: asyncio.Event

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, rightly or as a fault says."""
        request, wire = Request(scope, receive), Wire(scope, receive, send, self.stop)
        asked = dict(request.query_params)
        rule = self.faults.pick("download", str(sorted(asked)).encode(), asked)
        self.store.keep_request(
            method=request.method,
            path=request.url.path,
            headers=_telling(request),
            body=b"",
            fault=rule.kind if rule else None,
        )
        try:
            await wire.pause(self.store.options.latency_ms / 1000)
            await self._answer(request, asked, rule, wire)
        except Stopping:
            return

    async def _answer(
        self, request: Request, asked: Mapping[str, str], rule: Rule | None, wire: Wire
    ) -> None:
        revision = 1 if rule is not None and rule.kind is Kind.CHANGED else 0
        found = self._find(asked, revision)
        if not isinstance(found, Product):
            await wire.send(found)
            return
        headers = request.headers
        reply = _served(found, headers.get("range", ""), headers.get("if-range"), rule)
        if rule is None or rule.kind in _SERVED:
            await wire.send(reply)
            return
        await _misbehave(rule, wire, reply)

    def _find(self, asked: Mapping[str, str], revision: int) -> "Product | Reply":
        """Return the product of a link, or the answer to an invalid link."""
        options = self.store.options
        order = self.store.visible(asked.get("orderNo", ""))
        if order is None or not self._opens(asked):
            ended = Reply(200, _PAGE, ((b"content-type", b"text/html"),))
            denied = Reply(403, envelope(403, "The link has expired", None), (JSON,))
            return ended if options.expired_links == "page" else denied
        for found in products(options, order, revision):
            if str(found.id) == asked.get("id"):
                return found
        return Reply(404, envelope(404, "Product not found", None), (JSON,))

    def _opens(self, asked: Mapping[str, str]) -> bool:
        try:
            until = int.from_bytes(base64.b64decode(asked.get("sign", ""))[:8], "big")
        except ValueError:
            return False
        right = _sign(asked.get("orderNo", ""), asked.get("id", ""), until)
        in_time = self.store.clock.now_ms() < until
        return in_time and hmac.compare_digest(asked.get("sign", "").encode(), right.encode())


_SERVED = frozenset(
    {
        Kind.NO_RANGES,
        Kind.WRONG_START,
        Kind.RANGE_AS_200,
        Kind.WEAK_ETAG,
        Kind.CHANGED,
        Kind.HOSTILE_NAME,
        Kind.GZIP,
    }
)
"""Faults with a whole answer; others cut or replace it."""


def _served(found: Product, asked: str, if_range: str | None, rule: Rule | None) -> Reply:
    kind = None if rule is None else rule.kind
    etag = f"W/{found.etag}" if kind is Kind.WEAK_ETAG else found.etag
    name = _HOSTILE if kind is Kind.HOSTILE_NAME else found.name
    content = found.content
    headers: Headers = (
        (b"content-type", found.content_type.encode()),
        (b"etag", etag.encode()),
        (b"content-disposition", _disposition(name)),
    )
    if kind is Kind.GZIP:
        packed = zlib.compressobj(wbits=31)
        body = packed.compress(content) + packed.flush()
        return Reply(200, body, (*headers, (b"content-encoding", b"gzip")))
    part = _RANGE.match(asked)
    if part is None or kind in (Kind.NO_RANGES, Kind.CHANGED) or if_range not in (None, etag):
        return Reply(200, content, headers)
    begin = int(part[1])
    if begin >= len(content):
        return Reply(416, b"", ((b"content-range", f"bytes */{len(content)}".encode()),))
    if kind is Kind.WRONG_START:
        begin //= 2
    span = f"bytes {begin}-{len(content) - 1}/{len(content)}".encode()
    status = 200 if kind is Kind.RANGE_AS_200 else 206
    return Reply(status, content[begin:], (*headers, (b"content-range", span)))


async def _misbehave(rule: Rule, wire: Wire, reply: Reply) -> None:
    match rule.kind:
        case Kind.CLOSE:
            await wire.close()
        case Kind.RESET:
            await wire.reset()
        case Kind.CUT:
            await wire.cut(reply)
        case Kind.STALL:
            await wire.stall(reply)
        case Kind.SLOW:
            await wire.pause(rule.seconds)
            await wire.send(reply)
        case Kind.REDIRECT:
            location = (b"location", (rule.location or PATH).encode())
            await wire.send(Reply(rule.status or 302, b"", (location,)))
        case Kind.PAGE:
            await wire.send(Reply(200, _PAGE, ((b"content-type", b"text/html"),)))
        case Kind.EMPTY:
            await wire.send(Reply(200, b"", reply.headers))
        case _:
            status = rule.status or 500
            body = envelope(status, rule.message, None) if rule.body is None else rule.body.encode()
            await wire.send(Reply(status, body, (JSON,)))


def _disposition(name: str) -> bytes:
    plain = name.encode("ascii", "replace").decode().replace("\r", "").replace("\n", "")
    return f'attachment; filename="{plain}"'.encode()


def _telling(request: Request) -> tuple[tuple[str, str], ...]:
    """Return the headers, with credentials reduced to their presence."""
    hidden = ("authorization", "x-api-key", "cookie", "proxy-authorization")
    return tuple(
        (name, "(hidden)" if name in hidden else value) for name, value in request.headers.items()
    )
