"""The ledger in object storage: one object per append, never overwritten.

An object is named by the number of its first event, so two appends to one head have the same name,
and put-if-absent is compare-and-append.  S3, Google Cloud Storage and Azure show a written object
to every later read and listing, so a gap means a lost object.
"""

import os
import re
import secrets
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from itertools import chain
from typing import TYPE_CHECKING

import obstore
from msgspec import Struct
from obstore.exceptions import BaseError

from satops.adapters.stores.lines import joined
from satops.core.ledger.chain import GENESIS, line_digest
from satops.core.redaction import Redactor, passwords_of, without_credentials
from satops.errors import HeadMoved, LedgerCorrupt, LedgerMissing, StoreUnreachable

if TYPE_CHECKING:
    from obstore.store import ObjectStore as Client

READS_AT_ONCE = 64
"""Parallel reads.  A request takes 10 to 50 ms, so 100,000 objects take about a minute."""
_LOOK_BACK = 1000
"""A listing begins so many events before the wanted one, so that its first page contains it."""
_LIST_PAGE = 1000
_MARK = "satops_append"
"""Metadata of an object that distinguishes our write from another's with equal bytes."""
_NAME = re.compile(r"([0-9]{12})\.jsonl")
_BEHIND_ALL = "999999999999.jsonl"
_REASON_MAX = 400
_CODE = re.compile(r"<Code>\s*(\w{1,64})\s*</Code>|\"reason\":\s*\"(\w{1,64})\"")
"""Error codes of S3 and Azure, and of Google: `SlowDown`, `AccessDenied`, `forbidden`."""


class _Tip(Struct, frozen=True):
    """The last object that this process saw."""

    first: int
    after: int
    """Number of the next append's first event."""
    head: str


