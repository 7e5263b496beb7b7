"""What a chain that was never broken may still get wrong."""

import pytest

from satops.core.json_text import Raw
from satops.core.ledger.audit import Audit
from satops.core.ledger.chain import decode
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
from tests.chains import RUN, STARTED, altered, chain, intended, order, placed


def _said(*events: Event) -> list[str]:
    return _of_lines(chain(*events)[0])


def _of_lines(lines: list[bytes]) -> list[str]:
    audit = Audit()
    return [said for line in decode(lines) for said in audit.take(line)]


def _settled(name: str, attempt: int, order_no: str | None = None) -> DoubtSettled:
    return DoubtSettled(name, attempt, order_no is not None, "Ada", "seen", order_no)


def test_every_way_an_order_may_go_makes_sense() -> None:
    doubt = SubmissionLeftInDoubt("a", 3, "the answer was lost", "")
    assert (
        _said(
            STARTED,
            RUN,
            intended("a"),
            SubmissionRejected("a", 1, 400, "no"),
            intended("a", 2),
            SubmissionNotSent("a", 2, "refused"),
            intended("a", 3),
            doubt,
            doubt,
            _settled("a", 3),
            intended("a", 4),
            _settled("a", 4, "PROG_4"),
            placed("a", 3, "PROG_3, a late receipt"),
            placed("a", 4, "PROG_4"),
            OrderAdopted("b", "PROG_b", "Ada", "by hand", order().digest, Raw(order().canonical)),
            OrderAdopted("c", "PROG_c", "Ada", "by hand"),
            StatusObserved("b", "PROG_b", 3),
            RunFinished(1, 1, 0, 0, 0),
        )
        == []
    )


@pytest.mark.parametrize(
    ("events", "sentence"),
    [
        ([RUN], "The first event is not LedgerStarted."),
        ([STARTED, LedgerStarted("x", "t")], "a ledger begins only once"),
        ([STARTED, placed("a")], "Attempt 1 of 'a' has an outcome, and was never intended."),
        ([STARTED, intended("a"), placed("a", 2)], "Attempt 2 of 'a' has an outcome"),
        ([STARTED, SubmissionRejected("a", 1, 400, "no")], "was never intended"),
        ([STARTED, _settled("a", 1)], "was never intended"),
        ([STARTED, _settled("a", 1, "PROG_1")], "was never intended"),
        ([STARTED, intended("a"), intended("a", 2)], "'a' has two open submissions: attempt 1"),
        (
            [STARTED, intended("a"), SubmissionLeftInDoubt("a", 1, "x", ""), intended("a", 2)],
            "'a' has two open submissions",
        ),
        ([STARTED, intended("a"), placed("a"), intended("a", 2)], "although it was placed"),
        (
            [STARTED, OrderAdopted("a", "PROG_1", "Ada", "by hand"), intended("a")],
            "although it was placed",
        ),
        (
            [STARTED, intended("a", 2), SubmissionNotSent("a", 2, "x"), intended("a", 2)],
            "Attempt 2 of 'a' follows attempt 2.",
        ),
        (
            [STARTED, intended("a"), placed("a", 1, "N"), intended("b"), placed("b", 1, "N")],
            "The order number 'N' is claimed by 'a' and by 'b'.",
        ),
        (
            [STARTED, intended("a"), placed("a"), OrderAdopted("b", "PROG_a", "Ada", "x")],
            "The order number 'PROG_a' is claimed by 'a' and by 'b'.",
        ),
        ([STARTED, StatusObserved("a", "PROG_a", 1)], "does not hold that order number"),
    ],
)
def test_what_makes_no_sense_is_told_once(events: list[Event], sentence: str) -> None:
    (said,) = _said(*events)
    assert sentence in said


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        (b'"kind":"SubmissionPlaced"', b'"kind":"SubmissionBlessed"', "'SubmissionBlessed' is not"),
        (b'"kind":', b'"sort":', "The kind 'None' is not known"),
        (b'"kind":"SubmissionPlaced"', b'"kind":["Placed"]', "is not known to this version"),
        (
            b'"order_no":',
            b'"number":',
            "SubmissionPlaced is not whole: Object missing required field `order_no`.",
        ),
        (
            b'"attempt":1',
            b'"attempt":"1"',
            "SubmissionPlaced is not whole: Expected `int`, got `str` - at `$.attempt`.",
        ),
    ],
)
def test_an_event_that_is_not_whole_is_told_and_the_rest_is_read(
    old: bytes, new: bytes, sentence: str
) -> None:
    lines, _ = chain(STARTED, intended("a"), placed("a"))
    (said,) = _of_lines(altered(lines, 3, old, new))
    assert sentence in said


def test_an_order_that_does_not_have_its_digest_is_told() -> None:
    lines, _ = chain(STARTED, intended("a"))
    (said,) = _of_lines(altered(lines, 2, b'"maxCloud":20', b'"maxCloud":90'))
    assert order(90).digest in said
    assert order(20).digest in said


def test_an_order_of_a_later_normal_form_is_left_to_a_later_satops() -> None:
    lines, _ = chain(STARTED, intended("a"))
    assert _of_lines(altered(lines, 2, b'"version":"order/1"', b'"version":"order/2"')) == []
