"""The fold: what the ledger knows of each order after any events."""

from contextlib import suppress
from random import Random

import pytest
from msgspec.structs import replace

from satops.core import json_text
from satops.core.json_text import Raw
from satops.core.ledger.chain import Head
from satops.core.ledger.events import (
    DoubtSettled,
    Event,
    LedgerStarted,
    OrderAdopted,
    RunFinished,
    StatusObserved,
    SubmissionLeftInDoubt,
    SubmissionNotSent,
    SubmissionRejected,
)
from satops.core.ledger.holders import holder_of
from satops.core.ledger.state import SPENT, LedgerState, Standing
from satops.errors import LedgerCorrupt
from tests.chains import FOOTPRINT, RUN, SOURCE, STARTED, altered, chain, intended, order, placed

DOUBT = SubmissionLeftInDoubt("a", 1, "the answer was lost", "half an answer")
NOT_PLACED = DoubtSettled("a", 1, placed=False, by="reconcile", because="seen nowhere")
FOUND = DoubtSettled("a", 1, placed=True, by="Ada", because="seen there", order_no="PROG_a")


def _state(*events: Event) -> LedgerState:
    state = LedgerState()
    state.fold(chain(STARTED, *events)[0])
    return state


def _holder(*events: Event) -> str | None:
    return holder_of(order().digest, _state(*events), besides="")


@pytest.mark.parametrize(
    ("events", "standing", "reason", "order_no"),
    [
        ([], Standing.BEING_PLACED, "", None),
        ([placed("a")], Standing.PLACED, "", "PROG_a"),
        ([SubmissionRejected("a", 1, 400, "no")], Standing.REJECTED, "no", None),
        ([SubmissionNotSent("a", 1, "refused")], Standing.NOT_SENT, "refused", None),
        ([DOUBT], Standing.IN_DOUBT, "the answer was lost", None),
        ([DOUBT, FOUND], Standing.PLACED, "seen there", "PROG_a"),
        ([DOUBT, placed("a")], Standing.PLACED, "", "PROG_a"),
        ([FOUND], Standing.PLACED, "seen there", "PROG_a"),
        ([DOUBT, NOT_PLACED], Standing.NOT_PLACED, "seen nowhere", None),
        ([NOT_PLACED, placed("a")], Standing.PLACED, "", "PROG_a"),
        ([SubmissionRejected("a", 1, 400, "no"), placed("a")], Standing.PLACED, "", "PROG_a"),
        ([placed("a"), DOUBT], Standing.PLACED, "", "PROG_a"),
        ([placed("a"), SubmissionRejected("a", 1, 400, "no")], Standing.PLACED, "", "PROG_a"),
        ([placed("a"), NOT_PLACED], Standing.PLACED, "", "PROG_a"),
        ([NOT_PLACED, DOUBT], Standing.NOT_PLACED, "seen nowhere", None),
        ([NOT_PLACED, intended("a", 2)], Standing.BEING_PLACED, "", None),
        ([NOT_PLACED, intended("a", 2), NOT_PLACED], Standing.BEING_PLACED, "", None),
    ],
)
def test_an_order_stands_where_its_events_leave_it(
    events: list[Event], standing: Standing, reason: str, order_no: str | None
) -> None:
    known = _state(intended("a"), *events).orders["a"]
    assert (known.standing, known.reason, known.order_no) == (standing, reason, order_no)


@pytest.mark.parametrize(
    ("order_text", "terms"),
    [
        ('{"endDate":"e","geometry":{"a":1},"provider":"p","startDate":"s","x":1}', {"x": 1}),
        ('{ "geometry" : {"a":1}, "provider":"p", "startDate":"s", "endDate":"e"}', {}),
        (
            '{"a":{"geometry":{"a":1}},"endDate":"e","geometry":{"a":1},"provider":"p","startDate":"s"}',
            {"a": {"geometry": {"a": 1}}},
        ),
    ],
)
def test_the_polygon_is_told_from_the_rest_wherever_it_stands(
    order_text: str, terms: dict[str, object]
) -> None:
    state = LedgerState(outlines={})
    strange = replace(intended("a"), order=Raw(order_text.encode()))
    state.fold(chain(STARTED, strange)[0])
    known = state.orders["a"]
    assert (known.provider, known.start, known.end) == ("p", "s", "e")
    assert known.terms == terms
    assert state.outlines == {known.seq: b'{"a":1}'}


