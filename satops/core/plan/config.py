"""What `satops.yaml` says, once it has been checked."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC
from datetime import timezone as fixed_offset  # a field below is called timezone
from typing import Any, Literal

from satops.core.problem import Severity

SANDBOX = "sandbox"
"""The `marketplace.url` that starts the embedded marketplace."""


@dataclass(frozen=True, slots=True)
class MarketplaceConfig:
    """How the marketplace is reached, and how its documentation is read where it disagrees."""

    kind: str = ""
    """The name of its offer, which says what its orders are; empty for the first that there is."""
    url: str = SANDBOX
    header: Literal["Authorization", "X-API-Key"] = "Authorization"
    token_from: str = "SATOPS_TOKEN"  # noqa: S105 - the name of a variable
    """The environment variable that holds the token, or with `_FILE` appended a path to it."""
    geometry: Literal["geojson", "wkt"] = "geojson"
    timezone: fixed_offset = UTC
    """What the marketplace's zone-less dates mean."""
    query: bool = True
    """Whether page/query and detail may be used."""
    simulation: bool = False
    """Whether the account has simulations, and orders made from their results."""
    currency: str | None = None
    """Of the marketplace's amounts, which name none; without it they are shown bare."""


@dataclass(frozen=True, slots=True)
class ApplyConfig:
    """How orders are sent."""

    concurrency: int = 4
    batch: int | None = None
    """Orders per append; None takes what the store's cost of an append suggests."""
    connect_timeout_s: float = 10
    answer_timeout_s: float = 60
    """For the whole answer, from the first byte sent."""
    retry_after_max_s: float = 60
    intent_s: float = 300
    """How long an intent keeps other runs away."""
    reviewed_days: float = 7
    """How old a plan may be that was reviewed."""


@dataclass(frozen=True, slots=True)
class ReconcileConfig:
    """What a look at the account is, and when an order that it does not show was not placed."""

    wait_s: float = 900
    looks: int = 3
    skew_s: float = 300
    """How far the marketplace's clock may differ from ours."""
    rows_max: int = 100_000
    """Rows of a whole look; one that would have more is none."""
    bytes_max: int = 64 * 1024 * 1024
    """Bytes of all answers of a look."""
    look_s: float = 300
    """Seconds after which a look asks for no further page."""
    short_by: int = 0
    """By how many orders the list may be shorter than the marketplace's own `total`."""


@dataclass(frozen=True, slots=True)
class BuyConfig:
    """What may be bought from."""

    committed: bool = False
    """Only specs whose bytes are those of the commit that is checked out."""
    branch: str | None = None
    """Only a commit that lies in this branch of `origin`."""


@dataclass(frozen=True, slots=True)
class DeliveryConfig:
    """Where products go, and where they may come from."""

    to: str | None = None
    """A folder, from the repository's root or absolute, or `s3://`, `gs://`, `az://`."""
    hosts: tuple[str, ...] = ()
    """Beside the marketplace's own: `HOST` or `HOST:PORT`."""
    grace_h: float = 72
    """Hours after the end of its window from which an order without a delivery is overdue."""
    bytes_max: int = 50_000_000_000
    """Of one product."""


@dataclass(frozen=True, slots=True)
class Hook:
    """A webhook that is told what became of orders."""

    address_from: str
    """The environment variable that holds its address, which is a secret."""
    form: Literal["json", "slack"] = "json"


@dataclass(frozen=True, slots=True)
class Limit:
    """A number that can refuse a plan."""

    key: str
    """As in `satops.yaml`: `areaKm2PerApply`."""
    value: float
    file: str
    line: int
    label: tuple[str, str | None] | None = None
    """Counts only orders with this label: key and value; with None those that lack the key."""


@dataclass(frozen=True, slots=True)
class LabelRule:
    """What the specs of a repository must say under one label."""

    required: bool = False
    one_of: tuple[str, ...] | None = None
    """None where any value is right."""


@dataclass(frozen=True, slots=True)
class Config:
    """The whole of `satops.yaml`, defaults filled in."""

    marketplace: MarketplaceConfig = field(default_factory=MarketplaceConfig)
    apply: ApplyConfig = field(default_factory=ApplyConfig)
    reconcile: ReconcileConfig = field(default_factory=ReconcileConfig)
    nightly_waits_h: float = 24
    """Hours after which an order that waits to be bought fails the night's run."""
    buy: BuyConfig = field(default_factory=BuyConfig)
    delivery: DeliveryConfig = field(default_factory=DeliveryConfig)
    notify: tuple[Hook, ...] = ()
    timezone: fixed_offset | None = None
    """How zone-less dates in specs are read; without it such a date is an error."""
    state: str = "file:state/ledger.jsonl"
    orders: str = "orders/"
    region: tuple[float, float, float, float] | None = None
    """West, south, east, north: where orders are expected."""
    encoding: str | None = None
    """What names in AOI files are written in that do not say it themselves."""
    allowed: str | None = None
    """Path of a file whose polygons every order must lie in."""
    forbidden: str | None = None
    limits: tuple[Limit, ...] = ()
    labels: Mapping[str, LabelRule] = field(default_factory=dict)
    severities: Mapping[str, Severity] = field(default_factory=dict)
    """Check code to the severity that this repository gives it."""
    modes: str | None = None
    """Path of a file that overrides what is known of the sensor modes."""
    prices: Mapping[str, Any] | None = None

    @property
    def currency(self) -> str | None:
        """That of the price table; None without one."""
        return (self.prices or {}).get("currency")
