"""Keep secrets out of texts, in any escaping of JSON, URLs and HTML.

A text is searched as it is, and after each of several rounds of unescaping: so a token in JSON in a
URL's query in JSON is found.  The time is linear in the length of the text.
"""

import base64
import re
from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from typing import Final
from urllib.parse import unquote

PASSWORD: Final = "[password]"  # noqa: S105 - stands where one stood
"""Replaces a password."""
HIDDEN: Final = "[hidden]"
"""Replaces the value of a secret field."""
_TAIL_MIN: Final = 6
"""A text that ends with so many first characters of a secret was cut inside it."""
_SHORTEST: Final = 4
"""A shorter password is not searched for, since too many texts contain it."""
_LEVELS: Final = 4
_ESCAPE: Final = re.compile(
    r"\\u([0-9a-f]{4})|\\x([0-9a-f]{2})|%([0-9a-f]{2})|&#x0{0,40}([0-9a-f]{1,5});"
    r"|\\([0-3][0-7]{2})|&#0{0,40}([0-9]{1,6});|\\([^ux0-3\s])|(&[a-z]{2,24};)",
    re.I,
)
_CUT_ESCAPE: Final = re.compile(
    r"(?:\\u?[0-9a-f]{0,3}|\\x[0-9a-f]?|%[0-9a-f]?|&#?\w{0,24})\Z", re.I
)
_WORD: Final = re.compile(r"""'[^']*'|"[^"]*"|[^\s'"]+""")
_FIELD: Final = re.compile(r"(?:pass|pwd|secret|token|key|sig)\w*\s*=", re.I)
_PASSWORD_FIELD: Final = re.compile(r"passw\w*\s*=", re.I)
_HALF_A_PASSWORD: Final = re.compile(r"\A([^/?#:\[]*):(?!\d+(?:[/?#,]|\Z)).*", re.S)
_PROXY: Final = re.compile(r"(?:all|ftp|http|https|wss?)_proxy", re.I)

Span = tuple[int, int]
_Marks = Sequence[tuple[int, int, int]]
"""For each escape: the position of its character in the decoded text, and start and end of the
escape before."""


class Redactor:
    """Replaces each secret in a text by a mark."""

    __slots__ = ("_marks", "_secrets")

    def __init__(self, secrets: Mapping[str, str]) -> None:
        """`secrets` maps each secret to its mark; an empty secret is skipped."""
        self._marks: dict[str, str] = {}
        for secret, mark in secrets.items():
            self._marks |= dict.fromkeys(_readings(secret), mark)
        self._secrets = sorted(self._marks, key=len, reverse=True)

    def __call__(self, text: str) -> str:
        """Return the text with marks for its secrets, and for a cut secret at its end."""
        if not self._secrets:
            return text
        found: list[tuple[int, int, str]] = []
        level, before = text, list[_Marks]()
        for _ in range(_LEVELS):
            for start, end, mark in self._found(level):
                found.append((*_back(start, end, before), mark))
            decoded, marks = _decoded(level)
            if not marks:
                break
            level = decoded
            before.append(marks)
        return _replaced(text, found) if found else text

    def __repr__(self) -> str:
        return f"Redactor({len(self._marks)} hidden)"

    def _found(self, text: str) -> Iterable[tuple[int, int, str]]:
        whole = _CUT_ESCAPE.sub("", text[-64:])
        end = len(text) - len(text[-64:]) + len(whole)
        for secret in self._secrets:
            mark = self._marks[secret]
            start = text.find(secret)
            while start >= 0:
                yield start, start + len(secret), mark
                start = text.find(secret, start + len(secret))
            cut = _beginning_at_end(secret, text[max(end - len(secret), 0) : end])
            if cut >= _TAIL_MIN:
                yield end - cut, len(text), mark


def passwords_of(environ: Mapping[str, str]) -> dict[str, str]:
    """Return the passwords of proxies and databases in an environment, with their marks."""
    found: dict[str, str] = {}
    for name, value in environ.items():
        if _PROXY.fullmatch(name):
            found |= passwords_in(value)
        elif name == "PGPASSWORD":
            found |= password_forms(value)
    return found


def passwords_in(address: str) -> dict[str, str]:
    """Return the text between an address's first colon and an `@`, with its mark.

    The address may be malformed: a password with a slash or an `@` is found too, and so is its
    base64 form, which a proxy may repeat.
    """
    found: dict[str, str] = {}
    rest = address.partition("://")[2] or address
    for at in re.finditer("@", rest):
        name, colon, password = rest[: at.start()].partition(":")
        if colon:
            found |= password_forms(password)
            # Another parser would split the address elsewhere, and repeat a part.
            for part in re.split(r"[/?#@\s]", password):
                found |= password_forms(part)
            for pair in (f"{name}:{password}", f"{unquote(name)}:{unquote(password)}"):
                found[base64.b64encode(pair.encode(errors="replace")).decode()] = PASSWORD
    return found


