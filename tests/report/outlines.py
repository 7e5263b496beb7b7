"""Specs with outlines of their own: jagged ones with many corners, ones with holes."""

from math import cos, pi, sin

from msgspec.structs import replace

from satops.core.geometry.shapes import footprints, shapes_of
from satops.core.order.order import Ring, Rings
from satops.core.plan.plan import Action, ActionKind
from satops.core.spec.spec import Spec
from tests.offers.orders import eo_order
from tests.report.samples import END, START
from tests.report.samples import spec as sample_spec


def star(
    corners: int, *, x: float = 105.85, y: float = 21.03, radius: float = 0.3, depth: float = 0.2
) -> Ring:
    """Return a closed ring that goes in and out at every corner; at a depth of 0 a round one."""
    ring = []
    for k in range(corners):
        reach = radius * (1.0 if k % 2 else 1 - depth)
        angle = 2 * pi * k / corners
        ring.append((round(x + reach * cos(angle), 7), round(y + reach * sin(angle), 7)))
    return (*ring, ring[0])


def spec_of(name: str, *rings: Ring, mode: int = 2, file: str = "orders/many.yaml") -> Spec:
    """Return a spec of an outline."""
    made = sample_spec(name, mode=mode, file=file)
    order = eo_order(
        provider=made.order.provider, rings=rings, start=START, end=END, resolution_type=mode
    )
    polygons: list[Rings] = [order.rings]
    return replace(made, order=order, footprint=footprints(polygons, shapes_of(polygons))[0])


def create(spec: Spec, cost: float | None = None) -> Action:
    """Return the action that would buy a spec."""
    return Action(spec.name, ActionKind.CREATE, "new", spec, None, estimated_cost=cost)


def creates(count: int, corners: int = 4, depth: float = 0.2) -> list[Action]:
    """Return many orders side by side, sorted by name, the last one the largest."""
    return [
        create(
            spec_of(
                f"order-{k:05}",
                star(
                    corners,
                    x=-170 + k % 300,
                    y=-60 + k % 120,
                    radius=0.1 + k / 100_000,
                    depth=depth,
                ),
                file=f"orders/{k:05}.yaml",
            )
        )
        for k in range(count)
    ]
