"""The rules for the checks: modes, areas and severities, as one value."""

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property

from msgspec import Struct, field

from satops.core.geometry.land import Land
from satops.core.geometry.overlaps import Zone
from satops.core.offer import Offer
from satops.core.order.modes import ModeRules, Modes
from satops.core.order.order import Order, Rings
from satops.core.plan.config import Config, LabelRule
from satops.core.problem import Severity


class Rules(Struct, frozen=True, dict=True):
    """A repository's rules, made once per run."""

    offer: Offer
    modes: Modes
    region: tuple[float, float, float, float] | None = None
    """West, south, east, north in degrees; west exceeds east across the antimeridian."""
    allowed: tuple[Rings, ...] | None = None
    forbidden: tuple[Rings, ...] = ()
    severities: Mapping[str, Severity] = field(default_factory=dict)
    labels: Mapping[str, LabelRule] = field(default_factory=dict)
    read_land: Callable[[], bytes] | None = None
    """Reads the land mask; None if the land is not to be checked."""

    def of(self, order: Order) -> ModeRules:
        """Return the thresholds for an order."""
        return self.modes.rules(order.provider, self.offer.mode_name(order.terms))

    @cached_property
    def land(self) -> Land | None:
        """The land mask, read on first use."""
        return None if self.read_land is None else Land(self.read_land())

    @cached_property
    def allowed_zone(self) -> Zone | None:
        """The allowed areas as one region; None if everything is allowed."""
        return None if self.allowed is None else Zone(self.allowed)

    @cached_property
    def forbidden_zone(self) -> Zone | None:
        """The forbidden areas as one region; None if nothing is forbidden."""
        return Zone(self.forbidden) if self.forbidden else None


def rules_from(
    config: Config,
    offer: Offer,
    modes: Modes,
    *,
    allowed: Sequence[Rings] | None = None,
    forbidden: Sequence[Rings] = (),
    read_land: Callable[[], bytes] | None = None,
) -> Rules:
    """Return the rules of a configuration, with the content of the files that it names."""
    return Rules(
        offer=offer,
        modes=modes,
        region=config.region,
        allowed=None if allowed is None else tuple(allowed),
        forbidden=tuple(forbidden),
        severities=config.severities,
        labels=config.labels,
        read_land=read_land,
    )
