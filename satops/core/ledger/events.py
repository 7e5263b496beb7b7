"""The kinds of events, named in the past tense.

A field that is None is not written.  `core.ledger.recorded` reads lines back into these classes
and checks each value against the field's annotation.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, get_args

from msgspec import Struct

from satops.core import json_text
from satops.core.json_text import Raw
from satops.core.ledger.chain import Written

if TYPE_CHECKING:
    MaybeRaw = Raw | None
else:  # msgspec takes `Raw | None` for null alone
    MaybeRaw = Raw


class Extent(Struct, frozen=True, gc=False):
    """The fields of `core.spec.Footprint`; satops 0.1 wrote fewer."""

    area_km2: float
    west: float
    south: float
    east: float
    north: float
    longitude: float | None = None
    latitude: float | None = None
    vertices: int | None = None
    holes: int | None = None
    outline_km2: float | None = None


class LedgerStarted(Written, frozen=True, gc=False):
    """A ledger began.  This is always the first event."""

    ledger: str
    """The ledger's random id."""
    tool: str
    marketplace: str | None = None
    """Address of the one marketplace whose orders this ledger holds; None in ledgers of 0.1."""
    because: str | None = None
    """A person's account of what was bought before this ledger began."""
    continues: Mapping[str, Any] | None = None
    """The broken ledger that this one replaces: its `ledger` (id), `seq` and `head`, `verified`
    (the `seq` up to which its chain was whole) and the `sha256` of its file."""


class RunStarted(Written, frozen=True, gc=False):
    """A run that may append began.  A field is None where the environment does not name it."""

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
    """Normalised address of the marketplace."""
    user: str | None = None
    local: str | None = None
    """The folder on `host` with this machine's local state."""
    names: tuple[str, ...] | None = None
    """The names on the command line, as typed; None for all orders."""
    labels: tuple[str, ...] | None = None
    """The labels on the command line, each as `KEY=VALUE`; None without `--label`."""
    unseen: bool | None = None
    """Whether a person let the run buy without a look at the account."""
    because: str | None = None
    """A person's reason for `unseen`, or for buying a part."""


class SubmissionIntended(Written, frozen=True, gc=False):
    """This order is about to be sent.  Durable before the first byte leaves."""

    name: str
    attempt: int
    """From 1, counted per name."""
    order_digest: str
    order: Raw
    """The canonical order, byte for byte."""
    request: str
    """The exact body that will be sent."""
    source: Raw
    """`file`, `line`, `sha256`, `document`, `documents`, `includes`, `timezone`, and `zone_rules`
    where windows follow from a release of the IANA database."""
    footprint: Extent
    until: str
    """Before this instant (UTC) other runs leave the order alone.  After it a submission without
    an outcome is in doubt."""
    estimated_cost: int | float | None = None
    labels: Mapping[str, str] | None = None
    supersedes: str | None = None
    currency: str | None = None
    """Of `estimated_cost`."""
    captures: int | None = None
    """How many images the order buys; None for one image."""
    series: str | None = None
    """The series that the order is a member of."""
    keys: tuple[tuple[str, str], ...] | None = None
    """Axis and key of the member, in the order of the axes."""
    axes: tuple[Mapping[str, Any], ...] | None = None
    """Name and kind of each axis of the series, and start and step of a repetition."""
    members: int | None = None
    """How many members the series had."""
    commit: str | None = None
    """The commit that last touched the spec or its AOI."""
    committed: bool | None = None
    """Whether the files had the bytes of that commit."""
    pull_request: str | None = None
    approvals: tuple[str, ...] | None = None
    evidence: str | None = None
    """For the order of a pass: SHA-256 of the simulation's result row, read just before the intent.
    `satops feasibility` writes the same digest beside each pass."""


class SubmissionProbed(Written, frozen=True, gc=False):
    """A person is about to order the same simulation result again, which may buy it."""

    name: str
    attempt: int
    intent: str
    until: str
    by: str
    because: str | None = None


class SubmissionPlaced(Written, frozen=True, gc=False):
    """The marketplace showed us the number of this order."""

    name: str
    attempt: int
    order_no: str
    intent: str | None = None
    """SHA-256 of the line of the `SubmissionIntended`: the identity of the submission."""


class SubmissionRejected(Written, frozen=True, gc=False):
    """The marketplace refused this order, for certain."""

    name: str
    attempt: int
    code: int
    message: str
    intent: str | None = None


class SubmissionNotSent(Written, frozen=True, gc=False):
    """No byte of this order's request left the machine."""

    name: str
    attempt: int
    reason: str
    intent: str | None = None


class SubmissionLeftInDoubt(Written, frozen=True, gc=False):
    """This order may or may not exist."""

    name: str
    attempt: int
    reason: str
    evidence: str
    intent: str | None = None
    claimed_no: str | None = None
    """The order number in the answer, if the ledger already holds it for another name.  Absence
    from the account never settles such a doubt."""
    used: bool | None = None
    """True if the marketplace answered that the simulation result is missing or used.  Absence
    from the account never settles such a doubt."""


