"""The members of a series as one report row."""

from collections import Counter
from collections.abc import Iterable, Sequence
from functools import cached_property

from msgspec import Struct

from satops.core.ledger.state import OPEN
from satops.core.plan.plan import Action, ActionKind
from satops.core.words import counted, moment
from satops.report.subject import SIGNS, subject

_BY_HAND = frozenset({"features", "keys"})
_WANTED = 6
_WORST_FIRST = (
    ActionKind.CONFLICT,
    ActionKind.CREATE,
    ActionKind.EXPIRED,
    ActionKind.HOLD,
    ActionKind.RETIRED,
    ActionKind.KEEP,
)


class SeriesRow(Struct, frozen=True, dict=True):
    """All members of one series in a plan."""

    name: str
    actions: tuple[Action, ...]
    """Sorted by name."""

    @cached_property
    def counts(self) -> Counter[ActionKind]:
        """Number of members by kind of action."""
        return Counter(action.kind for action in self.actions)

    @property
    def kind(self) -> ActionKind:
        """The most important kind."""
        return next(kind for kind in _WORST_FIRST if self.counts[kind])

    @property
    def signs(self) -> str:
        """Number of members by sign: `+6 =24`."""
        return " ".join(f"{sign}{self.counts[kind]}" for kind, sign in SIGNS.items()
                        if self.counts[kind])  # fmt: skip

    @cached_property
    def creates(self) -> list[Action]:
        """The members to create."""
        return [action for action in self.actions if action.kind is ActionKind.CREATE]

    @property
    def again(self) -> str:
        """Number of `creates` that were tried before, with one reason; empty for none."""
        tried = [action for action in self.creates if action.known is not None]
        if not tried:
            return ""
        return f"{counted(len(tried), 'order')} again; {tried[0].name}: {tried[0].reason}"

    @cached_property
    def axes(self) -> list[tuple[str, str, list[str]]]:
        """Name, kind and sorted keys of each axis."""
        first = self.actions[0]
        kinds = {axis["name"]: str(axis["kind"]) for axis in _axes(first)}
        keys: dict[str, set[str]] = {name: set() for name, _ in first.keys}
        for action in self.actions:
            for name, key in action.keys:
                keys.setdefault(name, set()).add(key)
        return [(name, kinds.get(name, "keys"), sorted(found)) for name, found in keys.items()]

    @property
    def axes_words(self) -> str:
        """Number of keys of each axis: `port 12, month 12, sensor 2`."""
        return ", ".join(f"{name} {len(keys)}" for name, _, keys in self.axes)

    @property
    def span(self) -> tuple[str, str]:
        """First and last instant of all windows; empty without a known window."""
        facts = [subject(action) for action in self.actions]
        starts = [each.start for each in facts if each.start]
        return min(starts, default=""), max((each.end for each in facts if each.end), default="")

    @property
    def windows(self) -> str:
        """The span as text."""
        start, end = self.span
        return f"{moment(start)} → {moment(end)}" if start and end else "?"

    @property
    def area_km2(self) -> float:
        """Area in km² of all captures of the members to create."""
        return sum(subject(action).total_km2 or 0.0 for action in self.creates)

    @property
    def captures(self) -> int:
        """Number of images of the members to create."""
        return sum(subject(action).captures for action in self.creates)

    @property
    def wanted(self) -> str:
        """The distinct sensors, cloud limits and recurrences."""
        found = list(dict.fromkeys(subject(action).wanted for action in self.creates))
        more = f"; and {len(found) - _WANTED} more" if len(found) > _WANTED else ""
        return "; ".join(found[:_WANTED]) + more

    @property
    def window_axis(self) -> int:
        """Index of the axis of windows, or else of the last axis."""
        places = [at for at, (_, kind, _) in enumerate(self.axes) if kind not in _BY_HAND]
        return places[0] if places else len(self.axes) - 1


def by_series(actions: Iterable[Action]) -> tuple[list[SeriesRow], list[Action]]:
    """Return a row for each series, and the other orders.

    Orders that are not settled are among the others, since a person must look at each.
    """
    members: dict[str, list[Action]] = {}
    alone: list[Action] = []
    for action in actions:
        if action.series is None or not action.keys:
            alone.append(action)
            continue
        members.setdefault(action.series, []).append(action)
        if action.known is not None and action.known.standing in OPEN:
            alone.append(action)
    return [SeriesRow(name, tuple(found)) for name, found in sorted(members.items())], alone


def one_of_each(actions: Iterable[Action]) -> dict[str, Action]:
    """Return the actions by title; members of a series with the same outline are merged."""
    found: dict[object, list[Action]] = {}
    for action in actions:
        about: object = action.name
        if action.series is not None:
            rings = action.spec.order.rings if action.spec else None
            bounds = action.known.bounds if action.known else None
            about = (action.series, rings or bounds)
        found.setdefault(about, []).append(action)
    return {_title(same): same[0] for same in found.values()}


def _title(same: Sequence[Action]) -> str:
    """Return the name of an order, or the common keys of several."""
    if len(same) == 1:
        return same[0].name
    shared = set(same[0].keys).intersection(*(action.keys for action in same))
    keys = [key for axis, key in same[0].keys if (axis, key) in shared]
    return f"{'.'.join([same[0].series or '', *keys])} {len(same)} orders"


def _axes(action: Action) -> Sequence[dict[str, str]]:
    if action.spec is not None and action.spec.membership is not None:
        return [dict(axis) for axis in action.spec.membership.axes]
    return [dict(axis) for axis in (action.known.axes or ())] if action.known else []
