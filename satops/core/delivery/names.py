"""File names of products, which never contain a name from the network.

NAME/NAME.PRODUCT.HASH8.SUFFIX           the product
NAME/NAME.PRODUCT.HASH8.SUFFIX.stac.json its STAC Item
"""

import re
from hashlib import sha256
from typing import Final

HASH_CHARS: Final = 8
TITLE_CHARS: Final = 200
_NAME: Final = re.compile(r"[a-z0-9][a-z0-9._-]{0,127}")
_PRODUCT: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")
_DIGEST: Final = re.compile(r"[0-9a-f]{64}")


def product_key(name: str, product: str, digest: str, suffix: str) -> str:
    """Return the path of a product below the target; other bytes have another path.

    Raises ValueError for parts that could lead elsewhere.
    """
    if not (_NAME.fullmatch(name) and _PRODUCT.fullmatch(product) and _DIGEST.fullmatch(digest)):
        raise ValueError("a product's file is named by order, product and digest alone")
    return f"{name}/{name}.{product}.{digest[:HASH_CHARS]}{suffix}"


def part_name(name: str, order_no: str, product: str) -> str:
    """Return the name of a product's part file in its order's folder."""
    number = sha256(order_no.encode()).hexdigest()[:HASH_CHARS]
    return f".{name}.{product}.{number}.part"


def sender_title(disposition: str, path: str) -> str:
    """Return the server's file name, safe to show: from Content-Disposition, or else from a path;
    may be empty.
    """
    found = re.search(r"filename\s*=\s*(?:\"((?:[^\"\\]|\\.)*)\"|([^;\s]+))", disposition, re.I)
    given = (found[1] or found[2] or "") if found else path.rpartition("/")[2]
    last = re.split(r"[/\\]", given)[-1]
    return "".join(char for char in last if char.isprintable())[:TITLE_CHARS].strip()
