"""Faults on demand: which request goes wrong, and how.

A rule is explicit (the third create, every order of one provider) or drawn by chance.  A draw
depends on the seed and on the request's body alone, never on which of several connections came
first, so a run can be repeated.
"""

import threading
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from hashlib import sha256
from random import Random
from typing import Any, Literal

from satops.errors import UsageError
from satops.sandbox.options import ENDPOINTS
from satops.sandbox.settings import read_settings

Storing = Literal["before", "after", "never"]

_MEBIBYTE = 1024 * 1024
_ORDERING = ("create", "createFromSimulation")


class Kind(StrEnum):
    """What the client sees."""

    CLOSE = "close"
    """The connection is closed without a byte of an answer."""
    RESET = "reset"
    """The same with a TCP reset."""
    CUT = "cut"
    """The head and half of the body, then the connection is closed."""
    SLOW = "slow"
    """The right answer, `seconds` late."""
    DRIP = "drip"
    """A body that never ends: one byte every tenth of a second."""
    STATUS = "status"
    """Any HTTP `status` with any body `code` and `message`, or with a raw `body`."""
    REDIRECT = "redirect"
    """HTTP 307, or `status`, to `location`; by default to the same endpoint, where a client that
    follows would buy twice."""
    GARBAGE = "garbage"
    """HTTP 200 with bytes that are not JSON."""
    NO_ORDER_NO = "no-order-no"
    """Success, with no `orderNo` in it."""
    EMPTY_ORDER_NO = "empty-order-no"
    """Success, with an empty `orderNo`."""
    HUGE = "huge"
    """A right answer padded with white space to `size` bytes."""
    GZIP_BOMB = "gzip-bomb"
    """The same, sent as a small gzip stream."""
    UPSTREAM_RETRY = "upstream-retry"
    """A gateway sends the request twice, and gives the second answer."""
    NO_RANGES = "no-ranges"
    """The whole product, whatever part of it was asked for.  This one and the ones that follow are
    faults of `download`."""
    WRONG_START = "wrong-start"
    """HTTP 206 that begins at half of where it was asked to."""
    RANGE_AS_200 = "range-as-200"
    """The part that was asked for, with its Content-Range, as HTTP 200."""
    WEAK_ETAG = "weak-etag"
    """A validator that does not promise the same bytes."""
    GZIP = "gzip"
    """The product compressed on the fly, which nobody asked for."""
    CHANGED = "changed"
    """Another file in the product's place, with another validator."""
    PAGE = "page"
    """HTTP 200 with a page of HTML in place of the product."""
    EMPTY = "empty"
    """HTTP 200 without a byte."""
    HOSTILE_NAME = "hostile-name"
    """A file name that would leave its folder."""
    STALL = "stall"
    """Half of the body, and then nothing until the client goes."""


