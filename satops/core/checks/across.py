"""Check the orders to create against each other, the tree and the ledger."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from itertools import chain
from typing import NamedTuple

from msgspec import Struct

from satops.core import words
from satops.core.check import Found, When, also, check
from satops.core.checks.location import check_region
from satops.core.checks.rules import Rules
from satops.core.geometry.overlaps import Box, Extent, meeting, shares, touching
from satops.core.ledger.state import SPENT, OrderState, Standing
from satops.core.offer import Offer
from satops.core.order.modes import Mode
from satops.core.order.order import Order
from satops.core.plan.checks import COPY
from satops.core.plan.decide import Recall
from satops.core.problem import Severity
from satops.core.spec.series_checks import OTHER_KEY
from satops.core.spec.spec import Spec

_ROUNDING_PERCENT = 0.1
"""Percent below which an overlap is a rounded common border, whatever a team has set."""
_MOST_COMPARED = 8
"""Maximum number of outlines to compare with one order, those whose boxes share most: all orders of
a repository may be in one location."""
_MOST_OF_SERIES = 64
"""The same limit, for the search of orders bought under another key."""
_MOST_NAMED = 3
_LEAST_LOCATIONS = 5
_MOST_OF_THEM = 0.8
_NEAR_DEG, _FAR_DEG = 10.0, 20.0
"""Orders are in one region of the world if most lie within 10 degrees of the middle."""


class Around(Struct, frozen=True):
    """The specs to create, with everything to compare them with."""

    specs: Sequence[Spec]
    rules: Rules
    known: Mapping[str, OrderState]
    """The ledger's orders by name."""
    recall: Recall
    """Called only for the few orders of the ledger whose boxes meet a spec's."""
    beside: Sequence[Spec] = ()
    """The other specs of the tree."""


class _Party(NamedTuple):
    """An order that may overlap: a spec, or an order of the ledger."""

    name: str
    provider: str
    extent: Extent
    area_km2: float
    digest: str | None
    spec: Spec | None
    known: OrderState | None


@also(COPY, when=When.ACROSS, at="order")
def check_copies(around: Around) -> Found:
    """Find specs with the same order as another spec of the tree; the first by file and line is
    kept.

    Copies of the ledger's orders are left to the plan.
    """
    specs = around.specs
    first: dict[str, Spec] = {}
    for index in sorted(range(len(specs)), key=lambda index: _where(specs[index])):
        spec = specs[index]
        original = first.setdefault(spec.order.digest, spec)
        if original is not spec:
            detail = (
                f"This order is the same as {original.name} "
                f"({original.source.file}:{original.source.line}) to the last field. Buying both "
                "pays twice. Delete one of them; if a spec was renamed, put the old name back; if "
                "two are wanted, acknowledge X01 with a reason."
            )
            yield index, detail


@check(
    "X04",
    "supersedes an order that was not bought",
    when=When.ACROSS,
    at="supersedes",
    meaning="`supersedes` names an order that is neither placed nor in doubt. If its spec is in "
    "the tree, apply would buy both, since `supersedes` cancels nothing. If there is no such "
    "order, the name may be misspelt.",
    source="satops' own rule",
    remedy="Delete the older spec, or take the line out; or correct the name.",
    example="supersedes: mekong-flod",
    acknowledgeable=True,
)
def check_superseded(around: Around) -> Found:
    """Find specs that supersede a name which the ledger does not hold as bought."""
    names = {spec.name for spec in (*around.specs, *around.beside)}
    for index, spec in enumerate(around.specs):
        wanted = spec.supersedes
        known = around.known.get(wanted or "")
        if wanted is None or (known is not None and known.standing in SPENT):
            continue
        if wanted in names:
            detail = (
                f"{wanted} was not bought yet, and its spec is in the tree: both would be bought. "
                f"Delete the spec of {wanted}, or take the line out if both are wanted."
            )
        elif known is not None:
            detail = (
                f"{wanted} was never placed, so there is nothing to replace. Take the line out."
            )
        else:
            detail = (
                f"Neither the tree nor the ledger knows an order {wanted}. Correct the name, or "
                "take the line out."
            )
        yield index, detail


