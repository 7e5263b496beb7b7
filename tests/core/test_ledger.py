"""The chain: what is written follows, and what was touched shows."""

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, get_args

import jsonschema_rs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import fields

from satops.core.ledger import events
from satops.core.ledger.chain import (
    EMPTY,
    FORMAT,
    GENESIS,
    Head,
    Written,
    decode,
    encode,
    line_digest,
)
from satops.core.ledger.events import DoubtSettled, OrderAdopted, RunFinished, RunStarted
from satops.core.ledger.recorded import read
from satops.errors import LedgerCorrupt
from tests.chains import AT, RUN, STARTED, altered, chain, intended, ledger_of, order, placed

SCHEMA = json.loads(Path(__file__).parents[2].joinpath("schema/ledger.schema.json").read_text())
Change = Callable[[list[bytes]], list[bytes]]


def test_a_line_holds_its_number_its_time_its_run_and_the_digest_of_the_line_before() -> None:
    (first, second), head = chain(STARTED, placed("a"))
    assert json.loads(first) == {
        "format": "satops.ledger/1",
        "seq": 1,
        "time": "2031-05-06T07:08:09Z",
        "kind": "LedgerStarted",
        "run": "run-1",
        "prev": "0" * 64,
        "ledger": "ledger-of-a-test",
        "tool": "satops test",
    }
    assert json.loads(second)["prev"] == hashlib.sha256(first).hexdigest()
    assert head == Head(2, hashlib.sha256(second).hexdigest())


def test_a_field_that_is_none_is_left_out() -> None:
    (line,), _ = chain(RunStarted(command="apply", tool="t", host="h"))
    assert set(json.loads(line)) == {
        "format", "seq", "time", "kind", "run", "prev", "command", "tool", "host",
    }  # fmt: skip


def test_the_canonical_order_stands_in_the_line_byte_for_byte() -> None:
    (line,), _ = chain(intended("a"))
    assert b'"order":' + order().canonical + b',"request":' in line
    assert hashlib.sha256(order().canonical).hexdigest() == json.loads(line)["order_digest"]


def test_no_event_makes_no_line_and_moves_no_head() -> None:
    assert encode([], head=Head(7, "a" * 64), time=AT, run="run-1") == ([], Head(7, "a" * 64))


def test_text_that_utf_8_cannot_hold_loses_only_those_characters() -> None:
    broken = "caf\udce9"
    started = RunStarted("apply", "t", "h", actor=broken, approvals=("Ada", broken))
    evidence = {"seen": [broken], broken: None, "count": 3}
    settled = DoubtSettled("a", 1, placed=False, by="Ada", because="x", evidence=evidence)
    lines, _ = chain(started, settled)
    first, second = (json.loads(line) for line in lines)
    assert (first["actor"], first["approvals"]) == ("caf?", ["Ada", "caf?"])
    assert second["evidence"] == {"seen": ["caf?"], "caf?": None, "count": 3}


@settings(deadline=None)
@given(st.lists(st.text(), min_size=1, max_size=8), st.integers(min_value=0, max_value=8))
def test_whatever_is_written_is_read_back_at_once_or_in_two_parts(
    texts: list[str], cut: int
) -> None:
    lines, head = chain(*(placed("a", order_no=text) for text in texts))
    assert all(b"\n" not in line for line in lines)
    decoded = list(decode(lines))
    assert [line.fields["order_no"] for line in decoded] == [text or "PROG_a" for text in texts]
    assert decoded[-1].head == head
    middle = decoded[cut - 1].head if 0 < cut <= len(lines) else EMPTY
    assert list(decode(lines[middle.seq :], after=middle)) == decoded[middle.seq :]


@settings(deadline=None)
@given(st.data())
def test_a_change_of_any_byte_that_is_followed_by_a_line_shows(data: st.DataObject) -> None:
    lines, _ = ledger_of(2)
    number = data.draw(st.integers(0, len(lines) - 2))
    at = data.draw(st.integers(0, len(lines[number]) - 1))
    byte = data.draw(st.integers(0, 255).filter(lambda value: value != lines[number][at]))
    lines[number] = lines[number][:at] + bytes([byte]) + lines[number][at + 1 :]
    with pytest.raises(LedgerCorrupt, match=rf"^Line ({number + 1}|{number + 2}) "):
        list(decode(lines))


