"""The ledger in a file: lock it, compare the last line, write once, fsync.

An incomplete last line was never acknowledged: readers skip it, and the next append replaces it.
So a power cut during a write loses nothing that was acknowledged.
"""

import errno
import os
import stat
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from satops.adapters.disk import LockBusy, flush_folder, locked, open_plain, write_at
from satops.adapters.disk import flush as flush_file
from satops.adapters.stores.lines import joined, offset_after, stream, tail
from satops.core.ledger.chain import GENESIS, line_digest
from satops.errors import HeadMoved, LedgerMissing, StoreUnreachable

LOCK_WAIT_S = 30.0
"""Seconds to wait for the lock: an append takes milliseconds."""


class FileStore:
    """A ledger in one file on a local disk.

    The file itself is locked, so there is no lock file to clean up.
    """

    orders_per_append = 1
    """An append costs one fsync, far less than one call of the marketplace."""

    def __init__(
        self,
        path: Path,
        *,
        lock_wait_s: float = LOCK_WAIT_S,
        flush: Callable[[int], None] | None = None,
    ) -> None:
        """`flush` makes an open file durable, and raises OSError if it fails."""
        self.path = path
        self._lock_wait_s = lock_wait_s
        self._flush = flush or flush_file
        self._distrust = ""
        """Why the content of the file can no longer be trusted; empty if it can."""

    @property
    def address(self) -> str:
        """`file:PATH`, with forward slashes on every system."""
        return f"file:{self.path.as_posix()}"

    def read(self, after: int = 0) -> Iterator[bytes]:
        """Yield the lines above `after`; see `ports.LedgerStore.read`."""
        with self._told(), self._opened(os.O_RDONLY) as fd:
            with locked(fd, self.path, exclusive=False, wait_s=self._lock_wait_s):
                found = tail(fd, os.fstat(fd).st_size)
            if found.last is None:
                raise LedgerMissing(self._empty())
            # The lock is released here: bytes before `end` never change.
            yield from stream(fd, offset_after(fd, found.end, after), found.end)

    def append(self, lines: Sequence[bytes], expected_head: str) -> None:
        """Compare and append; see `ports.LedgerStore.append`."""
        content = joined(lines)
        with self._told():
            if expected_head == GENESIS:
                _make_folder(self.path.parent)
            with self._locked_for_writing(create=expected_head == GENESIS) as fd:
                found = tail(fd, os.fstat(fd).st_size)
                if found.last is None and expected_head != GENESIS:
                    raise LedgerMissing(self._empty())
                head = GENESIS if found.last is None else line_digest(found.last)
                if head != expected_head:
                    raise HeadMoved(f"Somebody else appended to the ledger at {self.address}.")
                self._write(fd, found.end, content)
                if expected_head == GENESIS:
                    flush_folder(self.path.parent)

    def unterminated_bytes(self) -> int:
        """Return the size of an incomplete last line, which was never acknowledged."""
        with (
            self._told(),
            self._opened(os.O_RDONLY) as fd,
            locked(fd, self.path, exclusive=False, wait_s=self._lock_wait_s),
        ):
            size = os.fstat(fd).st_size
            return size - tail(fd, size).end

    def _write(self, fd: int, end: int, content: bytes) -> None:
        try:
            os.ftruncate(fd, end)
            write_at(fd, content, end)
            self._flush(fd)
        except OSError as error:
            self._take_back(fd, end)
            raise StoreUnreachable(
                f"The ledger at {self.address} could not be written: {_why(error)}. "
                + (self._distrust or "Nothing was added to it.")
            ) from None

    def _take_back(self, fd: int, end: int) -> None:
        # After a failed fsync the kernel may still show bytes that never reached the disk.  No
        # process may read them as acknowledged.
        try:
            os.ftruncate(fd, end)
            self._flush(fd)
        except OSError as error:
            self._distrust = (
                f"The write to {self.address} could not be taken back: {_why(error)}. What the "
                "file shows may not be on the disk. Mend the disk, and run again."
            )

    @contextmanager
    def _locked_for_writing(self, *, create: bool) -> Iterator[int]:
        while True:
            with (
                self._opened(os.O_RDWR | (os.O_CREAT if create else 0)) as fd,
                locked(fd, self.path, exclusive=True, wait_s=self._lock_wait_s),
            ):
                # Git or a person may have replaced the file during the wait.
                if os.path.samestat(os.fstat(fd), self.path.lstat()):
                    yield fd
                    return

    @contextmanager
    def _opened(self, flags: int) -> Iterator[int]:
        if self._distrust:
            raise StoreUnreachable(self._distrust)
        fd = open_plain(self.path, flags)
        try:
            if not stat.S_ISREG(os.fstat(fd).st_mode):
                raise StoreUnreachable(
                    f"{self.path.as_posix()} is not a file, so it cannot be a ledger. "
                    "Name a file in `state` of satops.yaml."
                )
            yield fd
        finally:
            os.close(fd)

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Turn OSError into an error that says what to do."""
        try:
            yield
        except FileNotFoundError:
            raise LedgerMissing(
                f"There is no ledger at {self.address}. If there was one, get it back first: "
                "without it every order would be bought again. To begin a new one, run\n"
                "    satops ledger start"
            ) from None
        except LockBusy as error:
            raise StoreUnreachable(
                f"The ledger at {self.address} is locked: {error}. "
                "Wait until that process ends, or end it; the lock is then free by itself."
            ) from None
        except OSError as error:
            raise StoreUnreachable(
                f"The ledger at {self.address} cannot be used: {_why(error)}."
            ) from None

    def _empty(self) -> str:
        return (
            f"The file at {self.address} holds no event, so it is not a ledger. If there was "
            "one, get it back first: without it every order would be bought again. To begin a "
            "new one, run\n    satops ledger start"
        )


def _why(error: OSError) -> str:
    if error.errno == errno.ELOOP:
        return "it is a symbolic link; name the file that it points to"
    return (error.strerror or str(error)).lower()


def _make_folder(folder: Path) -> None:
    if folder.is_dir():
        return
    _make_folder(folder.parent)
    folder.mkdir(exist_ok=True)
    flush_folder(folder.parent)
