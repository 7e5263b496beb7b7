"""Copying a ledger: the same bytes, the same head, and never onto another ledger."""

from collections.abc import Sequence

import pytest

from satops.errors import HeadMoved, LedgerCorrupt, LedgerMissing, Refused, StoreUnreachable
from satops.workflow.ledger import LINES_PER_APPEND, copy_ledger
from tests.chains import altered, chain, ledger_of, placed
from tests.fakes.ledger_store import Fault, MemoryStore


def _holding(lines: Sequence[bytes]) -> MemoryStore:
    store = MemoryStore()
    store.lines = list(lines)
    return store


def test_a_copy_has_the_same_bytes_and_the_same_head() -> None:
    lines, head = ledger_of(LINES_PER_APPEND + 7)
    source, target = _holding(lines), MemoryStore()
    heard: list[int] = []
    report = copy_ledger(source, target, heard.append)
    assert target.lines == source.lines == lines
    assert report.head == head
    assert report.copied == len(lines)
    assert heard[-1] == len(lines)


@pytest.mark.parametrize("there", [1, 2, 30, 61, 62])
def test_a_copy_that_was_cut_short_goes_on(there: int) -> None:
    lines, _ = ledger_of(30)
    target = _holding(lines[:there])
    report = copy_ledger(_holding(lines), target)
    assert target.lines == lines
    assert report.copied == len(lines) - there


def test_a_failing_target_is_told_and_the_next_call_goes_on() -> None:
    lines, _ = ledger_of(LINES_PER_APPEND * 2)
    source, target = _holding(lines), MemoryStore()
    target.append_faults.extend([Fault.NONE, Fault.BEFORE_WRITE])
    with pytest.raises(StoreUnreachable):
        copy_ledger(source, target)
    assert 0 < len(target.lines) < len(lines)
    target.append_faults.extend([Fault.REPLY_LOST])
    with pytest.raises(StoreUnreachable):
        copy_ledger(source, target)
    copy_ledger(source, target)
    assert target.lines == lines


def test_another_ledger_is_never_written_to() -> None:
    lines, _ = ledger_of(5)
    another, _ = chain(placed("theirs"), run="another")
    longer = [*lines, *chain(placed("x"), head=ledger_of(5)[1])[0]]
    changed, _ = ledger_of(6)
    for there in (another, longer, [*lines[:3], changed[3].replace(b"order", b"ordex"), lines[4]]):
        target = _holding(there)
        with pytest.raises(Refused, match="holds another ledger"):
            copy_ledger(_holding(lines), target)
        assert target.lines == there


def test_a_broken_or_missing_source_is_not_copied() -> None:
    lines, _ = ledger_of(5)
    target = MemoryStore()
    with pytest.raises(LedgerCorrupt):
        copy_ledger(_holding(altered(lines, 6, b"order", b"ordex")), target)
    with pytest.raises(LedgerMissing):
        copy_ledger(MemoryStore(), MemoryStore())


def test_somebody_who_writes_to_the_target_stops_the_copy() -> None:
    lines, _ = ledger_of(LINES_PER_APPEND)
    target = MemoryStore()
    target.rivals.append(lambda _: [])
    target.rivals.append(lambda head: chain(placed("theirs"), head=head)[0])
    with pytest.raises(HeadMoved):
        copy_ledger(_holding(lines), target)


def test_what_is_added_to_the_source_meanwhile_is_copied_too() -> None:
    source, target = _holding(ledger_of(3)[0]), MemoryStore()

    def grow(copied: int) -> None:
        if copied < 12:
            more, _ = chain(placed(f"late-{copied}"), head=source.head)
            source.append(more, source.head.digest)

    report = copy_ledger(source, target, grow)
    assert target.lines == source.lines
    assert report.copied == 12


def test_a_target_that_keeps_something_else_is_found_at_the_end() -> None:
    class Alters(MemoryStore):
        """Changes a byte of what it is given."""

        def append(self, lines: Sequence[bytes], expected_head: str) -> None:
            super().append(
                [line.replace(b"order-000001", b"order-00000l") for line in lines], expected_head
            )

    with pytest.raises(LedgerCorrupt, match="The copy at memory: is not what was copied"):
        copy_ledger(_holding(ledger_of(3)[0]), Alters())