class DoubtSettled(Written, frozen=True, gc=False):
    """A doubt was settled, by reconcile or by a person."""

    name: str
    attempt: int
    placed: bool
    by: str
    """`reconcile`, or the name of a person."""
    because: str
    order_no: str | None = None
    evidence: Mapping[str, Any] | None = None
    intent: str | None = None
    same_as: str | None = None
    """The name that holds `order_no` too: the marketplace took two submissions for one order."""


class DoubtCorrected(Written, frozen=True, gc=False):
    """A person takes back the last event that settled a submission."""

    name: str
    attempt: int
    corrects: Mapping[str, Any]
    """`seq` and `digest` of the settling event that was wrong."""
    placed: bool
    """True: placed as `order_no`.  False: back in doubt."""
    by: str
    because: str
    intent: str | None = None
    """None for an adoption."""
    order_no: str | None = None
    evidence: Mapping[str, Any] | None = None


class ForeignNoted(Written, frozen=True, gc=False):
    """A person recorded that an order of the account is not ours."""

    order_no: str
    by: str
    because: str


class MarketplaceMoved(Written, frozen=True, gc=False):
    """A person recorded the marketplace's new address."""

    to: str
    by: str
    because: str


class LedgerClosed(Written, frozen=True, gc=False):
    """The ledger moved to another store.  No event follows this one."""

    to: str
    by: str
    because: str | None = None


class LedgerRestored(Written, frozen=True, gc=False):
    """A person accepted a ledger that lacks events which a machine had appended."""

    lost: Mapping[str, Any]
    """`seq` and `head` of the last event that the machine had appended."""
    by: str
    because: str
    foreign: tuple[str, ...] = ()
    """Numbers of the account's orders that no name held at that time."""


class OrderCarried(Written, frozen=True, gc=False):
    """An order was taken over from the broken ledger that this one replaces."""

    name: str
    standing: str
    """`placed`, or `in-doubt` as all that could not be verified; `not-placed` only with `used`."""
    intended_at: str
    verified: bool
    """Whether the whole part of the broken chain holds all events about this order."""
    order_no: str | None = None
    further_order_nos: tuple[str, ...] = ()
    attempt: int = 0
    used: bool | None = None
    """As in `SubmissionLeftInDoubt`.  It outlives the doubt: nobody orders such a result again."""
    order_digest: str | None = None
    order: MaybeRaw = None
    source: MaybeRaw = None
    footprint: Extent | None = None
    labels: Mapping[str, str] | None = None
    estimated_cost: int | float | None = None
    currency: str | None = None
    captures: int | None = None
    series: str | None = None
    keys: tuple[tuple[str, str], ...] | None = None
    axes: tuple[Mapping[str, Any], ...] | None = None
    members: int | None = None


class OrderAdopted(Written, frozen=True, gc=False):
    """A person recorded an order that was placed elsewhere."""

    name: str
    order_no: str
    by: str
    because: str
    order_digest: str | None = None
    """Order digest of the spec of this name; None without a spec."""
    order: MaybeRaw = None
    source: MaybeRaw = None
    footprint: Extent | None = None
    labels: Mapping[str, str] | None = None
    estimated_cost: int | float | None = None
    currency: str | None = None
    captures: int | None = None
    series: str | None = None
    keys: tuple[tuple[str, str], ...] | None = None
    axes: tuple[Mapping[str, Any], ...] | None = None
    members: int | None = None


class PurchaseCompared(Written, frozen=True, gc=False):
    """After the receipt the marketplace showed an order that differs from the reviewed pass."""

    name: str
    order_no: str
    differs: tuple[str, ...]


class StatusObserved(Written, frozen=True, gc=False):
    """The marketplace showed a new status or amount of a placed order."""

    name: str
    order_no: str
    status: int
    amount: int | float | None = None
    """The marketplace's `finalAmount`; it names no currency."""
    currency: str | None = None
    """Currency of `amount`, from `marketplace.currency` in satops.yaml."""


class Refreshed(Written, frozen=True, gc=False):
    """The status of every placed order was read."""

    seen: int
    not_listed: tuple[str, ...] = ()
    """Placed order numbers that the marketplace did not list."""


class DeliveryFetched(Written, frozen=True, gc=False):
    """A product of a placed order was fetched whole and is durable at the target."""

    name: str
    order_no: str
    product: str
    size: int
    """Bytes."""
    sha256: str
    content_type: str
    address: str
    """URL of the product without its signature."""
    title: str | None = None
    """File name that the server gave."""


class NoticesSent(Written, frozen=True, gc=False):
    """One hook was sent the notices of all events up to `up_to`."""

    variable: str
    """The environment variable that holds the hook's address."""
    up_to: int


class RunFinished(Written, frozen=True, gc=False):
    """A run ended by itself.  A run without this event was killed."""

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
"""Every kind of event."""
KINDS: Mapping[str, type[Event]] = {kind.__name__: kind for kind in get_args(Event)}
"""Each class by the `kind` of its lines."""


def order_fields(content: Raw) -> Mapping[str, Any]:
    """Return the fields of a canonical order."""
    read: dict[str, Any] = json_text.loads(content)
    return read
