"""The kinds of events, in the past tense: the one place that knows them.

A field that is None is left out of its line.  `core.ledger.recorded` reads lines back into these
classes, so a field's annotation is also what a line may hold.  They have no slots: a field that a
line lacks is then the default of the class, and costs nothing in each of a million events.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, get_args

from satops.core import json_text
from satops.core.json_text import Raw

Canonical = Raw | Mapping[str, Any]
"""A canonical order: its bytes in an event to be written, its fields in one that was read."""


@dataclass(frozen=True)
class LedgerStarted:
    """The first event: a ledger exists from here on."""

    ledger: str
    """Its id, made at random."""
    tool: str
    marketplace: str | None = None
    """Address of the one marketplace whose orders this ledger holds; None in ledgers of 0.1."""
    because: str | None = None
    """What was bought before this ledger, in a person's words."""
    continues: Mapping[str, Any] | None = None
    """`ledger`, `seq` and `head` of the broken ledger that this one goes on from, `verified` (the
    `seq` up to which its chain was whole) and `sha256` of its file."""


@dataclass(frozen=True)
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
    marketplace: str | None = None
    """Its normalised address."""
    user: str | None = None
    local: str | None = None
    """The folder on `host` that keeps what this run could not append."""
    names: tuple[str, ...] | None = None
    """The names that were chosen, as they were given; None where none was."""
    labels: tuple[str, ...] | None = None
    """The labels that were chosen, each as `KEY=VALUE`; None where none was."""
    unseen: bool | None = None
    """Whether a person let the run buy without a look at the account."""
    because: str | None = None
    """A person's reason for `unseen`, or for buying a part."""


@dataclass(frozen=True)
class SubmissionIntended:
    """This order is about to be sent.  Durable before the first byte leaves."""

    name: str
    attempt: int
    """From 1, counted per name."""
    order_digest: str
    order: Canonical
    """The canonical order, byte for byte."""
    request: str
    """The exact body that will be sent."""
    source: Mapping[str, Any]
    """`file`, `line`, `sha256`, `document`, `documents`, `includes`, `timezone`, and `zone_rules`
    where windows follow from a release of the IANA database."""
    footprint: Mapping[str, Any]
    """The fields of `core.spec.Footprint`."""
    until: str
    """Until then other runs leave this order alone; after it, no outcome means in doubt."""
    estimated_cost: float | None = None
    labels: Mapping[str, str] | None = None
    supersedes: str | None = None
    currency: str | None = None
    """Of `estimated_cost`."""
    captures: int | None = None
    """How many images the order stands for, where it is more than one."""
    series: str | None = None
    """The series that the order is a member of."""
    keys: tuple[tuple[str, str], ...] | None = None
    """Axis and key of the member, in the order of the axes."""
    axes: tuple[Mapping[str, Any], ...] | None = None
    """Name and kind of each axis of the series; a repetition's start and step."""
    members: int | None = None
    """How many orders the document stood for."""
    commit: str | None = None
    """The commit that last touched the spec or its AOI."""
    committed: bool | None = None
    """Whether the bytes are those of the commit."""
    pull_request: str | None = None
    approvals: tuple[str, ...] | None = None
    evidence: str | None = None
    """For the order of a pass: SHA-256 of the row of the simulation's result, as it was read just
    before.  `satops feasibility` writes it beside each pass."""


@dataclass(frozen=True)
class SubmissionProbed:
    """A person is about to ask for the same simulation result once more: it may buy."""

    name: str
    attempt: int
    intent: str
    until: str
    by: str
    because: str | None = None


@dataclass(frozen=True)
class SubmissionPlaced:
    """The marketplace showed us the number of this order."""

    name: str
    attempt: int
    order_no: str
    intent: str | None = None
    """SHA-256 of the line of the `SubmissionIntended`: the identity of the submission."""


@dataclass(frozen=True)
class SubmissionRejected:
    """The marketplace refused this order, for certain."""

    name: str
    attempt: int
    code: int
    message: str
    intent: str | None = None


@dataclass(frozen=True)
class SubmissionNotSent:
    """No byte of this order's request left the machine."""

    name: str
    attempt: int
    reason: str
    intent: str | None = None


@dataclass(frozen=True)
class SubmissionLeftInDoubt:
    """This order may or may not exist."""

    name: str
    attempt: int
    reason: str
    evidence: str
    intent: str | None = None
    claimed_no: str | None = None
    """A number that the marketplace gave, and that another name holds.  Absence from the account
    never settles such a doubt."""
    used: bool | None = None
    """True where the marketplace said that the simulation result is not there, or is used.
    Absence never settles such a doubt either."""


@dataclass(frozen=True)
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
    intent: str | None = None
    same_as: str | None = None
    """The name that shares `order_no`: the marketplace took two orders for one."""


