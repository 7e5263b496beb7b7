"""An HTTP answer of the marketplace, and its JSON envelope, as values."""

from collections.abc import Callable, Mapping
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
