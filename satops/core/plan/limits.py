"""Limits: numbers in satops.yaml that can refuse a plan.

A limit counts orders, km² times captures (holes included, as they may be billed), or estimated
cost.  `PerOrder` applies to each order to create; `PerApply` to all of them, together with those in
doubt or being placed; `PerMonth` to these and the orders placed in this calendar month (UTC, by the
time of the intent, whenever it was settled or corrected).  An order that shares its number with
another counts once.  A limit with a label counts only orders with that label.  A cost without a
price, or in another currency than that of `prices`, is refused.
"""

from collections.abc import Iterator, Mapping, Sequence

from msgspec import Struct

from satops.core.ledger.state import OPEN, SPENT, LedgerState, OrderState
from satops.core.plan.config import Config, Limit
from satops.core.plan.plan import Action, LimitRoom, Refusal
from satops.core.words import listed

_UNITS = {"orders": "orders", "areaKm2": "km²", "cost": "in estimated cost"}
_SPANS = ("PerOrder", "PerApply", "PerMonth")
_HOLES = ", holes included (G07)"
KEYS = frozenset(unit + span for unit in _UNITS for span in _SPANS) - {"ordersPerOrder"}
"""All keys of `limits`."""


class _Share(Struct, frozen=True):
    """An order's share of a limit."""

    name: str
    amount: float | None
    """None without a price."""
    holes: str = ""
    """Words of an order whose holes are counted."""


def check_limits(
    creates: Sequence[Action], state: LedgerState, config: Config, now: str
) -> tuple[Refusal, ...]:
    """Return every limit that buying `creates` would exceed, in the order of the limits.

    `now` is UTC, `YYYY-MM-DDThh:mm:ssZ`; its month counts.  A limit that counts none of the orders
    to create refuses nothing, even if it is already exceeded.
    """
    spent = _spent(state)
    refusals: list[Refusal] = []
    for limit in config.limits:
        mine = [action for action in creates if _has_label(_labels(action), limit)]
        if mine:
            refusals.extend(_check(limit, mine, _counted(spent, limit, now), config.currency))
    return tuple(refusals)


def limit_rooms(
    creates: Sequence[Action], state: LedgerState, config: Config, now: str
) -> tuple[LimitRoom, ...]:
    """Return how much of each limit over several orders is used, before and after `creates`.

    Limits of single orders are left out, and costs without a price.
    """
    spent = _spent(state)
    rooms = []
    for limit in config.limits:
        unit, span = _parts(limit)
        mine = [action for action in creates if _has_label(_labels(action), limit)]
        before = [
            _spent_share(known, unit, config.currency) for known in _counted(spent, limit, now)
        ]
        planned = [_planned_share(action, unit) for action in mine]
        if span == "PerOrder" or any(share.amount is None for share in (*planned, *before)):
            continue
        room = LimitRoom(
            _title(limit), _UNITS[unit], float(limit.value), _total(before), _total(planned)
        )
        rooms.append(room)
    return tuple(rooms)


def _spent(state: LedgerState) -> list[OrderState]:
    return [
        submission
        for known in state.orders.values()
        for submission in (known, *known.others)
        if submission.standing in SPENT
    ]


def _check(
    limit: Limit, creates: list[Action], spent: list[OrderState], currency: str | None
) -> Iterator[Refusal]:
    unit, span = _parts(limit)
    if span == "PerOrder" and unit == "areaKm2":
        # Fast path: usually none of up to 100,000 orders is too large.
        creates = [action for action in creates if _exceeds(_area_km2(action), limit)]
    planned = [_planned_share(action, unit) for action in creates]
    before = [_spent_share(known, unit, currency) for known in spent]
    unpriced = [share for share in (*planned, *before) if share.amount is None]
    if unpriced:
        yield _unpriced(limit, unpriced)
    elif span == "PerOrder":
        for share in planned:
            if _exceeds(_total([share]), limit):
                yield _too_large(limit, share)
    elif _exceeds(_total(planned) + _total(before), limit):
        yield _too_much(limit, planned, before)


def _counted(spent: list[OrderState], limit: Limit, now: str) -> list[OrderState]:
    """Return the spent orders that count for a limit, besides the planned ones."""
    _, span = _parts(limit)
    if span == "PerOrder":
        return []
    if span == "PerApply":
        counted = [known for known in spent if known.standing in OPEN]
    else:
        counted = [known for known in spent if known.intended_at[:7] == now[:7]]
    return [known for known in counted if _has_label(known.labels, limit)]