def test_an_intent_brings_all_that_a_list_and_a_limit_need() -> None:
    known = _state(intended("a")).orders["a"]
    assert (known.order_digest, known.attempt, known.run) == (order().digest, 1, "run-1")
    assert (known.seq, known.until) == (2, "2031-05-06T07:13:09Z")
    assert known.intended_at == "2031-05-06T07:08:09Z"
    assert (known.provider, known.terms["resolutionType"]) == ("changguang", 2)
    assert (known.start, known.end) == ("2031-06-01T00:00:00Z", "2031-06-15T00:00:00Z")
    assert (known.area_km2, known.bounds) == (115.0, (105.8, 21.0, 105.9, 21.1))
    assert known.source == SOURCE


def test_an_intent_whose_time_is_over_is_in_doubt() -> None:
    known = _state(intended("a")).orders["a"]
    assert known.standing_at("2031-05-06T07:13:08Z") is Standing.BEING_PLACED
    assert known.standing_at("2031-05-06T07:13:09Z") is Standing.IN_DOUBT
    settled = _state(intended("a"), placed("a")).orders["a"]
    assert settled.standing_at("2031-05-06T07:13:09Z") is Standing.PLACED


def test_a_second_number_is_kept_beside_the_first_and_both_are_claimed() -> None:
    state = _state(intended("a"), placed("a", 1, "PROG_1"), placed("a", 1, "PROG_2"))
    known = state.orders["a"]
    assert (known.order_no, known.further_order_nos) == ("PROG_1", ("PROG_2",))
    assert state.claimed == {"PROG_1": "a", "PROG_2": "a"}


def test_the_same_receipt_twice_is_one_receipt() -> None:
    known = _state(intended("a"), placed("a"), placed("a"), FOUND).orders["a"]
    assert (known.order_no, known.further_order_nos) == ("PROG_a", ())


def test_an_order_is_held_by_its_name_until_it_is_known_that_it_was_not_bought() -> None:
    assert _holder(intended("a")) == "a"
    assert _holder(intended("a"), DOUBT) == "a"
    assert _holder(intended("a"), placed("a")) == "a"
    assert _holder(intended("a"), NOT_PLACED) is None
    assert _holder(intended("a"), NOT_PLACED, placed("a")) == "a"
    rejected = SubmissionRejected("a", 1, 400, "no")
    assert _holder(intended("a"), intended("b"), rejected) == "b"
    assert holder_of(order().digest, _state(intended("a")), besides="a") is None


def test_an_order_of_two_names_stays_held_by_the_one_that_was_not_refused() -> None:
    refused = SubmissionRejected("b", 1, 400, "no")
    both = (intended("a"), intended("b"))
    assert _holder(*both) == "b"
    assert _holder(*both, refused) == "a"
    assert _holder(*both, refused, placed("a")) == "a"
    assert _holder(*both, placed("a"), refused) == "a"
    assert holder_of(order().digest, _state(*both), besides="b") == "a"


def _any_event(chance: Random) -> Event:
    name, attempt = chance.choice("abc"), chance.randint(1, 3)
    events: list[Event] = [
        intended(name, attempt, chance.choice([20, 30])),
        placed(name, attempt),
        placed(name, attempt, f"LATE_{name}_{attempt}"),
        SubmissionRejected(name, attempt, 400, "no"),
        SubmissionLeftInDoubt(name, attempt, "lost", ""),
        DoubtSettled(name, attempt, placed=False, by="Ada", because="no"),
    ]
    return chance.choice(events)


def test_a_digest_is_held_exactly_by_the_names_with_a_spent_submission_of_it() -> None:
    every = {order(max_cloud=limit).digest for limit in (20, 30)}
    for seed in range(100):
        chance, state = Random(seed), _state()
        for _ in range(20):
            with suppress(LedgerCorrupt):
                state.fold(chain(_any_event(chance), head=state.head)[0])
            if chance.random() < 0.5:
                continue  # the index is made at any moment, and kept from then on
            held: dict[str, set[str]] = {}
            for name, known in state.orders.items():
                for each in (known, *known.others):
                    if each.standing in SPENT and each.order_digest is not None:
                        held.setdefault(each.order_digest, set()).add(name)
            for digest in every:
                names = held.get(digest, set())
                assert (holder_of(digest, state, besides="") is not None) == bool(names), seed
                for name in names:
                    assert (holder_of(digest, state, besides=name) or name) in names, seed
                    assert (holder_of(digest, state, besides=name) is None) == (names == {name}), (
                        seed
                    )


