"""The ports of a download target: a folder, or a prefix in object storage."""

from contextlib import AbstractContextManager
from typing import Protocol

from msgspec import Struct


class PartBusy(Exception):
    """Another process holds the part of this product, and did not release it in time."""


class Sealed(Struct, frozen=True, forbid_unknown_fields=True):
    """A whole part, with the facts for its event."""

    key: str
    product: str
    size: int
    sha256: str
    content_type: str
    address: str
    title: str = ""


class PartNote(Struct, frozen=True, forbid_unknown_fields=True):
    """The note beside a part, so that a later run can resume it."""

    etag: str | None = None
    """Strong validator of the bytes in the part."""
    total: int | None = None
    """Bytes of the whole product."""
    title: str = ""
    epoch: str = ""
    """Boot id under which the bytes were written."""
    sealed: Sealed | None = None


class Part(Protocol):
    """A product during its fetch, on this machine's disk, under a name that no product has.

    Only this process may write it.  Every method raises OSError.
    """

    @property
    def size(self) -> int:
        """Bytes in the part."""

    @property
    def note(self) -> PartNote:
        """The note of the last `begin` or `seal`."""

    @property
    def waited(self) -> bool:
        """Whether another process held the part first and may have finished the product."""

    def begin(self, note: PartNote) -> None:
        """Truncate the part, and write a new note."""

    def append(self, chunk: bytes) -> None:
        """Append bytes."""

    def head(self, count: int) -> bytes:
        """Return the first bytes."""

    def digest(self) -> str:
        """Return the SHA-256 of the bytes on disk, in hex."""

    def seal(self, sealed: Sealed) -> None:
        """Make the bytes durable, and note that the part is whole."""

    def forget(self) -> None:
        """Remove the part and its note."""


class Target(Protocol):
    """A folder, or a prefix in object storage.  Every method raises OSError, and may be called from
    many threads.
    """

    @property
    def address(self) -> str:
        """Address for messages, without credentials."""

    def size(self, key: str) -> int | None:
        """Return the size of a file in bytes; None if absent."""

    def digest(self, key: str) -> str:
        """Return the SHA-256 of a file, in hex; reads the whole file."""

    def part(self, name: str, part: str) -> AbstractContextManager[Part]:
        """Open the part of a product of the order `name`.  Raises `PartBusy`."""

    def tidy(self, name: str, part: str) -> None:
        """Remove the remains of a part after a run that ended between event and cleanup."""

    def put(self, part: Part, key: str) -> None:
        """Give a sealed part its final name; durable on return, and never visible incomplete.

        An existing file stays: equal bytes are fine, others raise OSError.
        """

    def read(self, key: str) -> bytes | None:
        """Return a small file; None if absent."""

    def write(self, key: str, content: bytes) -> None:
        """Replace a small file as a whole."""

    def remove(self, key: str) -> None:
        """Remove a small file if it exists."""

    def keys(self, name: str) -> list[str]:
        """Return the keys below one order's name, without parts."""
