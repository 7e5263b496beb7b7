"""Portable file operations: open without following a link, read at an offset, flush.

Windows has no flag against links or blocking, and cannot flush a folder; reading works there too.
For locks see `adapters.file_lock`.
"""

import errno
import os
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