@check(
    "X02",
    "overlaps another order",
    when=When.ACROSS,
    at="order.geometry",
    meaning="Another order of the same mode, with a window at the same time, covers a part of "
    "the area. That part may be bought twice. satops compares the other specs and the ledger's "
    "orders that are placed or in doubt; the overlap is in percent of the smaller area. It "
    "ignores an order that `supersedes` the other one, and thin strips along a border that was "
    "drawn twice.",
    source="an order tool that billed 2,204 km² for 1,109",
    remedy="Cut the outline, move the window, or acknowledge the overlap.",
    example="two specs for neighbouring districts",
    severity=Severity.WARNING,
    acknowledgeable=True,
    thresholds=("min_overlap_percent",),
)
def check_overlaps(around: Around) -> Found:
    """Find specs to create that overlap another order, placed or in doubt.

    Each pair is reported once, at the later spec.
    """
    specs, offer = around.specs, around.rules.offer
    spent = {name: state for name, state in around.known.items() if state.standing in SPENT}
    fresh = sorted(
        (index for index, spec in enumerate(specs) if spec.name not in spent),
        key=lambda index: _where(specs[index]),
    )
    if not fresh:
        return
    opens = min(specs[index].order.start for index in fresh)
    closes = max(specs[index].order.end for index in fresh)
    bought = [
        (state.bounds, state)
        for state in spent.values()
        if state.bounds is not None and state.end > opens and state.start < closes
    ]
    wanted = [specs[index].footprint.bounds for index in fresh]
    near = touching([bounds for bounds, _ in bought], wanted)
    beside = [_known_party(bought[index][1], offer) for index in near]
    for provider in sorted({specs[index].order.provider for index in fresh}):
        mine = [index for index in fresh if specs[index].order.provider == provider]
        parties = [party for party in beside if party.provider == provider]
        first = len(parties)
        parties += [_spec_party(specs[index], offer) for index in mine]
        for later, overlap in _overlaps(parties, first, around):
            yield mine[later - first], overlap


@also(check_region, when=When.ACROSS, at="order.geometry")
def check_among_others(around: Around) -> Found:
    """Find specs that lie far from all other orders, and would lie among them with latitude and
    longitude exchanged.  For repositories without a region.
    """
    if around.rules.region is not None:
        return
    tree = [*around.specs, *around.beside]
    spots = [(spec.footprint.longitude, spec.footprint.latitude) for spec in tree]
    names = {spec.name for spec in tree}
    states = around.known.values()
    spots += [_middle(s.bounds) for s in states if s.name not in names and s.bounds is not None]
    if len(spots) < _LEAST_LOCATIONS:
        return
    x, y = (_median(sorted(axis)) for axis in zip(*spots, strict=True))
    near = sum(_distance(spot, (x, y)) <= _NEAR_DEG for spot in spots)
    if near < _MOST_OF_THEM * len(spots):
        return
    for index, (longitude, latitude) in enumerate(spots[: len(around.specs)]):
        is_far = _distance((longitude, latitude), (x, y)) > _FAR_DEG
        if is_far and _distance((latitude, longitude), (x, y)) <= _NEAR_DEG:
            detail = (
                f"The centre of the area is {words.location(longitude, latitude)}, and most of the "
                f"other orders are around {words.location(x, y)}. With latitude and longitude "
                "exchanged it would be among them: write the longitude first. To have this checked "
                "exactly, set `region` in satops.yaml."
            )
            yield index, detail