def passwords_in_fields(address: str) -> dict[str, str]:
    """Return the secret fields of a connection string, with their marks."""
    found: dict[str, str] = {}
    for field in _FIELD.finditer(address):
        value = address[field.end() :]
        found |= password_forms(value) | password_forms(re.split(r"[&#\s]", value, maxsplit=1)[0])
    return found


def shown_address(address: str) -> str:
    """Return an address for messages, without user, password and secret fields.

    Of a malformed address more is left out.
    """
    field = _FIELD.search(address)
    text = address if field is None else f"{address[: field.end()]}{HIDDEN}"
    scheme, slashes, rest = text.partition("//")
    if not slashes:
        return text
    return scheme + slashes + _HALF_A_PASSWORD.sub(r"\1", rest.rpartition("@")[2])


def without_credentials(text: str) -> str:
    """Return a text with each address as in `shown_address`."""
    return _WORD.sub(_shown_word, text)


def _shown_word(match: "re.Match[str]") -> str:
    word = match[0]
    if "://" not in word and not _PASSWORD_FIELD.search(word):
        return word
    quote = word[0] if word[0] in "'\"" else ""
    return f"{quote}{shown_address(word.strip(quote or None))}{quote}"


def _readings(secret: str) -> set[str]:
    """Return the forms of a secret at the levels of the search."""
    # Form encoding writes a blank as a plus, and other bytes than ASCII as escapes.
    readings = {secret, secret.replace(" ", "+"), secret.encode(errors="replace").decode("latin-1")}
    for _ in range(_LEVELS):
        # A secret may look like an escape, and is decoded in an escaped text.
        readings |= {_decoded(reading)[0] for reading in readings}
    return {r for r in readings if r and (r == secret or len(r) >= _SHORTEST)}


def password_forms(password: str) -> dict[str, str]:
    """Return a password as given and unescaped, with its mark."""
    forms = {password, unquote(password)}
    return {form: PASSWORD for form in forms if len(form) >= _SHORTEST}


def _decoded(text: str) -> tuple[str, _Marks]:
    """Return the decoded text, and the positions of its escapes."""
    parts: list[str] = []
    marks: list[tuple[int, int, int]] = []
    end = length = 0
    for match in _ESCAPE.finditer(text):
        char = _char(match)
        if len(char) != 1:
            continue
        plain = text[end : match.start()]
        length += len(plain)
        marks.append((length, match.start(), match.end()))
        parts += (plain, char)
        length += 1
        end = match.end()
    parts.append(text[end:])
    return "".join(parts), marks


def _char(match: "re.Match[str]") -> str:
    *hexes, octal, decimal, same, named = match.groups()
    for digits, base in (*((digits, 16) for digits in hexes), (octal, 8), (decimal, 10)):
        if digits:
            return chr(int(digits, base))
    if same:
        return same
    from html import unescape

    return unescape(named)


def _back(start: int, end: int, levels: Sequence[_Marks]) -> Span:
    """Return a decoded span's position in the original text."""
    for marks in reversed(levels):
        start = _before(start, marks)[0]
        end = _before(end - 1, marks)[1]
    return start, end


def _before(place: int, marks: _Marks) -> Span:
    """Return a character's position before its level was decoded."""
    index = bisect_right(marks, place, key=lambda mark: mark[0]) - 1
    if index < 0:
        return place, place + 1
    at, start, end = marks[index]
    if at == place:
        return start, end
    moved = end + place - at - 1
    return moved, moved + 1


def _beginning_at_end(secret: str, text: str) -> int:
    """Return the number of a secret's first characters at the end of a text, less than all.

    Knuth, Morris and Pratt, since a server may repeat the beginning of the secret many times.
    """
    table = [0] * len(secret)
    length = 0
    for index in range(1, len(secret)):
        while length and secret[index] != secret[length]:
            length = table[length - 1]
        length += secret[index] == secret[length]
        table[index] = length
    length = 0
    for char in text:
        if length == len(secret):
            length = table[length - 1]
        while length and char != secret[length]:
            length = table[length - 1]
        length += char == secret[length]
    return table[length - 1] if length == len(secret) else length


def _replaced(text: str, found: Iterable[tuple[int, int, str]]) -> str:
    parts: list[str] = []
    end = 0
    for start, stop, mark in sorted(found, key=lambda span: (span[0], -span[1])):
        if start >= end:
            parts += (text[end:start], mark)
        end = max(end, stop)
    return "".join([*parts, text[end:]])
