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

from satops.adapters.files.sealed import Sealing, read_sealed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

PLACE = ".satops/cache/files"
"""From the root of the repository."""
_FORMAT = b"satops.files/1"
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
    """What is known of the files of one repository on one machine, for as long as a block lasts.

    What a block has met is kept, unless it was left by an exception: then it may not be all.
    """

    def __init__(self, root: str, key: bytes | None) -> None:
        self._place = f"{root}/{PLACE}"
        self._key = key
        self._began_ns = time.time_ns()
        self._known: Mapping[str, str] | None = None
        self._met: list[str] = []
        """The paths of files that were known."""
        self._sealing: Sealing | None = None
        """Takes what is noted at once: there may be a hundred thousand files."""
        self._noted = 0
        self._weight = 0
        """How much it is worth to keep what was noted."""
        self.outdated = False
        """Whether a file that was known was changed while it was in use."""

    def __enter__(self) -> "FileDigests":
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        if self._sealing is None:
            return
        keep = kind is None and self._weight >= min(_FEW, self._noted + len(self._met))
        for path in self._met if keep else ():
            self._sealing.add(f"\n{path}\t{self._line(path)}".encode())
        self._sealing.end(keep=keep)

    def known(self, path: str, status: os.stat_result) -> str | None:
        """Return the SHA-256 of a file, if it is what it was; `path` is any name for it."""
        line = self._line(path)
        if line[:_SHA256_AT] != _said(status) or not stat.S_ISREG(status.st_mode):
            return None
        self._met.append(path)
        return line[_SHA256_AT + 1 :]

    def note(self, path: str, status: os.stat_result, sha256: str) -> None:
        """Note the SHA-256 of a file; `status` was asked for before the file was read."""
        last_ns = max(status.st_mtime_ns, status.st_ctime_ns)
        tick_ns = _TICK_NS if status.st_ctime_ns % 1_000_000 else _LONG_TICK_NS
        is_settled = last_ns < self._began_ns - tick_ns
        if self._key is None or not (is_settled and path.isprintable()):
            return
        if not stat.S_ISREG(status.st_mode):
            return
        if self._sealing is None:
            self._sealing = Sealing(self._place, self._key)
            self._sealing.add(_FORMAT)
        self._sealing.add(f"\n{path}\t{_said(status)} {sha256}".encode())
        self._noted += 1
        self._weight += _FEW if status.st_size > _LARGE_BYTES else 1

    def compare(self, path: str, sha256: str | None) -> None:
        """Hold a file that was read after all against what was known of it."""
        if self._line(path)[_SHA256_AT + 1 :] != sha256:
            self.outdated = True

    def _line(self, path: str) -> str:
        if self._known is None:
            self._known = self._load()
        return self._known.get(path, "")

    def _load(self) -> "Mapping[str, str]":
        content = None if self._key is None else read_sealed(self._place, self._key)
        if content is None:
            return {}
        head, *lines = content.decode().split("\n")
        if head != _FORMAT.decode():
            return {}
        parts = [line.partition("\t") for line in lines]
        return {path: said for path, _, said in parts}


def _said(status: os.stat_result) -> str:
    return (
        f"{status.st_size} {status.st_mtime_ns} {status.st_ctime_ns} "
        f"{status.st_ino} {status.st_dev}"
    )
