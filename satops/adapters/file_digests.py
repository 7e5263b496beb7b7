"""The SHA-256 of files that were hashed before, by what the system says of each file.

As git's index has it: a file whose size, times and inode are what they were holds what it held,
and is not read again.  Its change time cannot be set by whoever writes it; what changed so lately
that it could change again within one tick of the clock is not noted.  A clone, a copy, or a cache
from elsewhere has other inodes and times, and is hashed.  Plans alone use this, and only what they
show: `apply` reads every byte.
"""

import os
import stat
import time

from satops.adapters.sealed import read_sealed, write_sealed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

PLACE = ".satops/cache/files"
"""From the root of the repository."""
_FORMAT = "satops.files/1"
_TICK_NS = 50_000_000
_LONG_TICK_NS = 2_000_000_000
"""How long a file system may give one and the same time: where it counts in milliseconds, or in
seconds (some count in two of them), its times end in zeros.
"""
_FEW = 64
"""Files that are hashed faster than they are noted."""
_LARGE_BYTES = 1024 * 1024
_SHA256_AT = -65
"""Where a line has a blank, and then the digest."""


class FileDigests:
    """What is known of the files of one repository on one machine."""

    def __init__(self, root: str, key: bytes | None) -> None:
        self._place = f"{root}/{PLACE}"
        self._key = key
        self._began_ns = time.time_ns()
        self._known: Mapping[str, str] | None = None
        self._seen: dict[str, str] = {}
        """By its path, what the system said of a file, and its digest: of all that were met."""
        self._fresh = 0
        self.outdated = False
        """Whether a file that was known was changed while it was in use."""

    def known(self, path: str, status: os.stat_result) -> str | None:
        """Return the SHA-256 of a file, if it is what it was; `path` is any name for it."""
        if self._known is None:
            self._known = self._load()
        line = self._known.get(path, "")
        if line[:_SHA256_AT] != _said(status) or not stat.S_ISREG(status.st_mode):
            return None
        self._seen[path] = line
        return line[_SHA256_AT + 1 :]

    def note(self, path: str, status: os.stat_result, sha256: str) -> None:
        """Note the SHA-256 of a file; `status` was asked for before the file was read."""
        last_ns = max(status.st_mtime_ns, status.st_ctime_ns)
        tick_ns = _TICK_NS if status.st_ctime_ns % 1_000_000 else _LONG_TICK_NS
        if (
            last_ns < self._began_ns - tick_ns
            and stat.S_ISREG(status.st_mode)
            and path.isprintable()
        ):
            self._seen[path] = f"{_said(status)} {sha256}"
            self._fresh += _FEW if status.st_size > _LARGE_BYTES else 1

    def compare(self, path: str, sha256: str | None) -> None:
        """Hold a file that was read after all against what was known of it."""
        if self._seen.get(path, "")[_SHA256_AT + 1 :] != sha256:
            self.outdated = True

    def save(self) -> None:
        """Keep what was met, where enough of it is new to pay."""
        if self._key is None or self._fresh < min(_FEW, len(self._seen)):
            return
        lines = (f"\n{path}\t{line}".encode() for path, line in self._seen.items())
        write_sealed(self._place, self._key, (_FORMAT.encode(), *lines))
        self._fresh = 0

    def _load(self) -> "Mapping[str, str]":
        content = None if self._key is None else read_sealed(self._place, self._key)
        if content is None:
            return {}
        head, *lines = content.decode().split("\n")
        if head != _FORMAT:
            return {}
        parts = [line.partition("\t") for line in lines]
        return {path: said for path, _, said in parts}


def _said(status: os.stat_result) -> str:
    return (
        f"{status.st_size} {status.st_mtime_ns} {status.st_ctime_ns} "
        f"{status.st_ino} {status.st_dev}"
    )