def _swapped(lines: list[bytes]) -> list[bytes]:
    return [*lines[:2], lines[3], lines[2], *lines[4:]]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda lines: altered(lines, 3, b"order-000000", b"order-000009"), "Line 4 .* follow"),
        (lambda lines: altered(lines, 3, b'"seq":3', b'"seq":30'), "Line 3 .* number 30: a line"),
        (lambda lines: lines[:2] + lines[3:], "Line 3 .* number 4: a line was removed"),
        (lambda lines: lines[1:], "Line 1 .* number 2"),
        (_swapped, "Line 3 .* number 4"),
        (lambda lines: [*lines[:3], lines[2], *lines[3:]], "Line 4 .* number 3"),
        (lambda lines: [*lines[:3], b"", *lines[3:]], "Line 4 .* not JSON"),
        (lambda lines: [*lines[:3], lines[3] + b"\r", *lines[4:]], "Line 4 .* CR LF.* tr -d"),
        (lambda lines: [line + b"\r" for line in lines], "Line 1 .* CR LF"),
        (lambda lines: [*lines[:3], b"<<<<<<< HEAD", *lines[3:]], "Line 4 .* marker of git, <<<<"),
        (
            lambda lines: [*lines[:3], b"=======", *lines[3:]],
            "Line 4 .* git, ====.*adopt",
        ),
        (lambda lines: [*lines[:3], b"[]", *lines[4:]], "Line 4 .* not a JSON object"),
        (lambda lines: [b"\xff" + lines[0]], "Line 1 .* not JSON"),
        (lambda lines: [b'{"more":"\xff",' + lines[0][1:]], "Line 1 .* not JSON: 'utf-8'"),
        (lambda lines: [b'{"more":' + b"[" * 99_999], "Line 1 .* not JSON: maximum recursion"),
        (lambda lines: altered(lines, 1, b'"seq":1', b'"seq":"1"'), "Line 1 .* number '1'"),
        (lambda lines: altered(lines, 6, b"ledger/1", b"ledger/2"), "Line 6 .* Upgrade"),
    ],
)
def test_the_first_bad_line_is_named_and_why(change: Change, message: str) -> None:
    lines, _ = ledger_of(2)
    with pytest.raises(LedgerCorrupt, match=f"(?s){message}"):
        list(decode(change(lines)))
    with pytest.raises(LedgerCorrupt, match=f"(?s){message}"):
        list(read(change(lines)))


def test_a_cut_at_the_end_of_a_line_does_not_show_in_the_chain_alone() -> None:
    lines, head = ledger_of(2)
    *_, cut = decode(lines[:-1])
    assert cut.head != head
    assert line_digest(lines[-2]) == cut.digest


def test_the_schema_knows_every_kind_and_exactly_its_fields() -> None:
    kinds = {kind.__name__: kind for kind in get_args(events.Event)}
    assert SCHEMA["properties"]["kind"]["enum"] == list(kinds)
    assert SCHEMA["properties"]["format"]["const"] == FORMAT
    for name, kind in kinds.items():
        described = SCHEMA["$defs"][name]
        own = [field for field in fields(kind) if field.name not in Written.__struct_fields__]
        assert list(described["properties"]) == [field.name for field in own]
        needed = [field.name for field in own if field.required]
        assert described["required"] == needed


def test_real_events_are_valid_by_the_schema() -> None:
    lines, head = ledger_of(1)
    more, _ = chain(
        events.SubmissionRejected("b", 1, 400, "no"),
        events.SubmissionNotSent("b", 2, "refused"),
        events.SubmissionLeftInDoubt("b", 3, "the answer was lost", ""),
        DoubtSettled("b", 3, placed=True, by="Ada", because="seen", order_no="PROG_b"),
        OrderAdopted("c", "PROG_c", by="Ada", because="placed by hand"),
        events.StatusObserved("c", "PROG_c", 4),
        RunFinished(1, 1, 0, 0, 0),
        head=head,
    )
    assert [_faults(json.loads(line)) for line in lines + more] == [[]] * 11


@pytest.mark.parametrize(
    ("kind", "field", "value"),
    [
        ("SubmissionPlaced", "order_no", ""),
        ("SubmissionPlaced", "name", "UPPER"),
        ("SubmissionPlaced", "attempt", 0),
        ("SubmissionPlaced", "prev", "abc"),
        ("SubmissionPlaced", "time", "2031-05-06 07:08"),
        ("SubmissionPlaced", "token", "no such field"),
        ("SubmissionIntended", "order", {"version": "order/1"}),
        ("RunStarted", "kind", "RunBegun"),
        ("DoubtSettled", "placed", True),
    ],
)
def test_what_is_no_event_is_not_valid_by_the_schema(kind: str, field: str, value: object) -> None:
    settled = DoubtSettled("a", 1, placed=False, by="Ada", because="not there")
    lines, _ = chain(RUN, intended("a"), placed("a"), settled)
    event = next(event for event in map(json.loads, lines) if event["kind"] == kind)
    assert _faults(event) == []
    assert _faults({**event, field: value}) != []


def test_the_prev_of_the_first_line_is_the_head_of_no_ledger() -> None:
    assert Head(0, GENESIS) == EMPTY
    assert json.loads(chain(STARTED)[0][0])["prev"] == GENESIS


def _faults(event: dict[str, Any]) -> list[str]:
    return [
        error.message for error in jsonschema_rs.Draft202012Validator(SCHEMA).iter_errors(event)
    ]
