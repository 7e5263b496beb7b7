"""The checked content of `satops.yaml`."""

from collections.abc import Mapping
from datetime import UTC
from datetime import timezone as fixed_offset  # a field is called timezone
from typing import Any, Literal

from msgspec import Struct, field

from satops.core.problem import Severity

SANDBOX = "sandbox"
"""The `marketplace.url` that starts the embedded marketplace."""


class MarketplaceConfig(Struct, frozen=True):
    """How to reach the marketplace, and how to read its undocumented values."""

    kind: str = ""
    """Name of its offer; empty for the default offer."""
    url: str = SANDBOX
    header: Literal["Authorization", "X-API-Key"] = "Authorization"
    token_from: str = "SATOPS_TOKEN"  # noqa: S105 - the name of a variable
    """Environment variable of the token; with `_FILE` appended, of a path to it."""
    geometry: Literal["geojson", "wkt"] = "geojson"
    timezone: fixed_offset = UTC
    """Time zone of the marketplace's dates."""
    query: bool = True
    """Whether page/query and detail may be used."""
    simulation: bool = False
    """Whether the account has simulations, and may order their results."""
    currency: str | None = None
    """Currency of the marketplace's amounts; None shows them without one."""


class ApplyConfig(Struct, frozen=True):
    """How orders are sent."""

    concurrency: int = 4
    batch: int | None = None
    """Orders per append; None for the store's default."""
    connect_timeout_s: float = 10
    answer_timeout_s: float = 60
    """Seconds for the whole answer, from the first byte sent."""
    retry_after_max_s: float = 60
    intent_s: float = 300
    """Seconds for which an intent keeps other runs away."""
    reviewed_days: float = 7
    """Maximum age of a reviewed plan, in days."""


class ReconcileConfig(Struct, frozen=True):
    """Bounds of a look at the account, and when absence counts."""

    wait_s: float = 900
    looks: int = 3
    skew_s: float = 300
    """Seconds that the marketplace's clock may differ from ours."""
    rows_max: int = 100_000
    """Maximum number of rows of a look; beyond it the look fails."""
    bytes_max: int = 64 * 1024 * 1024
    """Maximum of bytes of all answers of a look."""
    look_s: float = 300
    """Seconds after which a look requests no further page."""
    short_by: int = 0
    """Number of orders that the list may lack from the marketplace's own `total`."""


class BuyConfig(Struct, frozen=True):
    """Allowed sources of orders."""

    committed: bool = False
    """Only specs whose bytes equal the checked-out commit's."""
    branch: str | None = None
    """Only commits in this branch of `origin`."""


class DeliveryConfig(Struct, frozen=True):
    """The target of products, and their allowed hosts."""

    to: str | None = None
    """A folder, absolute or from the repository's root, or `s3://`, `gs://`, `az://`."""
    hosts: tuple[str, ...] = ()
    """Besides the marketplace's own: `HOST` or `HOST:PORT`."""
    grace_h: float = 72
    """Hours after the window's end from which an order without delivery is overdue."""
    bytes_max: int = 50_000_000_000
    """Of one product."""


class Hook(Struct, frozen=True):
    """A webhook for notices."""

    address_from: str
    """Environment variable of its address, which is a secret."""
    form: Literal["json", "slack"] = "json"


class Limit(Struct, frozen=True):
    """A number that can refuse a plan."""

    key: str
    """Key in `satops.yaml`: `areaKm2PerApply`."""
    value: float
    file: str
    line: int
    label: tuple[str, str | None] | None = None
    """Counts only orders with this key and value, or without the key if the value is None."""


class LabelRule(Struct, frozen=True):
    """The rule for one label of a repository's specs."""

    required: bool = False
    one_of: tuple[str, ...] | None = None
    """None for any value."""


class Config(Struct, frozen=True):
    """The whole of `satops.yaml`, with defaults."""

    marketplace: MarketplaceConfig = field(default_factory=MarketplaceConfig)
    apply: ApplyConfig = field(default_factory=ApplyConfig)
    reconcile: ReconcileConfig = field(default_factory=ReconcileConfig)
    nightly_waits_h: float = 24
    """Hours after which an unbought order fails the nightly run."""
    buy: BuyConfig = field(default_factory=BuyConfig)
    delivery: DeliveryConfig = field(default_factory=DeliveryConfig)
    notify: tuple[Hook, ...] = ()
    timezone: fixed_offset | None = None
    """Time zone of dates without an offset in specs; None makes such a date an error."""
    state: str = "file:state/ledger.jsonl"
    orders: str = "orders/"
    region: tuple[float, float, float, float] | None = None
    """West, south, east, north in degrees: where orders are expected."""
    encoding: str | None = None
    """Encoding of feature names in AOI files that do not declare one."""
    allowed: str | None = None
    """Path of a file whose polygons must contain every order."""
    forbidden: str | None = None
    limits: tuple[Limit, ...] = ()
    labels: Mapping[str, LabelRule] = field(default_factory=dict)
    severities: Mapping[str, Severity] = field(default_factory=dict)
    """Severity by check code in this repository."""
    modes: str | None = None
    """Path of a file that overrides the thresholds of sensor modes."""
    prices: Mapping[str, Any] | None = None

    @property
    def currency(self) -> str | None:
        """Currency of the price table; None without one."""
        return (self.prices or {}).get("currency")
