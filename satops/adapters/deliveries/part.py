"""The part file of a product, with a note beside it.

The note is written before the first byte, by rename, and identifies the bytes.  A lock on the open
file keeps other processes out; the kernel releases it when its holder ends.
"""

import errno
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from hashlib import sha256
from pathlib import Path
from stat import S_ISREG
from typing import Final

from msgspec import ValidationError, convert, to_builtins
from msgspec.structs import replace

from satops.adapters.disk import LockBusy, flush, flush_folder, locked, open_plain
from satops.core import json_text
from satops.workflow.targets import PartBusy, PartNote, Sealed

WAIT_S: Final = 600.0
"""Seconds to wait for another process that fetches the same product."""
NOTE_SUFFIX: Final = ".json"
_NOTE_BYTES: Final = 64 * 1024
_READ_BYTES: Final = 1024 * 1024


class FilePart:
    """See `workflow.targets.Part`."""

    def __init__(self, path: Path, fd: int, *, waited: bool) -> None:
        self.path = path
        self.waited = waited
        self._fd = fd
        self._note = _read_note(_note_path(path))

    @property
    def size(self) -> int:
        """Bytes that are here."""
        return os.fstat(self._fd).st_size

    @property
    def note(self) -> PartNote:
        """The note; an empty one if it cannot be read."""
        return self._note

    def begin(self, note: PartNote) -> None:
        """Truncate the part, then write the note, so that a note never describes other bytes."""
        os.ftruncate(self._fd, 0)
        self._keep(note)

    def append(self, chunk: bytes) -> None:
        """Append bytes."""
        os.lseek(self._fd, 0, os.SEEK_END)
        rest = memoryview(chunk)
        while rest:
            rest = rest[os.write(self._fd, rest) :]

    def head(self, count: int) -> bytes:
        """Return the first bytes."""
        os.lseek(self._fd, 0, os.SEEK_SET)
        found = b""
        while len(found) < count and (chunk := os.read(self._fd, count - len(found))):
            found += chunk
        return found

    def digest(self) -> str:
        """Return the SHA-256 of the bytes."""
        return _digest_of(self._fd)

    def seal(self, sealed: Sealed) -> None:
        """Flush the bytes, then the note."""
        flush(self._fd)
        self._keep(replace(self._note, sealed=sealed))

    def forget(self) -> None:
        """Remove part and note.  The part goes first, so that it never exists without its note."""
        for path in _left_of(self.path):
            path.unlink(missing_ok=True)

    def moved_to(self, path: Path) -> None:
        """Give the part its final name."""
        self.path.rename(path)
        flush_folder(path.parent)

    def _keep(self, note: PartNote) -> None:
        new = _left_of(self.path)[-1]  # only this process writes it
        new.unlink(missing_ok=True)
        replace_file(_note_path(self.path), json_text.dumps(to_builtins(note)), by=new)
        self._note = note


@contextmanager
def open_part(path: Path, wait_s: float = WAIT_S) -> Iterator[FilePart]:
    """Open and lock a part.  Raises `PartBusy` and OSError."""
    waited = False
    while True:
        fd = open_plain(path, os.O_RDWR | os.O_CREAT, 0o644)
        try:
            with _kept(fd, path, wait_s) as had_to_wait:
                waited = waited or had_to_wait
                if _is_at(fd, path):
                    yield FilePart(path, fd, waited=waited)
                    return
        finally:
            os.close(fd)
        waited = True  # the previous holder has renamed it


def remove_left(path: Path) -> None:
    """Remove a part and its note, unless another process holds them.  Raises OSError."""
    if any(left.exists() for left in _left_of(path)):
        with suppress(PartBusy), open_part(path, 0) as part:
            part.forget()


@contextmanager
def _kept(fd: int, path: Path, wait_s: float) -> Iterator[bool]:
    try:
        holding = locked(fd, path, exclusive=True, wait_s=0)
        holding.__enter__()
        waited = False
    except LockBusy:
        waited = True
        holding = locked(fd, path, exclusive=True, wait_s=wait_s)
        try:
            holding.__enter__()
        except LockBusy as busy:
            raise PartBusy(f"another process is fetching it: {busy}") from None
    try:
        yield waited
    finally:
        holding.__exit__(None, None, None)


def replace_file(
    path: Path, content: bytes, *, is_durable: bool = True, by: Path | None = None
) -> None:
    """Replace a whole file.  Raises OSError.

    With `is_durable=False` a power cut may leave the old file.  The new content is first written to
    `by`, or to a name that no other process uses.
    """
    new = by or path.with_name(f".{path.name.lstrip('.')}.{secrets.token_hex(4)}.new")
    fd = open_plain(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644)
    try:
        rest = memoryview(content)
        while rest:
            rest = rest[os.write(fd, rest) :]
        if is_durable:
            flush(fd)
    except BaseException:
        with suppress(OSError):
            new.unlink()
        raise
    finally:
        os.close(fd)
    new.replace(path)
    if is_durable:
        flush_folder(path.parent)


def digest_of_file(path: Path) -> str:
    """Return the SHA-256 of a regular file.  Raises OSError."""
    fd = open_plain(path, os.O_RDONLY)
    try:
        if not S_ISREG(os.fstat(fd).st_mode):
            raise OSError(errno.EINVAL, "it is no regular file", str(path))
        return _digest_of(fd)
    finally:
        os.close(fd)


def _digest_of(fd: int) -> str:
    digest = sha256()
    os.lseek(fd, 0, os.SEEK_SET)
    while chunk := os.read(fd, _READ_BYTES):
        digest.update(chunk)
    return digest.hexdigest()


def _is_at(fd: int, path: Path) -> bool:
    """Tell whether an open file is still the one at a path."""
    try:
        there = path.lstat()
    except FileNotFoundError:
        return False
    here = os.fstat(fd)
    return (here.st_dev, here.st_ino) == (there.st_dev, there.st_ino)


def _left_of(path: Path) -> tuple[Path, Path, Path]:
    """Return the files of a part: its bytes, its note, and the next note."""
    note = _note_path(path)
    return path, note, note.with_name(f"{note.name}.new")


def _note_path(path: Path) -> Path:
    return path.with_name(path.name + NOTE_SUFFIX)


def _read_note(path: Path) -> PartNote:
    """Return a note; an empty one if it is invalid, so that the part starts anew."""
    try:
        fd = open_plain(path, os.O_RDONLY)
    except OSError:
        return PartNote()
    try:
        return convert(json_text.loads(os.read(fd, _NOTE_BYTES)), PartNote)
    except (OSError, json_text.NotJson, ValidationError):
        return PartNote()
    finally:
        os.close(fd)