OF_DOWNLOADS = frozenset(list(Kind)[list(Kind).index(Kind.NO_RANGES) :])
"""What can go wrong only where a link leads."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One fault: where, when, how often, and what it does."""

    kind: Kind
    on: str = "create"
    """The endpoint by its short name, or `*`; `download` is where the links of downloadLinks
    lead."""
    count: int | None = None
    """Fires at most so often; None is for ever."""
    after: int = 0
    """Lets so many requests that match pass first."""
    probability: float = 1.0
    match: Mapping[str, Any] = field(default_factory=dict)
    """Fields that the request's body must have with exactly these values."""
    store: Storing | None = None
    """Whether the request takes effect before the fault, after it, or never.  None is `before`,
    but `never` for `status` and `redirect`."""
    seconds: float = 0
    """Waited before the faulty answer; with `store: after`, between the answer and the storing."""
    status: int | None = None
    """None is 500, and 307 for a redirect."""
    code: int | None = None
    """Of the body; None is the HTTP status."""
    message: str = "Server internal error"
    body: str | None = None
    """Sent as it stands in place of the envelope, as a gateway would."""
    retry_after: str | None = None
    """The Retry-After header: seconds or an HTTP date."""
    location: str | None = None
    size: int = 64 * _MEBIBYTE

    def __post_init__(self) -> None:
        known = (*ENDPOINTS, "download")
        if self.on != "*" and self.on not in known:
            raise ValueError(f"{self.on!r} is no endpoint. Known are * and {', '.join(known)}.")
        if self.kind in OF_DOWNLOADS and self.on != "download":
            raise ValueError(f"{self.kind} is a fault of download only.")
        if not 0 <= self.probability <= 1:
            raise ValueError("probability must be between 0 and 1.")
        if self.after < 0 or self.seconds < 0 or (self.count is not None and self.count < 1):
            raise ValueError("after and seconds must not be negative, and count must be 1 or more.")
        if self.status is not None and not 200 <= self.status <= 599:  # 1xx ends no request
            raise ValueError("status must be between 200 and 599.")
        if self.kind is Kind.UPSTREAM_RETRY and self.storing != "before":
            raise ValueError("upstream-retry gives a right answer, so it takes no other store.")
        if self.kind is Kind.SLOW and self.store == "never":
            raise ValueError("slow gives the right answer, so it cannot go with store: never.")
        if self.kind in (Kind.NO_ORDER_NO, Kind.EMPTY_ORDER_NO) and self.on not in _ORDERING:
            raise ValueError(f"{self.kind} is a fault of {' and '.join(_ORDERING)} only.")

    @property
    def storing(self) -> Storing:
        """When the request takes effect, the default filled in."""
        if self.store is not None:
            return self.store
        return "never" if self.kind in (Kind.STATUS, Kind.REDIRECT) else "before"

    def matches(self, endpoint: str, fields: Mapping[str, Any]) -> bool:
        """Whether a request is one that this rule is about."""
        absent = object()
        every = "*" if endpoint in ENDPOINTS else endpoint
        return self.on in (every, endpoint) and all(
            fields.get(key, absent) == value for key, value in self.match.items()
        )


class Faults:
    """The rules of one server, and how often each has fired.  Safe across threads.

    The first rule that fires wins; a rule counts every request that it matches.
    """

    def __init__(self, rules: Sequence[Rule] = (), *, seed: int = 0) -> None:
        self._lock = threading.Lock()
        self.replace(rules, seed=seed)

    def replace(self, rules: Sequence[Rule] = (), *, seed: int = 0) -> None:
        """Take other rules, with all counts at zero."""
        with self._lock:
            self._rules, self._seed = tuple(rules), seed
            self._matched = [0] * len(self._rules)
            self._fired = [0] * len(self._rules)
            self._bodies: Counter[tuple[int, bytes]] = Counter()

    def pick(self, endpoint: str, body: bytes, fields: Mapping[str, Any]) -> Rule | None:
        """Return the rule that this request falls under, and count it."""
        picked = None
        with self._lock:
            for index, rule in enumerate(self._rules):
                if not rule.matches(endpoint, fields):
                    continue
                self._matched[index] += 1
                if picked is None and self._fires(index, rule, body):
                    self._fired[index] += 1
                    picked = rule
        return picked

    def fired(self) -> tuple[int, ...]:
        """Return how often each rule has fired, in the order of the rules."""
        with self._lock:
            return tuple(self._fired)

    def _fires(self, index: int, rule: Rule, body: bytes) -> bool:
        if self._matched[index] <= rule.after:
            return False
        if rule.count is not None and self._fired[index] >= rule.count:
            return False
        if rule.probability >= 1:
            return True
        digest = sha256(body).digest()
        self._bodies[index, digest] += 1
        draw = Random(f"{self._seed}/{index}/{digest.hex()}/{self._bodies[index, digest]}")  # noqa: S311
        return draw.random() < rule.probability


def read_rules(document: object) -> tuple[tuple[Rule, ...], int]:
    """Return the rules and the seed of a faults document: `{"seed": 7, "rules": [...]}`.

    Raises `UsageError`, which names the rule that is wrong.
    """
    if not isinstance(document, Mapping) or not set(document) <= {"seed", "rules"}:
        raise UsageError('Faults are an object with the keys "seed" and "rules", both optional.')
    seed, rules = document.get("seed", 0), document.get("rules", [])
    if type(seed) is not int or not isinstance(rules, list):
        raise UsageError('In faults, "seed" is an integer and "rules" is a list.')
    return (
        tuple(
            read_settings(Rule, rule, place=f"faults, rule {number}")
            for number, rule in enumerate(rules, 1)
        ),
        seed,
    )
