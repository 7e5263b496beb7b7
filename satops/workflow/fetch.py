"""Fetch one product into a part file, resume after failures, then give it its final name.

A part is resumed only if the server confirms by a strong validator that its bytes belong to the
same file.  Size and hash are always taken from the disk.
"""

from collections.abc import Callable, Iterator
from typing import Final, Protocol

from msgspec import Struct

from satops.core.delivery.content import (
    ENVELOPE_BYTES,
    HEAD_BYTES,
    refusal,
    suffix_of,
    type_of,
)
from satops.core.delivery.link import Link, LinkFailed, Served
from satops.core.delivery.names import product_key
from satops.core.safe import shown, words_of_page
from satops.ports import Marketplace
from satops.workflow.targets import Part, PartNote, Sealed, Target

TRIES_MAX: Final = 5
"""Tries in a row without `GAIN_BYTES` of progress."""
GAIN_BYTES: Final = 1024 * 1024
"""New bytes that reset the number of tries."""
FRESH_MAX: Final = 3
"""How often the link is requested anew."""
WAIT_MAX_S: Final = 60.0
PAUSE_S: Final = 0.5
_TOLD_CHARS: Final = 160


class Stopped(Exception):
    """A person stopped the run.  The part stays for the next run."""


class Watch(Protocol):
    """Gets the progress of one product, from a thread of its own."""

    def grew(self, here: int, total: int | None) -> None:
        """The part now has `here` bytes of `total`."""


class Fetching(Struct, frozen=True):
    """One product, and the ports to fetch it."""

    name: str
    order_no: str
    marketplace: Marketplace
    target: Target
    bytes_max: int
    epoch: str
    """Boot id of the machine: a part of an earlier boot may lack bytes that never reached the
    disk."""
    fresh_link: Callable[[], Link | None]
    """Requests the link anew; None if the marketplace gives none.  Raises `LinkFailed`."""
    watch: Watch
    stopping: Callable[[], bool]
    sleep: Callable[[float], None]

    def run(self, link: Link, part: Part) -> Sealed:
        """Return the whole product under its final name.  Raises `LinkFailed`, `Stopped` and
        OSError.
        """
        sealed = part.note.sealed
        if sealed is not None:
            if self._is_own(sealed, part.note, link) and self._is_whole(sealed, part):
                return sealed
            part.begin(PartNote())
        failures = asked = 0
        while True:
            before = part.size
            try:
                return self._once(link, part)
            except LinkFailed as failure:
                if failure.restart:
                    part.begin(PartNote())
                failures = 1 if part.size >= before + GAIN_BYTES else failures + 1
                if not failure.again or failures >= TRIES_MAX:
                    raise
                self.sleep(min(max(failure.wait_s, PAUSE_S * failures), WAIT_MAX_S))
                if failure.fresh:
                    asked += 1
                    link = self._again(failure, asked)

    def _is_own(self, sealed: Sealed, note: PartNote, link: Link) -> bool:
        """Tell whether this machine wrote the seal during this boot.  A deliveries folder can be
        committed, and a committed seal could name any file with any bytes.
        """
        if note.epoch != self.epoch or sealed.product != link.product:
            return False
        suffix = suffix_of(sealed.content_type, sealed.title)
        try:
            return sealed.key == product_key(self.name, link.product, sealed.sha256, suffix)
        except ValueError:
            return False

    def _is_whole(self, sealed: Sealed, part: Part) -> bool:
        """Tell whether an earlier run ended after the last byte and before the event."""
        if self.target.size(sealed.key) == sealed.size and part.size == 0:
            return self.target.digest(sealed.key) == sealed.sha256
        if part.size == sealed.size and part.digest() == sealed.sha256:
            self.target.put(part, sealed.key)
            return True
        return False

    def _again(self, failure: LinkFailed, asked: int) -> Link:
        if asked > FRESH_MAX:
            raise failure
        fresh = self.fresh_link()
        if fresh is None:
            raise LinkFailed("The marketplace gives no link to it any more.")
        return fresh

    def _once(self, link: Link, part: Part) -> Sealed:
        self._require_going_on()
        note, have = part.note, part.size
        if note.etag is None or note.epoch != self.epoch:
            have = 0
        if note.total is not None and have > note.total:
            have = 0
        if not (have and have == note.total):
            with self.marketplace.open_link(link.url, have=have, etag=note.etag) as served:
                self._take(served, part, have)
        return self._finish(link, part)

    def _take(self, served: Served, part: Part, have: int) -> None:
        """Append a response body to the part."""
        chunks = served.chunks
        if served.start == 0:
            first = next(chunks, b"")
            # Check before truncating the part: an expired link may answer with an HTML page.
            self._require_product(first, served.total or len(first), served.content_type, served)
            part.begin(PartNote(served.etag, served.total, served.title, self.epoch))
            chunks = _again_with(first, chunks)
        elif served.start != have or (served.total, served.etag or part.note.etag) != (
            part.note.total or served.total,
            part.note.etag,
        ):
            raise LinkFailed("The product has changed meanwhile.", again=True, restart=True)
        here, most = served.start, served.total or self.bytes_max
        for chunk in chunks:
            self._require_going_on()
            here += len(chunk)
            if here > most:
                raise LinkFailed("More bytes came than were said.", restart=True, again=True)
            part.append(chunk)
            self.watch.grew(here, served.total)
        if served.total is not None and here != served.total:
            raise LinkFailed("The connection was cut.", again=True)

    def _finish(self, link: Link, part: Part) -> Sealed:
        """Check the whole product, hash it, and give it its final name."""
        size, title = part.size, part.note.title
        head = part.head(size if size <= ENVELOPE_BYTES else HEAD_BYTES)
        reason = refusal(head, size, "")
        if reason:
            part.forget()
            raise LinkFailed(f"It is not delivered yet: {reason}.", fresh=True)
        digest = part.digest()
        content_type = type_of(head, title)
        key = product_key(self.name, link.product, digest, suffix_of(content_type, title))
        sealed = Sealed(key, link.product, size, digest, content_type, link.address, title)
        part.seal(sealed)
        self.target.put(part, key)
        return sealed

    def _require_product(self, head: bytes, size: int, content_type: str, served: Served) -> None:
        reason = refusal(head, size, content_type)
        if reason:
            text = served.redact(head[:HEAD_BYTES].decode("utf-8", "replace"))
            words = shown(served.redact(words_of_page(text)), _TOLD_CHARS)
            told = f" It says: {words}" if words else ""
            raise LinkFailed(f"It is not delivered yet: {reason}.{told}", fresh=True, again=True)

    def _require_going_on(self) -> None:
        if self.stopping():
            raise Stopped


def _again_with(first: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
    if first:
        yield first
    yield from rest
