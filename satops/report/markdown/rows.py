"""Tables and lists that hold as many rows as there is room for."""

from collections.abc import Callable, Sequence
from itertools import accumulate

from satops.report.markdown.page import Fit, size

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
    head: str, rows: Callable[[], Sequence[str]], more: More, *, least: int = 1, most: int = 10**9
) -> Fit:
    """Return the step that writes a head and as many rows as there is room for, then `more`.

    `head` ends where the first row begins; it fits with `least` rows or not at all.
    """
    opening = [head] if head else []

    def fit(room: int) -> str | None:
        every = rows()
        if len(every) <= most and size(head) + _sized(every) <= room:
            return "\n".join([*opening, *every])
        # The longest that `more` can be: all its numbers have as many digits as the total has.
        room -= size(head) + size(more(len(every), len(every))) + 2
        ends = accumulate(size(text) + 1 for text in every[:most])
        shown = sum(end <= room for end in ends)
        if shown < min(least, len(every)):
            return None
        return "\n".join([*opening, *every[:shown], "", more(shown, len(every))])

    return fit


def folded(title: str, fit: Fit) -> Fit:
    """Return a step whose text is folded away under a title, which must be plain words."""
    opening, closing = f"<details><summary>{title}</summary>\n\n", "\n\n</details>"

    def fit_folded(room: int) -> str | None:
        text = fit(room - size(opening) - size(closing))
        return None if text is None else f"{opening}{text}{closing}"

    return fit_folded


def _sized(rows: Sequence[str]) -> int:
    return sum(size(text) + 1 for text in rows)