class ObjectLedger:
    """A ledger under one prefix of a bucket.

    A process that has used this class must not fork, since obstore's threads do not survive a fork.
    It may spawn processes.
    """

    orders_per_append = 10
    """An append is one request and one permanent object."""

    def __init__(self, client: "Client", *, shown: str) -> None:
        """The client's root is the ledger's prefix; `shown` is the address for messages."""
        self._client = client
        self._shown = shown
        self._tip: _Tip | None = None

    @property
    def address(self) -> str:
        """`s3://BUCKET/PREFIX`, with the endpoint if it is not the cloud's own."""
        return self._shown

    def read(self, after: int = 0) -> Iterator[bytes]:
        """Yield the lines above `after`; see `ports.LedgerStore.read`.  Reads many objects in
        parallel.

        Raises `LedgerCorrupt` if an object is missing between others.
        """
        expected = None
        for first, content in self._contents(self._names_from(after + 1)):
            if first > after + 1 if expected is None else first != expected:
                raise LedgerCorrupt(self._gap(expected or 1, first))
            lines = self._split(first, content)
            expected = first + len(lines)
            self._note(_Tip(first, expected, line_digest(lines[-1])))
            yield from lines[max(after + 1 - first, 0) :]
        if expected is None:
            raise LedgerMissing(self._missing())

    def append(self, lines: Sequence[bytes], expected_head: str) -> None:
        """Put one object if its name is free; see `ports.LedgerStore.append`."""
        content = joined(lines)
        tip = self._tip
        if tip is None or tip.head != expected_head:
            tip = self._look()
        if tip is None and expected_head != GENESIS:
            raise LedgerMissing(self._missing())
        if tip is not None and tip.head != expected_head:
            raise HeadMoved(f"Somebody else appended to the ledger at {self.address}.")
        first = 1 if tip is None else tip.after
        self._put(first, content)
        self._note(_Tip(first, first + len(lines), line_digest(lines[-1])))

    def remove(self) -> None:
        """Delete every object of this ledger: for scratch ledgers only."""
        with self._told("cleared"):
            for first in list(self._names(0)):
                obstore.delete(self._client, _name(first))

    def folders(self) -> list[str]:
        """Return the names of the folders below this ledger's prefix."""
        with self._told("listed"):
            below = obstore.list_with_delimiter(self._client)["common_prefixes"]
        return [name.rstrip("/").rpartition("/")[2] for name in below]

    def _put(self, first: int, content: bytes) -> None:
        mark = secrets.token_hex(16)
        try:
            obstore.put(
                self._client,
                _name(first),
                content,
                mode="create",
                use_multipart=False,  # a multipart upload cannot be conditional
                attributes={"Content-Type": "application/jsonl", _MARK: mark},
            )
        except (BaseError, OSError) as error:
            self._settle(first, mark, error)

    def _settle(self, first: int, mark: str, failure: Exception) -> None:
        """Return if our write succeeded; else raise.  The object itself decides.

        If the reply is lost, the client retries, finds its own object, and reports a conflict.
        """
        try:
            found = obstore.get(self._client, _name(first))
        except FileNotFoundError:
            raise StoreUnreachable(
                f"The ledger at {self.address} could not be written, and the write is not there "
                f"now: {store_words(failure)}"
            ) from None
        except (BaseError, OSError) as error:
            raise StoreUnreachable(
                f"It is not known whether the ledger at {self.address} was written: "
                f"{store_words(failure)} And then: {store_words(error)}"
            ) from None
        if found.attributes.get(_MARK) != mark:
            # The name is taken for good, so a late write of ours cannot succeed.
            raise HeadMoved(f"Somebody else appended to the ledger at {self.address}.")

    def _look(self) -> _Tip | None:
        """Return the last object; None if there is no ledger."""
        begin = 0 if self._tip is None else self._tip.first - 1
        names = deque(self._names(begin), maxlen=1)
        if not names and begin:
            # The object seen before is gone, so this is another ledger.
            names = deque(self._names(0), maxlen=1)
        if not names:
            return None
        with self._told("read"):
            content = self._content(names[0])
        lines = self._split(names[0], content)
        return _Tip(names[0], names[0] + len(lines), line_digest(lines[-1]))

    def _note(self, tip: _Tip) -> None:
        if self._tip is None or tip.after > self._tip.after:
            self._tip = tip

    def _names_from(self, wanted: int) -> Iterator[int]:
        """Return the first numbers of the objects, from the one that holds event `wanted`.

        Without such an event, return the last object, which proves that the ledger exists.
        """
        begin, back = wanted, _LOOK_BACK
        while begin:
            begin, back = max(begin - back, 0), back * 100
            found = _from_holder(self._names(begin), wanted, whole=begin == 0)
            if found is not None:
                return found
        return iter(())

    def _names(self, above: int) -> Iterator[int]:
        """Yield the first number of each object above a number, in order, page by page."""
        last = above
        with self._told("listed"):
            offset = _name(above)
            pages = obstore.list(self._client, offset=offset, chunk_size=_LIST_PAGE)
            for path in (found["path"] for page in pages for found in page):
                if path > _BEHIND_ALL:
                    return
                named = _NAME.fullmatch(path)
                first = int(named[1]) if named else 0
                if first <= above:
                    continue  # not our object, or a store that ignores the start of a listing
                if first <= last:
                    raise StoreUnreachable(
                        f"{self.address} does not list its objects in the order of their names, "
                        "as S3's directory buckets do not. Use a general purpose bucket."
                    )
                last = first
                yield first

    def _contents(self, names: Iterator[int]) -> Iterator[tuple[int, bytes]]:
        """Yield number and content of objects in order, with bounded parallel reads.

        The read-ahead grows as objects are consumed: a reader of one event does not cause 64 reads.
        """
        with self._told("read"), ThreadPoolExecutor(READS_AT_ONCE) as readers:
            ahead: deque[tuple[int, Future[bytes]]] = deque()
            width = 1
            try:
                for first in names:
                    ahead.append((first, readers.submit(self._content, first)))
                    if len(ahead) >= width:
                        number, content = ahead.popleft()
                        yield number, content.result()
                        width = min(2 * width, READS_AT_ONCE)
                for number, content in ahead:
                    yield number, content.result()
            finally:
                readers.shutdown(wait=False, cancel_futures=True)

    def _content(self, first: int) -> bytes:
        return bytes(obstore.get(self._client, _name(first)).bytes())

    def _split(self, first: int, content: bytes) -> list[bytes]:
        if not content.endswith(b"\n"):
            raise LedgerCorrupt(
                f"{_name(first)} in {self.address} does not end with a whole line. satops never "
                "writes that: somebody else has changed it."
            )
        return content[:-1].split(b"\n")

    @contextmanager
    def _told(self, done: str) -> Iterator[None]:
        """Turn errors of the store into ones that say what to do."""
        try:
            yield
        except (BaseError, OSError) as error:
            raise StoreUnreachable(
                f"The ledger at {self.address} cannot be {done}: {store_words(error)}"
            ) from None

    def _gap(self, expected: int, first: int) -> str:
        return (
            f"{self.address} has no object that begins with event {expected}, and has "
            f"{_name(first)} after it. satops never leaves a gap: an object was deleted or "
            "changed. Get it back from a version or a copy before anything is bought."
        )

    def _missing(self) -> str:
        return (
            f"There is no ledger at {self.address}. If there was one, get it back first: without "
            "it every order would be bought again. To begin a new one, run\n    satops ledger start"
        )


def _from_holder(names: Iterator[int], wanted: int, *, whole: bool) -> Iterator[int] | None:
    """Return names from the last one that is not above `wanted`; None without one.

    For the `whole` ledger return all, so that the reader sees a gap.
    """
    holder: list[int] = []
    for first in names:
        if first > wanted:
            return chain(holder, [first], names) if holder or whole else None
        holder = [first]
    return iter(holder) if holder else None


def _name(first: int) -> str:
    return f"{first:012}.jsonl"


def store_words(error: Exception) -> str:
    """Return the store's error code, and the first line of obstore's message.

    A URL's query may hold a signature and is cut off; obstore's further lines are for its
    developers.
    """
    text = without_credentials(Redactor(passwords_of(os.environ))(str(error)))
    first, *_ = text.splitlines() or [type(error).__name__]
    said = re.sub(r"\?\S+", "", first)[:_REASON_MAX]
    named = _CODE.search(text)
    code = next(filter(None, named.groups()), "") if named else ""
    return said if not code or code in said else f"{code}. {said}"
