"""Maps of a plan: one fenced `geojson` block for each kind of action, which forges draw.

Forges ignore colours, so there are none.  If outlines need too much space, the map has fewer
corners, boxes or points, and a note says so.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from math import floor

from satops.core import json_text
from satops.core.plan.plan import Action, ActionKind, Plan
from satops.core.words import counted
from satops.report.markdown.page import Block, Fit, Rank, fenced, label, size
from satops.report.series import one_of_each
from satops.report.shapes import Geometry, box, outline, point, points
from satops.report.subject import subject

KINDS = {
    ActionKind.CREATE: "to create",
    ActionKind.HOLD: "on hold",
    ActionKind.CONFLICT: "in conflict",
    ActionKind.EXPIRED: "expired",
    ActionKind.RETIRED: "retired",
}
"""Kinds of actions with a map; kept orders have none."""
CORNERS_MAX = 40
CORNERS_FEW = 10
_GRIDS_DEG = (1, 2, 5, 10, 30)
"""Sizes of grid cells, for thousands of orders, whose points would not fit."""
_OTHERS_SHARE = 0.2
_EXACT = "What is bought is the exact outline."

Draw = Callable[[Action], Geometry | None]


def maps(plan: Plan, artifact: str) -> list[Block]:
    """Return a block for each kind of action that has orders with a known location."""
    return [_map(plan, kind, artifact) for kind in KINDS]


def _map(plan: Plan, kind: ActionKind, artifact: str) -> Block:
    rank = Rank.MAP if kind is ActionKind.CREATE else Rank.OTHER_MAPS
    every = [action for action in plan.of(kind) if _has_location(action)]
    if not every:
        return Block(rank, "")
    title = f"### Map: {counted(len(every), 'order')} {KINDS[kind]}"
    titled = one_of_each(every)
    actions = list(titled.values())
    gone = any(action.spec is None for action in actions)
    steps = (
        *(
            _step(
                title,
                titled,
                _outline(corners),
                _corners_words(actions, corners, gone=gone),
                corners,
            )
            for corners in (CORNERS_MAX, CORNERS_FEW)
        ),
        _step(title, titled, _box, f"Boxes stand for the outlines, for want of room. {_EXACT}"),
        _step(title, titled, _point, f"Points stand for the outlines, for want of room. {_EXACT}"),
        _dots(title, actions, f"Points without names, for want of room. {_EXACT}"),
        *(_grid(title, actions, degrees) for degrees in _GRIDS_DEG),
    )
    share = 1.0 if kind is ActionKind.CREATE else _OTHERS_SHARE
    return Block(rank, f"{title}. There is no room for it here; see {artifact}.", steps, share)


def _step(
    title: str, titled: Mapping[str, Action], draw: Draw, words: str, corners: int = 0
) -> Fit:
    def fit(room: int) -> str | None:
        room -= size(_page(title, [], words))
        features: list[str] = []
        for name, action in titled.items():
            geometry = draw(action)
            if geometry is None:
                return None
            properties = {"name": label(name), "action": action.kind.value}
            drawn = [_feature(properties, geometry)]
            if action.before is not None and corners:
                before = outline(action.before.rings, corners)
                drawn.insert(0, _feature({**properties, "action": "placed"}, before))
            features += drawn
            room -= sum(size(feature) + 2 for feature in drawn)
            if room < 0:
                return None
        return _page(title, features, words)

    return fit


def _dots(title: str, actions: Sequence[Action], words: str) -> Fit:
    def fit(room: int) -> str | None:
        geometry = points([_middle(action) for action in actions])
        text = _page(title, [_feature({"orders": len(actions)}, geometry)], words)
        return text if size(text) <= room else None

    return fit


def _grid(title: str, actions: Sequence[Action], degrees: int) -> Fit:
    """Return the step that draws a point for each grid cell, with its number of orders."""

    def fit(room: int) -> str | None:
        cells = Counter(
            (floor(x / degrees) * degrees, floor(y / degrees) * degrees)
            for x, y in map(_middle, actions)
        )
        features = [
            _feature({"orders": count}, point(west + degrees / 2, south + degrees / 2))
            for (west, south), count in sorted(cells.items())
        ]
        words = (
            f"Each point is a square of {degrees} degrees, with the number of orders in it, for "
            f"want of room. {_EXACT}"
        )
        text = _page(title, features, words)
        return text if size(text) <= room else None

    return fit


def _page(title: str, features: Sequence[str], words: str) -> str:
    collection = '{"type":"FeatureCollection","features":[\n' + ",\n".join(features) + "\n]}"
    return f"{title}\n\n{fenced('geojson', collection)}\n\n{words}"


def _feature(properties: Mapping[str, str | int], geometry: Geometry) -> str:
    feature = {"type": "Feature", "properties": properties, "geometry": geometry}
    return json_text.dumps(feature).decode()


def _corners_words(actions: Sequence[Action], corners: int, *, gone: bool) -> str:
    two = ""
    if any(action.before is not None for action in actions):
        two = " Of an order in conflict, `placed` is what was bought."
    boxes = " Where the spec is gone, the box around the outline is drawn." if gone else ""
    return (
        f"Outlines are simplified for display: at most {corners} corners, 5 decimals.{boxes}{two} "
        f"{_EXACT}"
    )


def _has_location(action: Action) -> bool:
    return subject(action).longitude is not None


def _middle(action: Action) -> tuple[float, float]:
    facts = subject(action)
    return facts.longitude or 0.0, facts.latitude or 0.0


def _outline(corners: int) -> Draw:
    def draw(action: Action) -> Geometry | None:
        if action.spec is None:
            return _box(action)
        return outline(action.spec.order.rings, corners)

    return draw


def _box(action: Action) -> Geometry | None:
    if action.spec is not None:
        footprint = action.spec.footprint
        return box(footprint.bounds)
    bounds = action.known.bounds if action.known is not None else None
    return None if bounds is None else box(bounds)


def _point(action: Action) -> Geometry:
    return point(*_middle(action))
