"""Send one order once, before its deadline; repeat only if it certainly bought nothing."""

from collections.abc import Callable
from datetime import datetime, timedelta

from msgspec import Struct
from msgspec.structs import replace

from satops.core.order.submission import InDoubt, NotSent, Outcome, Receipt, Rejection
from satops.core.plan.plan import Action
from satops.ports import Clock, Marketplace

SENDS_MAX = 3
"""Maximum number of requests of one submission within a run."""
TOO_MANY = 429
"""HTTP 429, the only refusal that is retried within a run."""
_NOT_SENT_WAITS_S = (0.5, 2.0)


class Intent(Struct, frozen=True):
    """A submission whose `SubmissionIntended` is in the ledger."""

    action: Action
    attempt: int
    request: bytes
    is_result: bool
    """Whether the request orders the result of a simulation."""
    until: datetime
    deadline: float
    """Latest end of a request, on the monotonic clock in seconds; not after `until`."""
    evidence: str | None = None
    """For the order of a pass: SHA-256 of the simulation's result row, read just before."""
    identity: str = ""
    """SHA-256 of the line of its `SubmissionIntended`; empty until that line is appended."""


def send(
    intent: Intent,
    marketplace: Marketplace,
    clock: Clock,
    *,
    stopping: Callable[[], bool],
    retry_after_max_s: float,
) -> Outcome:
    """Send one order and return the certain outcome, or in doubt.

    Sends again only if the last request certainly bought nothing: no byte left, or HTTP 429.  Never
    starts a request that could outlast `until`.
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
    """Turn HTTP 429 for a simulation result, and any later refusal of it, into a doubt.

    A proxy may have sent the request twice, so that the first copy bought and 429 answers the
    second.  Asking again is safe, since a result is sold once; only a receipt ends the doubt.
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
    # The monotonic clock cannot be set back; other runs compare `until` with the wall clock.
    return (
        clock.monotonic() + longest_s < intent.deadline
        and clock.now() + timedelta(seconds=longest_s) < intent.until
    )


def whole_second(moment: datetime) -> datetime:
    """Return the moment rounded up to a whole second: `until` may not be before the deadline."""
    return (moment + timedelta(microseconds=999_999)).replace(microsecond=0)


def _place(marketplace: Marketplace, intent: Intent) -> Outcome:
    place = marketplace.place_result if intent.is_result else marketplace.place
    try:
        return place(intent.request)
    except Exception as error:
        return InDoubt("satops failed while it was sending", type(error).__name__)
