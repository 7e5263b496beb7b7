"""Tables and lists that hold as many rows as there is room for."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from satops.report.markdown.page import Fit, size

T = TypeVar("T")
More = Callable[[int, int], str]
"""Given how many rows are shown and how many there are, says where the others are."""


def row(cells: Sequence[str]) -> str:
    """Return one row of a table; the cells must be inert and their bars escaped."""
    return f"| {' | '.join(cells)} |"


def header(titles: Sequence[str], right: frozenset[int] = frozenset()) -> str:
    """Return the head of a table; numbers in the columns `right` line up at their right."""
    rules = ("---:" if column in right else "---" for column in range(len(titles)))
    return f"{row(titles)}\n|{'|'.join(rules)}|"


def rows_that_fit(
    head: str, items: Sequence[T], line: Callable[[T], str], more: More, *, least: int = 1
) -> Fit:
    """Return the step that writes a head and a line for each item, as many as there is room for.

    `head` ends where the first line begins; `more` follows where items are left out.  With less
    room than `least` lines need, the step does not fit.
    """
    opening = [head] if head else []

    def fit(room: int) -> str | None:
        room -= sum(size(text) + 1 for text in opening)
        # All numbers in it have as many digits as the total has: no other can be longer.
        reserved = size(more(len(items), len(items))) + 2
        lines: list[str] = []
        kept = 0
        for item in items:
            lines.append(line(item))
            room -= size(lines[-1]) + 1
            if room < 0:
                break
            if room >= reserved:
                kept = len(lines)
        else:
            return "\n".join(opening + lines)
        if kept < min(least, len(items)):
            return None
        return "\n".join([*opening, *lines[:kept], "", more(kept, len(items))])

    return fit


def folded(title: str, fit: Fit) -> Fit:
    """Return a step whose text is folded away under a title, which must be plain words."""
    opening, closing = f"<details><summary>{title}</summary>\n\n", "\n\n</details>"

    def fit_folded(room: int) -> str | None:
        text = fit(room - size(opening) - size(closing))
        return None if text is None else f"{opening}{text}{closing}"

    return fit_folded