@dataclass(frozen=True)
class DoubtCorrected:
    """A person takes back the last event that settled a submission."""

    name: str
    attempt: int
    corrects: Mapping[str, Any]
    """`seq` and `digest` of the event that was wrong."""
    placed: bool
    """True: placed as `order_no`.  False: in doubt again."""
    by: str
    because: str
    intent: str | None = None
    """None for an adoption."""
    order_no: str | None = None
    evidence: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class ForeignNoted:
    """A person says that an order of the account is none of ours."""

    order_no: str
    by: str
    because: str


@dataclass(frozen=True)
class MarketplaceMoved:
    """A person says that the marketplace has another address from here on."""

    to: str
    by: str
    because: str


@dataclass(frozen=True)
class LedgerClosed:
    """The ledger goes on elsewhere: nothing is appended after this event."""

    to: str
    by: str
    because: str | None = None


@dataclass(frozen=True)
class LedgerRestored:
    """A person accepts a ledger that is older than what a machine had appended to it."""

    lost: Mapping[str, Any]
    """`seq` and `head` of the last event that the machine had appended."""
    by: str
    because: str
    foreign: tuple[str, ...] = ()
    """Orders of the account that no name holds, as the account was seen then."""


@dataclass(frozen=True)
class OrderCarried:
    """An order of the broken ledger that this one goes on from."""

    name: str
    standing: str
    """`placed` with its number; or `in-doubt`, also for all that could not be verified."""
    intended_at: str
    verified: bool
    """Whether the chain of the broken ledger reaches to the events about this order."""
    order_no: str | None = None
    further_order_nos: tuple[str, ...] = ()
    attempt: int = 0
    order_digest: str | None = None
    order: Canonical | None = None
    source: Mapping[str, Any] | None = None
    footprint: Mapping[str, Any] | None = None
    labels: Mapping[str, str] | None = None
    estimated_cost: float | None = None
    currency: str | None = None
    captures: int | None = None
    series: str | None = None
    keys: tuple[tuple[str, str], ...] | None = None
    axes: tuple[Mapping[str, Any], ...] | None = None
    members: int | None = None


@dataclass(frozen=True)
class OrderAdopted:
    """A person recorded an order that was placed elsewhere."""

    name: str
    order_no: str
    by: str
    because: str
    order_digest: str | None = None
    """Of the spec it stands for, where there is one in the tree."""
    order: Canonical | None = None
    source: Mapping[str, Any] | None = None
    footprint: Mapping[str, Any] | None = None
    labels: Mapping[str, str] | None = None
    estimated_cost: float | None = None
    currency: str | None = None
    captures: int | None = None
    series: str | None = None
    keys: tuple[tuple[str, str], ...] | None = None
    axes: tuple[Mapping[str, Any], ...] | None = None
    members: int | None = None


@dataclass(frozen=True)
class PurchaseCompared:
    """What was bought is not what was reviewed, as the marketplace shows it after the receipt."""

    name: str
    order_no: str
    differs: tuple[str, ...]


@dataclass(frozen=True)
class StatusObserved:
    """The marketplace's status of a placed order, when it differed from the last one seen."""

    name: str
    order_no: str
    status: int
    amount: float | None = None
    """The marketplace's `finalAmount`; it names no currency."""
    currency: str | None = None
    """Of `amount`, as `marketplace.currency` says."""


@dataclass(frozen=True)
class Refreshed:
    """The status of every placed order was read."""

    seen: int
    not_listed: tuple[str, ...] = ()
    """Order numbers of ours that the marketplace does not show."""


@dataclass(frozen=True)
class DeliveryFetched:
    """A product of a placed order was fetched, whole, and is on the target's disk."""

    name: str
    order_no: str
    product: str
    size: int
    """Bytes."""
    sha256: str
    content_type: str
    address: str
    """Where it came from, without the signature."""
    title: str | None = None
    """The sender's name of the file."""


@dataclass(frozen=True)
class NoticesSent:
    """Notices of the events up to a `seq` have left for one hook."""

    variable: str
    """The environment variable that holds the hook's address."""
    up_to: int


@dataclass(frozen=True)
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
    | SubmissionProbed
    | SubmissionPlaced
    | SubmissionRejected
    | SubmissionNotSent
    | SubmissionLeftInDoubt
    | DoubtSettled
    | DoubtCorrected
    | OrderAdopted
    | OrderCarried
    | ForeignNoted
    | PurchaseCompared
    | StatusObserved
    | Refreshed
    | DeliveryFetched
    | NoticesSent
    | MarketplaceMoved
    | LedgerClosed
    | LedgerRestored
    | RunFinished
)
"""What a line of a ledger can say."""
KINDS: Mapping[str, type[Event]] = {kind.__name__: kind for kind in get_args(Event)}
"""Each class by the `kind` of its lines."""


def order_fields(content: Canonical) -> Mapping[str, Any]:
    """Return the fields of a canonical order."""
    if isinstance(content, Raw):
        read: dict[str, Any] = json_text.loads(json_text.dumps(content))
        return read
    return content
