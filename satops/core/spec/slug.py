"""Turn place names into parts of order names: `Cát Lái` becomes `cat-lai`."""

import re
from unicodedata import category, normalize

from msgspec import Struct

_LENGTH_MAX = 48
"""Characters of one part, so that a name of several parts stays within its limit."""


class Slug(Struct, frozen=True):
    """The part of an order name made from a text."""

    word: str
    """Lower-case letters, digits, dot, underscore and dash; may be empty."""
    lost: str
    """The dropped characters, each once, without blanks and punctuation."""


def slug(text: str) -> Slug:
    """Return a text of any script as a part of a name."""
    turned: list[str] = []
    lost: dict[str, None] = {}
    for sign in normalize("NFC", text):
        plain = _ascii(sign)
        if not plain and category(sign)[0] not in "MZPC":  # marks and signs may have no Latin form
            lost[sign] = None
        turned.append(plain or ("" if category(sign)[0] == "M" else "-"))
    word = re.sub(r"[^a-z0-9._]+", "-", "".join(turned).lower()).strip("-._")
    return Slug(word[:_LENGTH_MAX].strip("-._"), "".join(lost))


def _ascii(sign: str) -> str:
    """Return the Latin letters and digits for a character; may be empty."""
    if sign.isascii():
        return sign
    from anyascii import anyascii  # large tables, unused for ASCII

    plain: str = anyascii(sign)
    return plain if plain.isalnum() else ""
