"""A plan as GeoJSON (RFC 7946), for maps and QGIS: every action with its exact outline.

Properties are flat and equal for all features; an absent value is null.  `start` and `end` are ISO
8601 texts in UTC, which QGIS's temporal controller recognises.
"""

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import Any

from satops.core import json_text
from satops.core.json_text import Raw
from satops.core.ledger.state import OrderState
from satops.core.order.order import Order
from satops.core.plan.feasibility import ShownPass
from satops.core.plan.plan import Action, ActionKind, Plan
from satops.core.safe import safe
from satops.report.passes import cells
from satops.report.shapes import Geometry, box, exact, ring_on_map
from satops.report.subject import Checks, check_words, subject

Outlines = Mapping[int, bytes]
"""Bought polygons as GeoJSON text, by the `seq` of the event that holds them."""
PLACED = "placed"
"""The `action` of a second feature with the bought outline."""
_FEATURES_PER_CHUNK = 256
_AREA_DECIMALS = 6
"""Decimals of km²: one square metre."""


def render(plan: Plan, outlines: Outlines | None = None) -> Iterator[bytes]:
    """Yield the plan as one FeatureCollection, one feature per line.

    `outlines` holds those of kept and retired orders, whose content only the ledger has.  An order
    in conflict has a second feature, `placed`, with the bought outline.  An order without known
    content has no geometry.
    """
    checks = Checks(plan)
    members = {"plan_digest": plan.digest, "made_at": plan.made_at}
    return collection("satops-plan", members, _features(plan, checks, outlines or {}))


def collection(
    name: str, members: dict[str, Any], features: Iterable[dict[str, Any]]
) -> Iterator[bytes]:
    """Yield a FeatureCollection; QGIS shows `name` as the layer's name."""
    head = json_text.dumps({"type": "FeatureCollection", "name": name, **members})
    yield head.removesuffix(b"}") + b',"features":['
    rest, between = iter(features), b"\n"
    while some := list(islice(rest, _FEATURES_PER_CHUNK)):
        yield between + b",\n".join(map(json_text.dumps, some))
        between = b",\n"
    yield b"\n]}\n"


def _features(plan: Plan, checks: Checks, outlines: Outlines) -> Iterator[dict[str, Any]]:
    """Yield each action, then its bought outline and simulated swaths."""
    for action in plan.actions:
        feature = _feature(action, checks, _geometry(action, outlines))
        yield feature
        if action.before is not None:
            yield _placed(feature["properties"], action.before, action.known)
        told = None if plan.feasibility is None else plan.feasibility.of(action.name)
        if action.kind is not ActionKind.CREATE or told is None:
            continue
        for shown in told.passes:
            geometry = None if shown.swath is None else ring_on_map(shown.swath)
            if geometry is not None:
                yield _swath(feature["properties"], shown, geometry)


def _swath(properties: dict[str, Any], shown: ShownPass, geometry: Geometry) -> dict[str, Any]:
    """Return a pass as a feature with the common properties."""
    seen = f"result {shown.result}: {', '.join(cells(shown)[1:])}"
    own = dict.fromkeys(properties) | {
        "name": properties["name"],
        "action": "pass",
        "reason": safe(seen),
        "provider": properties["provider"],
        "start": shown.start,
        "end": shown.start,
        "checks": "",
    }
    return {"type": "Feature", "properties": own, "geometry": geometry}


def _placed(properties: dict[str, Any], before: Order, known: OrderState | None) -> dict[str, Any]:
    """Return the placed order of a conflict as a feature."""
    own = properties | {
        "action": PLACED,
        "start": before.start,
        "end": before.end,
        "area_km2": _area_km2(None if known is None else known.area_km2),
    }
    return {"type": "Feature", "properties": own, "geometry": exact(before.rings)}


def _area_km2(area_km2: float | None) -> float | None:
    return None if area_km2 is None else round(area_km2, _AREA_DECIMALS)


def _feature(action: Action, checks: Checks, geometry: Geometry | Raw | None) -> dict[str, Any]:
    known, facts = action.known, subject(action)
    file, line = action.where or (None, None)
    properties = {
        "name": safe(action.name),
        "action": action.kind.value,
        "reason": safe(action.reason),
        "provider": facts.provider,
        "mode": facts.mode,
        "captures": facts.captures,
        "details": safe(", ".join(facts.details)),
        "start": facts.start,
        "end": facts.end,
        "area_km2": _area_km2(facts.area_km2),
        "estimated_cost": action.estimated_cost,
        "order_no": safe(known.order_no) if known and known.order_no else None,
        "file": None if file is None else safe(file),
        "line": line,
        "checks": check_words(checks.of(action)),
    }
    return {"type": "Feature", "properties": properties, "geometry": geometry}


def _geometry(action: Action, outlines: Outlines) -> Geometry | Raw | None:
    if action.spec is not None:
        return exact(action.spec.order.rings)
    if action.known is None:
        return None
    if (outline := outlines.get(action.known.seq)) is not None:
        return Raw(outline)
    return None if action.known.bounds is None else box(action.known.bounds)
