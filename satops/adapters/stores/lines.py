"""Read lines of an open file: the last one, those after a `seq`, or a range.

Everything reads at an offset, so an append to a ledger of a million events costs no more than to
one of ten.
"""

from collections.abc import Iterator, Sequence

from msgspec import Struct

from satops.adapters.disk import read_at
from satops.core import json_text

_BLOCK_BYTES = 64 * 1024
"""A larger block would be mapped and unmapped at every read."""


class Tail(Struct, frozen=True):
    """The end of a file's whole lines."""

    end: int
    """Offset after the last newline; 0 without a whole line."""
    last: bytes | None
    """The last whole line, without its newline."""


def joined(lines: Sequence[bytes]) -> bytes:
    """Return lines as bytes to write.  Raises ValueError without lines and for a newline in one: a
    bug.
    """
    if not lines or any(not line or b"\n" in line for line in lines):
        raise ValueError("An append needs at least one line, and a line holds no newline.")
    return b"\n".join(lines) + b"\n"


def tail(fd: int, size: int) -> Tail:
    """Find the last whole line of the first `size` bytes, reading backwards."""
    end = _newline_before(fd, size)
    if end == 0:
        return Tail(0, None)
    start = _newline_before(fd, end - 1)
    return Tail(end, read_at(fd, end - 1 - start, start))


def offset_after(fd: int, end: int, after: int) -> int:
    """Return the offset of the line after number `after`.

    Binary search by the `seq` in the lines; if one cannot be read, counts newlines from the start.
    Lines are not checked here: the reader checks the chain.
    """
    if after <= 0:
        return 0
    low, high = 0, end
    while low < high:
        start = _newline_before(fd, (low + high) // 2, floor=low)
        line = _line_at(fd, start, end)
        seq = _seq(line)
        if seq is None:
            return _offset_by_count(fd, end, after)
        if seq <= after:
            low = start + len(line) + 1
        else:
            high = start
    return low


def stream(fd: int, start: int, end: int) -> Iterator[bytes]:
    """Yield the lines between two offsets, both at the beginning of a line."""
    rest = b""
    for block in _blocks(fd, start, end):
        lines = (rest + block).split(b"\n")
        rest = lines.pop()
        yield from lines


def _newline_before(fd: int, position: int, floor: int = 0) -> int:
    """Return the offset after the last newline before `position`; `floor` if there is none."""
    while position > floor:
        start = max(floor, position - _BLOCK_BYTES)
        found = read_at(fd, position - start, start).rfind(b"\n")
        if found >= 0:
            return start + found + 1
        position = start
    return floor


def _line_at(fd: int, start: int, end: int) -> bytes:
    parts = []
    for position in range(start, end, _BLOCK_BYTES):
        block = read_at(fd, min(_BLOCK_BYTES, end - position), position)
        line, newline, _ = block.partition(b"\n")
        parts.append(line)
        if newline:
            break
    return b"".join(parts)


def _seq(line: bytes) -> int | None:
    try:
        event = json_text.loads(line)
    except json_text.NotJson:
        return None
    seq = event.get("seq") if isinstance(event, dict) else None
    return seq if type(seq) is int else None


def _offset_by_count(fd: int, end: int, after: int) -> int:
    position = 0
    for block in _blocks(fd, 0, end):
        here = block.count(b"\n")
        if here >= after:
            found = -1
            for _ in range(after):
                found = block.index(b"\n", found + 1)
            return position + found + 1
        after -= here
        position += len(block)
    return end


def _blocks(fd: int, start: int, end: int) -> Iterator[bytes]:
    while start < end:
        block = read_at(fd, min(_BLOCK_BYTES, end - start), start)
        if not block:
            raise OSError("the file became shorter while it was read")
        start += len(block)
        yield block