@also(check_region, when=When.ACROSS, at="order.geometry")
def check_open_sea(around: Around) -> Found:
    """Find specs that lie wholly in open sea, and would lie on land with latitude and longitude
    exchanged.  For repositories without a region.  A placed order nearby shows that the location is
    right.
    """
    if around.rules.region is not None or around.rules.land is None:
        return
    land, known = around.rules.land, around.known.values()
    centres = [(it.footprint.longitude, it.footprint.latitude) for it in around.specs]
    ashore = sorted(land.on_land([(y, x) for x, y in centres]))
    if not ashore:
        return
    bought = [_middle(s.bounds) for s in known if s.standing is Standing.PLACED and s.bounds]
    for index in ashore:
        (x, y), box = centres[index], around.specs[index].footprint.bounds
        if not -90 <= x <= 90 or any(_distance((x, y), spot) <= _NEAR_DEG for spot in bought):
            continue
        if land.is_open_sea(box):
            detail = (
                f"The area lies in open sea, around {words.location(x, y)}. With latitude and "
                f"longitude exchanged it would lie on land, around {words.location(y, x)}. If "
                "that is meant, write the longitude first; if the sea is meant, acknowledge A02."
            )
            yield index, detail


@also(OTHER_KEY, when=When.ACROSS, at="order.geometry")
def check_other_keys(around: Around) -> Found:
    """Find new members of a series that cover the outline of a bought member which the series lacks
    now.

    The words are equal for all members of one key, since one line mends them.
    """
    specs = around.specs
    there = {spec.name for spec in (*specs, *around.beside)}
    fresh = [index for index, spec in enumerate(specs) if spec.series is not None]
    series = {specs[index].series for index in fresh}
    gone = [
        known
        for known in around.known.values()
        if known.standing in SPENT
        and known.series in series
        and known.bounds is not None
        and known.name not in there
    ]
    if not gone:
        return
    offer = around.rules.offer
    parties = [_known_party(known, offer) for known in gone]
    parties += [_spec_party(specs[index], offer) for index in fresh]
    found: dict[int, OrderState] = {}
    for later, earlier, percent in _sharing(parties, len(gone), _MOST_OF_SERIES, around):
        known = parties[earlier].known
        spec = parties[later].spec
        if known is None or spec is None or known.provider != spec.order.provider:
            continue
        if known.series == spec.series and percent >= _ROUNDING_PERCENT:
            found.setdefault(fresh[later - len(gone)], known)
    for index in sorted(found):
        yield index, _other_key(specs[index], found[index])


def _other_key(spec: Spec, known: OrderState) -> str:
    renamed = [
        (axis, old, new)
        for (axis, new), (_, old) in zip(spec.keys, known.keys or (), strict=False)
        if old != new
    ]
    said = "; ".join(f"{axis}: {old} is gone, and {new} is new" for axis, old, new in renamed)
    way = ""
    if len(renamed) == 1:
        axis, old, new = renamed[0]
        way = (
            f"If {old} is called {new} now, write renamed: {{{axis}: {{{old}: {new}}}}}, and "
            "nothing is bought again. "
        )
    return (
        f"An order of {spec.series} that is bought covers the same ground at the same time, with "
        f"the same mode, and its key is no longer in the series ({said}). {way}If both are "
        "wanted, acknowledge M10 with a reason."
    )


def _middle(box: Box) -> tuple[float, float]:
    west, south, east, north = box
    return (west + east) / 2, (south + north) / 2


