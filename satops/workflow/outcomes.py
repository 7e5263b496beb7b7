"""Turn an outcome into an event of the ledger and a line of the report."""

from typing import Literal, assert_never

from msgspec import Struct

from satops.core.ledger.events import (
    Event,
    SubmissionLeftInDoubt,
    SubmissionNotSent,
    SubmissionPlaced,
    SubmissionRejected,
)
from satops.core.order.submission import InDoubt, NotSent, Outcome, Receipt, Rejection

OutcomeName = Literal[
    "placed",
    "rejected",
    "rejected-before",
    "not-sent",
    "in-doubt",
    "placed-by-other",
    "being-placed",
    "in-account",
    "not-seen",
    "free-again",
    "pass-changed",
    "conflict",
]
"""The outcome of an order.  `in-account`: the account shows a matching order that the ledger does
not hold.  `not-seen`: the look at the account failed.  `free-again`: another run did not place it.
`rejected-before`: nobody has asked to send it again.  `pass-changed`: the pass differs from the
reviewed one, so nothing was sent.  `conflict`: another run placed another order of the name, or the
order under another name."""


class OrderResult(Struct, frozen=True):
    """The outcome of one order in this run."""

    name: str
    outcome: OutcomeName
    order_no: str | None = None
    message: str = ""
    candidate: str | None = None
    """Number of the account's order that holds this one back."""


def outcome_event(name: str, attempt: int, intent: str, outcome: Outcome) -> Event:
    """Return the event that records the outcome of the submission that `intent` identifies."""
    match outcome:
        case Receipt(order_no):
            return SubmissionPlaced(name, attempt, order_no, intent)
        case Rejection(code, message):
            return SubmissionRejected(name, attempt, code, message, intent)
        case NotSent(reason):
            return SubmissionNotSent(name, attempt, reason, intent)
        case InDoubt(reason, evidence, claimed_no, used=used):
            return SubmissionLeftInDoubt(
                name, attempt, reason, evidence, intent, claimed_no, used or None
            )
        case _:
            assert_never(outcome)


def result_of(name: str, outcome: Outcome) -> OrderResult:
    """Return an outcome for the report."""
    match outcome:
        case Receipt(order_no):
            return OrderResult(name, "placed", order_no)
        case Rejection(code, message):
            return OrderResult(name, "rejected", None, f"{message} (code {code})")
        case NotSent(reason):
            return OrderResult(name, "not-sent", None, reason)
        case InDoubt(reason, told=told):
            return OrderResult(name, "in-doubt", None, f"{reason} {told}".rstrip())
        case _:
            assert_never(outcome)


def ends_run(outcome: Outcome) -> str | None:
    """Return why further orders of this run would fail too; None if they may succeed."""
    match outcome:
        case NotSent(reason):
            return f"the marketplace could not be reached: {reason}"
        case Rejection(code, message, stops_run=True):
            return f"the marketplace refused the call itself (code {code}): {message}"
        case _:
            return None
