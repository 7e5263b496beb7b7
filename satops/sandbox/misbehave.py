"""Apply a fault to one answer."""

import zlib
from collections.abc import Callable, Iterator

from satops.sandbox.faults import Kind, Rule
from satops.sandbox.replies import JSON, SERVER_ERROR, Reply, envelope
from satops.sandbox.wire import Wire

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
