"""Faults on demand: which requests fail, and how.

A rule is explicit (the third create, every order of one provider) or random.  A random draw depends
only on the seed and the request's body, not on the order of connections, so a run can be repeated.
"""

import threading
import zlib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from enum import StrEnum
from hashlib import sha256
from random import Random
from typing import Any, Literal

from msgspec import Struct, field

from satops.errors import UsageError
from satops.sandbox.options import ENDPOINTS, read_settings
from satops.sandbox.wire import JSON, SERVER_ERROR, Reply, Wire, envelope

Storing = Literal["before", "after", "never"]

_MEBIBYTE = 1024 * 1024
_ORDERING = ("create", "createFromSimulation")


class Kind(StrEnum):
    """What the client gets."""

    CLOSE = "close"
    """The connection is closed without a byte of an answer."""
    RESET = "reset"
    """The same with a TCP reset."""
    CUT = "cut"
    """The headers and half of the body, then the connection is closed."""
    SLOW = "slow"
    """The correct answer, `seconds` late."""
    DRIP = "drip"
    """A body that never ends: one byte every tenth of a second."""
    STATUS = "status"
    """Any HTTP `status` with any body `code` and `message`, or with a raw `body`."""
    REDIRECT = "redirect"
    """HTTP 307, or `status`, to `location`, by default the same endpoint, where a client that
    follows would buy twice."""
    GARBAGE = "garbage"
    """HTTP 200 with bytes that are not JSON."""
    NO_ORDER_NO = "no-order-no"
    """Success without `orderNo`."""
    EMPTY_ORDER_NO = "empty-order-no"
    """Success, with an empty `orderNo`."""
    HUGE = "huge"
    """A correct answer padded with white space to `size` bytes."""
    GZIP_BOMB = "gzip-bomb"
    """The same, sent as a small gzip stream."""
    UPSTREAM_RETRY = "upstream-retry"
    """A gateway sends the request twice, and returns the second answer."""
    NO_RANGES = "no-ranges"
    """The whole product for any requested range.  This fault and the following ones are for
    `download`."""
    WRONG_START = "wrong-start"
    """HTTP 206 from half of the requested offset."""
    RANGE_AS_200 = "range-as-200"
    """The requested range with its Content-Range, as HTTP 200."""
    WEAK_ETAG = "weak-etag"
    """A weak validator."""
    GZIP = "gzip"
    """The product compressed, although not requested."""
    CHANGED = "changed"
    """Another file in the product's place, with another validator."""
    PAGE = "page"
    """HTTP 200 with an HTML page instead of the product."""
    EMPTY = "empty"
    """HTTP 200 without a byte."""
    HOSTILE_NAME = "hostile-name"
    """A file name that leads out of its folder."""
    STALL = "stall"
    """Half of the body, then nothing until the client disconnects."""


OF_DOWNLOADS = frozenset(list(Kind)[list(Kind).index(Kind.NO_RANGES) :])
"""Faults of the links' endpoint only."""


