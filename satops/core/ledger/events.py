"""The kinds of events, in the past tense.  A field that is None is left out of its line."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from satops.core.json_text import Raw


@dataclass(frozen=True, slots=True)
class LedgerStarted:
    """The first event: a ledger exists from here on."""

    ledger: str
    """Its id, made at random."""
    tool: str


@dataclass(frozen=True, slots=True)
class RunStarted:
    """A run that may change the ledger began; provenance as far as the environment tells."""

    command: str
    tool: str
    host: str
    actor: str | None = None
    plan_digest: str | None = None
    commit: str | None = None
    branch: str | None = None
    pull_request: str | None = None
    run_url: str | None = None
    approvals: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class SubmissionIntended:
    """This order is about to be sent.  Durable before the first byte leaves."""

    name: str
    attempt: int
    """From 1, counted per name."""
    order_digest: str
    order: Raw
    """The canonical order, byte for byte."""
    request: str
    """The exact body that will be sent."""
    source: Mapping[str, Any]
    """`file`, `line`, `sha256`, `document`, `documents`, `includes`, `timezone`."""
    footprint: Mapping[str, Any]
    """The fields of `core.spec.Footprint`."""
    until: str
    """Until then other runs leave this order alone; after it, no outcome means in doubt."""
    estimated_cost: float | None = None
    labels: Mapping[str, str] | None = None
    supersedes: str | None = None


@dataclass(frozen=True, slots=True)
class SubmissionPlaced:
    """The marketplace showed us the number of this order."""

    name: str
    attempt: int
    order_no: str


@dataclass(frozen=True, slots=True)
class SubmissionRejected:
    """The marketplace refused this order, for certain."""

    name: str
    attempt: int
    code: int
    message: str


@dataclass(frozen=True, slots=True)
class SubmissionNotSent:
    """No byte of this order's request left the machine."""

    name: str
    attempt: int
    reason: str


@dataclass(frozen=True, slots=True)
class SubmissionLeftInDoubt:
    """This order may or may not exist."""

    name: str
    attempt: int
    reason: str
    evidence: str


@dataclass(frozen=True, slots=True)
class DoubtSettled:
    """A doubt was settled, by reconcile or by a person."""

    name: str
    attempt: int
    placed: bool
    by: str
    """`reconcile`, or the person."""
    because: str
    order_no: str | None = None
    evidence: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class OrderAdopted:
    """A person recorded an order that was placed elsewhere."""

    name: str
    order_no: str
    by: str
    because: str
    order_digest: str | None = None
    """Of the spec it stands for, where there is one in the tree."""
    order: Raw | None = None
    source: Mapping[str, Any] | None = None
    footprint: Mapping[str, Any] | None = None
    labels: Mapping[str, str] | None = None
    estimated_cost: float | None = None


@dataclass(frozen=True, slots=True)
class StatusObserved:
    """The marketplace's status of a placed order, when it differed from the last one seen."""

    name: str
    order_no: str
    status: int


@dataclass(frozen=True, slots=True)
class RunFinished:
    """A run ended in good order; a run without this event was cut short."""

    expected: int
    placed: int
    rejected: int
    not_sent: int
    in_doubt: int


Event = (
    LedgerStarted
    | RunStarted
    | SubmissionIntended
    | SubmissionPlaced
    | SubmissionRejected
    | SubmissionNotSent
    | SubmissionLeftInDoubt
    | DoubtSettled
    | OrderAdopted
    | StatusObserved
    | RunFinished
)
