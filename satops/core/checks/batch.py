"""The orders that are checked together, with values that several checks use."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import cached_property

from msgspec import Struct

from satops.core.checks.rules import Rules
from satops.core.geometry.shapes import Shapes, shapes_of, without_holes
from satops.core.offer import Offer
from satops.core.order.modes import ModeRules
from satops.core.spec.spec import Spec


class Window(Struct, frozen=True):
    """When an order may be imaged."""

    start: datetime
    end: datetime
    repeats: bool
    """Whether the order asks for several images, one in each interval."""
    days: float
    """Days for one image: the window, or one interval of it."""


class Batch:
    """Specs with their thresholds; outlines are made on first use."""

    def __init__(self, specs: Sequence[Spec], rules: Rules, shapes: Shapes | None = None) -> None:
        self.specs = specs
        self.rules = rules
        self._given = shapes
        by_mode: dict[tuple[str, str], ModeRules] = {}
        self.modes: list[ModeRules] = []
        for spec in specs:
            key = (spec.order.provider, rules.offer.mode_name(spec.order.terms))
            if key not in by_mode:
                by_mode[key] = rules.modes.rules(*key)
            self.modes.append(by_mode[key])

    @cached_property
    def shapes(self) -> Shapes:
        """The outlines, in degrees."""
        if self._given is not None:
            return self._given
        return shapes_of([spec.order.rings for spec in self.specs])

    @cached_property
    def filled(self) -> Shapes:
        """The outlines without their holes: a satellite images those too."""
        if not any(spec.footprint.holes for spec in self.specs):
            return self.shapes
        return without_holes(self.shapes)

    @cached_property
    def windows(self) -> list[Window]:
        """The windows of all specs."""
        return [_window(spec, self.rules.offer) for spec in self.specs]

    def rows(self) -> Iterator[tuple[int, Spec, ModeRules]]:
        """Yield each spec with its index and its thresholds."""
        return zip(range(len(self.specs)), self.specs, self.modes, strict=True)


def _window(spec: Spec, offer: Offer) -> Window:
    # The canonical form is ISO 8601, which this parses twenty times as fast as `instant`.
    start = datetime.fromisoformat(spec.order.start)
    end = datetime.fromisoformat(spec.order.end)
    over = offer.first_over(spec.order)
    until = end if over is None else min(end, over)
    return Window(start, end, over is not None, (until - start).total_seconds() / 86_400)
