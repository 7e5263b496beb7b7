"""Options of the sandbox for behaviour that the marketplace's documentation leaves open.

Settings are read from JSON strictly, since a misspelt fault would never fire.
"""

from typing import Literal, TypeVar

import msgspec
from msgspec import Struct

from satops.errors import UsageError

ENDPOINTS = (
    "create",
    "query",
    "detail",
    "downloadLinks",
    "simulation",
    "results",
    "createFromSimulation",
)
"""Short names of the documented endpoints, for options and faults."""


class Options(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The options of a sandbox.  Defaults are the likeliest reading, without delays."""

    base_path: str = "/market_service"
    http_status: Literal["auth-only", "as-code", "always-200"] = "auth-only"
    """Which body codes are also HTTP statuses: only 401, all, or none."""
    order_numbers: Literal["sandbox", "serial", "uuid"] = "sandbox"
    """`SANDBOX_ORDER_` and a random part, unique among all sandboxes and marketplaces;
    `PROG_ORDER_` with date and serial number, or a UUID, as in the documentation."""
    time_unit: Literal["ms", "s"] = "ms"
    """Unit of ctime, mtime, orderTimeStart and orderTimeEnd."""
    largest_page: int = 100
    """A larger `pageSize` is silently reduced to this."""
    sorting: Literal["asked", "oldest-first", "shuffled"] = "asked"
    """The last two ignore `sort` and `order`."""
    visible_after_s: float = 0
    """Age in seconds from which reads show an order."""
    visible_after_queries: int = 0
    """Number of page/query calls before any read shows a new order."""
    account: str = ""
    """The token's user: reads show only orders of this `creator`, and new orders get it.  Empty
    shows all."""
    total_above: int = 0
    """How much too high `total` of page/query is."""
    without: tuple[str, ...] = ()
    """Short names of endpoints that this account lacks: they answer HTTP 404."""
    latency_ms: int = 0
    """Delay of every answer, without blocking other requests."""
    lifecycle: tuple[tuple[float, int], ...] = ((0, 1), (60, 4), (120, 5), (600, 2), (900, 3))
    """Age in seconds, and the status from then on: pending, analysing, imaging, delivered,
    completed.  The documentation numbers the states without their sequence."""
    simulation_s: float = 2
    """Duration of a simulation."""
    simulation_end: Literal["passes", "nothing", "failed", "never"] = "passes"
    """Result of simulations: computed passes, none, a failure, or no end."""
    simulation_id: Literal["task", "result"] = "task"
    """Content of an order's `simulationId`: number of the simulation, or of its result."""
    simulated_window: Literal["pass", "asked"] = "pass"
    """Window of an order of a result: that of the pass, or the simulated one."""
    coverage: Literal["fraction", "number", "percent"] = "fraction"
    """Notation of coverage: `0.61`, `61` or `61%`."""
    swaths: Literal["ring", "geojson", "unreadable"] = "ring"
    """Notation of `allSwathLonLat`: a list of positions, a Polygon, or not JSON."""
    products: int = 1
    """Number of files of a delivered order: alternating images and archives."""
    product_side: int = 64
    """Side of an image in pixels of one byte."""
    link_lifetime_s: float = 600
    """Seconds for which a link is valid."""
    expired_links: Literal["refused", "page"] = "refused"
    """Answer of an expired link: HTTP 403, or HTTP 200 with an HTML page."""
    final_amount: float | None = None
    """finalAmount in detail and page/query after delivery; 0 before."""
    control: bool = False
    """Whether `/_sandbox/` is enabled."""

    def __post_init__(self) -> None:
        if self.largest_page < 1:
            raise ValueError("largest_page must be 1 or more.")
        if not 1 <= self.product_side <= 20_000 or not 0 <= self.products <= 100:
            raise ValueError("products are 0 to 100, and product_side is 1 to 20000.")
        waits = (
            self.link_lifetime_s,
            self.latency_ms,
            self.visible_after_s,
            self.visible_after_queries,
        )
        if min(*waits, self.simulation_s, self.total_above) < 0:
            raise ValueError("times and counts must not be negative.")
        if not self.base_path.startswith("/") or self.base_path.endswith("/"):
            raise ValueError("base_path must begin with a slash and not end with one.")
        if not self.lifecycle or self.lifecycle[0][0] != 0:
            raise ValueError("lifecycle must begin at age 0.")
        if [age for age, _ in self.lifecycle] != sorted(age for age, _ in self.lifecycle):
            raise ValueError("lifecycle must be in order of age.")
        for name in self.without:
            if name not in ENDPOINTS:
                raise ValueError(f"{name!r} is no endpoint. Known are {', '.join(ENDPOINTS)}.")


Settings = TypeVar("Settings")


def read_settings(kind: type[Settings], document: object, *, place: str) -> Settings:
    """Return a value of `kind` from a JSON object whose keys are its field names.

    `place` begins every message.  Raises `UsageError` for an unknown key, a value of a wrong type,
    a missing required key, or values that `kind` refuses.
    """
    try:
        return msgspec.convert(document, kind)
    except msgspec.ValidationError as error:
        raise UsageError(f"{place}: {error}.") from None
