"""Sending: what is tried again, what a refusal of a result proves, and what a failed run leaves."""

from collections.abc import Callable
from concurrent.futures import Executor, Future
from datetime import timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from satops.core.order.submission import InDoubt, NotSent, Outcome, Receipt, Rejection
from satops.core.plan.plan import Action, ActionKind
from satops.workflow.send import Intent, send
from tests.chains import AT
from tests.fakes.clock import FakeClock
from tests.workflow.team import Team, spec

BUSY = Rejection(429, "slow down", retry_after_s=1.0)
ELSEWHERE = Rejection(401, "no right", stops_run=True)


class Answers:
    """A marketplace that gives one answer after the other."""

    longest_answer_s = 1.0

    def __init__(self, *outcomes: Outcome) -> None:
        self.left = list(outcomes)

    def place(self, request: bytes) -> Outcome:
        return self.left.pop(0)

    place_result = place


def sent(*outcomes: Outcome, is_result: bool) -> Outcome:
    clock = FakeClock(AT)
    action = Action("a", ActionKind.CREATE, "new", None, None)
    until, deadline = clock.now() + timedelta(seconds=300), clock.monotonic() + 300
    intent = Intent(action, 1, b"{}", is_result, until, deadline)
    market = Answers(*outcomes)
    return send(intent, market, clock, stopping=lambda: False, retry_after_max_s=60)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "outcomes",
    [
        [BUSY, BUSY, BUSY],
        [replace(BUSY, retry_after_s=None)],
        [replace(BUSY, retry_after_s=500.0)],
        [BUSY, NotSent("refused"), NotSent("refused")],
        [BUSY, ELSEWHERE],
        [BUSY, InDoubt("no whole answer")],
    ],
    ids=["three times", "once", "too long", "then not sent", "then another refusal", "then lost"],
)
def test_too_many_requests_leave_a_result_in_doubt_and_nothing_but_a_receipt_ends_it(
    outcomes: list[Outcome],
) -> None:
    outcome = sent(*outcomes, is_result=True)
    assert isinstance(outcome, InDoubt)
    assert outcome.used
    assert not getattr(sent(*outcomes, is_result=False), "used", False)


def test_a_result_that_was_busy_is_asked_for_again() -> None:
    assert sent(BUSY, Receipt("N1"), is_result=True) == Receipt("N1")


def test_a_refusal_of_the_token_is_one_at_the_first_answer() -> None:
    assert sent(ELSEWHERE, is_result=True) == ELSEWHERE


class OneSender(Executor):
    """Runs the first call at once; the others wait, and run when the pool ends."""

    def __init__(self) -> None:
        self.left: list[tuple[Future[Any], Callable[..., Any], tuple[Any, ...]]] = []

    def submit(self, call: Callable[..., Any], /, *args: Any, **_: Any) -> Future[Any]:
        self.left.append((Future(), call, args))
        if len(self.left) == 1:
            self.left[0][0].set_result(call(*args))
        return self.left[-1][0]

    def shutdown(self, wait: bool = True, **_: Any) -> None:
        for future, call, args in self.left[1:]:
            future.set_result(call(*args))


def test_a_run_that_fails_sends_none_of_the_intents_that_wait_for_a_sender() -> None:
    team = Team(spec("a", 0), spec("b", 1), spec("c", 2))
    team.heard.finished = lambda result: 1 / 0  # type: ignore[method-assign, assignment]
    with pytest.raises(ZeroDivisionError):
        team.apply(executor=OneSender())
    assert sorted(team.state().orders) == ["a", "b", "c"]
    assert len(team.shop.requests) == 1
