"""Verify, against a store in memory and a file."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from satops.adapters.stores.file import FileStore
from satops.core.ledger.chain import GENESIS, Fields, Head
from satops.errors import LedgerMissing
from satops.workflow.verify import LedgerProblem, verify
from tests.chains import STARTED, altered, chain, intended, ledger_of, placed
from tests.fakes.ledger_store import MemoryStore


def _store(lines: list[bytes]) -> MemoryStore:
    store = MemoryStore()
    store.append(lines, GENESIS)
    return store


def test_a_whole_ledger_is_sound_and_its_head_is_told() -> None:
    lines, head = ledger_of(3)
    report = verify(_store(lines))
    assert report.sound
    assert (report.events, report.head) == (8, head)
    assert (report.broken, report.problems, report.anchored_at) == (None, (), None)
    assert report.address == "memory:"


def test_no_ledger_is_not_a_sound_one() -> None:
    with pytest.raises(LedgerMissing):
        verify(MemoryStore())


def test_the_first_line_that_does_not_follow_is_named_and_ends_the_look() -> None:
    lines, _ = ledger_of(3)
    report = verify(_store(altered(lines, 4, b"PROG_order-000000", b"PROG_order-999999")))
    assert not report.sound
    assert report.events == 4
    assert report.broken is not None
    assert report.broken.line == 5
    assert "Line 4 or line 5 was changed" in report.broken.detail


def test_a_cut_tail_shows_when_the_head_was_noted_elsewhere() -> None:
    lines, head = ledger_of(3)
    cut = verify(_store(lines[:-1]), anchor=head.digest)
    assert cut.anchored_at is None
    (problem,) = cut.problems
    assert problem.line is None
    assert "No event of the 7 that were read has the SHA-256" in problem.detail
    assert "has lost its last events" in problem.detail


@pytest.mark.parametrize("number", [0, 1, 5, 8])
def test_a_head_of_the_past_or_of_now_anchors_the_ledger(number: int) -> None:
    lines, _ = ledger_of(3)
    anchor = Head(0, GENESIS) if number == 0 else _heads(lines)[number - 1]
    report = verify(_store(lines), anchor=anchor.digest)
    assert report.sound
    assert report.anchored_at == number


def test_events_without_sense_are_told_with_their_lines() -> None:
    lines, _ = chain(STARTED, placed("a"), intended("a"), intended("a", 2))
    report = verify(_store(lines))
    assert not report.sound
    assert report.broken is None
    assert [problem.line for problem in report.problems] == [2, 3, 4]


def test_events_are_held_against_a_schema_where_that_is_asked() -> None:
    def check(event: Fields) -> Iterator[str]:
        if event["kind"] == "SubmissionPlaced":
            yield "no receipts today"

    report = verify(_store(ledger_of(1)[0]), check=check)
    assert report.problems == (LedgerProblem(4, "no receipts today"),)


def test_an_unterminated_line_is_told_and_does_no_harm(tmp_path: Path) -> None:
    lines, head = ledger_of(1)
    path = tmp_path / "ledger.jsonl"
    FileStore(path).append(lines, GENESIS)
    whole = verify(FileStore(path))
    assert whole.unterminated_bytes == 0
    path.write_bytes(path.read_bytes()[:-10])
    torn = verify(FileStore(path))
    assert torn.sound
    assert torn.events == head.seq - 1
    assert torn.unterminated_bytes == len(lines[-1]) - 9


def _heads(lines: list[bytes]) -> list[Head]:
    return [verify(_store(lines[: count + 1])).head for count in range(len(lines))]
