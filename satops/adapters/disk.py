"""Portable file operations: open without following a link, read at an offset, flush.

Windows has no flag against links or blocking, and cannot flush a folder; reading works there too.

A lock on an open file admits one writer, and no reader during an append.  The kernel releases it
when its holder ends, so it is never left behind.  Windows cannot lock a file that others read:
there `filelock` locks a file beside it, and readers take no lock.  An unfinished append has no
final newline and is not read.
"""

import errno
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

try:
    import fcntl

    _FULL_FLUSH = getattr(fcntl, "F_FULLFSYNC", None)
    """On macOS fsync leaves the bytes in the drive's cache; this flushes the cache."""
except ImportError:  # Windows
    _FULL_FLUSH = None

_NOFOLLOW = getattr(os, "O_NOFOLLOW", 0)
_ALWAYS = (
    _NOFOLLOW
    | getattr(os, "O_NONBLOCK", 0)  # opening a FIFO must not wait for its other end
    | getattr(os, "O_CLOEXEC", getattr(os, "O_NOINHERIT", 0))
    | getattr(os, "O_BINARY", 0)
)


def open_plain(path: str | Path, flags: int, mode: int = 0o666) -> int:
    """Open a file and return its descriptor, without blocking or following a link in the last step.

    Raises OSError, with `ELOOP` for a link.
    """
    if not _NOFOLLOW and Path(path).is_symlink():
        raise OSError(errno.ELOOP, os.strerror(errno.ELOOP), str(path))
    return os.open(path, flags | _ALWAYS, mode)


def read_at(fd: int, length: int, offset: int) -> bytes:
    """Read bytes at an offset; fewer at the file's end."""
    if hasattr(os, "pread"):
        return os.pread(fd, length, offset)
    os.lseek(fd, offset, os.SEEK_SET)
    return os.read(fd, length)


def write_at(fd: int, content: bytes, offset: int) -> None:
    """Write all bytes at an offset.  Raises OSError."""
    written = 0
    while written < len(content):
        if hasattr(os, "pwrite"):
            written += os.pwrite(fd, content[written:], offset + written)
        else:
            os.lseek(fd, offset + written, os.SEEK_SET)
            written += os.write(fd, content[written:])


def flush(fd: int) -> None:
    """Make an open file durable.  Raises OSError if that is not certain."""
    os.fsync(fd)
    if _FULL_FLUSH is not None:
        fcntl.fcntl(fd, _FULL_FLUSH)


def flush_folder(folder: Path) -> None:
    """Make the names in a folder durable, if the system can.  Raises OSError."""
    if not hasattr(os, "O_DIRECTORY"):
        return
    fd = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


try:
    import fcntl

    _HAS_FLOCK = True
except ImportError:  # Windows
    _HAS_FLOCK = False

_FIRST_WAIT_S = 0.002
_LONGEST_WAIT_S = 0.05


class LockBusy(Exception):
    """Another process held the lock for the whole wait; the message names it, if known."""


@contextmanager
def locked(fd: int, path: Path, *, exclusive: bool, wait_s: float) -> Iterator[None]:
    """Hold the lock on an open file during the block.

    Raises `LockBusy`, and OSError on a file system without locks.
    """
    if not _HAS_FLOCK:
        with _locked_beside(path, exclusive=exclusive, wait_s=wait_s):
            yield
        return
    _take(fd, fcntl.LOCK_EX if exclusive else fcntl.LOCK_SH, wait_s)
    try:
        yield
    finally:
        fcntl.flock(fd, fcntl.LOCK_UN)


def holder(fd: int) -> str:
    """Return a name of the process that holds the lock, if the system tells."""
    inode = str(os.fstat(fd).st_ino)
    try:
        for line in Path("/proc/locks").read_text("ascii").splitlines():
            # 1: FLOCK ADVISORY WRITE 7291 fe:00:2148011 0 EOF; a waiting process has "->".
            fields = line.split()
            if fields[1] == "FLOCK" and fields[5].rpartition(":")[2] == inode:
                name = Path("/proc", fields[4], "comm").read_text("utf-8", "replace").strip()
                return f"Process {fields[4]} ({name})"
    except (OSError, IndexError):
        pass
    return "Another process"


def _take(fd: int, kind: int, wait_s: float) -> None:
    deadline = time.monotonic() + wait_s
    pause = _FIRST_WAIT_S
    while True:
        try:
            fcntl.flock(fd, kind | fcntl.LOCK_NB)
        except OSError as error:
            if error.errno not in (errno.EWOULDBLOCK, errno.EACCES):
                raise
        else:
            return
        if time.monotonic() >= deadline:
            raise _busy(holder(fd), wait_s)
        time.sleep(pause)
        pause = min(pause * 2, _LONGEST_WAIT_S)


@contextmanager
def _locked_beside(path: Path, *, exclusive: bool, wait_s: float) -> Iterator[None]:
    if not exclusive:
        yield
        return
    from filelock import FileLock, Timeout

    lock = FileLock(f"{path}.lock")
    try:
        lock.acquire(timeout=wait_s)
    except Timeout:
        raise _busy("Another process", wait_s) from None
    try:
        yield
    finally:
        lock.release()


def _busy(who: str, wait_s: float) -> LockBusy:
    return LockBusy(f"{who} holds the lock, and did for {wait_s:g} seconds")
