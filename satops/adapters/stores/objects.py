"""The ledger in object storage: one object per append, never overwritten.

An object is named by the number of its first event, so an append on a head has one name, and the
store's own promise that a name can be taken once is compare-and-append.  S3, Google Cloud Storage
and Azure show a written object to every later read and listing, so a gap is a lost object.
"""

import os
import re
import secrets
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING

import obstore
from obstore.exceptions import BaseError

from satops.adapters.stores.lines import joined
from satops.core.ledger.chain import GENESIS, line_digest
from satops.core.redaction import Redactor, passwords_of, without_credentials
from satops.errors import HeadMoved, LedgerCorrupt, LedgerMissing, StoreUnreachable

if TYPE_CHECKING:
    from obstore.store import ObjectStore as Client

READS_AT_ONCE = 64
"""An answer takes 10 to 50 ms: so 100,000 objects are read in a minute or so."""
_LOOK_BACK = 1000
"""Events before the wanted one at which a listing begins: one page of it reaches the wanted one."""
_LIST_PAGE = 1000
_MARK = "satops_append"
"""The object's metadata that tells one's own write from another's with the same bytes."""
_NAME = re.compile(r"([0-9]{12})\.jsonl")
_BEHIND_ALL = "999999999999.jsonl"
_REASON_MAX = 400
_CODE = re.compile(r"<Code>\s*(\w{1,64})\s*</Code>|\"reason\":\s*\"(\w{1,64})\"")
"""How S3 and Azure, and how Google name a refusal: `SlowDown`, `AccessDenied`, `forbidden`."""


@dataclass(frozen=True, slots=True)
class _Tip:
    """The last object that this process saw."""

    first: int
    after: int
    """The number that the next append begins with."""
    head: str


class ObjectLedger:
    """A ledger under one prefix of a bucket.

    obstore's threads do not survive a fork: a process that has used this may spawn others, and
    must not fork.
    """

    orders_per_append = 10
    """An append is one request, and one object for ever."""

    def __init__(self, client: "Client", *, shown: str) -> None:
        """Take a client whose root is the ledger's prefix; `shown` is the address for people."""
        self._client = client
        self._shown = shown
        self._tip: _Tip | None = None

    @property
    def address(self) -> str:
        """Bucket and prefix, as `s3://BUCKET/PREFIX`, and the endpoint if it is not the cloud's."""
        return self._shown

    def read(self, after: int = 0) -> Iterator[bytes]:
        """Yield the lines above `after`; see `ports.LedgerStore.read`.  Reads many objects at once.

        Raises `LedgerCorrupt` where an object is missing in the middle.
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
        """Put one object where there is none; see `ports.LedgerStore.append`."""
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
        """Return the names of what has objects of its own below this ledger's prefix."""
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
                use_multipart=False,  # an upload in parts knows no conditions
                attributes={"Content-Type": "application/jsonl", _MARK: mark},
            )
        except (BaseError, OSError) as error:
            self._settle(first, mark, error)

    def _settle(self, first: int, mark: str, failure: Exception) -> None:
        """Return if the write has landed, whatever the answer was: the object itself tells.

        A write whose reply was lost is tried again by the client, which then finds its own object
        and calls it somebody else's.
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
            # The name is taken for good, so a late write of ours can never land.
            raise HeadMoved(f"Somebody else appended to the ledger at {self.address}.")

    def _look(self) -> _Tip | None:
        """Return the last object, or None where there is no ledger."""
        begin = 0 if self._tip is None else self._tip.first - 1
        names = deque(self._names(begin), maxlen=1)
        if not names and begin:
            # What was seen before is gone.  Whatever is there now is not the same ledger.
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
        """Return the first numbers of the objects from the one that holds event `wanted` on.

        Without such an event it is the last object, which shows that there is a ledger.
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
                    continue  # no object of ours, or a store that cannot begin in the middle
                if first <= last:
                    raise StoreUnreachable(
                        f"{self.address} does not list its objects in the order of their names, "
                        "as S3's directory buckets do not. Use a general purpose bucket."
                    )
                last = first
                yield first

    def _contents(self, names: Iterator[int]) -> Iterator[tuple[int, bytes]]:
        """Yield number and content of objects in order, reading ahead, a bounded number at once.

        It reads ahead only as far as it was followed: who wants one event does not pay for 64.
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
        """Turn what the store says into what a person can act on."""
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
    """Return names from the last one that is not above `wanted`; None where none was found.

    Of the `whole` ledger what there is is returned, for the reader to see what is missing.
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
    """Return what the store calls its refusal, and the first line of what obstore says.

    The query of an address may hold a signature, and the further lines are meant for the authors
    of obstore.
    """
    text = without_credentials(Redactor(passwords_of(os.environ))(str(error)))
    first, *_ = text.splitlines() or [type(error).__name__]
    said = re.sub(r"\?\S+", "", first)[:_REASON_MAX]
    named = _CODE.search(text)
    code = next(filter(None, named.groups()), "") if named else ""
    return said if not code or code in said else f"{code}. {said}"
