"""Begin a new ledger from one whose chain is broken and that has no copy.

Orders in the whole part of the chain are carried unchanged.  Orders that appear only after the
break are carried as in doubt: they may exist, so they are not bought again.
"""

import re
from collections.abc import Callable, Iterator
from hashlib import sha256
from typing import Any

from msgspec import Struct

from satops.core import json_text
from satops.core.json_text import Raw
from satops.core.ledger.chain import GENESIS, Fields, Head, decode
from satops.core.ledger.events import OrderCarried
from satops.core.ledger.recorded import read
from satops.core.ledger.state import SPENT, LedgerState, OrderState, Standing
from satops.core.order.order import order_from_fields
from satops.errors import LedgerCorrupt

_CONTENT = (
    "order_digest", "source", "footprint", "labels", "estimated_cost", "currency", "captures",
    "series", "keys", "axes", "members",
)  # fmt: skip
"""Fields that are copied unchanged from an event that holds an order."""


class Broken(Struct, frozen=True):
    """The readable content of a broken ledger."""

    state: LedgerState
    """State at the end of the whole part of the chain."""
    lines: int
    sha256: str
    """SHA-256 of the file."""
    carried: tuple[OrderCarried, ...]
    """Every readable name that may have been bought.  Before these, each submission that bought
    nothing and whose simulation result is used: that result must not be ordered again."""

    @property
    def continues(self) -> dict[str, Any]:
        """The field `continues` of the new ledger's `LedgerStarted`."""
        return {
            "ledger": self.state.ledger or "unknown",
            "seq": self.lines,
            "head": self.state.head.digest,
            "verified": self.state.head.seq,
            "sha256": self.sha256,
            "carried": len(self.carried),
            "ancestors": list(self.state.ancestors),
        }


Fits = Callable[[OrderCarried], bool]
"""Tells whether an event fits the ledger schema."""
_EVER = "1970-01-01T00:00:00Z"
_INSTANT = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z")


def read_broken(content: bytes, fits: Fits = lambda _: True) -> Broken:
    """Read a broken ledger's file.  Never raises for its content.

    If an order's content does not fit the schema, its name is carried without content.  A text that
    cannot be an order name is skipped, since no spec can have it.
    """
    lines = [line for line in content.split(b"\n") if line.strip()]
    state, contents = _whole_part(lines)
    rest = list(_events(lines[state.head.seq :]))
    names: dict[str, OrderCarried] = {}
    used: list[OrderCarried] = []
    for known in state.orders.values():
        for own in (*known.others, known):
            if own.used and own.standing not in SPENT:
                used.append(_carried(own, contents.get(own.seq, {})))
        if known.standing in SPENT:
            names[known.name] = _carried(known, contents.get(known.seq, {}))
    for event in rest:
        _doubt(names, state, event)
    carried = []
    for order in (*used, *names.values()):
        for each in (order, _bare(order)):
            if fits(each):
                carried.append(each)
                break
    return Broken(state, len(lines), sha256(content).hexdigest(), tuple(carried))


def _bare(order: OrderCarried) -> OrderCarried:
    return OrderCarried(
        name=order.name,
        standing=str(Standing.IN_DOUBT),
        intended_at=order.intended_at if _INSTANT.fullmatch(order.intended_at) else _EVER,
        verified=False,
        further_order_nos=tuple(
            number
            for number in (order.order_no, *order.further_order_nos)
            if isinstance(number, str) and number
        ),
        attempt=order.attempt,
        used=order.used,
    )


def _whole_part(lines: list[bytes]) -> tuple[LedgerState, dict[int, Fields]]:
    """Fold the lines whose digest a later line confirms.  Nothing confirms the last line before a
    break.
    """
    state = LedgerState()
    contents: dict[int, Fields] = {}
    sound = _sound(lines)
    try:
        for found in read(lines[: sound if sound == len(lines) else max(sound - 1, 0)]):
            state.take(found)
            state.head = found.head
            if "order_digest" in found.fields:
                contents[found.seq] = found.fields
    except LedgerCorrupt:
        pass
    return state, contents


def _sound(lines: list[bytes]) -> int:
    """Return the number of lines in the whole part of the chain."""
    count = 0
    try:
        for _ in decode(lines):
            count += 1
    except LedgerCorrupt:
        pass
    return count


def _events(lines: list[bytes]) -> Iterator[Fields]:
    for line in lines:
        try:
            event = json_text.loads(line)
        except json_text.NotJson:
            continue
        if isinstance(event, dict):
            yield event


def _carried(known: OrderState, content: Fields) -> OrderCarried:
    placed = known.standing is Standing.PLACED
    standing = Standing.IN_DOUBT if known.standing in SPENT else Standing.NOT_PLACED
    return OrderCarried(
        name=known.name,
        standing=str(Standing.PLACED if placed else standing),
        intended_at=known.intended_at,
        # `verified=False` keeps absence from settling a result that was called used.
        verified=known.verified and not known.used,
        order_no=known.order_no if placed else None,
        further_order_nos=known.further_order_nos,
        attempt=known.attempts,
        used=known.used or None,
        **_content(content),
    )


def _doubt(names: dict[str, OrderCarried], state: LedgerState, event: Fields) -> None:
    """Carry the name of an event after the break as in doubt."""
    name = event.get("name")
    if not isinstance(name, str):
        return
    before = names.get(name)
    if before is not None and before.verified and before.standing == Standing.PLACED:
        return  # the whole part of the chain holds its number
    number = event.get("order_no")
    numbers = set(before.further_order_nos if before else ())
    if isinstance(number, str) and number not in state.claimed:
        numbers.add(number)
    time = event.get("time")
    if not isinstance(time, str) or _INSTANT.fullmatch(time) is None:
        time = _EVER
    content = _content(event) if "order_digest" in event else {}
    names[name] = OrderCarried(
        name=name,
        standing=str(Standing.IN_DOUBT),
        intended_at=before.intended_at if before else time,
        verified=False,
        further_order_nos=tuple(sorted(numbers)),
        attempt=max(before.attempt if before else 0, _whole(event.get("attempt"))),
        used=event.get("used") is True or (before is not None and before.used) or None,
        **(content or (_kept(before) if before else {})),
    )


def _kept(before: OrderCarried) -> dict[str, Any]:
    return {field: getattr(before, field) for field in ("order", *_CONTENT)}


def _content(event: Fields) -> dict[str, Any]:
    bought = event.get("order")
    content = {field: event[field] for field in _CONTENT if event.get(field) is not None}
    if "source" in content:
        content["source"] = json_text.raw(content["source"])
    if isinstance(bought, dict):
        try:
            content["order"] = Raw(order_from_fields(bought).canonical)
        except (KeyError, TypeError, ValueError, AttributeError):
            content.pop("order_digest", None)  # a digest needs its content
    return content


def _whole(value: object) -> int:
    return value if type(value) is int and value >= 0 else 0


def is_whole(content: bytes) -> Head | None:
    """Return the head of a whole and open chain, which needs no successor; else None."""
    broken = read_broken(content)
    whole = broken.state.head.seq == broken.lines and broken.state.closed_to is None
    return broken.state.head if whole and broken.state.head.digest != GENESIS else None
