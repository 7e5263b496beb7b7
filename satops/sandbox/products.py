"""The sandbox's products: small images that map programs can open, and archives of them.

The bytes depend only on order, product and revision, so that a fetched file can be compared.
"""

import hashlib
import io
import struct
import zipfile
from typing import NamedTuple

from satops.sandbox.polygon import exterior
from satops.sandbox.records import StoredOrder

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