def test_an_adopted_order_is_placed_with_what_is_known_of_it() -> None:
    bare = OrderAdopted("a", "PROG_9", by="Ada", because="by hand")
    known = _state(bare).orders["a"]
    assert (known.standing, known.order_no, known.reason) == (Standing.PLACED, "PROG_9", "by hand")
    assert (known.order_digest, known.provider, known.bounds) == (None, "", None)
    bought = order()
    whole = OrderAdopted(
        "b",
        "PROG_8",
        "Ada",
        "by hand",
        bought.digest,
        Raw(bought.canonical),
        json_text.raw(SOURCE),
        FOOTPRINT,
    )
    state = _state(bare, whole)
    assert state.orders["b"].order_digest == bought.digest
    assert state.orders["b"].area_km2 == 115.0
    assert state.claimed == {"PROG_9": "a", "PROG_8": "b"}


def test_the_last_status_counts() -> None:
    events = (intended("a"), placed("a"), StatusObserved("a", "PROG_a", 1))
    assert _state(*events).orders["a"].status == 1
    assert _state(*events, StatusObserved("a", "PROG_a", 4)).orders["a"].status == 4


def test_the_ledger_and_the_plans_that_were_applied_are_known() -> None:
    state = _state(RUN, RunFinished(0, 0, 0, 0, 0))
    assert (state.ledger, state.plans_used) == ("ledger-of-a-test", {"ab"})


@pytest.mark.parametrize("earlier", [[], [placed("a")], [DOUBT]])
def test_a_second_intent_for_what_is_spent_is_corrupt(earlier: list[Event]) -> None:
    with pytest.raises(LedgerCorrupt, match="'a' is intended again while it is"):
        _state(intended("a"), *earlier, intended("a", 2))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'"kind":"SubmissionPlaced"', b'"kind":"SubmissionBlessed"'),
        (b'"order_no"', b'"number"'),
        (b'"name":"a"', b'"name":"z"'),
    ],
)
def test_an_event_that_cannot_be_folded_stops_the_fold_before_it(old: bytes, new: bytes) -> None:
    lines, _ = chain(STARTED, intended("a"), placed("a"))
    state = LedgerState()
    with pytest.raises(LedgerCorrupt, match=r"Line 3 of the ledger is not a whole Submission"):
        state.fold(altered(lines, 3, old, new))
    assert state.head.seq == 2
    assert state.orders["a"].standing is Standing.BEING_PLACED


def test_a_fold_goes_on_where_it_stopped_and_knows_when_the_past_was_changed() -> None:
    lines, head = chain(STARTED, intended("a"), placed("a"), intended("b"))
    state = LedgerState()
    state.fold(lines[:2])
    state.fold(lines[2:])
    assert state.head == head
    assert set(state.orders) == {"a", "b"}
    other, _ = chain(LedgerStarted("another", "t"), intended("a"), placed("a"))
    stale = LedgerState()
    stale.fold(lines[:2])
    with pytest.raises(LedgerCorrupt, match="Line 3 of the ledger does not follow"):
        stale.fold(other[2:])
    assert stale.head == Head(2, stale.head.digest)


SECOND = (intended("a"), DOUBT, NOT_PLACED, intended("a", 2))
"""A second attempt is open after the first was settled as not placed."""


def test_a_late_receipt_of_an_earlier_attempt_leaves_the_open_attempt_open() -> None:
    known = _state(*SECOND, placed("a", 1, "LATE")).orders["a"]
    assert known.standing is Standing.BEING_PLACED
    assert (known.order_no, known.further_order_nos) == (None, ("LATE",))


def test_an_earlier_receipt_counts_when_the_later_attempt_bought_nothing() -> None:
    nothing, late = SubmissionNotSent("a", 2, "refused"), placed("a", 1, "LATE")
    for events in ((late, nothing), (nothing, late)):
        state = _state(*SECOND, *events)
        known = state.orders["a"]
        assert known.standing is Standing.PLACED
        assert (known.order_no, known.further_order_nos) == ("LATE", ())
        assert holder_of(order().digest, state, besides="") == "a"


def test_the_receipts_of_two_attempts_are_both_kept() -> None:
    known = _state(*SECOND, placed("a", 1, "LATE"), placed("a", 2, "SECOND")).orders["a"]
    assert (known.order_no, known.further_order_nos) == ("SECOND", ("LATE",))


def test_adopting_over_a_number_keeps_that_number() -> None:
    adopted = OrderAdopted(name="a", order_no="NEW", by="Ada", because="found")
    known = _state(intended("a"), placed("a"), adopted).orders["a"]
    assert (known.order_no, known.further_order_nos) == ("NEW", ("PROG_a",))
