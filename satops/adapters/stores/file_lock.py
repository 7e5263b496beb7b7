"""The lock on an open file that lets one process write and keeps readers between appends.

The kernel frees it when its holder ends, however it ends, so it is never left behind.
"""

import errno
import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_FIRST_WAIT_S = 0.002
_LONGEST_WAIT_S = 0.05


class LockBusy(Exception):
    """Somebody else held the lock for the whole time; the message says who, where it is known."""


@contextmanager
def locked(fd: int, *, exclusive: bool, wait_s: float) -> Iterator[None]:
    """Hold the lock for the time of the block.  Raises `LockBusy`, and OSError without locks."""
    kind = fcntl.LOCK_EX if exclusive else fcntl.LOCK_SH
    deadline = time.monotonic() + wait_s
    pause = _FIRST_WAIT_S
    while True:
        try:
            fcntl.flock(fd, kind | fcntl.LOCK_NB)
            break
        except OSError as error:
            if error.errno not in (errno.EWOULDBLOCK, errno.EACCES):
                raise
        if time.monotonic() >= deadline:
            raise LockBusy(f"{holder(fd)} holds the lock, and did for {wait_s:g} seconds")
        time.sleep(pause)
        pause = min(pause * 2, _LONGEST_WAIT_S)
    try:
        yield
    finally:
        fcntl.flock(fd, fcntl.LOCK_UN)


def holder(fd: int) -> str:
    """Name the process that holds the lock, as far as this system tells."""
    inode = str(os.fstat(fd).st_ino)
    try:
        for line in Path("/proc/locks").read_text("ascii").splitlines():
            # 1: FLOCK  ADVISORY  WRITE 7291 fe:00:2148011 0 EOF; a waiting process has "->".
            fields = line.split()
            if fields[1] == "FLOCK" and fields[5].rpartition(":")[2] == inode:
                name = Path("/proc", fields[4], "comm").read_text("utf-8", "replace").strip()
                return f"Process {fields[4]} ({name})"
    except (OSError, IndexError):
        pass
    return "Another process"
