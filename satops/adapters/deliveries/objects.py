"""Object storage as download target.

A part is written on this machine's disk, where it can be resumed and hashed; then it is uploaded
whole.  A key contains digits of the content's hash, so a repeated upload has the same bytes.  An
upload is invisible until it is complete.
"""

import errno
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from hashlib import sha256
from typing import TYPE_CHECKING

import obstore
from obstore.exceptions import BaseError

from satops.adapters.deliveries.part import WAIT_S, FilePart, open_part, remove_left
from satops.adapters.files.local_state import LocalFolder
from satops.adapters.stores.objects import store_words
from satops.workflow.targets import Part

if TYPE_CHECKING:
    from obstore.store import ObjectStore as Client


class ObjectTarget:
    """See `workflow.targets.Target`."""

    def __init__(
        self, client: "Client", parts: LocalFolder, *, shown: str, wait_s: float = WAIT_S
    ) -> None:
        """`client` has the target's prefix as root; `parts` is the folder for parts."""
        self._client, self._parts, self._shown = client, parts, shown
        self._wait_s = wait_s

    @property
    def address(self) -> str:
        """Bucket and prefix."""
        return self._shown

    def size(self, key: str) -> int | None:
        """Return the size of an object in bytes; None if absent."""
        with self._told(key):
            try:
                return int(obstore.head(self._client, key)["size"])
            except FileNotFoundError:
                return None

    def digest(self, key: str) -> str:
        """Return the SHA-256 of an object."""
        found = sha256()
        with self._told(key):
            for chunk in obstore.get(self._client, key).stream():
                found.update(chunk)
        return found.hexdigest()

    @contextmanager
    def part(self, name: str, part: str) -> Iterator[Part]:
        """Open a part in this machine's folder."""
        self._parts.make()
        with open_part(self._parts.path / part, self._wait_s) as opened:
            yield opened

    def tidy(self, name: str, part: str) -> None:
        """Remove part and note, unless another process holds them."""
        remove_left(self._parts.path / part)

    def put(self, part: Part, key: str) -> None:
        """Upload a part under its final name."""
        assert isinstance(part, FilePart)
        there = self.size(key)
        if there is not None:
            if there == part.size and self.digest(key) == part.digest():
                return
            raise FileExistsError(
                errno.EEXIST, "an object of that name with other bytes is in the way", key
            )
        with self._told(key):
            obstore.put(self._client, key, part.path)
        if self.size(key) != part.size:
            raise OSError(errno.EIO, "the store shows another size than was sent", key)

    def read(self, key: str) -> bytes | None:
        """Return a small object."""
        with self._told(key):
            try:
                return bytes(obstore.get(self._client, key).bytes())
            except FileNotFoundError:
                return None

    def write(self, key: str, content: bytes) -> None:
        """Replace a small object if its content differs."""
        if self.read(key) != content:
            with self._told(key):
                obstore.put(self._client, key, content, use_multipart=False)

    def remove(self, key: str) -> None:
        """Remove a small object, if it exists."""
        with self._told(key), suppress(FileNotFoundError):
            obstore.delete(self._client, key)

    def keys(self, name: str) -> list[str]:
        """Return the keys below an order's name."""
        with self._told(name):
            return sorted(
                found["path"]
                for page in obstore.list(self._client, prefix=f"{name}/")
                for found in page
            )

    @contextmanager
    def _told(self, key: str) -> Iterator[None]:
        """Turn an error of the store into an OSError without credentials."""
        try:
            yield
        except FileNotFoundError:
            raise
        except BaseError as error:
            raise OSError(errno.EIO, store_words(error), f"{self._shown}/{key}") from None
