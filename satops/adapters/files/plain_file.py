"""Read one file of a hostile tree, without blocking or following a link."""

import errno
import os
from stat import S_ISREG

from msgspec import Struct

from satops.adapters.disk import open_plain


class Unreadable(Struct, frozen=True):
    """Why a file was not read."""

    kind: str
    """`missing`, `special` (no regular file), `link`, `large` or `system`."""
    words: str
    """Whole sentences, without the file's name."""


def read_plain(path: str, max_bytes: int) -> bytes | Unreadable:
    """Return the bytes of a regular file, or why it was not read.

    A link in the last step of the path is not followed.  A FIFO or device is refused without
    blocking.
    """
    try:
        file = open_plain(path, os.O_RDONLY)
    except OSError as error:
        return _why_not(error)
    try:
        status = os.fstat(file)
        size = status.st_size
        if not S_ISREG(status.st_mode):
            return Unreadable("special", "It is no regular file. Replace it by one, or remove it.")
        if size > max_bytes:
            return _too_large(size, max_bytes)
        content = os.read(file, size + 1)
        if len(content) != size:  # it is being written, or the reported size is wrong
            content += _rest(file, max_bytes + 1 - len(content))
    except OSError as error:
        return _why_not(error)
    finally:
        os.close(file)
    return content if len(content) <= max_bytes else _too_large(len(content), max_bytes)


def _rest(file: int, most: int) -> bytes:
    parts = []
    while most > 0 and (part := os.read(file, most)):
        parts.append(part)
        most -= len(part)
    return b"".join(parts)


def _too_large(size: int, max_bytes: int) -> Unreadable:
    return Unreadable("large", f"It has {size:,} bytes, and at most {max_bytes:,} are read.")


def _why_not(error: OSError) -> Unreadable:
    match error.errno:
        case errno.ENOENT | errno.ENOTDIR:
            return Unreadable("missing", "It is not there.")
        case errno.ELOOP:
            return Unreadable("link", "It is a link, and was not followed.")
        case errno.ENXIO:
            return Unreadable("special", "It is no regular file. Replace it by one, or remove it.")
        case errno.EACCES | errno.EPERM:
            return Unreadable("system", "You have no right to read it. Change its permissions.")
    return Unreadable("system", f"The system says: {error.strerror}.")
