"""Where products go: what fetching them needs of a folder or of object storage, as promises."""

from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol


class PartBusy(Exception):
    """Another process is fetching the same product, and did for the whole time."""


@dataclass(frozen=True, slots=True)
class Sealed:
    """A part that is whole: what its event will say."""

    key: str
    product: str
    size: int
    sha256: str
    content_type: str
    address: str
    title: str = ""


@dataclass(frozen=True, slots=True)
class PartNote:
    """What is noted beside a part, so that a later run can go on with it."""

    etag: str | None = None
    """The strong validator of the bytes that are here."""
    total: int | None = None
    """Bytes of the whole product."""
    title: str = ""
    epoch: str = ""
    """The start of the machine at which the bytes were written."""
    sealed: Sealed | None = None


class Part(Protocol):
    """A product that grows, on this machine's disk, under a name that no product has.

    It is this process's alone.  Every method raises OSError.
    """

    @property
    def size(self) -> int:
        """Bytes that are here."""

    @property
    def note(self) -> PartNote:
        """What was noted with `begin` or `seal`."""

    @property
    def waited(self) -> bool:
        """Whether another process had it first: the product may be here by now."""

    def begin(self, note: PartNote) -> None:
        """Start at 0, with another note."""

    def append(self, chunk: bytes) -> None:
        """Add bytes at the end."""

    def head(self, count: int) -> bytes:
        """Return the first bytes."""

    def digest(self) -> str:
        """Return the SHA-256 of the bytes as they are on the disk, in hex."""

    def seal(self, sealed: Sealed) -> None:
        """Bring the bytes to the disk, and note that they are whole."""

    def forget(self) -> None:
        """Remove what is left of the part, and its note."""


class Target(Protocol):
    """A folder, or a prefix in object storage.  Every method raises OSError, also for what a
    store refuses.  May be used by many threads at a time.
    """

    @property
    def address(self) -> str:
        """For messages; never with a credential."""

    def size(self, key: str) -> int | None:
        """Return the bytes of what is at a key, or None where nothing is."""

    def digest(self, key: str) -> str:
        """Return the SHA-256 of what is at a key, in hex; the whole of it is read."""

    def part(self, name: str, part: str) -> AbstractContextManager[Part]:
        """Open the part of a product of the order `name`.  Raises `PartBusy`."""

    def tidy(self, name: str, part: str) -> None:
        """Remove what a run left of a part when it ended between the event and its own tidying."""

    def put(self, part: Part, key: str) -> None:
        """Give a sealed part its final name; durable on return, and never seen incomplete.

        What is there already stays: where it is the same nothing is done, else it is an OSError.
        """

    def read(self, key: str) -> bytes | None:
        """Return a small file, or None where there is none."""

    def write(self, key: str, content: bytes) -> None:
        """Put a small file in the place of the old one, whole."""

    def remove(self, key: str) -> None:
        """Remove a small file, where there is one."""

    def keys(self, name: str) -> list[str]:
        """Return the keys below one order's name, parts left out."""