def _planned_share(action: Action, unit: str) -> _Share:
    if unit == "orders":
        return _Share(action.name, 1)
    amount = action.estimated_cost if unit == "cost" else _area_km2(action)
    has_holes = action.spec is not None and action.spec.footprint.holes
    return _Share(action.name, amount, _HOLES if has_holes else "")


def _area_km2(action: Action) -> float:
    assert action.spec is not None
    return action.spec.footprint.billable_km2 * action.captures


def _spent_share(known: OrderState, unit: str, currency: str | None) -> _Share:
    held = known.held
    if unit == "orders":
        return _Share(known.name, held)
    once = known.billable_km2 * known.captures if unit == "areaKm2" else known.estimated_cost
    if unit == "cost" and known.currency not in (None, currency):
        once = None  # never add two currencies
    return _Share(known.name, None if once is None else once * held)


def _exceeds(total: float, limit: Limit) -> bool:
    # Two measures of the same order differ in their last digits.
    return total > limit.value * (1 + 1e-9)


def _total(shares: Sequence[_Share]) -> float:
    return sum(share.amount or 0 for share in shares)


def _too_large(limit: Limit, share: _Share) -> Refusal:
    unit, _ = _parts(limit)
    return Refusal(
        f"an order is above the limit {_title(limit)}",
        f"{share.name} has {_amount(_total([share]), unit)}{share.holes}; {_setting(limit)} allows "
        f"{_amount(limit.value, unit)} for one order. Make the order smaller, or raise the limit "
        f"in a reviewed change of {limit.file}.",
    )


def _too_much(limit: Limit, planned: list[_Share], before: list[_Share]) -> Refusal:
    unit, span = _parts(limit)
    total = _total(planned) + _total(before)
    holes = max(share.holes for share in planned)
    parts = [f"{_amount(_total(planned), unit)} planned{holes} ({_names(planned)})"]
    if before:
        where = "in doubt" if span == "PerApply" else "placed this month or in doubt"
        parts.append(f"{_amount(_total(before), unit)} {where} ({_names(before)})")
    excess = _amount(total - limit.value, unit)
    return Refusal(
        f"the plan is above the limit {_title(limit)}",
        f"{_setting(limit)} allows {_amount(limit.value, unit)}, and the plan comes to "
        f"{_amount(total, unit)}: {', and '.join(parts)}. Take out {excess} at least, or "
        f"raise the limit in a reviewed change of {limit.file}.",
    )


def _unpriced(limit: Limit, unpriced: list[_Share]) -> Refusal:
    return Refusal(
        f"the limit {_title(limit)} cannot be checked",
        f"{_setting(limit)} limits the cost, but no price in its currency is known for "
        f"{_names(unpriced)}. A limit that cannot be checked refuses. Give the price of the mode "
        f"under `prices` in satops.yaml, or take the limit out in a reviewed change of "
        f"{limit.file}.",
    )


def _names(shares: list[_Share]) -> str:
    """Return the names of the largest orders."""
    largest = sorted(shares, key=lambda share: (-(share.amount or 0), share.name))
    return listed((share.name for share in largest), 3)


def _amount(number: float, unit: str) -> str:
    if unit == "orders":
        return "1 order" if number == 1 else f"{number:,.0f} orders"
    # A small excess must not be shown as 0.
    digits = f"{number:,.0f}" if number >= 100 else f"{number:,.2f}"
    return f"{digits} {_UNITS[unit]}"


def _title(limit: Limit) -> str:
    return limit.key if limit.label is None else f"{limit.key} of {_label_text(limit.label)}"


def _setting(limit: Limit) -> str:
    whose = "" if limit.label is None else f" for {_label_text(limit.label)}"
    return f"{limit.key}{whose} ({limit.file}:{limit.line})"


def _label_text(label: tuple[str, str | None]) -> str:
    key, value = label
    return f"orders without {key}" if value is None else f"{key}: {value}"


def _parts(limit: Limit) -> tuple[str, str]:
    """Split `areaKm2PerApply` into unit and span."""
    unit, _, span = limit.key.partition("Per")
    return unit, "Per" + span


def _labels(action: Action) -> Mapping[str, str] | None:
    assert action.spec is not None
    return action.spec.labels


def _has_label(labels: Mapping[str, str] | None, limit: Limit) -> bool:
    if limit.label is None:
        return True
    key, value = limit.label
    return (labels or {}).get(key) == value
