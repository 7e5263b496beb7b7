"""A page of blocks within a limit: each block gets as much room as is left, and is never cut.

Forges count in different units, so the strictest is taken: bytes of UTF-8.  Each block has ways
to say the same in less room, best first, and at least one short line.  The short lines are
reserved first; then the blocks take what room is left, the most important one first.  Nothing is
cut after it was written, so a page cannot break inside a table or a fence.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import TypeVar

Fit = Callable[[int], str | None]
"""Given the bytes there are, writes a block in no more than those; None where it cannot."""

More = Callable[[int, int], str]
"""Given how many rows are shown and how many there are, says where the others are."""
T = TypeVar("T")

_GAP = "\n\n"
_TICKS = re.compile(r"`+")
_SHORTEST_FENCE = 3


class Rank(IntEnum):
    """The blocks of a plan, most important first: a lower rank takes room before a higher one."""

    SUMMARY = 0
    GUARDS = 1
    DOUBTS = 2
    REFUSALS = 3
    ERRORS = 4
    CREATES = 5
    CONFLICTS = 6
    PASSES = 7
    LIMITS = 8
    SENSORS = 9
    MAP = 10
    WARNINGS = 11
    CALENDAR = 12
    EXPIRED = 13
    HELD = 14
    OTHER_MAPS = 15
    RETIRED = 16


@dataclass(frozen=True, slots=True)
class Block:
    """One part of a page, without a newline at its ends."""

    rank: int
    """Who takes room first: 0 is never left out."""
    least: str
    """What stands there at the least; empty for nothing."""
    steps: tuple[Fit, ...] = ()
    """Ways to say it, the best first."""
    share: float = 1.0
    """The part of the whole page that it takes at most."""


def size(text: str) -> int:
    """Return how much of a page a text takes."""
    return len(text) if text.isascii() else len(text.encode())


def whole(text: str) -> Fit:
    """Return the step that writes all of a text or nothing."""
    return lambda room: text if size(text) <= room else None


class Cut(str):
    """A text of a block that leaves rows out, and says so."""


def write_page(blocks: Sequence[Block], limit: int) -> str:
    """Return the blocks in the order given, in at most `limit` bytes, and a final newline.

    Raises ValueError when not even the blocks of rank 0 have room.
    """
    return lay_out(blocks, limit)[0]


def lay_out(blocks: Sequence[Block], limit: int) -> tuple[str, frozenset[int]]:
    """Return what `write_page` does, and the ranks of the blocks that do not show all they have."""
    texts = _reserved(blocks, limit)
    all_shown = {index for index, block in enumerate(blocks) if not block.steps}
    spare = limit - _total(texts.values())
    for index in sorted(texts, key=lambda index: blocks[index].rank):
        block, least = blocks[index], texts[index]
        taken = size(least) + len(_GAP) if least else 0
        room = min(int(limit * block.share), spare + taken) - len(_GAP)
        best = next((text for text in _tries(block, room) if text is not None), None)
        if best is not None:
            texts[index] = best
            spare += taken - size(best) - len(_GAP)
            if not isinstance(best, Cut):
                all_shown.add(index)
    page = _GAP.join(texts[index] for index in sorted(texts) if texts[index]) + "\n"
    return page, frozenset(b.rank for index, b in enumerate(blocks) if index not in all_shown)


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
        return Cut("\n".join([*opening, *lines[:kept], "", more(kept, len(items))]))

    return fit


def folded(title: str, fit: Fit) -> Fit:
    """Return a step whose text is folded away under a title, which must be plain words."""
    opening, closing = f"<details><summary>{title}</summary>\n\n", "\n\n</details>"

    def fit_folded(room: int) -> str | None:
        text = fit(room - size(opening) - size(closing))
        return None if text is None else f"{opening}{text}{closing}"

    return fit_folded


def fenced(language: str, content: str) -> str:
    """Return a fenced block; its fence is longer than any run of backticks inside."""
    longest = max((len(run) for run in _TICKS.findall(content)), default=0)
    fence = "`" * max(_SHORTEST_FENCE, longest + 1)
    return f"{fence}{language}\n{content}\n{fence}"


def _reserved(blocks: Sequence[Block], limit: int) -> dict[int, str]:
    """Return the least text of each block; where those are too many, of the most important."""
    texts = {index: block.least for index, block in enumerate(blocks)}
    for index in sorted(texts, key=lambda index: (blocks[index].rank, index), reverse=True):
        if _total(texts.values()) <= limit:
            break
        if blocks[index].rank == 0:
            raise ValueError(f"a page of {limit} bytes has no room for its summary")
        del texts[index]
    return texts


def _tries(block: Block, room: int) -> Iterator[str | None]:
    return (step(room) for step in block.steps)


def _total(texts: Iterable[str]) -> int:
    return sum(size(text) + len(_GAP) for text in texts if text)
