"""Find the marketplace's order of a submission in doubt.

The API takes no reference of ours.  After a lost answer an order can only be recognised by its
content: created after the intent, same provider, shape and window, and the terms that its offer
compares.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from satops.core.geometry.forms import same_polygon
from satops.core.order.dates import read_date
from satops.core.order.marketplace_order import MarketplaceOrder
from satops.core.order.order import Order, instant
from satops.core.order.passes import PassChoice
from satops.core.order.status import Status

if TYPE_CHECKING:
    from satops.core.offer import Offer

_WINDOW_TOLERANCE = timedelta(minutes=1)
"""The marketplace's notation may drop the seconds."""


class Doubt(Struct, frozen=True):
    """A submission in doubt, with the order that was sent."""

    name: str
    attempt: int
    order: Order
    intended_at: str
    seq: int = 0
    """`seq` of its intent."""
    being_placed: bool = False
    """Whether another run is still placing it: then it is matched but not settled."""


class Candidate(Struct, frozen=True):
    """One order of the marketplace, compared with one doubt."""

    order: MarketplaceOrder
    status: Status
    agrees: tuple[str, ...]
    """Fields that agree."""
    differs: tuple[str, ...]
    """Fields that differ."""
    unseen: tuple[str, ...]
    """Fields that the marketplace does not list."""
    possible: bool
    """Whether it cannot be ruled out: it was created since the intent, and neither shape nor window
    certainly differs; or it was created before and both are equal, since the intent's clock may
    have been wrong."""
    claimed_by: str | None = None
    """The name that holds its number.  Such an order never settles another name; it only keeps
    absence from counting."""

    @property
    def matches(self) -> bool:
        """Whether all fields are listed and agree."""
        return self.possible and not self.differs and not self.unseen


class Match(Struct, frozen=True):
    """The result of a full look for one doubt."""

    doubt: Doubt
    order_no: str | None
    """Its number, if exactly one order matches."""
    candidates: tuple[Candidate, ...]
    """Every possible order, the matching ones first.

    A field may differ: the marketplace may list other values than it was sent, clocks may be wrong,
    and a wrong "not placed" buys twice."""
    note: str = ""
    """Why the look does not decide, or what to know about its result."""

    @property
    def absent(self) -> bool:
        """Whether the look found no possible order."""
        return not self.candidates


def match(
    doubts: Sequence[Doubt],
    listed: Iterable[MarketplaceOrder],
    *,
    claimed: Mapping[str, str],
    foreign: Mapping[str, int],
    offer: "Offer",
    zone: timezone,
    skew_s: float,
) -> list[Match]:
    """Compare every doubt with every order that no name in the ledger has claimed.

    An order noted as foreign (`foreign`: number to the `seq` of the event) can still be a
    submission intended before that event.

    n doubts over equal orders and n candidates are paired, oldest first, since they are
    interchangeable.  Any other number is left to a person.
    """
    every = list(listed)
    free = [order for order in every if order.order_no not in claimed]
    found: dict[str, list[Candidate]] = {}
    wanted_by: defaultdict[str, set[str]] = defaultdict(set)
    for doubt in doubts:
        held = (
            compare(doubt, order, offer=offer, zone=zone, skew_s=skew_s)
            for order in free
            if foreign.get(order.order_no, doubt.seq) >= doubt.seq
        )
        found[doubt.name] = sorted((c for c in held if c.possible), key=lambda c: not c.matches)
        for candidate in found[doubt.name]:
            if candidate.matches:
                wanted_by[candidate.order.order_no].add(doubt.name)
    by_name = {doubt.name: doubt for doubt in doubts}
    matches: list[Match] = []
    seen: set[str] = set()
    for doubt in doubts:
        if doubt.name not in seen:
            group = _connected(doubt.name, found, wanted_by)
            seen |= group
            matches += _pair([by_name[name] for name in sorted(group)], found, offer)
    paired = {item.order_no: item.doubt.name for item in matches if item.order_no is not None}
    held_by_others = [order for order in every if order.order_no in claimed]
    return [
        _with_claimed(_without_paired(item, paired), held_by_others, claimed, offer, zone, skew_s)
        for item in matches
    ]


