"""What an offer is: all that satops must be told of one marketplace's kind of order.

Core reads the name, the labels, the provider, the outline and the window of an order, and knows its
canonical bytes, its digest and that it has further terms.  What those terms are, an offer says.
Core is given one as a value and knows none: each stands in a folder of `satops/offers/`.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import ModuleType
from typing import Any, Protocol

from satops.core.finding import Finding
from satops.core.order.marketplace_order import MarketplaceOrder
from satops.core.order.mode import Mode
from satops.core.order.order import Order, Terms
from satops.core.order.status import Status
from satops.core.plan.config import MarketplaceConfig

Agreement = tuple[bool | None, str]
"""Whether what the marketplace shows is what was ordered, None where it shows nothing; and what it
shows, in a few words."""


class Dated(Protocol):
    """Terms and window of an order, from its spec or from the ledger."""

    @property
    def terms(self) -> Terms:
        """Its offer's own fields."""

    @property
    def start(self) -> str:
        """UTC, canonical."""

    @property
    def end(self) -> str:
        """UTC, canonical."""


@dataclass(frozen=True, slots=True)
class Flag:
    """An option of `satops new` that sets a term."""

    field: str
    """The field of the spec under `order:`."""
    name: str
    """`--max-cloud`."""
    metavar: str
    help: str
    kind: type[int] | type[str]
    written: Callable[[Any], object] = lambda value: value
    """Returns what the spec says for what was given."""
    of_mode: bool = False
    """Whether it names the mode; a series may have several."""
    fits: Callable[[Mode], bool] = lambda _: True
    """Tells whether a mode of a series takes it."""


@dataclass(frozen=True, slots=True)
class Samples:
    """What `init` writes to begin with, and what `demo` does to it."""

    files: Mapping[str, str]
    """Path to text, with `{month}`, `{start}` and `{end}` where the window is said."""
    edited: tuple[str, tuple[str, str]]
    """A spec, and a text in it with another one: an edit of what was bought."""
    further: tuple[str, ...]
    """What `satops new` is told, to write one more."""
    monitored: tuple[str, ...]
    """What `satops new --series` is told of the sensor."""


@dataclass(frozen=True, eq=False)
class Offer:
    """One marketplace's kind of order.  Pure: it asks nobody, and answers alike each time."""

    name: str
    """As `marketplace.kind` of satops.yaml names it."""
    versions: tuple[str, ...]
    """What the canonical form of its orders is called: `order/1`."""
    schema: str
    """The file of `schema/` that its specs fit."""
    thresholds: str
    """The file of `schema/` with what is known of its modes."""
    modes: tuple[Mode, ...]
    """Every mode, in the order in which people are told of them."""
    statuses: tuple[Status, ...]
    """What the marketplace says of how far an order is."""

    read: Callable[[Mapping[str, Any], list[Finding]], Terms]
    """Reads its own fields from the block under `order:`, and adds what is wrong with them.  The
    schema speaks of fields of the wrong kind: they are left out."""
    version: Callable[[Terms], str]
    """Which of `versions` an order with such terms has."""
    mode: Callable[[Terms], Mode | None]
    """The mode that an order names; None where it names none."""
    request: Callable[[Order, MarketplaceConfig], bytes]
    """The exact bytes to send, made from the canonical bytes and nothing else: for the order of a
    pass, to where results are ordered."""
    simulation: Callable[[Order, MarketplaceConfig], bytes] | None
    """The bytes that ask for a simulation of an order; None where the marketplace has none."""
    agreements: Callable[[Order, MarketplaceOrder], Iterator[Agreement]]
    """Holds an order of the marketplace against ours, term by term; core has compared provider,
    outline and window."""

    checks: Callable[[], Sequence[ModuleType]] = lambda: ()
    """The modules with its own checks; see `core.check`."""
    captures: Callable[[Dated], int] = lambda _: 1
    """How many images an order asks for."""
    details: Callable[[Dated], tuple[str, ...]] = lambda _: ()
    """What else decides whether an order is the right one, in a few words each."""
    first_over: Callable[[Order], datetime | None] = lambda _: None
    """When the time of the first of several images is over; None for an order of one image."""
    not_compared: Callable[[Order], str] = lambda _: ""
    """What of an order does not show in what the marketplace shows, for a note."""
    term_text: Callable[[str, Any], str | None] = lambda _field, _value: None
    """The value of a field for people, where it is not clear by itself."""
    together: tuple[frozenset[str], ...] = ()
    """Fields that are read as one: what is said of one of them is said of all."""
    fixed_track: frozenset[str] = frozenset()
    """Providers whose satellites cannot follow an area that runs aslant."""
    thresholds_example: str = ""
    """YAML of a team's file with thresholds, for the docs."""
    in_sandbox: bool = False
    """Whether the embedded sandbox sells it."""
    flags: tuple[Flag, ...] = ()
    samples: Callable[[], Samples] | None = None

    @property
    def providers(self) -> tuple[str, ...]:
        """Every provider, in the order of their modes."""
        return tuple(dict.fromkeys(mode.provider for mode in self.modes))

    def modes_of(self, provider: str) -> tuple[Mode, ...]:
        """Return the modes of a provider; none for one that is unknown."""
        return tuple(mode for mode in self.modes if mode.provider == provider)

    def status(self, number: int | None) -> Status:
        """Return the status with a number, whether or not the marketplace documents it."""
        if number is None:
            return Status(None, "")
        found = (status for status in self.statuses if status.number == number)
        return next(found, Status(number, f"status-{number}"))

    def mode_name(self, terms: Terms) -> str:
        """Return the name of the mode; empty where the order names none."""
        mode = self.mode(terms)
        return "" if mode is None else mode.name

    def mode_title(self, order: Order) -> str:
        """Return the mode for a sentence, or the provider where the order names no mode."""
        mode = self.mode(order.terms)
        return f"provider {order.provider}" if mode is None else mode.title
