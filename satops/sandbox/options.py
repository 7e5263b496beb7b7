"""How the sandbox reads what the marketplace's documentation leaves open."""

from dataclasses import dataclass
from typing import Literal

ENDPOINTS = (
    "create",
    "query",
    "detail",
    "downloadLinks",
    "simulation",
    "results",
    "createFromSimulation",
)
"""The short names of the documented endpoints, as options and faults use them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """The knobs of a sandbox.  The defaults are the likeliest reading, and never slow."""

    base_path: str = "/market_service"
    http_status: Literal["auth-only", "as-code", "always-200"] = "auth-only"
    """Which body codes show in the HTTP status too: only 401, all of them, or none."""
    order_numbers: Literal["sandbox", "serial", "uuid"] = "sandbox"
    """`SANDBOX_ORDER_` and a random part, which no other sandbox and no marketplace gives again;
    `PROG_ORDER_` with date and serial, as on the create page; or a UUID, as on later pages."""
    time_unit: Literal["ms", "s"] = "ms"
    """Of ctime, mtime, orderTimeStart and orderTimeEnd."""
    largest_page: int = 100
    """A larger `pageSize` is cut to this without a word."""
    sorting: Literal["asked", "oldest-first", "shuffled"] = "asked"
    """The last two ignore `sort` and `order`."""
    visible_after_s: float = 0
    """How old an order must be before any read shows it."""
    visible_after_queries: int = 0
    """How many calls of page/query pass before a new order is shown by any read."""
    account: str = ""
    """The user whose token is used: reads show the orders of this `creator` alone, and new orders
    are theirs.  Empty shows all."""
    total_above: int = 0
    """By how much the `total` of page/query counts too much."""
    without: tuple[str, ...] = ()
    """Endpoints, by their short names, that this account lacks: they answer HTTP 404."""
    latency_ms: int = 0
    """Waited before every answer, without keeping other requests waiting."""
    lifecycle: tuple[tuple[float, int], ...] = ((0, 1), (60, 4), (120, 5), (600, 2), (900, 3))
    """Age in seconds and the status from then on: pending, analysing, imaging, delivered,
    completed.  The documentation numbers the states and does not say how they follow."""
    simulation_s: float = 2
    """How long a simulation runs."""
    simulation_end: Literal["passes", "nothing", "failed", "never"] = "passes"
    """What simulations come to: the passes that arithmetic gives, none, a failure, no end."""
    simulation_id: Literal["task", "result"] = "task"
    """What `simulationId` of an order holds: the simulation's number, or that of its result."""
    simulated_window: Literal["pass", "asked"] = "pass"
    """What window an order of a result has: that of the pass, or the one that was simulated."""
    coverage: Literal["fraction", "number", "percent"] = "fraction"
    """How coverage is written: `0.61`, `61` or `61%`."""
    swaths: Literal["ring", "geojson", "unreadable"] = "ring"
    """How `allSwathLonLat` is written: a list of positions, a Polygon, or no JSON at all."""
    products: int = 1
    """How many files a delivered order has: images and archives in turn."""
    product_side: int = 64
    """Pixels of a side of an image, one byte each."""
    link_lifetime_s: float = 600
    """How long a link to a product opens, from the call that gave it."""
    expired_links: Literal["refused", "page"] = "refused"
    """What a link answers that opens no more: HTTP 403, or HTTP 200 with a page of HTML."""
    final_amount: float | None = None
    """What detail and page/query show as finalAmount once an order is delivered; 0 before."""
    control: bool = False
    """Whether `/_sandbox/` answers."""

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
