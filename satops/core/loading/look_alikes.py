"""Characters that look like those of YAML, JSON and specs.

They come from web pages, chats and word processors, and from Chinese, Cyrillic and Greek keyboards.
"""

from collections.abc import Callable
from functools import lru_cache
from re import compile as pattern
from typing import Literal
from unicodedata import category, decimal, name, normalize

from msgspec import Struct

_LOOKS = {
    '"': "\u201c\u201d\u201e\u201f\u00ab\u00bb\u2033\u301d\u301e",
    "'": "\u2018\u2019\u201a\u201b\u2039\u203a\u2032\u00b4\u02bc",
    "-": "\u2010\u2011\u2012\u2013\u2014\u2015\u2212\u2043\u02d7\u2796"
    "\u2022\u2023\u25aa\u25cf\u25e6",
    ":": "\u2236\ua789\u02d0\u02f8",
    ",": "\u3001",
    ".": "\u3002\uff61",
    "/": "\u2044\u2215",
    "": "\u034f\u115f\u1160\u180b\u180c\u180d\u180e\u3164\ufe0e\ufe0f",
    "A": "\u0410\u0391", "B": "\u0412\u0392", "C": "\u0421", "E": "\u0415\u0395",
    "H": "\u041d\u0397", "I": "\u0406\u0399", "J": "\u0408", "K": "\u041a\u039a",
    "M": "\u041c\u039c", "N": "\u039d", "O": "\u041e\u039f", "P": "\u0420\u03a1", "S": "\u0405",
    "T": "\u0422\u03a4", "X": "\u0425\u03a7", "Y": "\u0423\u03a5", "Z": "\u0396",
    "a": "\u0430\u03b1", "b": "\u042c", "c": "\u0441", "d": "\u0501", "e": "\u0435", "h": "\u04bb",
    "i": "\u0456\u03b9\u0131", "j": "\u0458", "o": "\u043e\u03bf", "p": "\u0440", "q": "\u051b",
    "s": "\u0455", "v": "\u03bd", "w": "\u051d", "x": "\u0445", "y": "\u0443",
}  # fmt: skip
"""Look-alikes: punctuation, invisible characters, and Cyrillic, Greek and Turkish letters that look
Latin.  Unicode's compatibility forms are not listed."""
_PLAIN = {char: plain for plain, chars in _LOOKS.items() for char in chars}
_MAX_CHARS = 64 * 1024
_MAX_READINGS = 40
"""Maximum number of readings of a text, since each takes time."""
_WRITE = {
    "": "remove it",
    "  ": "write two spaces in its place",
    ": ": "write a colon and a space in its place",
}
_WIDE_BLANK = "\u3000"
_COMMENT = pattern(r"(?:^|\s)#")


Blanks = Literal[" ", "  ", ""]
"""Replacement of unusual blanks: a space; two for the wide ones of CJK text; none for an indent."""
BLANKS: tuple[Blanks, ...] = (" ", "  ", "")


class LookAlike(Struct, frozen=True):
    """One look-alike in a text."""

    offset: int
    line: int
    column: int
    """From 1, like the line."""
    char: str
    plain: str
    """The plain character; empty for an invisible one."""
    indents: bool
    """Whether only blanks precede it in its line."""

    @property
    def title(self) -> str:
        """Code point and name: `U+00A0 (no-break space)`."""
        return f"U+{ord(self.char):04X} ({name(self.char, 'without a name').lower()})"


def look_alikes(text: str) -> list[LookAlike]:
    """Return the look-alikes of a text in order, except those in comments."""
    found = []
    start = 0
    for number, line in enumerate(text.split("\n"), 1):
        comment = _COMMENT.search(line)
        indents = True
        for index, char in enumerate(line if comment is None else line[: comment.start()]):
            plain = None if char.isascii() else _plain(char)
            indents = indents and (char.isspace() or plain == "")
            if plain is not None:
                found.append(LookAlike(start + index, number, index + 1, char, plain, indents))
        start += len(line) + 1
    return found


def written_for(text: str, found: LookAlike, blanks: Blanks = " ") -> str:
    """Return the replacement of a look-alike."""
    if found.plain == " ":
        if blanks == "":
            return "" if found.indents else " "
        return blanks if found.char == _WIDE_BLANK else " "
    if found.plain == ":" and _is_after_key(text, found.offset):
        return ": "
    return found.plain


def stands(found: LookAlike) -> str:
    """Return a sentence with the character and its position."""
    return f"The character {found.title} stands at line {found.line}, column {found.column}."


def advice(text: str, found: LookAlike, blanks: Blanks | None) -> str:
    """Return a sentence on why a character is wrong, and what to write."""
    if not found.plain:
        return "It cannot be seen: remove it."
    looks = "a space" if found.plain == " " else f"`{found.plain}`"
    if blanks is None:
        write = "indent the line with spaces, as its neighbours are"
    else:
        plain = written_for(text, found, blanks)
        write = _WRITE.get(plain, f"write {looks} in its place")
    return f"It looks like {looks} and is another character: {write}."


def with_plain(text: str, chosen: list[LookAlike], blanks: Blanks = " ") -> str:
    """Return a text with the chosen look-alikes replaced."""
    parts = []
    end = 0
    for found in chosen:
        parts += [text[end : found.offset], written_for(text, found, blanks)]
        end = found.offset + 1
    return "".join([*parts, text[end:]])


def cause_in(text: str, is_sound: Callable[[str], bool]) -> str | None:
    """Return sentences about the look-alike that makes a text invalid; None if none does.

    `is_sound` tests a text with replacements.
    """
    found = look_alikes(text) if len(text) <= _MAX_CHARS and not text.isascii() else []
    for chosen in ([each for each in found if each.plain not in ("'", '"')], found):
        if not chosen or not is_sound(with_plain(text, chosen)):
            continue
        for _ in range(_MAX_READINGS):
            if len(chosen) == 1 or not is_sound(with_plain(text, chosen[1:])):
                break
            chosen = chosen[1:]
        return f"{stands(chosen[0])} {advice(text, chosen[0], ' ')}"
    return None


@lru_cache(maxsize=4096)
def _plain(char: str) -> str | None:
    """Return the plain character of a look-alike, empty for an invisible one; None for other
    characters.
    """
    known = _PLAIN.get(char)
    if known is not None:
        return known
    kind = category(char)
    if kind == "Zs":
        return " "
    if kind == "Cf":
        return ""
    if kind == "Nd":
        return str(decimal(char))
    form = normalize("NFKC", char)
    return form if len(form) == 1 and form.isascii() and form.isprintable() else None


def _is_after_key(text: str, offset: int) -> bool:
    """Tell whether a colon ends a key, so that it needs a space after it, and is not part of a
    time.
    """
    after = text[offset + 1 : offset + 2]
    return bool(after.strip()) and not (after.isdecimal() and text[:offset][-1:].isdecimal())
