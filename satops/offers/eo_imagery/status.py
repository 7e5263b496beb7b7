"""What the marketplace's status numbers mean, in words of our own.

The numbers are the marketplace's (its pages page/query, detail and downloadLinks); they are not in
the order of an order's life, and the documentation draws no diagram of it.
"""

from typing import Final, Literal

DELIVERED: Final = 2
COMPLETED: Final = 3
FAILED: Final = 6
HAS_LINKS: Final = frozenset({DELIVERED, COMPLETED})
"""The statuses under which downloadLinks lists addresses."""
FINISHED: Final = frozenset({COMPLETED, FAILED})
"""Nothing is expected after these."""

_WORDS: Final = {
    1: ("ordered", "pending"),
    4: ("analysing", "analyzing"),
    5: ("awaiting-image", "pending image"),
    DELIVERED: ("delivered", "delivered"),
    COMPLETED: ("completed", "completed"),
    FAILED: ("failed", "failed"),
}
"""Number to our word and to the marketplace's."""

StacStatus = Literal["ordered", "pending", "succeeded", "failed"]
_STAC: Final[dict[int, StacStatus]] = {
    1: "ordered",
    4: "pending",
    5: "pending",
    DELIVERED: "succeeded",
    COMPLETED: "succeeded",
    FAILED: "failed",
}


def status_word(number: int | None) -> str:
    """Return our word for a status: `awaiting-image`; `status-77` for a number that the
    documentation lacks; empty where none was observed.
    """
    if number is None:
        return ""
    return _WORDS[number][0] if number in _WORDS else f"status-{number}"


def status_words(number: int | None) -> str:
    """Return our word with the marketplace's beside it: `awaiting-image (5, pending image)`."""
    word = status_word(number)
    if number not in _WORDS:
        return word
    theirs = _WORDS[number][1]
    return f"{word} ({number})" if theirs == word else f"{word} ({number}, {theirs})"


def stac_status(number: int | None) -> StacStatus | None:
    """Return the `order:status` of STAC's order extension; None where there is no such word."""
    return None if number is None else _STAC.get(number)
