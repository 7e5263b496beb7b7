"""An HTTP answer of the marketplace, and its JSON envelope, as values.

A refusal that names an order is not taken for one, so order numbers are found anywhere in an
answer.  They have no fixed form: a text counts as one by the key it stands under, or by the forms
in the marketplace's documentation.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from msgspec import Struct

from satops.core import json_text
from satops.core.safe import PAGE_CHARS, shown, words_of_page

EXCERPT_CHARS: Final = 500
"""Characters of a body that go into evidence."""
_HEADER_CHARS: Final = 200
TOLD_CHARS: Final = 160
"""Characters of a body that the terminal shows."""

_TELLING_HEADERS: Final = (
    "content-type",
    "content-length",
    "content-encoding",
    "transfer-encoding",
    "location",
    "retry-after",
    "date",
    "server",
    "via",
    "x-request-id",
    "x-correlation-id",
    "x-trace-id",
)
"""Headers that identify the request in the server's log; never cookies."""


class Answer(Struct, frozen=True):
    """One HTTP answer, as far as it was read."""

    status: int
    headers: Mapping[str, str]
    """Names in lower case."""
    body: bytes
    redact: Callable[[str], str] = str
    """Removes the token from every text made of this answer, since a server may echo it."""

    @property
    def is_encoded(self) -> bool:
        """Whether the body has a content encoding, such as gzip."""
        encoding = self.headers.get("content-encoding", "identity")
        return encoding.strip().lower() not in {"", "identity"}

    @property
    def text(self) -> str:
        """The body as text.  Bytes that are not UTF-8 are replaced, so that an order number in
        ASCII stays readable.
        """
        return self.body.decode("utf-8-sig", "replace")

    def excerpt(self) -> str:
        """Return the beginning of the body, escaped; bytes that are not UTF-8 as hex escapes."""
        text = self.redact(self.body.decode("utf-8", "backslashreplace"))
        return shown(text, EXCERPT_CHARS)

    def words(self) -> str:
        """Return the first words of the body, without markup, on one line; empty for an encoded
        body.
        """
        if self.is_encoded:
            return ""
        return shown(self.redact(words_of_page(self.redact(self.text[:PAGE_CHARS]))), TOLD_CHARS)

    def evidence(self) -> str:
        """Return status, a few headers and the beginning of the body, escaped, on one line."""
        parts = [f"HTTP {self.status}"]
        parts += [
            f"{name}: {shown(self.redact(self.headers[name]), _HEADER_CHARS)}"
            for name in _TELLING_HEADERS
            if name in self.headers
        ]
        parts.append(f"body of {len(self.body)} bytes: {self.excerpt()}")
        return "; ".join(parts)


class Envelope(Struct, frozen=True):
    """The marketplace's JSON answer inside the HTTP answer: `CommonResponse`."""

    code: int
    message: str
    """Escaped and bounded, or empty."""
    data: Any
    whole: Mapping[str, Any]
    """Every field, `data` among them."""
    contradiction: str = ""
    """Which key stands twice; then no field counts.  Empty if none does."""


def envelope(answer: Answer) -> Envelope | None:
    """Read the envelope; None for any other body.

    It must be a JSON object with a whole number `code`, which may be text.  A compressed body is
    not expanded: satops never asks for one, and a few kilobytes could become gigabytes.
    """
    if answer.is_encoded:
        return None
    try:
        found = json_text.loads(answer.text)
    except json_text.NotJson:
        return None
    if not isinstance(found, dict):
        return None
    contradiction = _contradiction(answer)
    code = whole_number(found.get("code"))
    if code is None and not contradiction:
        return None
    message = found.get("message")
    words = shown(answer.redact(message)) if isinstance(message, str) else ""
    return Envelope(code or 0, words, found.get("data"), found, contradiction)


def _contradiction(answer: Answer) -> str:
    """Return which key stands twice in one object: readers differ in which value they take."""
    try:
        json_text.loads_strict(answer.text)
    except json_text.NotJson as error:
        return answer.redact(str(error))
    return ""


def whole_number(value: object) -> int | None:
    """Return a whole JSON number, or a text of digits, as int; None for anything else, also
    booleans.
    """
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value
    if isinstance(value, str):
        digits = value.strip().removeprefix("-")
        if digits.isascii() and digits.isdigit() and len(digits) <= 18:
            return int(value)
    return None


