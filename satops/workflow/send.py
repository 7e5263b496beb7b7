"""Send one order: in time, once, and again only when it is certain that nothing was bought."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from satops.core.order.submission import InDoubt, NotSent, Outcome, Receipt, Rejection
from satops.core.plan.plan import Action
from satops.ports import Clock, Marketplace

SENDS_MAX = 3
"""How often one submission is tried within a run, where it is known that nothing was bought."""
TOO_MANY = 429
"""Of HTTP: the one refusal that is tried again within a run."""
_NOT_SENT_WAITS_S = (0.5, 2.0)


@dataclass(frozen=True, slots=True)
class Intent:
    """A submission that the ledger knows of: it may be sent until its time is over."""

    action: Action
    attempt: int
    request: bytes
    is_result: bool
    """Whether the request orders the result of a simulation."""
    until: datetime
    deadline: float
    """Not after `until`, on this machine's monotonic clock."""
    evidence: str | None = None
    """For the order of a pass: SHA-256 of the row that was read just before."""
    identity: str = ""
    """SHA-256 of the line of its `SubmissionIntended`; empty before that is in the ledger."""


def send(
    intent: Intent,
    marketplace: Marketplace,
    clock: Clock,
    *,
    stopping: Callable[[], bool],
    retry_after_max_s: float,
) -> Outcome:
    """Send one order and return what is known for certain of it.

    Sent again only when the last try is known to have bought nothing: no byte left, or HTTP 429.
    After HTTP 429 the result of a simulation is asked for again too: it is sold once.
    Never begins a request that could still be under way at `until`.
    """
    waits = iter(_NOT_SENT_WAITS_S)
    outcome: Outcome = NotSent("its time was over before it was sent")
    for _ in range(SENDS_MAX):
        if not _in_time(intent, marketplace, clock):
            return outcome
        answered = _place(marketplace, intent)
        outcome = _of_result(answered, outcome) if intent.is_result else answered
        match answered:
            case NotSent():
                pause = next(waits, None)
            case Rejection(retry_after_s=float() | int() as retry_after_s):
                pause = retry_after_s if retry_after_s <= retry_after_max_s else None
            case _:
                return outcome
        if pause is None or stopping():
            return outcome
        clock.sleep(pause)
        if stopping():
            return outcome
    return outcome


def _of_result(answered: Outcome, before: Outcome) -> Outcome:
    """Doubt "too many requests" where the result of a simulation was ordered, and what follows it.

    Something between may have sent the request twice: then the first one bought, and this answers
    the second.  To ask again is safe, since a result is sold once; only a receipt ends the doubt.
    """
    if isinstance(answered, Rejection) and answered.code == TOO_MANY:
        return InDoubt(
            "the marketplace was asked too often, and may have sold the result before it said so",
            f"code {answered.code}: {answered.message}",
            used=True,
        )
    if isinstance(before, InDoubt) and not isinstance(answered, Receipt):
        return replace(answered, used=True) if isinstance(answered, InDoubt) else before
    return answered


def _in_time(intent: Intent, marketplace: Marketplace, clock: Clock) -> bool:
    longest_s = marketplace.longest_answer_s
    # Both clocks must agree: the monotonic one cannot be set back, and the wall clock is the one
    # that other runs compare `until` with.
    return (
        clock.monotonic() + longest_s < intent.deadline
        and clock.now() + timedelta(seconds=longest_s) < intent.until
    )


def whole_second(moment: datetime) -> datetime:
    """Round up: the ledger holds whole seconds, and `until` may not be before the deadline."""
    return (moment + timedelta(microseconds=999_999)).replace(microsecond=0)


def _place(marketplace: Marketplace, intent: Intent) -> Outcome:
    place = marketplace.place_result if intent.is_result else marketplace.place
    try:
        return place(intent.request)
    except Exception as error:
        return InDoubt("satops failed while it was sending", type(error).__name__)
