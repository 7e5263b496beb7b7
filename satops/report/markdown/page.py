"""A page of blocks within a limit: each block gets as much room as is left, and is never cut.

Forges count in different units, so the strictest is taken: bytes of UTF-8.  Each block has ways
to say the same in less room, best first, and at least one short line.  The short lines are
reserved first; then the blocks take what room is left, the most important one first.  Nothing is
cut after it was written, so a page cannot break inside a table or a fence.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

Fit = Callable[[int], str | None]
"""Given the bytes there are, writes a block in no more than those; None where it cannot."""

_GAP = "\n\n"


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


def write_page(blocks: Sequence[Block], limit: int) -> str:
    """Return the blocks in the order given, in at most `limit` bytes, and a final newline.

    Raises ValueError when not even the blocks of rank 0 have room.
    """
    texts = _reserved(blocks, limit)
    spare = limit - _total(texts.values())
    for index in sorted(texts, key=lambda index: blocks[index].rank):
        block, least = blocks[index], texts[index]
        taken = size(least) + len(_GAP) if least else 0
        room = min(int(limit * block.share), spare + taken) - len(_GAP)
        best = next((text for text in _tries(block, room) if text is not None), None)
        if best is not None:
            texts[index] = best
            spare += taken - size(best) - len(_GAP)
    return _GAP.join(texts[index] for index in sorted(texts) if texts[index]) + "\n"


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