_PROGRAMMING: Final = re.compile(r"(?:PROG|ORDER)_\w*\d\w*", re.I)
_UUID: Final = re.compile(r"\b[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}\b", re.I)
"""The documented forms are `PROG_ORDER_202310270001`, `ORDER_202310270001` and a UUID."""
_ORDER_KEY: Final = re.compile(r"order|订单", re.I)
_NUMBER_KEY: Final = re.compile(r"(?:^|_)(?:id|no|num|number)$|(?:Id|No|Num|Number)$", re.I)
_ORDER_NO_KEY: Final = re.compile(r"order_?no", re.I)
_CHINESE: Final = re.compile(r"订单[^\W\d]{0,6}\W{0,3}(\w*[0-9]\w*)")
""""Order" in Chinese, which the operators write, and a following word with a digit."""
_IN_TEXT: Final = re.compile(
    r"order\W{0,3}_?(?:no|num|number|id)\b|(?:PROG|ORDER)_\w*\d|订单.{0,9}\d", re.I
)
_LONE: Final = re.compile(r"[\w.:/-]{0,200}\d[\w.:/-]{0,200}")
_NESTED_MAX: Final = 3
"""Maximum depth of JSON texts within JSON texts."""


def named_orders(whole: Mapping[str, Any]) -> list[str]:
    """Return every text or number of an envelope that may be an order number, each once.

    At the top level: values under a key with `order`.  In `data` also: bare values, values in a
    list, values under a key like `id` or `no`, and UUIDs.  A sentence with blanks counts only if it
    contains a documented form.
    """
    found: list[str] = []
    for key, value in whole.items():
        if key != "code":
            in_data = key == "data"
            is_order = in_data or _says_order(key, in_data=False)
            found += _named(value, in_data=in_data, is_order=is_order)
    return list(dict.fromkeys(found))


def order_numbers(whole: object) -> set[str]:
    """Return the values of the key `orderNo`, at any depth."""
    numbers = set()
    waiting = [whole]
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict):
            numbers |= {str(v) for k, v in value.items() if _ORDER_NO_KEY.fullmatch(k) and v}
            waiting += value.values()
        elif isinstance(value, list):
            waiting += value
    return numbers


def named_in_address(address: str) -> bool:
    """Tell whether an address, for example in a header, ends with a possible order number."""
    return bool(_PROGRAMMING.search(address) or _UUID.search(address))


def may_name_an_order(body: str) -> bool:
    """Tell whether a body without the envelope may name an order.

    A body that begins like JSON and cannot be parsed, or has a key twice, may.
    """
    begins_as_json = body.lstrip()[:1] in ("{", "[")
    try:
        found = json_text.loads_strict(body)
    except json_text.NotJson:
        text = body.replace("\0", "").strip()
        return begins_as_json or bool(_IN_TEXT.search(text) or _LONE.fullmatch(text))
    return bool(named_orders(found if isinstance(found, dict) else {"data": found}))


def _says_order(key: str, *, in_data: bool) -> bool:
    return bool(_ORDER_KEY.search(key) or (in_data and _NUMBER_KEY.search(key)))


def _named(value: object, *, in_data: bool, is_order: bool) -> Iterator[str]:
    waiting = [(value, is_order, 0)]
    while waiting:
        value, is_order, nested = waiting.pop()
        if isinstance(value, str):
            inner = _json_in(value) if nested < _NESTED_MAX else None
            if inner is not None:
                waiting.append((inner, is_order, nested + 1))
            else:
                yield from _named_in(value, in_data=in_data, is_order=is_order)
        elif isinstance(value, dict):
            waiting += [(v, _says_order(k, in_data=in_data), nested) for k, v in value.items()]
        elif isinstance(value, list):
            waiting += [(item, is_order, nested) for item in value]
        elif is_order and value and not isinstance(value, bool):
            yield str(value)


def _json_in(text: str) -> object:
    if text.lstrip()[:1] not in ("{", "[", '"'):
        return None
    try:
        return json_text.loads(text)
    except json_text.NotJson:
        return None


def _named_in(text: str, *, in_data: bool, is_order: bool) -> Iterator[str]:
    if is_order and len(text.split()) == 1 and text.strip() != "0":
        yield text.strip()
        return
    yield from (match[0] for match in _PROGRAMMING.finditer(text))
    yield from (match[1] for match in _CHINESE.finditer(text))
    if in_data:  # elsewhere a UUID is mostly the request's id
        yield from (match[0] for match in _UUID.finditer(text))