def _with_claimed(
    item: Match,
    orders: Iterable[MarketplaceOrder],
    claimed: Mapping[str, str],
    offer: "Offer",
    zone: timezone,
    skew_s: float,
) -> Match:
    """Add other names' orders that equal the doubt and are younger."""
    if item.order_no is not None:
        return item
    compared = (
        replace(
            compare(item.doubt, order, offer=offer, zone=zone, skew_s=skew_s),
            claimed_by=claimed[order.order_no],
        )
        for order in orders
    )
    alike = tuple(candidate for candidate in compared if candidate.matches)
    if not alike:
        return item
    names = ", ".join(sorted({str(candidate.claimed_by) for candidate in alike}))
    note = f"the same order is in the account, recorded under {names}"
    kept = [] if not item.candidates else [item.note]
    return replace(item, candidates=(*item.candidates, *alike), note="; ".join([*kept, note]))


def _without_paired(item: Match, paired: Mapping[str, str]) -> Match:
    """Drop candidates that are paired with another doubt."""
    own = tuple(
        candidate
        for candidate in item.candidates
        if paired.get(candidate.order.order_no, item.doubt.name) == item.doubt.name
    )
    return item if own == item.candidates else replace(item, candidates=own)


def _connected(
    name: str, found: Mapping[str, list[Candidate]], wanted_by: Mapping[str, set[str]]
) -> set[str]:
    """Return the doubts that compete, directly or indirectly, for the same candidates."""
    group: set[str] = set()
    rest = [name]
    while rest:
        current = rest.pop()
        if current in group:
            continue
        group.add(current)
        for candidate in found[current]:
            if candidate.matches:
                rest.extend(wanted_by[candidate.order.order_no] - group)
    return group


def _pair(group: list[Doubt], found: Mapping[str, list[Candidate]], offer: "Offer") -> list[Match]:
    matching = {c.order.order_no: c for d in group for c in found[d.name] if c.matches}
    alike = len({doubt.order.digest for doubt in group}) == 1
    if matching and alike and len(matching) == len(group):
        oldest = sorted(matching.values(), key=_age)
        group = sorted(group, key=lambda doubt: (doubt.intended_at, doubt.name))
        return [
            Match(doubt, candidate.order.order_no, (candidate,), _note(doubt, candidate, offer))
            for doubt, candidate in zip(group, oldest, strict=True)
        ]
    return [
        Match(doubt, None, tuple(found[doubt.name]), _why_not(group, len(matching), found))
        for doubt in group
    ]


def _age(candidate: Candidate) -> tuple[datetime, str]:
    created_at = candidate.order.created_at
    assert created_at is not None
    return (created_at, candidate.order.order_no)


def _note(doubt: Doubt, candidate: Candidate, offer: "Offer") -> str:
    unseen = offer.not_compared(doubt.order)
    notes = [unseen] if unseen else []
    if candidate.order.deleted:
        notes.append("the marketplace marks this order as deleted; it was placed all the same")
    return "; ".join(notes)


def _why_not(group: list[Doubt], matching: int, found: Mapping[str, list[Candidate]]) -> str:
    if matching and len(group) > 1:
        names = ", ".join(doubt.name for doubt in group)
        return f"{matching} orders in the account can be any of {len(group)} doubts: {names}"
    if matching:
        return f"{matching} orders in the account can be it"
    if found[group[0].name]:
        return "an order in the account resembles it, but not everything agrees"
    return "no order in the account can be it"


def compare(
    doubt: Doubt, found: MarketplaceOrder, *, offer: "Offer", zone: timezone, skew_s: float
) -> Candidate:
    """Compare one order of the marketplace with one doubt, field by field."""
    if doubt.order.pass_choice is not None:
        return _compare_pass(doubt, doubt.order.pass_choice, found, offer, zone, skew_s)
    since, created = _since(doubt, found, skew_s)
    window = _same_window(doubt.order, found, zone)
    # Most orders are older and have another window: skip the comparison of their shapes.
    shape = _same_shape(doubt.order, found) if since is not False or window is not False else False
    compared = [
        (since, created),
        (found.programming, f"type {found.kind}"),
        *_differences(doubt.order, found, offer, zone, shape=shape),
    ]
    alike = (shape, window)
    possible = _same_provider(doubt.order, found, offer) is not False and (
        alike != (False, False) if since is not False else False not in alike
    )
    return _candidate(found, compared, offer, possible=possible)


