"""What every ledger store promises, and the fake with them."""

import subprocess
import sys
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import pytest

from satops.core.ledger.chain import GENESIS, Head, decode
from satops.core.ledger.events import RunFinished
from satops.errors import HeadMoved, LedgerMissing
from satops.ports import LedgerStore
from tests.chains import chain, intended, ledger_of, placed, started
from tests.contracts.places import Place, SharedPlace

RACERS = 4
ROOT = Path(__file__).parents[2]


@pytest.fixture
def store(place: Place) -> LedgerStore:
    """Return a store whose ledger has begun."""
    opened = place.open()
    opened.append(*_first())
    return opened


def test_a_ledger_that_was_never_begun_is_missing_and_not_empty(place: Place) -> None:
    with pytest.raises(LedgerMissing):
        list(place.open().read())


def test_an_append_that_expects_a_ledger_does_not_make_one(place: Place) -> None:
    _, head = started()
    more, _ = chain(placed("a"), head=head)
    with pytest.raises(LedgerMissing):
        place.open().append(more, head.digest)
    with pytest.raises(LedgerMissing):
        list(place.open().read())


def test_an_append_on_genesis_begins_the_ledger(place: Place) -> None:
    lines, _ = started()
    place.open().append(lines, GENESIS)
    assert list(place.open().read()) == lines


def test_a_ledger_begins_only_once(store: LedgerStore) -> None:
    before = list(store.read())
    again, _ = chain(placed("another beginning"))
    with pytest.raises(HeadMoved):
        store.append(again, GENESIS)
    assert list(store.read()) == before


@pytest.mark.parametrize("wrong_head", ["f" * 64, "", "not a digest"])
def test_an_append_on_another_head_writes_nothing(store: LedgerStore, wrong_head: str) -> None:
    before = list(store.read())
    lines, _ = chain(placed("a"), head=_head(store))
    with pytest.raises(HeadMoved):
        store.append(lines, wrong_head)
    assert list(store.read()) == before


def test_an_append_on_a_head_of_the_past_writes_nothing(store: LedgerStore) -> None:
    past = _head(store)
    lines, _ = chain(placed("a"), head=past)
    store.append(lines, past.digest)
    late, _ = chain(placed("b"), head=past)
    with pytest.raises(HeadMoved):
        store.append(late, past.digest)
    assert list(store.read()) == [*_first()[0], *lines]


def test_an_append_without_lines_or_with_a_line_of_two_is_a_bug(store: LedgerStore) -> None:
    head = _head(store).digest
    for lines in ([], [b""], [b'{"a":1}\n{"b":2}'], [b"{}\n"]):
        with pytest.raises(ValueError, match="at least one line"):
            store.append(lines, head)
    assert _head(store).digest == head


def test_lines_are_read_in_the_order_of_the_appends(place: Place, store: LedgerStore) -> None:
    written, head = started()
    for number in range(12):
        events = [intended(f"order-{number}-{index}") for index in range(number % 4 + 1)]
        lines, made = chain(*events, head=head)
        store.append(lines, head.digest)
        written, head = written + lines, made
    assert list(store.read()) == written
    assert list(place.open().read()) == written


def test_reading_begins_after_the_number_that_is_given(place: Place) -> None:
    lines, _ = ledger_of(60)
    store = place.open()
    store.append(lines[:1], GENESIS)
    store.append(lines[1:40], _digest(lines[:1]))
    store.append(lines[40:], _digest(lines[:40]))
    for after in range(len(lines) + 3):
        assert list(store.read(after=after)) == lines[after:], after


def test_a_reader_may_stop_early(store: LedgerStore) -> None:
    head = _head(store)
    lines, made = chain(*(intended(f"order-{number}") for number in range(20)), head=head)
    store.append(lines, head.digest)
    reader = store.read()
    assert next(reader) == _first()[0][0]
    more, _ = chain(placed("order-1"), head=made)
    store.append(more, made.digest)
    assert len(list(store.read())) == 22


def test_big_lines_and_every_script_come_back_byte_for_byte(
    place: Place, store: LedgerStore
) -> None:
    names = [
        "x" * 3_000_000,
        "Đồng bằng sông Cửu Long",
        "محطة",
        "🛰\u2028\u0000\x7f\r",
        "y" * 70_000,
    ]
    for name in names:
        head = _head(store)
        lines, _ = chain(placed("a", order_no=name), head=head)
        store.append(lines, head.digest)
    events = [line.fields for line in decode(place.open().read())]
    assert [event["order_no"] for event in events[1:]] == names


