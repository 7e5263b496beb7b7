"""Checks of orders against each other: X01 in the tree, X02, X04, and A02 by the other orders."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from itertools import chain
from statistics import median
from typing import NamedTuple

from satops.core import words
from satops.core.catalogue import CATALOGUE
from satops.core.checks.batch import finding
from satops.core.finding import Finding
from satops.core.geometry.overlaps import Box, Extent, meeting, shares
from satops.core.ledger.state import SPENT, OrderState, Standing
from satops.core.order.order import Order
from satops.core.spec.spec import Spec

Recall = Callable[[OrderState], Order | None]
"""Reads an order back from the ledger; None where its content is not known."""

_LEAST_PERCENT = 0.1
"""Below this, two orders share a border that was rounded."""
_MOST_COMPARED = 8
"""Orders that one order's outline is compared with, those whose boxes share most: all of a
repository may lie on one place.
"""
_MOST_NAMED = 3
_LEAST_PLACES = 5
_MOST_OF_THEM = 0.8
_NEAR_DEG, _FAR_DEG = 10.0, 20.0
"""A02: orders are in one part of the world when most are within 10 degrees of the middle."""


class _Party(NamedTuple):
    """An order that may overlap: a spec, or what the ledger holds."""

    name: str
    provider: str
    extent: Extent
    area_km2: float
    digest: str | None
    spec: Spec | None
    known: OrderState | None


def check_copies(specs: Sequence[Spec], holders: Mapping[str, str]) -> list[list[Finding]]:
    """Return X01 for each spec whose order another one is already.

    `holders` are the digests of what the ledger counts as spent, and who holds them
    (`LedgerState.holders`); where the plan speaks of those by itself, give none.  Of copies in
    the tree the first by file and line is taken for the original.
    """
    found: list[list[Finding]] = [[] for _ in specs]
    first: dict[str, Spec] = {}
    for index in sorted(range(len(specs)), key=lambda index: _where(specs[index])):
        spec = specs[index]
        holder = holders.get(spec.order.digest)
        original = first.setdefault(spec.order.digest, spec)
        if holder == spec.name:
            continue
        if holder is not None:
            found[index].append(_copy(f"{holder}, which the ledger counts as bought,"))
        elif original is not spec:
            place = f"{original.source.file}:{original.source.line}"
            found[index].append(_copy(f"{original.name} ({place})"))
    return found


def check_superseded(
    specs: Sequence[Spec], beside: Sequence[Spec], known: Mapping[str, OrderState]
) -> list[list[Finding]]:
    """Return X04 for each spec that supersedes a name of neither the tree nor the ledger."""
    tree = {spec.name for spec in (*specs, *beside)}
    return [
        []
        if spec.supersedes is None or spec.supersedes in tree or spec.supersedes in known
        else [_nobody(spec.supersedes)]
        for spec in specs
    ]


def _nobody(name: str) -> Finding:
    entry = CATALOGUE["X04"]
    detail = (
        f"Neither the tree nor the ledger knows an order {name}. Correct the name, or take the "
        "line out."
    )
    return Finding(entry.code, ("supersedes",), entry.title, detail, entry.severity)


def check_overlaps(
    specs: Sequence[Spec], known: Mapping[str, OrderState], recall: Recall
) -> list[list[Finding]]:
    """Return X02 for each spec that is not bought yet and overlaps another order.

    `known` is what the ledger knows; of it, what was placed or is in doubt counts.  `recall` is
    asked only for the few whose boxes meet.  Each pair is reported once, at the later spec.
    """
    found: list[list[Finding]] = [[] for _ in specs]
    spent = {name: state for name, state in known.items() if state.standing in SPENT}
    fresh = sorted(
        (index for index, spec in enumerate(specs) if spec.name not in spent),
        key=lambda index: _where(specs[index]),
    )
    if not fresh:
        return found
    providers = {specs[index].order.provider for index in fresh}
    opens = min(specs[index].order.start for index in fresh)
    closes = max(specs[index].order.end for index in fresh)
    bought = [
        _known_party(state)
        for state in spent.values()
        if state.provider in providers
        and state.bounds is not None
        and state.end > opens
        and state.start < closes
    ]
    for provider in sorted(providers):
        mine = [index for index in fresh if specs[index].order.provider == provider]
        parties = [party for party in bought if party.provider == provider]
        first = len(parties)
        parties += [_spec_party(specs[index]) for index in mine]
        for later, overlap in _overlaps(parties, first, recall):
            found[mine[later - first]].append(overlap)
    return found


def check_places(specs: Sequence[Spec], known: Mapping[str, OrderState]) -> list[list[Finding]]:
    """Return A02 for each spec that is far from all other orders, and would be among them with
    latitude and longitude exchanged.  For repositories that set no region.
    """
    found: list[list[Finding]] = [[] for _ in specs]
    spots = [(spec.footprint.longitude, spec.footprint.latitude) for spec in specs]
    names = {spec.name for spec in specs}
    boxes = (s.bounds for s in known.values() if s.name not in names and s.bounds is not None)
    places = spots + [((w + e) / 2, (s + n) / 2) for w, s, e, n in boxes]
    if len(places) < _LEAST_PLACES:
        return found
    x, y = median(place[0] for place in places), median(place[1] for place in places)
    near = sum(_distance(place, (x, y)) <= _NEAR_DEG for place in places)
    if near < _MOST_OF_THEM * len(places):
        return found
    for index, (longitude, latitude) in enumerate(spots):
        is_far = _distance((longitude, latitude), (x, y)) > _FAR_DEG
        if is_far and _distance((latitude, longitude), (x, y)) <= _NEAR_DEG:
            detail = (
                f"The centre of the area is {words.location(longitude, latitude)}, and most of the "
                f"other orders are around {words.location(x, y)}. With latitude and longitude "
                "exchanged it would be among them: write the longitude first. To have this checked "
                "exactly, set `region` in satops.yaml."
            )
            found[index].append(finding("A02", "geometry", detail))
    return found


def _distance(a: tuple[float, float], b: tuple[float, float]) -> float:
    return max(abs(a[0] - b[0]), abs(a[1] - b[1]))


def _where(spec: Spec) -> tuple[str, int, int]:
    return spec.source.file, spec.source.line, spec.source.document


def _copy(original: str) -> Finding:
    return finding(
        "X01",
        "",
        f"This order is the same as {original} to the last field. Buying both pays twice. Delete "
        "one of them; if a spec was renamed, put the old name back; if two are wanted, acknowledge "
        "X01 with a reason.",
    )


def _spec_party(spec: Spec) -> _Party:
    order, seen = spec.order, spec.footprint
    box = (seen.west, seen.south, seen.east, seen.north)
    extent = _extent(box, order.start, order.end, order.resolution_type)
    return _Party(spec.name, order.provider, extent, seen.area_km2, order.digest, spec, None)


def _extent(box: Box, start: str, end: str, mode: int | None) -> Extent:
    return Extent(box, _seconds(start), _seconds(end), mode or 0)


@lru_cache(maxsize=4096)  # windows open and close on the hour, and many orders share them
def _seconds(instant: str) -> float:
    return datetime.fromisoformat(instant).timestamp()


def _known_party(known: OrderState) -> _Party:
    assert known.bounds is not None
    extent = _extent(known.bounds, known.start, known.end, known.resolution_type)
    return _Party(
        known.name, known.provider, extent, known.area_km2, known.order_digest, None, known
    )


def _overlaps(parties: list[_Party], first: int, recall: Recall) -> Iterator[tuple[int, Finding]]:
    """Yield one finding for each party from `first` on that overlaps earlier ones."""
    pairs = [
        (later, earlier)
        for later, earlier in meeting([party.extent for party in parties], first, _MOST_COMPARED)
        if not _is_meant(parties[later], parties[earlier])
    ]
    orders = {index: _order(parties[index], recall) for index in set(chain.from_iterable(pairs))}
    outlines = [(index, order.rings) for index, order in orders.items() if order is not None]
    slots = {index: slot for slot, (index, _) in enumerate(outlines)}
    pairs = [pair for pair in pairs if pair[0] in slots and pair[1] in slots]
    percents = shares([rings for _, rings in outlines], [(slots[a], slots[b]) for a, b in pairs])
    overlapping: dict[int, list[tuple[float, _Party]]] = {}
    for (later, earlier), percent in zip(pairs, percents, strict=True):
        if percent >= _LEAST_PERCENT:
            overlapping.setdefault(later, []).append((percent, parties[earlier]))
    for later, others in overlapping.items():
        yield later, _overlap(parties[later], others)


def _overlap(later: _Party, others: list[tuple[float, _Party]]) -> Finding:
    others.sort(key=lambda pair: (-pair[0], pair[1].name))
    named = "; ".join(_said(later, other, percent) for percent, other in others[:_MOST_NAMED])
    more = "; and more" if len(others) > _MOST_NAMED else ""
    return finding(
        "X02",
        "geometry",
        "An order of the same mode is open at the same time and covers a part of the area: "
        f"{named}{more}. That part may be paid twice. Cut the outline, move the window, or "
        "acknowledge X02 with a reason.",
    )


def _is_meant(later: _Party, other: _Party) -> bool:
    """Tell whether an overlap is no news: the same order (X01), or one that is superseded."""
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