def _candidate(
    found: MarketplaceOrder,
    compared: list[tuple[bool | None, str]],
    offer: "Offer",
    *,
    possible: bool,
) -> Candidate:
    return Candidate(
        order=found,
        status=offer.status(found.status),
        agrees=tuple(text for held, text in compared if held),
        differs=tuple(text for held, text in compared if held is False),
        unseen=tuple(text for held, text in compared if held is None),
        possible=found.programming and possible,
    )


def _since(doubt: Doubt, found: MarketplaceOrder, skew_s: float) -> tuple[bool | None, str]:
    """Tell whether an order was created since the intent, and how long after."""
    if found.created_at is None:
        return None, "time of creation"
    after = found.created_at - instant(doubt.intended_at)
    return after >= -timedelta(seconds=skew_s), f"created {round(after.total_seconds())} s after"


def _compare_pass(
    doubt: Doubt,
    choice: PassChoice,
    found: MarketplaceOrder,
    offer: "Offer",
    zone: timezone,
    skew_s: float,
) -> Candidate:
    """Compare one order with the doubt of a pass.

    Only its own result number proves a match: another order of the same simulation may be of
    another result, and the API does not document which window and region such an order has.  So
    these rule nothing out either: any order of this provider since the intent is possible, and
    keeps absence from counting.
    """
    since, created = _since(doubt, found, skew_s)
    provider = _same_provider(doubt.order, found, offer)
    proven = found.simulation == str(choice.result)
    shape, window = _same_shape(doubt.order, found), _same_window(doubt.order, found, zone)
    # The intent's clock may have been wrong, so a similar order stays possible.
    alike = found.simulation == choice.simulation or False not in (shape, window)
    compared: list[tuple[bool | None, str]] = [(since, created)]
    if proven:
        compared += [(provider, f"provider {found.provider}"), (True, f"result {choice.result}")]
    else:
        compared += _differences(doubt.order, found, offer, zone, shape=shape)
        compared.append((None, f"satellite {choice.satellite}"))
    possible = proven or (provider is not False and (since is not False or alike))
    return _candidate(found, compared, offer, possible=possible)


def differences(
    order: Order, found: MarketplaceOrder, *, offer: "Offer", zone: timezone
) -> tuple[str, ...]:
    """Return the fields in which a listed order differs from ours."""
    compared = _differences(order, found, offer, zone, shape=_same_shape(order, found))
    return tuple(text for held, text in compared if held is False)


def _differences(
    order: Order, found: MarketplaceOrder, offer: "Offer", zone: timezone, *, shape: bool | None
) -> Iterator[tuple[bool | None, str]]:
    """Yield each field: whether it agrees (None if not listed), and its text."""
    provider = _same_provider(order, found, offer)
    yield provider, f"provider {found.provider}"
    yield shape, "shape"
    yield _same_window(order, found, zone), f"window {found.start} to {found.end}"
    yield from offer.agreements(order, found)


def _same_provider(order: Order, found: MarketplaceOrder, offer: "Offer") -> bool | None:
    """Tell whether the providers agree; None for a notation that the offer does not know.

    Only another provider of the offer rules an order out: the marketplace may list names otherwise
    than it takes them.
    """
    listed = (found.provider or "").strip().casefold()
    if listed == order.provider.casefold():
        return True
    return False if listed in offer.providers else None


def _same_shape(order: Order, found: MarketplaceOrder) -> bool | None:
    return None if found.geometry is None else same_polygon(order.rings, found.geometry)


def _same_window(order: Order, found: MarketplaceOrder, zone: timezone) -> bool | None:
    """Tell whether the windows agree; for a pass, the window may also be the pass's own time."""
    ends = []
    for theirs in (found.start, found.end):
        read = None if theirs is None else read_date(theirs, zone)
        if not isinstance(read, datetime):
            return None
        ends.append(read)
    first, last = ends
    choice = order.pass_choice
    if choice is not None and _near(first, choice.start) and first <= last < instant(order.end):
        return True
    return _near(first, order.start) and _near(last, order.end)


def _near(read: datetime, ours: str) -> bool:
    return abs(read - instant(ours)) < _WINDOW_TOLERANCE