def test_two_open_stores_see_what_the_other_appends(place: Place, store: LedgerStore) -> None:
    other = place.open()
    for number in range(6):
        writer, reader = (store, other) if number % 2 else (other, store)
        head = _head(writer)
        lines, made = chain(placed(f"order-{number}"), head=head)
        writer.append(lines, head.digest)
        assert _head(reader) == made


def test_of_racing_threads_exactly_one_wins_each_round(place: Place, store: LedgerStore) -> None:
    stores = [place.open() for _ in range(RACERS)]
    barrier = threading.Barrier(RACERS)

    def race(racer: LedgerStore, lines: Sequence[bytes], head: Head) -> bool:
        barrier.wait()
        try:
            racer.append(lines, head.digest)
        except HeadMoved:
            return False
        return True

    with ThreadPoolExecutor(RACERS) as threads:
        for number in range(place.rounds):
            head = _head(store)
            # The same bytes from all of them: a store must not take another's line for its own.
            lines, made = chain(placed(f"round-{number}"), head=head)
            wins = list(threads.map(lambda racer: race(racer, lines, head), stores))  # noqa: B023
            assert wins.count(True) == 1
            assert _head(store) == made


def test_of_racing_processes_exactly_one_wins_each_round(shared_place: SharedPlace) -> None:
    store = shared_place.open()
    store.append(*_first())
    with ExitStack() as stack:
        racers = [stack.enter_context(_racer(shared_place)) for _ in range(RACERS)]
        assert [_answer(racer) for racer in racers] == ["ready"] * RACERS
        for number in range(shared_place.rounds):
            head = _head(store)
            lines, made = chain(placed(f"round-{number}"), head=head)
            for racer in racers:
                _tell(racer, head, lines[0])
            assert sorted(_answer(racer) for racer in racers) == ["moved"] * (RACERS - 1) + ["won"]
            assert _head(store) == made
        for racer in racers:
            racer.communicate()


def test_of_racing_beginnings_exactly_one_wins(place: Place) -> None:
    stores = [place.open() for _ in range(RACERS)]
    barrier = threading.Barrier(RACERS)

    def begin(number: int) -> bool:
        lines, _ = chain(placed("a beginning"), run=f"run-{number}")
        barrier.wait()
        try:
            stores[number].append(lines, GENESIS)
        except HeadMoved:
            return False
        return True

    with ThreadPoolExecutor(RACERS) as threads:
        assert list(threads.map(begin, range(RACERS))).count(True) == 1
    assert len(list(stores[0].read())) == 1


def test_a_reader_never_sees_a_part_of_an_append(place: Place, store: LedgerStore) -> None:
    lines_per_append = 5
    reader = place.open()
    done = threading.Event()

    def watch() -> set[int]:
        parts = set()
        while True:
            last_look = done.is_set()
            lines = list(reader.read())
            assert len(list(decode(lines))) == len(lines)
            parts.add((len(lines) - 1) % lines_per_append)
            if last_look:
                return parts

    with ThreadPoolExecutor(1) as threads:
        watching = threads.submit(watch)
        try:
            head = _head(store)
            for number in range(place.rounds):
                events = [intended(f"order-{number}-{part}") for part in range(lines_per_append)]
                lines, made = chain(*events, head=head)
                store.append(lines, head.digest)
                head = made
        finally:
            done.set()
        assert watching.result() == {0}


def test_a_store_tells_how_many_orders_suit_one_append(place: Place) -> None:
    assert place.open().orders_per_append >= 1


def test_a_whole_life_of_a_ledger_is_one_chain(place: Place, store: LedgerStore) -> None:
    head = _head(store)
    for run in ("run-1", "run-2", "run-3"):
        for events in ([intended(run)], [placed(run), RunFinished(1, 1, 0, 0, 0)]):
            lines, made = chain(*events, head=head, run=run)
            place.open().append(lines, head.digest)
            head = made
    assert _head(place.open()) == head
    assert head.seq == 10


def _first() -> tuple[list[bytes], str]:
    return started()[0], GENESIS


def _head(store: LedgerStore) -> Head:
    return [line.head for line in decode(store.read())][-1]


def _digest(lines: Sequence[bytes]) -> str:
    *_, last = decode(lines)
    return last.digest


def _racer(place: SharedPlace) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "tests.contracts.racer", place.address, str(place.root)]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT)


def _tell(racer: subprocess.Popen[bytes], head: Head, line: bytes) -> None:
    assert racer.stdin is not None
    racer.stdin.write(head.digest.encode() + b" " + line + b"\n")
    racer.stdin.flush()


def _answer(racer: subprocess.Popen[bytes]) -> str:
    assert racer.stdout is not None
    return racer.stdout.readline().decode().strip()
