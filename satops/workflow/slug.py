"""Names of places as names of orders: `Cát Lái` becomes `cat-lai`."""

import re
from dataclasses import dataclass
from unicodedata import category, normalize

_LENGTH_MAX = 48
"""Of one part of a name, so that several parts make a name that is not cut."""


@dataclass(frozen=True, slots=True)
class Slug:
    """What of a text may stand in the name of an order."""

    word: str
    """Small letters, digits, dot, underscore and dash; empty where nothing is left."""
    lost: str
    """The characters of which nothing is left, each once; blanks and punctuation do not count."""


def slug(text: str) -> Slug:
    """Turn a text of any script into a part of a name."""
    turned: list[str] = []
    lost: dict[str, None] = {}
    for sign in normalize("NFC", text):
        plain = _ascii(sign)
        if not plain and category(sign)[0] not in "MZPC":  # a mark may have no sound of its own
            lost[sign] = None
        turned.append(plain or ("" if category(sign)[0] == "M" else "-"))
    word = re.sub(r"[^a-z0-9._]+", "-", "".join(turned).lower()).strip("-._")
    return Slug(word[:_LENGTH_MAX].strip("-._"), "".join(lost))


def _ascii(sign: str) -> str:
    """Return the letters and digits that a character stands for, if any."""
    if sign.isascii():
        return sign
    from anyascii import anyascii  # with its tables, which names in plain letters do not need

    plain: str = anyascii(sign)
    return plain if plain.isalnum() else ""