class Rule(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One fault: where, when, how often, and of which kind."""

    kind: Kind
    on: str = "create"
    """Short name of the endpoint, or `*`; `download` is the endpoint of the links."""
    count: int | None = None
    """How often it fires at most; None for no limit."""
    after: int = 0
    """Number of matching requests to let pass first."""
    probability: float = 1.0
    match: Mapping[str, Any] = field(default_factory=dict)
    """Fields of the request's body with their exact values."""
    store: Storing | None = None
    """Whether the request is executed before the fault, after it, or never.  None means `before`,
    but `never` for `status` and `redirect`."""
    seconds: float = 0
    """Wait before the faulty answer; with `store: after`, between answer and execution."""
    status: int | None = None
    """None means 500, and 307 for a redirect."""
    code: int | None = None
    """Code in the body; None means the HTTP status."""
    message: str = "Server internal error"
    body: str | None = None
    """Sent instead of the envelope, as by a gateway."""
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
        if self.status is not None and not 200 <= self.status <= 599:  # 1xx is not a final status
            raise ValueError("status must be between 200 and 599.")
        if self.kind is Kind.UPSTREAM_RETRY and self.storing != "before":
            raise ValueError("upstream-retry gives a right answer, so it takes no other store.")
        if self.kind is Kind.SLOW and self.store == "never":
            raise ValueError("slow gives the right answer, so it cannot go with store: never.")
        if self.kind in (Kind.NO_ORDER_NO, Kind.EMPTY_ORDER_NO) and self.on not in _ORDERING:
            raise ValueError(f"{self.kind} is a fault of {' and '.join(_ORDERING)} only.")

    @property
    def storing(self) -> Storing:
        """When the request is executed, with the default."""
        if self.store is not None:
            return self.store
        return "never" if self.kind in (Kind.STATUS, Kind.REDIRECT) else "before"

    def matches(self, endpoint: str, fields: Mapping[str, Any]) -> bool:
        """Tell whether the rule matches a request."""
        absent = object()
        every = "*" if endpoint in ENDPOINTS else endpoint
        return self.on in (every, endpoint) and all(
            fields.get(key, absent) == value for key, value in self.match.items()
        )


class Faults:
    """The rules of one server, and their counts.  Thread-safe.

    The first rule that fires wins; a rule counts every request that it matches.
    """

    def __init__(self, rules: Sequence[Rule] = (), *, seed: int = 0) -> None:
        self._lock = threading.Lock()
        self.replace(rules, seed=seed)

    def replace(self, rules: Sequence[Rule] = (), *, seed: int = 0) -> None:
        """Replace the rules, and reset all counts."""
        with self._lock:
            self._rules, self._seed = tuple(rules), seed
            self._matched = [0] * len(self._rules)
            self._fired = [0] * len(self._rules)
            self._bodies: Counter[tuple[int, bytes]] = Counter()

    def pick(self, endpoint: str, body: bytes, fields: Mapping[str, Any]) -> Rule | None:
        """Return the rule that fires for a request, and count it."""
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
    """Return the rules and seed of a document `{"seed": 7, "rules": [...]}`.

    Raises `UsageError`, which names the wrong rule.
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


_DRIP_S = 0.1
_PART = b" " * 65536
_NOT_STORED = Reply(200, envelope(SERVER_ERROR, "Server internal error", None))
"""The answer if the request was never executed."""


async def misbehave(rule: Rule, wire: Wire, path: str, answer: Callable[[], Reply]) -> None:
    """Answer with a fault; `answer` executes the request and returns the correct answer."""
    if rule.kind is Kind.SLOW:
        await _late(rule, wire, answer)
        return
    if rule.kind is Kind.UPSTREAM_RETRY:
        answer()
        await wire.pause(rule.seconds)
        await wire.send(answer())
        return
    reply = answer() if rule.storing == "before" else _NOT_STORED
    if rule.storing != "after":
        await wire.pause(rule.seconds)
    await _act(rule, wire, path, reply)
    if rule.storing == "after":
        await wire.pause(rule.seconds)
        answer()


async def _late(rule: Rule, wire: Wire, answer: Callable[[], Reply]) -> None:
    if rule.storing == "before":
        reply = answer()
        await wire.pause(rule.seconds)
    else:
        await wire.pause(rule.seconds)
        reply = answer()
    await wire.send(reply)


async def _act(rule: Rule, wire: Wire, path: str, reply: Reply) -> None:
    match rule.kind:
        case Kind.CLOSE:
            await wire.close()
        case Kind.RESET:
            await wire.reset()
        case Kind.CUT:
            await wire.cut(reply)
        case Kind.DRIP:
            await wire.begin(reply.status, reply.headers)
            await wire.drip(_DRIP_S)
        case Kind.HUGE:
            length = (b"content-length", str(max(rule.size, len(reply.body))).encode())
            await wire.begin(reply.status, (*reply.headers, length))
            await wire.stream(_padded(reply.body, rule.size))
        case Kind.GZIP_BOMB:
            await wire.begin(reply.status, (*reply.headers, (b"content-encoding", b"gzip")))
            await wire.stream(_gzipped(_padded(reply.body, rule.size)))
        case _:
            await wire.send(_wrong(rule, path, reply))


def _wrong(rule: Rule, path: str, reply: Reply) -> Reply:
    """Return the whole answer that replaces the correct one."""
    match rule.kind:
        case Kind.GARBAGE:
            return Reply(200, b"\x1f\x8b<html>upstream \xff\xfe")
        case Kind.NO_ORDER_NO:
            return Reply(200, envelope(200, "success", {}))
        case Kind.EMPTY_ORDER_NO:
            return Reply(200, envelope(200, "success", {"orderNo": ""}))
        case Kind.REDIRECT:
            location = (b"location", (rule.location or path).encode())
            return Reply(rule.status or 307, b"", (location,))
        case _:
            return _status(rule)


def _status(rule: Rule) -> Reply:
    status = rule.status or SERVER_ERROR
    wait = () if rule.retry_after is None else ((b"retry-after", rule.retry_after.encode()),)
    if rule.body is not None:
        return Reply(status, rule.body.encode(), ((b"content-type", b"text/html"), *wait))
    code = status if rule.code is None else rule.code
    return Reply(status, envelope(code, rule.message, None), (JSON, *wait))


def _padded(body: bytes, size: int) -> Iterator[bytes]:
    """Yield the body, padded with white space to `size` bytes: still the same JSON."""
    yield body
    for begin in range(len(body), size, len(_PART)):
        yield _PART[: size - begin]


def _gzipped(parts: Iterator[bytes]) -> Iterator[bytes]:
    stream = zlib.compressobj(wbits=31)  # with a gzip header
    for part in parts:
        if packed := stream.compress(part):
            yield packed
    yield stream.flush()