def _median(ordered: Sequence[float]) -> float:
    return (ordered[(len(ordered) - 1) // 2] + ordered[len(ordered) // 2]) / 2


def _distance(a: tuple[float, float], b: tuple[float, float]) -> float:
    return max(abs(a[0] - b[0]), abs(a[1] - b[1]))


def _where(spec: Spec) -> tuple[str, int, int]:
    return spec.source.file, spec.source.line, spec.source.document


def _spec_party(spec: Spec, offer: Offer) -> _Party:
    order, seen = spec.order, spec.footprint
    extent = _extent(seen.bounds, order.start, order.end, offer.mode(order.terms))
    return _Party(spec.name, order.provider, extent, seen.area_km2, order.digest, spec, None)


def _extent(box: Box, start: str, end: str, mode: Mode | None) -> Extent:
    return Extent(box, _seconds(start), _seconds(end), 0 if mode is None else mode.number)


@lru_cache(maxsize=4096)  # many orders share their windows
def _seconds(instant: str) -> float:
    return datetime.fromisoformat(instant).timestamp()


def _known_party(known: OrderState, offer: Offer) -> _Party:
    assert known.bounds is not None
    extent = _extent(known.bounds, known.start, known.end, offer.mode(known.terms))
    name, digest = known.name, known.order_digest
    return _Party(name, known.provider, extent, known.area_km2, digest, None, known)


def _overlaps(parties: list[_Party], first: int, around: Around) -> Found:
    """Yield one finding for each party from `first` on that overlaps earlier ones."""
    overlapping: dict[int, list[tuple[float, _Party]]] = {}
    for later, earlier, percent in _sharing(parties, first, _MOST_COMPARED, around):
        least = _least_percent(parties[later], around.rules)
        if least is not None and percent >= max(least, _ROUNDING_PERCENT):
            overlapping.setdefault(later, []).append((percent, parties[earlier]))
    for later, others in overlapping.items():
        yield later, _overlap(parties[later], others)


def _sharing(
    parties: list[_Party], first: int, most: int, around: Around
) -> Iterator[tuple[int, int, float]]:
    """Yield each party from `first` on with an earlier one, and their overlap in percent."""
    pairs = [
        (later, earlier)
        for later, earlier in meeting([party.extent for party in parties], first, most)
        if not _is_meant(parties[later], parties[earlier])
    ]
    orders = {
        index: _order(parties[index], around.recall) for index in set(chain.from_iterable(pairs))
    }
    outlines = [(index, order.rings) for index, order in orders.items() if order is not None]
    slots = {index: slot for slot, (index, _) in enumerate(outlines)}
    pairs = [pair for pair in pairs if pair[0] in slots and pair[1] in slots]
    percents = shares([rings for _, rings in outlines], [(slots[a], slots[b]) for a, b in pairs])
    for (later, earlier), percent in zip(pairs, percents, strict=True):
        yield later, earlier, percent


def _least_percent(party: _Party, rules: Rules) -> float | None:
    assert party.spec is not None
    mode = rules.of(party.spec.order)
    return None if mode.min_overlap_percent is None else mode.min_overlap_percent.value


def _overlap(later: _Party, others: list[tuple[float, _Party]]) -> str:
    others.sort(key=lambda pair: (-pair[0], pair[1].name))
    named = "; ".join(_said(later, other, percent) for percent, other in others[:_MOST_NAMED])
    more = "; and more" if len(others) > _MOST_NAMED else ""
    return (
        "An order of the same mode is open at the same time and covers a part of the area: "
        f"{named}{more}. That part may be paid twice. Cut the outline, move the window, or "
        "acknowledge X02 with a reason."
    )


def _is_meant(later: _Party, other: _Party) -> bool:
    """Tell whether an overlap is expected: the same order (X01), or a superseded one."""
    superseded = {later.spec.supersedes if later.spec else None}
    superseded.add(other.spec.supersedes if other.spec else None)
    return other.digest == later.digest or bool(superseded & {later.name, other.name})


def _order(party: _Party, recall: Recall) -> Order | None:
    if party.spec is not None:
        return party.spec.order
    assert party.known is not None
    return recall(party.known)


def _said(later: _Party, other: _Party, percent: float) -> str:
    if other.spec is not None:
        where = f"{other.spec.source.file}:{other.spec.source.line}"
    elif other.known is not None and other.known.standing is Standing.PLACED:
        where = f"placed as {other.known.order_no}"
    else:
        where = "in doubt"
    shared = min(later.area_km2, other.area_km2) * percent / 100
    share = "less than 1 %" if percent < 1 else f"{percent:.0f} %"
    return f"{other.name} ({where}), {words.area(shared)} or {share} of the smaller one"
